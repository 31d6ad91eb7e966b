"""What is measured by hand: `python -m benchmarks.NAME`."""
