"""Lists of trials that are drawn once: minimal pairs, and chains of five commands."""
