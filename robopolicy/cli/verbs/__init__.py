"""One module a verb: its options, examples, and what it does."""
