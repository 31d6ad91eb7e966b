"""Batches for training, and the tracker through which they are seen."""
