"""Files, locks, checksums, worker processes and bounds of options."""
