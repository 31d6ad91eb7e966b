"""Hindsight: what was done in play, and sentences for it."""
