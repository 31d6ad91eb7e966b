"""What every room needs: errors, console, provenance, statistics, the bridge to Hydra."""
