"""The physics engine and the arm: client, kinematics, actuation, solver. Knows no desk."""
