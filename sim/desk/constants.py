"""What the desk is, in names and numbers, for those who need no engine to know it."""

CONTROL_HZ = 10  # default rate of actions
PHYSICS_HZ = 120  # steps of physics in a second; at 60 fingers sink into what they hold
PRESSED, RELEASED = 0.009, 0.004  # m: the button toggles its light at the first, re-arms at the second

DRAWER, DOOR, BUTTON, LEVER, TRAY = "drawer", "sliding door", "button", "lever switch", "tray"
FIXTURES = (DRAWER, DOOR, BUTTON, LEVER, TRAY)
"""The furniture, in the order of its rows after those of the objects; the names are what policies read."""

JOINTED = (DRAWER, DOOR, BUTTON, LEVER)
"""What has a joint: drawer m out, door m to the left, button m pressed, lever rad up."""

LIGHTS = {"led": BUTTON, "lamp": LEVER}
"""The lights, and what each is switched by: in its row a state says whether it is on."""

MAX_OBJECTS = 5  # the most movable objects that a scene may hold
