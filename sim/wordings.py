"""Wordings that sibling families share: left and right, on and off, in and on.

`sim.tasks` fills in what differs (<way>, <place>, ...). The notation is that of `data.lexicon`:
alternatives are parted by `|`, `_` is a space inside one, an empty one leaves the word out.
{fixture}, {object} and {other} become noun phrases.
"""


def said(patterns: tuple[str, ...], **words: str) -> tuple[str, ...]:
    """The patterns with every <word> filled in."""
    for key, text in words.items():
        patterns = tuple(pattern.replace(f"<{key}>", text) for pattern in patterns)
    return patterns


DOOR = (
    "slide|push|move|shift|drag|pull|haul|glide {fixture} <way>|to_the_<way>|<way>wards|<way>ward",
    "slide|push|move|haul|glide {fixture} towards_the_<way>|over_to_the_<way>",
    "slide|move|push {fixture} to|towards|over_to the_<way>_side|the_<way>_hand_side|your_<way>",
    "slide|move {fixture} from_<back>_to_<way>|away_from_the_<back>",
    "bring|take {fixture} over to the <way>",
    "move|slide|push the handle|knob of {fixture} to_the_<way>|<way>",
    "take|grab|grasp the handle|knob of {fixture} and slide|pull|push|move it to_the_<way>|<way>",
    "make {fixture} go|slide|move to_the_<way>|<way>",
    "to the <way> slide|push|move {fixture}",
    "get {fixture} to slide|move to_the_<way>|<way>",
    "get {fixture} over to the <way>|<way>_side",
    "use the handle to slide|move {fixture} to the <way>",
    "let {fixture} slide to the <way>",
)
DOOR_DONE = (
    "{fixture} is on the <way>|<way>_side|<way>_hand_side",
    "{fixture} is further|more to the <way>",
    "{fixture} is moved|pushed to_the_<way>|<way>",
)

LIGHT_ON = (
    "turn|switch|power on {fixture}",
    "turn|switch|power {fixture} on",
    "light|light_up|activate|illuminate {fixture}",
    "light {fixture} up",
    "make {fixture} shine|glow|light_up|go_on|come_on",
    "get {fixture} to shine|glow|light_up",
    "let {fixture} shine|glow",
    "get {fixture} on|lit",
    "use the <device> to turn|switch on {fixture}",
    "turn|switch {fixture} on with|using the <device>",
    "with the <device> turn|switch on {fixture}",
)
LIGHT_IS_ON = ("{fixture} is on|lit|lit_up|shining|glowing|switched_on|turned_on|powered|illuminated",)
LIGHT_OFF = (
    "turn|switch|power|shut off {fixture}",
    "turn|switch|power|shut {fixture} off",
    "put out {fixture}",
    "put {fixture} out",
    "deactivate|extinguish|douse {fixture}",
    "make {fixture} go out|off|dark",
    "make {fixture} stop shining|glowing",
    "stop {fixture} from shining|glowing",
    "get {fixture} off|dark|to_go_out",
    "let {fixture} go dark|out",
    "use the <device> to turn|switch off {fixture}",
    "turn|switch {fixture} off with|using the <device>",
    "with the <device> turn|switch off {fixture}",
)
LIGHT_IS_OFF = ("{fixture} is off|dark|out|switched_off|turned_off|powered_off",)
PRESS = (
    "press|push|hit|tap the button to turn|switch <on> {fixture}",
    "press|push|hit|tap the button so_that {fixture} goes <goes>",
    "press|push|hit|tap the button and turn|switch {fixture} <on>",
)

PUSH = (
    "push|move|slide|shift|nudge|drag|shove|scoot {object} <way>|<far>|<rare>",
    "push|move|slide|shift {object} a_bit|a_little|some_way|over|further <way>",
    "give {object} a push|nudge|shove <way>",
    "make {object} go|move|slide <way>",
    "let {object} slide|move <way>",
    "get {object} to move|slide <way>",
    "get {object} to go a_bit|further <way>",
    "push|nudge against {object} so_that_it moves|slides|goes <way>",
    "use your|the hand|gripper to push|move|slide {object} <way>",
    "<front> push|move|slide|nudge {object}",
)
PUSH_ASIDE = (
    "push|move|slide {object} to|towards|over_to the_<side>_side|the_<side>_hand_side|your_<side>",
    "push|slide|move {object} away from the <back>",
)
PUSHED = ("{object} is further|more <way>", "{object} is pushed|moved|shifted <way>")

TURN = (
    "rotate|turn|twist|spin|swivel|pivot {object} <side>|to_the_<side>|towards_the_<side>|<clock>",
    "rotate|turn|twist|spin|swivel {object} around to_the_<side>|<clock>",
    "give {object} a turn|twist|spin to_the_<side>|<clock>",
    "make {object} turn|rotate|spin|swivel to_the_<side>|<clock>",
    "rotate|turn|twist|spin {object} in|into the <clock> direction",
    "rotate|turn|twist {object} <round> the clock",
    "take|grab|grasp|take_hold_of {object} and turn|rotate|twist it to_the_<side>|<clock>",
    "use your|the hand|gripper to turn|rotate|twist {object} to_the_<side>|<clock>",
    "turn|rotate|spin {object} a_bit|a_little|some_way|further to_the_<side>|<clock>",
    "get {object} to turn|rotate|spin to_the_<side>|<clock>",
    "let {object} turn|spin to_the_<side>|<clock>",
    "<clock> turn|rotate|twist|spin {object}",
    "to the <side> turn|rotate|twist {object}",
)
TURNED = (
    "{object} is turned|rotated|twisted|swivelled <side>|to_the_<side>|<clock>",
    "{object} is turned|rotated further to the <side>",
)

PUT_IN = (
    "put|place|set|lay|drop|move|bring|tuck|insert|deposit {object} in|into|inside {fixture}",
    "put|place|set|drop {object} down in|inside {fixture}",
    "pick_up|take|grab|grasp|lift {object} and put|place|drop|set|lay|deposit it in|into|inside {fixture}",
    "pick|lift {object} up and put|place|drop|set it in|into|inside {fixture}",
    "in|into|inside {fixture} put|place|drop|set|lay {object}",
    "let {object} drop|fall|go in|into {fixture}",
    "carry|bring|move|take {object} over|across to {fixture} and put|drop|place it in|inside",
    "carry|bring|take {object} to {fixture} and let it go |there",
    "get {object} in|into|inside {fixture}",
    "have {object} put|placed in|inside {fixture}",
    "make {object} go in|into|inside {fixture}",
    "fill {fixture} with {object}",
)
PUT_BESIDE = (
    "put|place|set|lay|move|bring|drop|position|deposit|park {object} <place>|<rare> {other}",
    "put|place|set|lay {object} down <place> {other}",
    "set|lay|put down {object} <place> {other}",
    "<place> {other} put|place|set|lay|position {object}",
    "pick_up|take|grab|grasp|lift {object} and put|place|set|lay|deposit it <place> {other}",
    "pick|lift {object} up and put|place|set it <place> {other}",
    "carry|bring|move|take {object} over|across <place> {other}",
    "let {object} stand|rest|sit <place> {other}",
    "make {object} stand|sit|rest <place> {other}",
    "have {object} stand|placed <place> {other}",
    "get {object} <place> {other}",
    "put|place|set {object} so that it is|stands <place> {other}",
    "give {object} a place <place> {other}",
    "put|place {object} with {other} <converse>",
)
BESIDE = (
    "{object} is <place>|<rare> {other}",
    "{object} is standing|sitting|placed|resting|put|positioned <place> {other}",
)

LEFT_OF = (
    "to_the_left_of|left_of|on_the_left_of|on_the_left_side_of|at_the_left_side_of|on_the_left_hand_side_of"
)
RIGHT_OF = LEFT_OF.replace("left", "right")
IN_FRONT_OF = "in_front_of|before|on_the_near_side_of|on_this_side_of|at_the_front_of|on_the_front_side_of"
BEHIND = "behind|in_back_of|on_the_far_side_of|at_the_back_of|past|on_the_back_side_of"
