"""The desk: its furniture, scenes, physics, sensors and cameras. `tasks` and `scenes` build on it."""
