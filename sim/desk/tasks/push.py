"""The families that push an object along the desk: to the left, to the right, forward and backward."""

from sim.desk.tasks.hindrances import take
from sim.desk.tasks.phrases import said
from sim.desk.tasks.pushing import can_push, push, push_by, pushed, pushed_by
from sim.desk.tasks.room import BACKWARD, FORWARD, LEFT, RIGHT, Direction
from sim.desk.tasks.symbols import Symbols, moved
from sim.desk.tasks.task import Task


def _symbols(direction: Direction) -> Symbols:
    """It went 6 to 14 cm: what is round rolls on for a while."""
    x, y = direction
    spread = (0.04, 0.02, 0.0) if x else (0.02, 0.04, 0.0)
    return Symbols(moved((0.10 * x, 0.10 * y, 0.0), spread, (-0.4, 0.4)), fingers="fist", weight=3.5)


# -- in words -------------------------------------------------------------------------------------

_PUSH = (
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
    "impel|edge|inch|usher|jolt|jostle|shunt|drive|roll|work|steer|lead {object} <way>",
    "tip|flick|brush|bat|pat|tap|kick|slap {object} <way>",
    "cause|force {object} to move|slide|go <way>",
    "see that {object} moves|slides|goes <way>",
    "advance|displace|reposition|relocate|transfer {object} <way>",
    "apply a push|force to {object} <way>",
    "exert|put some pressure on {object} so_that it moves|slides|goes <way>",
    "lean on|against {object} so_that it moves|slides|goes <way>",
    "change the place|location of {object} <way>",
    "a push|nudge|kick <way> for {object}",
)
_PUSH_ASIDE = (
    "push|move|slide {object} to|towards|over_to the_<side>_side|the_<side>_hand_side|your_<side>",
    "push|slide|move {object} away from the <back>",
)
_PUSHED = (
    "{object} is further|more <way>",
    "{object} is pushed|moved|shifted <way>",
    "{object} is slid|nudged|dragged|displaced <way>",
    "{object} is driven|propelled|swept|sent|steered|relocated|knocked|poked <way>",
    "{object} is some_way|a_bit|a_little <way>",
)
_HELD_OUT = (
    "give {object} a push|nudge <way>",
    "let {object} slide|move <way>",
    "get {object} to move|slide <way>",
    "<front> push|move|slide|nudge {object}",
)

# -- the families ---------------------------------------------------------------------------------

PUSH_TASKS = (
    Task(
        "push_left",
        pushed(LEFT),
        (
            *said(_PUSH, way="to_the_left|left", far="leftwards", rare="leftward", front="to_the_left"),
            *said(_PUSH_ASIDE, side="left", back="right"),
        ),
        said(_PUSHED, way="left|to_the_left"),
        held_out=(
            *said(_HELD_OUT, way="to_the_left|left", front="to_the_left"),
            "to_the_left shift|drag|send {object}",
            "to_the_left with {object}",
            "have {object} slide|moved|pushed|go to_the_left|left",
            "{object} is moved left|to_the_left",
            "{object} is slid|nudged|dragged|displaced left|to_the_left",
        ),
        possible=can_push(LEFT),
        hindered=take,
        skill=push(LEFT),
        arguments=1,
        manner="pushed",
        told="pushed {object} to the left",
        appeal=2.0,
        contrasts=(("direction", "push_right"),),
        symbols=_symbols(LEFT),
        amount=push_by(LEFT),
        after=pushed_by(LEFT),
    ),
    Task(
        "push_right",
        pushed(RIGHT),
        (
            *said(_PUSH, way="to_the_right|right", far="rightwards", rare="rightward", front="to_the_right"),
            *said(_PUSH_ASIDE, side="right", back="left"),
        ),
        said(_PUSHED, way="right|to_the_right"),
        held_out=(
            *said(_HELD_OUT, way="to_the_right|right", front="to_the_right"),
            "to_the_right with {object}",
            "{object} is moved right|to_the_right",
        ),
        possible=can_push(RIGHT),
        hindered=take,
        skill=push(RIGHT),
        arguments=1,
        manner="pushed",
        told="pushed {object} to the right",
        appeal=2.0,
        symbols=_symbols(RIGHT),
        amount=push_by(RIGHT),
        after=pushed_by(RIGHT),
    ),
    Task(
        "push_forward",
        pushed(FORWARD),
        (
            *said(_PUSH, way="forward|away", far="forwards|ahead", rare="onward", front="away_from_you"),
            "push|move|slide|shove|scoot {object} away_from_you|away_from_the_robot",
            "push|move|slide {object} farther|further away |from_you|from_the_robot",
            "push|move|slide {object} to|towards the_far_side|the_far_end|the_back of the desk|table",
            "send|drive {object} forward|away|ahead",
            "increase the distance to {object}",
            "make {object} go|move away from you|the_robot",
            "distance|remove {object} from you|yourself",
            "put some distance between you and {object}",
        ),
        (
            *said(_PUSHED, way="forward|away|away_from_you"),
            "{object} is further|farther away |from_you|from_the_robot",
        ),
        held_out=(
            *said(_HELD_OUT, way="forward|away", front="away_from_you"),
            "away_from_you shift|drag|send {object}",
            "press|prod|poke|bump|thrust|propel|budge|knock|send|sweep {object} forward|away",
            "{object} is moved forward|away|away_from_you",
        ),
        possible=can_push(FORWARD),
        hindered=take,
        skill=push(FORWARD),
        arguments=1,
        manner="pushed",
        told="pushed {object} forward",
        appeal=2.0,
        contrasts=(("direction", "push_backward"),),
        symbols=_symbols(FORWARD),
        amount=push_by(FORWARD),
        after=pushed_by(FORWARD),
    ),
    Task(
        "push_backward",
        pushed(BACKWARD),
        (
            *said(
                _PUSH, way="backward|towards_you", far="backwards|back", rare="rearward", front="towards_you"
            ),
            "push|move|slide|pull|drag|haul {object} towards the_robot|yourself",
            "pull|draw|haul {object} back|backward|backwards|towards_you",
            "push|move|slide|bring|pull|draw {object} closer|nearer |to_you|to_the_robot",
            "push|move|slide|pull {object} to|towards the_near_side|the_near_end|the_front of the desk|table",
            "drag|draw {object} over to you|yourself|the_robot",
            "decrease|reduce the distance to {object}",
            "make {object} come|move closer|nearer|back",
            "let {object} come closer|nearer|back",
            "shorten|lessen the distance to {object}",
            "attract|summon|reel {object} towards_you|back",
        ),
        (
            *said(_PUSHED, way="back|backward|towards_you"),
            "{object} is closer|nearer |to_you|to_the_robot",
        ),
        held_out=(
            *said(_HELD_OUT, way="backward|towards_you", front="towards_you"),
            "drag|draw {object} over to you|yourself|the_robot",
            "{object} is moved back|backward|towards_you",
        ),
        possible=can_push(BACKWARD),
        hindered=take,
        skill=push(BACKWARD),
        arguments=1,
        manner="pushed",
        told="pushed {object} backward",
        appeal=2.0,
        symbols=_symbols(BACKWARD),
        amount=push_by(BACKWARD),
        after=pushed_by(BACKWARD),
    ),
)
