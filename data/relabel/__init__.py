"""Hindsight relabelling: what was done in play, and sentences for it."""
