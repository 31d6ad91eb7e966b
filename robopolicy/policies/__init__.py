"""Policies in closed loop, their checkpoints, and what they refuse."""
