"""Inference of how a world carries actions out, while acting in it."""
