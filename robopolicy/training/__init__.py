"""From described play to a checkpoint: loop, losses, pseudo-labels, calibration."""
