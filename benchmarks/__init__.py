"""Measurements that are not tests: `python -m benchmarks.NAME`, or all of them by `make bench`."""
