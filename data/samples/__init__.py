"""Batches for training: frames, segments and sentences, and the tracker by which a policy may see them."""
