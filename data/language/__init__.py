"""Sentences: tables of words and frames, names of things, the grammar, and what is held out of training."""
