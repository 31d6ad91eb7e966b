"""What differs from world to world: factors with their ranges, presets, and draws of dynamics."""
