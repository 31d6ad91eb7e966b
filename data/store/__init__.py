"""Datasets of play on disk (LeRobotDataset v3.0), with their segments and annotations."""
