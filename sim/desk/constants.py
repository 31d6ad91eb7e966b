"""What the desk is run at, for those who need no engine to know it."""

CONTROL_HZ = 10  # default rate of actions
PHYSICS_HZ = 120  # steps of physics in a second; at 60 fingers sink into what they hold
PRESSED, RELEASED = 0.009, 0.004  # m: the button toggles its light at the first, re-arms at the second
