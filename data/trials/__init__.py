"""Lists of trials that are drawn: minimal pairs, chains of five commands, and examinations of one's own."""
