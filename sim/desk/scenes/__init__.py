"""Scenes at random: what stands where, so that a family is possible."""
