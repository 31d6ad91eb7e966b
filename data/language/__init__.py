"""Sentences: the lexicon, names of things, the grammar, and what is held out of training."""
