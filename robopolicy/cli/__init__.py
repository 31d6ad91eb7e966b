"""The command line: `robopolicy VERB key=value ...`."""
