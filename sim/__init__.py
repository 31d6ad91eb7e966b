"""The world: a Franka Panda at a furnished desk, its tasks and what is drawn at reset."""
