"""What several rooms need: errors, console, signals, stages, statistics, provenance, the bridge to Hydra."""
