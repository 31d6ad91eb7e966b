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
    "shove|guide|send|draw|tow {fixture} to_the_<way>|<way>|towards_the_<way>",
    "to the <way> shift|drag|pull|draw {fixture}",
    "to the <way> with {fixture}",
    "<way> is where {fixture} should go|be|slide",
    "have {fixture} slide|moved|pushed to_the_<way>|<way>",
    "give {fixture} a push|pull|shove to the <way>",
    "{fixture} goes|moves|slides to the <way>",
    "push|slide {fixture} all_the_way|a_bit|further to the <way>",
    "shift {fixture} over to the <way>",
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
    "start|enable|ignite|brighten|energise {fixture}",
    "flick|click|flip on {fixture}",
    "flick|click|flip {fixture} on",
    "bring {fixture} on|to_life",
    "give {fixture} power|electricity",
    "have {fixture} on|lit|shining|glowing",
    "let there be light from {fixture}",
    "on with {fixture}",
    "make {fixture} bright",
    "put|get some light on with {fixture}",
)
LIGHT_IS_ON = (
    "{fixture} is on|lit|lit_up|shining|glowing|switched_on|turned_on|powered|illuminated",
    "{fixture} is bright|burning|alight|enabled",
)
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
    "kill|disable|quench|darken|cut {fixture}",
    "flick|click|flip off {fixture}",
    "flick|click|flip {fixture} off",
    "blow|snuff out {fixture}",
    "cut|take the power of|from {fixture}",
    "have {fixture} off|dark|out",
    "off with {fixture}",
    "make {fixture} dim|dark|black",
    "do away with the light of {fixture}",
)
LIGHT_IS_OFF = (
    "{fixture} is off|dark|out|switched_off|turned_off|powered_off",
    "{fixture} is disabled|dim|unlit|not_lit|not_on",
)
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
    "<front> shift|drag|guide|send|scoot {object}",
    "<front> with {object}",
    "<front> is where {object} should go|move|slide",
    "press|prod|poke|bump|thrust|propel|budge|knock|guide|send|sweep {object} <way>",
    "have {object} slide|moved|pushed|go <way>",
    "{object} goes|moves|slides <way>",
    "give {object} a little|small|gentle push|nudge <way>",
    "keep|try pushing {object} <way>",
    "move {object} along the desk|table <way>",
    "slide {object} across|over the desk|table <way>",
)
PUSH_ASIDE = (
    "push|move|slide {object} to|towards|over_to the_<side>_side|the_<side>_hand_side|your_<side>",
    "push|slide|move {object} away from the <back>",
)
PUSHED = (
    "{object} is further|more <way>",
    "{object} is pushed|moved|shifted <way>",
    "{object} is slid|nudged|dragged|displaced <way>",
)

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
    "round to the <side> turn|swing {object}",
    "a turn|twist to the <side> for {object}",
    "revolve|swing|crank|wheel|reorient {object} to_the_<side>|<clock>",
    "turn|rotate|twist|spin {object} on the spot to_the_<side>|<clock>",
    "have {object} turned|rotated|twisted to_the_<side>|<clock>",
    "{object} turns|rotates|spins to_the_<side>|<clock>",
    "hold {object} and turn|rotate|twist it to_the_<side>|<clock>",
    "change the heading|orientation of {object} to_the_<side>|<clock>",
    "turn|rotate|twist the top of {object} to_the_<side>|<clock>",
)
TURNED = (
    "{object} is turned|rotated|twisted|swivelled <side>|to_the_<side>|<clock>",
    "{object} is turned|rotated further to the <side>",
    "{object} is spun|swung|revolved to_the_<side>|<clock>",
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
    "fill|load {fixture} with {object}",
    "pop|toss|throw|slip|load|pack {object} in|into|inside {fixture}",
    "place|put|keep {object} within {fixture}",
    "transfer|relocate|deliver {object} to|into {fixture}",
    "in|into|inside {fixture} move|bring|leave|pop {object}",
    "into {fixture} with {object}",
    "into|in {fixture} goes {object}",
    "{object} goes|belongs in|into|inside {fixture}",
    "{fixture} is where {object} should go|be",
    "add {object} to {fixture}",
    "take {object} and place|drop|leave it in|inside {fixture}",
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
    "<place> {other} move|bring|leave|drop|rest|stand {object}",
    "<place> {other} goes {object}",
    "<place> {other} is where {object} should go|be|stand",
    "<place> {other} there should be {object}",
    "leave|rest|stand|sit|arrange|locate {object} <place> {other}",
    "find a place|spot <place> {other} for {object}",
    "move|bring|transfer|relocate {object} to a place|spot <place> {other}",
    "{object} goes|belongs <place> {other}",
    "take {object} and leave|rest|stand|drop it <place> {other}",
    "line {object} up <place> {other}",
)
BESIDE = (
    "{object} is <place>|<rare> {other}",
    "{object} is standing|sitting|placed|resting|put|positioned <place> {other}",
    "{object} is found|located|lying|waiting <place> {other}",
)

LEFT_OF = (
    "to_the_left_of|left_of|on_the_left_of|on_the_left_side_of|at_the_left_side_of|on_the_left_hand_side_of"
)
RIGHT_OF = LEFT_OF.replace("left", "right")
IN_FRONT_OF = "in_front_of|before|on_the_near_side_of|on_this_side_of|at_the_front_of|on_the_front_side_of"
BEHIND = "behind|in_back_of|on_the_far_side_of|at_the_back_of|past|on_the_back_side_of"
