"""The kinds of worlds: what is known of each without running one, and who plays in it."""
