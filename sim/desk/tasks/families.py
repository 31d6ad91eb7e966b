"""The task families: how each is judged, and in what words it may be asked for.

A family is one entry of `TASKS`: its name, its judge, its wordings beside the judge, when it is
possible, and the skill by which the scripted expert does it. Wordings are verb phrases in the
imperative ("pull {fixture} open"); outcomes are clauses that are true once it is done ("{fixture} is
open"). `data.language.grammar` turns them into sentences. In both, `|` parts alternatives, `_` is a space
inside one and an empty one leaves the word out: "pull|slide_back {fixture} |now" is four wordings. Wordings
that siblings share are in `sim.desk.tasks.wordings`.
"""

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.common.checks import one_of, whole
from sim.common.errors import BadArgument
from sim.common.names import unknown_name
from sim.desk.layouts import DRAWER_TRAVEL
from sim.desk.tasks import conditions as when
from sim.desk.tasks import hindrances as why
from sim.desk.tasks import predicates as judge
from sim.desk.tasks import skills
from sim.desk.tasks.conditions import Condition
from sim.desk.tasks.hindrances import Hindering, Hindrance
from sim.desk.tasks.skills import Skill
from sim.desk.tasks.wordings import (
    BEHIND,
    BESIDE,
    DOOR,
    DOOR_DONE,
    IN_FRONT_OF,
    LEFT_OF,
    LIGHT_IS_OFF,
    LIGHT_IS_ON,
    LIGHT_OFF,
    LIGHT_ON,
    PRESS,
    PUSH,
    PUSH_ASIDE,
    PUSHED,
    PUT_BESIDE,
    PUT_IN,
    RIGHT_OF,
    TURN,
    TURNED,
    said,
)
from sim.state import FIXTURES, MAX_OBJECTS, State

Manner = Literal["", "carried", "pushed", "turned"]
"""Off its support in the grip; along its support, not gripped; in the grip, on its support."""

Judge = Callable[[State, State, int, int], NDArray[np.bool_]]
"""(before, after, object index, other index) -> (...,) bool, vectorised over leading axes."""


@dataclass(frozen=True)
class Begin:
    """How a desk must be found for a family to be possible; None: as it comes."""

    drawer: tuple[float, float] | None = None  # m out, the range it is drawn from
    door: tuple[float, float] | None = None  # m to the left, likewise
    led: bool | None = None
    lamp: bool | None = None
    place: str = ""  # where one of the objects begins: "drawer" or "stacked"


DRAWER_OUT = (0.14, DRAWER_TRAVEL)


@dataclass(frozen=True)
class Task:
    """One family of things that can be asked for."""

    name: str
    judge: Judge
    wordings: tuple[str, ...]
    outcomes: tuple[str, ...] = ()
    _: KW_ONLY
    possible: Condition  # whether it can be done from here in one act, and is not done already
    hindered: Hindering = why.nothing  # whether it is done already or cannot be done, and why
    skill: Skill  # how the scripted expert does it
    arguments: int = 0  # how many movable objects it names: 0, 1 ({object}) or 2 ({object}, {other})
    fixture: str = ""  # the furniture that it is about ({fixture}), one of FIXTURES
    manner: Manner = ""  # how its object is handled on the way; "" for furniture
    begins: Begin = Begin()
    told: str = ""  # what was done, in the past tense, for reports: "opened {fixture}"


class Goal(NamedTuple):
    """A family with its objects filled in, as indices into the scene's objects; -1 if not needed."""

    task: str
    object: int = -1
    other: int = -1

    def entities(self) -> tuple[int, int]:
        """Rows of the observation that are (acted on, related to); -1 where there is none."""
        fixture = task_named(self.task).fixture
        row = MAX_OBJECTS + FIXTURES.index(fixture) if fixture else -1
        if self.object < 0:
            return row, -1
        return self.object, row if fixture else self.other


TASKS: tuple[Task, ...] = (
    Task(
        "open_drawer",
        judge.open_drawer,
        (
            "open|open_up {fixture}",
            "open {fixture} up",
            "pull|slide|draw|yank|tug {fixture} open|out",
            "pull|slide|draw|yank|tug open|out {fixture}",
            "pull|slide|draw|yank|tug {fixture} towards you",
            "pull|tug on|at the handle of {fixture}",
            "pull|yank {fixture} by its|the handle",
            "use the handle to pull|slide {fixture} open",
            "take|grab|grasp the handle of {fixture} and pull |it",
            "get {fixture} open|opened",
            "make {fixture} come|slide out|open",
            "bring {fixture} out",
            "grab {fixture} and open it",
            "open {fixture} wide|fully|all_the_way",
            "pop|throw {fixture} open",
            "drag|move|bring {fixture} out |of_the_desk|of_the_table",
            "draw {fixture} out of the desk|table",
            "give {fixture} a pull|tug",
            "have {fixture} opened|pulled_out|open",
            "let {fixture} come|slide out|open",
            "expose|reveal|show the inside|contents of {fixture}",
            "let me see what is inside|in {fixture}",
            "give me access to {fixture}",
            "out with {fixture}",
            "unclose|unseal {fixture}",
            "unlock|unfasten|unlatch|unbolt|uncover|undo|unstop {fixture}",
            "extend|extrude|unfold|spread|widen|withdraw|jerk|wrench|pry|prise {fixture} out|open",
            "jerk|wrench|wrest|pry|prise|force|swing|crack {fixture} open",
            "lead|drive|roll|edge|work|coax {fixture} out",
            "i need|want to see into|inside {fixture}",
            "i need something out of {fixture}",
            "uncover|disclose|display the inside|contents|interior of {fixture}",
            "lay {fixture} open|bare",
            "reopen {fixture}",
            "allow a look inside|into {fixture}",
            "pull|drag|draw|slide the front|knob|handle of {fixture} towards_you|out",
            "make {fixture} stick|stand|reach out|open",
            "leave|keep {fixture} open",
            "cause|force {fixture} to come_out|slide_out|open",
            "see that {fixture} opens|comes_out|slides_out",
        ),
        ("{fixture} is open|opened|pulled_out|pulled_open|out|wide_open|not_closed|not_shut",),
        fixture="drawer",
        possible=when.drawer_is_shut,
        hindered=why.open_drawer,
        skill=skills.open_drawer,
        begins=Begin(drawer=(0.0, 0.0)),
        told="opened {fixture}",
    ),
    Task(
        "close_drawer",
        judge.close_drawer,
        (
            "close|shut {fixture} |again|up",
            "close up {fixture}",
            "push|slide|press|shove|ram {fixture} shut|closed|in|back_in",
            "push|slide|shove shut|in {fixture}",
            "push|slide|shove {fixture} away_from_you|back_into_the_desk|back_into_its_place",
            "push |against the handle of {fixture} to close it",
            "use your|the hand to push|slide {fixture} shut",
            "get {fixture} closed|shut",
            "bring|put {fixture} back in",
            "make {fixture} go|slide back_in|shut",
            "go to {fixture} and close|shut it",
            "close|shut {fixture} fully|completely|all_the_way",
            "slam|bang {fixture} shut|closed",
            "push|move|slide {fixture} all_the_way|completely in|shut",
            "give {fixture} a push|shove |to_close_it",
            "have {fixture} closed|shut|pushed_in",
            "let {fixture} go|slide in|shut|back_in",
            "hide the inside|contents of {fixture}",
            "put {fixture} back where it belongs",
            "in with {fixture}",
            "seal {fixture} |up",
            "lock|fasten|latch|bolt|secure|block|plug|stop_up {fixture}",
            "retract|return|restore|drive|thrust|force|nudge|edge|work|ease {fixture} in|back_in",
            "ease|nudge|thrust|force|drive|kick|bump|knock {fixture} shut|closed",
            "reclose {fixture}",
            "cover|conceal|hide the inside|interior|contents of {fixture}",
            "return|restore {fixture} to its place|closed_state",
            "push|press|slide the front|knob|handle of {fixture} in|back_in|home",
            "push|slide|drive {fixture} home",
            "leave|keep {fixture} closed|shut",
            "cause|force {fixture} to close|shut|go_in|slide_in",
            "see that {fixture} closes|shuts|goes_in|slides_in",
            "make {fixture} disappear into the desk|table",
            "tidy|fold away {fixture}",
        ),
        ("{fixture} is closed|shut|pushed_in|pushed_shut|in|sealed|fully_closed|not_open",),
        fixture="drawer",
        possible=when.drawer_is_open,
        hindered=why.close_drawer,
        skill=skills.close_drawer,
        begins=Begin(drawer=DRAWER_OUT),
        told="closed {fixture}",
    ),
    Task(
        "slide_door_left",
        judge.slide_door_left,
        said(DOOR, way="left", back="right"),
        said(DOOR_DONE, way="left"),
        fixture="sliding door",
        possible=when.door_can_go_left,
        hindered=why.slide_door(1),
        skill=skills.slide_door(1),
        begins=Begin(door=(-0.09, -0.03)),
        told="slid {fixture} to the left",
    ),
    Task(
        "slide_door_right",
        judge.slide_door_right,
        said(DOOR, way="right", back="left"),
        said(DOOR_DONE, way="right"),
        fixture="sliding door",
        possible=when.door_can_go_right,
        hindered=why.slide_door(-1),
        skill=skills.slide_door(-1),
        begins=Begin(door=(0.03, 0.09)),
        told="slid {fixture} to the right",
    ),
    Task(
        "turn_on_led",
        judge.turn_on_led,
        (*said(LIGHT_ON, device="button"), *said(PRESS, on="on", goes="on")),
        LIGHT_IS_ON,
        fixture="button",
        possible=when.light_is(judge.LED, on=False),
        hindered=why.switch(judge.LED, "LED", on=True),
        skill=skills.press_button(on=True),
        begins=Begin(led=False),
        told="turned on {fixture}",
    ),
    Task(
        "turn_off_led",
        judge.turn_off_led,
        (*said(LIGHT_OFF, device="button"), *said(PRESS, on="off", goes="off|out|dark")),
        LIGHT_IS_OFF,
        fixture="button",
        possible=when.light_is(judge.LED, on=True),
        hindered=why.switch(judge.LED, "LED", on=False),
        skill=skills.press_button(on=False),
        begins=Begin(led=True),
        told="turned off {fixture}",
    ),
    Task(
        "turn_on_lamp",
        judge.turn_on_lamp,
        (
            *said(LIGHT_ON, device="lever"),
            "push|move|flip|lift|pull|raise the lever|switch|lever_switch up",
            "flip|lift|push|move up the lever|switch",
            "raise|lift|flip the lever|switch to turn|switch on {fixture}",
            "raise|lift the lever|switch",
            "put|bring|set the lever|switch up to light {fixture}",
            "set|bring|slide the lever|switch to the top",
            "with the lever|switch up light {fixture}",
        ),
        LIGHT_IS_ON,
        fixture="lever switch",
        possible=when.light_is(judge.LAMP, on=False),
        hindered=why.switch(judge.LAMP, "lamp", on=True),
        skill=skills.flip_lever(up=True),
        begins=Begin(lamp=False),
        told="turned on {fixture}",
    ),
    Task(
        "turn_off_lamp",
        judge.turn_off_lamp,
        (
            *said(LIGHT_OFF, device="lever"),
            "push|move|flip|pull|press|bring the lever|switch|lever_switch down",
            "flip|push|move|pull down the lever|switch",
            "lower|flip|press the lever|switch to turn|switch off {fixture}",
            "lower the lever|switch",
            "set|bring|slide the lever|switch to the bottom",
            "put|set the lever|switch down to darken {fixture}",
        ),
        LIGHT_IS_OFF,
        fixture="lever switch",
        possible=when.light_is(judge.LAMP, on=True),
        hindered=why.switch(judge.LAMP, "lamp", on=False),
        skill=skills.flip_lever(up=False),
        begins=Begin(lamp=True),
        told="turned off {fixture}",
    ),
    Task(
        "lift",
        judge.lift,
        (
            "lift|raise|hoist|heave|elevate {object} |up",
            "lift|pick|take|hoist up {object}",
            "pick|take {object} up",
            "lift|raise|bring|hoist|heave|move {object} into_the_air|up_into_the_air|up_high|up_in_the_air",
            "grab|grasp|take|seize|clutch {object} and lift|raise|pick it |up",
            "take|get hold of {object} and lift|raise it |up",
            "hold {object} up |in_the_air|high",
            "get {object} up |into_the_air",
            "make {object} go up |into_the_air",
            "up with {object}",
            "close your|the hand|gripper on {object} and lift|raise it",
            "take {object} in|into your|the hand|gripper and lift|raise it |up",
            "pluck|scoop|snatch|fetch {object} up",
            "pick|lift|pluck|raise {object} off|from the desk|table",
            "pull|carry|raise {object} up |into_the_air|high",
            "grip|clasp {object} and lift|raise it |up",
            "have {object} lifted|raised|up_in_the_air",
            "let {object} hang|float in the air",
            "up in the air with {object}",
            "into the air with {object}",
            "{object} goes up |in_the_air|into_the_air",
            "show me {object} up in the air",
            "bring {object} up",
            "keep {object} in the air",
            "hold|keep|carry {object} aloft",
            "raise|lift|bring|take {object} aloft",
            "uplift|upraise|hike|jack|boost|levitate|suspend|winch|loft {object} |up|into_the_air",
            "heighten|upheave|hook|catch {object} and lift|raise it |up",
            "capture|collect|gather|acquire|obtain {object} and lift|raise it |up",
            "take|get {object} off the desk|table|ground|surface",
            "lift|raise|pick {object} from the surface|ground",
            "make {object} rise|float|ascend|hover|levitate|fly",
            "let {object} rise|hover|ascend|dangle in the air",
            "cause {object} to rise|go_up|ascend",
            "see that {object} rises|goes_up|leaves_the_desk|leaves_the_table",
            "raise|lift {object} above|over the desk|table",
            "gain height with {object}",
            "take up|snap_up|hold_up {object}",
            "give {object} a lift |up",
            "scoop|snap|gather|snatch up {object}",
        ),
        (
            "{object} is up|lifted|raised|in_the_air|up_in_the_air|held_up|high_up|lifted_up|hoisted",
            "{object} is airborne|picked_up|off_the_desk|off_the_table",
            "{object} is held up in your|the hand|gripper",
            "{object} is aloft|suspended|hanging|hovering|floating|dangling|above_the_desk|above_the_table",
            "{object} is in your|the hand|gripper above the desk|table",
            "{object} is off the ground|surface",
            "{object} is taken|pulled|brought|hung up",
            "{object} is not|no_longer touching the desk|table",
        ),
        arguments=1,
        manner="carried",
        possible=when.can_lift,
        hindered=why.take,
        skill=skills.lift,
        told="lifted {object}",
    ),
    Task(
        "push_left",
        judge.push_left,
        (
            *said(PUSH, way="to_the_left|left", far="leftwards", rare="leftward", front="to_the_left"),
            *said(PUSH_ASIDE, side="left", back="right"),
        ),
        said(PUSHED, way="left|to_the_left"),
        arguments=1,
        manner="pushed",
        possible=when.can_push(when.LEFT),
        hindered=why.take,
        skill=skills.push(when.LEFT),
        told="pushed {object} to the left",
    ),
    Task(
        "push_right",
        judge.push_right,
        (
            *said(PUSH, way="to_the_right|right", far="rightwards", rare="rightward", front="to_the_right"),
            *said(PUSH_ASIDE, side="right", back="left"),
        ),
        said(PUSHED, way="right|to_the_right"),
        arguments=1,
        manner="pushed",
        possible=when.can_push(when.RIGHT),
        hindered=why.take,
        skill=skills.push(when.RIGHT),
        told="pushed {object} to the right",
    ),
    Task(
        "push_forward",
        judge.push_forward,
        (
            *said(PUSH, way="forward|away", far="forwards|ahead", rare="onward", front="away_from_you"),
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
            *said(PUSHED, way="forward|away|away_from_you"),
            "{object} is further|farther away |from_you|from_the_robot",
        ),
        arguments=1,
        manner="pushed",
        possible=when.can_push(when.FORWARD),
        hindered=why.take,
        skill=skills.push(when.FORWARD),
        told="pushed {object} forward",
    ),
    Task(
        "push_backward",
        judge.push_backward,
        (
            *said(
                PUSH, way="backward|towards_you", far="backwards|back", rare="rearward", front="towards_you"
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
            *said(PUSHED, way="back|backward|towards_you"),
            "{object} is closer|nearer |to_you|to_the_robot",
        ),
        arguments=1,
        manner="pushed",
        possible=when.can_push(when.BACKWARD),
        hindered=why.take,
        skill=skills.push(when.BACKWARD),
        told="pushed {object} backward",
    ),
    Task(
        "rotate_left",
        judge.rotate_left,
        said(TURN, side="left", clock="counterclockwise|anticlockwise", round="against"),
        said(TURNED, side="left", clock="counterclockwise|anticlockwise"),
        arguments=1,
        manner="turned",
        possible=when.can_turn,
        hindered=why.take,
        skill=skills.turn(1),
        told="turned {object} to the left",
    ),
    Task(
        "rotate_right",
        judge.rotate_right,
        said(TURN, side="right", clock="clockwise", round="with"),
        said(TURNED, side="right", clock="clockwise"),
        arguments=1,
        manner="turned",
        possible=when.can_turn,
        hindered=why.take,
        skill=skills.turn(-1),
        told="turned {object} to the right",
    ),
    Task(
        "unstack",
        judge.unstack,
        (
            "unstack|detach|dismount {object}",
            "take|lift|get|bring|remove|pull|pick|detach|unload {object} off|from the stack|pile|tower",
            "take|lift|get|pull {object} off the_other_object|what_it_stands_on|the_object_below|the_top",
            "take|lift|get|bring {object} down |from_the_stack|from_the_top|onto_the_desk|from_up_there",
            "take|lift|bring down {object}",
            "take|lift {object} off |again",
            "remove|unload|detach {object} from what_it_stands_on|the_top_of_the_stack",
            "put|set|place|lay {object} back|down|back_down on|onto the desk|table",
            "take|grab {object} off|from the stack|pile|tower and put|place|set|lay it on the desk|table",
            "off|from the stack|pile|tower take|remove|lift {object}",
            "get {object} off what_is_below_it|there",
            "unstack {object} from what_is_below_it|the_tower|the_pile",
            "move {object} from the stack|top|tower to the desk|table",
            "lower {object} onto|to the desk|table",
            "bring|return {object} to the desk|table",
            "free|separate {object} from the stack|tower|pile",
            "down with {object}",
            "off the stack|pile|tower with {object}",
            "off|from the stack|pile|tower bring|get|pull {object}",
            "take {object} off what_is_under_it|the_thing_below_it|the_thing_it_is_on",
            "undo the stack|tower by taking {object} off",
            "{object} comes off the stack|pile|tower",
            "{object} goes back to the desk|table",
            "unpile {object}",
            "dislodge|disconnect|divide|part {object} from the stack|tower|pile",
            "split|withdraw|displace|uncouple {object} from the stack|tower|pile",
            "ground|land {object}",
            "bring|put|get {object} back to the desk|table|ground",
            "set|place|put {object} on the surface|ground again",
            "make {object} leave the stack|tower|pile|top",
            "disassemble|dismantle|break_up|take_apart the stack|tower by taking|lifting {object} off",
            "release|rescue|relieve {object} from the stack|tower|pile",
            "relieve|rid what_is_below_it|the_stack|the_tower of {object}",
            "let {object} leave the stack|tower|pile",
            "see that {object} leaves the stack|tower|pile",
            "have {object} taken|lifted|brought off|down |again",
        ),
        (
            "{object} is off|removed_from the stack|pile|tower",
            "{object} is down|back|back_down on the desk|table",
            "{object} is unstacked|taken_down|no_longer_on_top|no_longer_stacked",
            "{object} is brought|put|lifted|lowered|set down |again",
            "{object} is separated|separate|freed|disconnected|away|apart from the stack|tower|pile",
            "{object} is standing|lying|resting on the desk|table again",
            "{object} is alone on the desk|table",
        ),
        arguments=1,
        manner="carried",
        possible=when.can_unstack,
        hindered=why.unstack,
        skill=skills.put(when.on_free_desk),
        begins=Begin(place="stacked"),
        told="took {object} off the stack",
    ),
    Task(
        "put_in_drawer",
        judge.put_in_drawer,
        (
            *PUT_IN,
            "put {object} away in|into|inside {fixture}",
            "store|keep|stash|stow {object} |away in|inside {fixture}",
            "use {fixture} to store|keep|hide {object}",
            "hide|file|conceal {object} |away in|inside {fixture}",
            "shelve|archive|bank|hoard|save {object} |away in|inside {fixture}",
            "lock|tidy|bury|safeguard|preserve {object} |away in|inside {fixture}",
            "keep {object} safe|hidden in|inside {fixture}",
            "make {object} disappear|vanish in|into|inside {fixture}",
        ),
        (
            "{object} is in|inside {fixture}",
            "{object} is put|placed|stored|kept|put_away|stashed|hidden in|inside {fixture}",
            "{object} is dropped|locked|saved|shelved|buried|loaded|packed|contained in|inside {fixture}",
        ),
        arguments=1,
        fixture="drawer",
        manner="carried",
        possible=when.can_put_in_drawer,
        hindered=why.put_in_drawer,
        skill=skills.put(when.inside_drawer, over_walls=True, square=True),
        begins=Begin(drawer=DRAWER_OUT),
        told="put {object} in {fixture}",
    ),
    Task(
        "take_out_of_drawer",
        judge.take_out_of_drawer,
        (
            "take|get|bring|remove|pull|lift|move|fetch|grab|retrieve|extract {object} from|out_of {fixture}",
            "take|get|bring|pull|fetch {object} out from {fixture}",
            "lift|pick|take up {object} out_of|from {fixture}",
            "take|grab|pick_up|fetch {object} out_of|from {fixture} and put|place|set it on the desk|table",
            "out_of|from {fixture} take|get|bring|fetch|remove|retrieve {object}",
            "put|place|set|lay {object} from {fixture} on|onto the desk|table",
            "reach into {fixture} and take|pull|get|fetch out {object}",
            "go into {fixture} and take|bring|fetch {object} out",
            "move|bring {object} from inside {fixture} to the desk|table",
            "get {object} back out_of|from {fixture}",
            "make {object} come out of {fixture}",
            "have {object} taken|brought|moved out of {fixture}",
            "unload {object} from {fixture}",
            "pluck|dig|fish {object} out_of|out_from {fixture}",
            "empty {fixture} of {object}",
            "free|rescue {object} from {fixture}",
            "out_of|from {fixture} move|pull|lift|grab {object}",
            "out of {fixture} with {object}",
            "{object} comes|goes out of {fixture}",
            "take {object} away from {fixture}",
            "clear {object} out of {fixture}",
            "let {object} out of {fixture}",
            "hand me {object} from {fixture}",
            "withdraw|draw|collect|recover|regain|reclaim {object} from|out_of {fixture}",
            "salvage|gather|scoop|lift_out|rip|hook {object} from|out_of {fixture}",
            "rid|relieve|void {fixture} of {object}",
            "release|liberate|unpack|evacuate|expel|eject|exclude|oust|discharge {object} from {fixture}",
            "make {object} leave {fixture}",
            "let {object} leave {fixture}",
            "have {object} leave|come_out_of {fixture}",
            "see that {object} leaves|comes_out_of {fixture}",
            "{object} leaves {fixture}",
            "search|raid {fixture} for {object}",
            "find|look_for {object} in|inside {fixture} and take|bring|get it out",
            "pass me {object} from {fixture}",
            "transfer|relocate|shift|deliver {object} from {fixture} to the desk|table",
        ),
        (
            "{object} is out_of|outside {fixture}",
            "{object} is taken|brought|removed|retrieved out_of|from {fixture}",
            "{object} is not|no_longer in|inside {fixture}",
            "{object} is on the desk|table outside {fixture}",
            "{object} is recovered|collected|withdrawn|released|gone|unpacked|freed|away from {fixture}",
            "{object} is back on the desk|table and out of {fixture}",
        ),
        arguments=1,
        fixture="drawer",
        manner="carried",
        possible=when.can_take_out,
        hindered=why.take_out_of_drawer,
        skill=skills.put(when.on_free_desk, over_walls=True),
        begins=Begin(drawer=DRAWER_OUT, place="drawer"),
        told="took {object} out of {fixture}",
    ),
    Task(
        "put_in_tray",
        judge.put_in_tray,
        (
            *PUT_IN,
            "put|place|set|lay|drop|leave|deposit {object} on|onto {fixture}",
            "set|lay|put down {object} in|on {fixture}",
            "leave|park {object} in {fixture}",
            "on|onto {fixture} put|place|set|drop {object}",
            "on|onto {fixture} move|bring|leave|rest {object}",
            "serve|present|offer {object} on {fixture}",
            "use {fixture} to hold|carry {object}",
            "plant|lodge|settle|stick|plop|release|dump|arrange|lean|land {object} on|onto {fixture}",
            "display|exhibit|show {object} on {fixture}",
            "let {object} land|rest|lie on|in {fixture}",
            "have {object} served|placed|put on {fixture}",
        ),
        (
            "{object} is in|inside|on {fixture}",
            "{object} is put|placed|left|lying|sitting|deposited in|on {fixture}",
            "{object} is served|displayed|resting|dropped on|in {fixture}",
            "{object} is settled|landed|contained|loaded|arranged on|in {fixture}",
        ),
        arguments=1,
        fixture="tray",
        manner="carried",
        possible=when.can_put_in_tray,
        hindered=why.put_in_tray,
        skill=skills.put(when.inside_tray, over_walls=True),
        told="put {object} in {fixture}",
    ),
    Task(
        "stack",
        judge.stack,
        (
            "stack|put|place|set|lay|pile|rest|mount|perch {object} on|onto|on_top_of|upon|atop {other}",
            "put|place|set {object} down on|on_top_of {other}",
            "stack|pile up {object} on|on_top_of {other}",
            "on|onto|on_top_of|upon|atop {other} stack|put|place|set|lay {object}",
            "pick_up|take|grab|grasp {object} and put|place|stack|set|perch it on|onto|on_top_of {other}",
            "pick|lift {object} up and put|place|stack|set it on|onto|on_top_of {other}",
            "build|make a stack|tower with {object} on |top_of {other}",
            "let|make {object} stand|rest|sit on|on_top_of {other}",
            "use {other} as the base for|under {object}",
            "move|bring|lift|carry {object} up|over|across onto|on_top_of {other}",
            "carry|take {object} to {other} and put|place|set it on top",
            "top|crown {other} with {object}",
            "get {object} on|onto|on_top_of {other}",
            "have {object} placed|stacked on|on_top_of {other}",
            "balance|heap|load|sit|lean {object} on|onto|on_top_of {other}",
            "cover|cap {other} with {object}",
            "add {object} to the top of {other}",
            "on|onto|on_top_of|upon|atop {other} pile|rest|balance|move|bring|leave {object}",
            "on|onto|on_top_of|upon|atop {other} goes {object}",
            "on|on_top_of|atop {other} is where {object} should go|be|stand",
            "on|on_top_of {other} there should be {object}",
            "{object} goes|belongs on|on_top_of|atop {other}",
            "transfer|relocate {object} to the top of {other}",
            "take {object} and leave|rest|balance|drop it on|on_top_of {other}",
            "with {other} under|below it put|leave|place {object}",
            "make a pile of {object} over {other}",
            "make {other} carry|support|hold {object}",
            "plant|lodge|settle|stick|plop|release|land|base|assemble|lay_down {object} on|on_top_of {other}",
            "let {other} carry|support|hold|bear {object}",
            "surmount|overlay|roof|blanket|burden|lid {other} with {object}",
            "raise {object} onto|on_top_of {other}",
            "have {object} sit|rest|stand|land|lie on|on_top_of {other}",
            "let {object} ride|lie|land|settle on|on_top_of {other}",
            "erect|construct|form|assemble|create a stack|tower of {object} on {other}",
            "put {other} underneath|under {object}",
            "see that {object} rests|stands|sits on|on_top_of {other}",
            "layer|superimpose {object} on|onto|over {other}",
            "put|place|set {object} over|above {other}",
            "tower|raise {object} over {other}",
        ),
        (
            "{object} is on|on_top_of|upon|atop {other}",
            "{object} is stacked|standing|resting|sitting|placed|balanced|perched on|on_top_of {other}",
            "{other} is under|below|underneath|beneath {object}",
            "{object} is piled|put|left|lying|set on|on_top_of {other}",
            "{other} is covered|topped by|with {object}",
            "{object} is landed|settled|layered|loaded|heaped|supported|carried|raised on {other}",
            "{other} is supporting|carrying|bearing|holding {object}",
            "{other} is the base|support|foundation of {object}",
            "{object} is over|above|at_the_top_of {other}",
        ),
        arguments=2,
        manner="carried",
        possible=when.can_stack,
        hindered=why.stack,
        skill=skills.put(when.on_top),
        told="put {object} on {other}",
    ),
    Task(
        "put_left_of",
        judge.put_left_of,
        said(PUT_BESIDE, place=LEFT_OF, rare="leftward_of", converse="on|to its right"),
        said(BESIDE, place=LEFT_OF, rare="leftward_of"),
        arguments=2,
        manner="carried",
        possible=when.can_put_beside(when.LEFT),
        hindered=why.put_beside(when.LEFT, "to the left of"),
        skill=skills.put(when.beside_on(when.LEFT)),
        told="put {object} to the left of {other}",
    ),
    Task(
        "put_right_of",
        judge.put_right_of,
        said(PUT_BESIDE, place=RIGHT_OF, rare="rightward_of", converse="on|to its left"),
        said(BESIDE, place=RIGHT_OF, rare="rightward_of"),
        arguments=2,
        manner="carried",
        possible=when.can_put_beside(when.RIGHT),
        hindered=why.put_beside(when.RIGHT, "to the right of"),
        skill=skills.put(when.beside_on(when.RIGHT)),
        told="put {object} to the right of {other}",
    ),
    Task(
        "put_in_front_of",
        judge.put_in_front_of,
        said(PUT_BESIDE, place=IN_FRONT_OF, rare="in_the_foreground_of", converse="behind it"),
        said(BESIDE, place=IN_FRONT_OF, rare="in_the_foreground_of"),
        arguments=2,
        manner="carried",
        possible=when.can_put_beside(when.BACKWARD),
        hindered=why.put_beside(when.BACKWARD, "in front of"),
        skill=skills.put(when.beside_on(when.BACKWARD)),
        told="put {object} in front of {other}",
    ),
    Task(
        "put_behind",
        judge.put_behind,
        said(PUT_BESIDE, place=BEHIND, rare="beyond", converse="in_front_of|before it"),
        said(BESIDE, place=BEHIND, rare="beyond"),
        arguments=2,
        manner="carried",
        possible=when.can_put_beside(when.FORWARD),
        hindered=why.put_beside(when.FORWARD, "behind"),
        skill=skills.put(when.beside_on(when.FORWARD)),
        told="put {object} behind {other}",
    ),
)
"""All families, in the order in which tables print them."""

_BY_NAME = {task.name: task for task in TASKS}


def task_named(name: str) -> Task:
    """The family of that name; raises `UnknownTask` with the nearest ones."""
    if not one_of(name, _BY_NAME):
        raise UnknownTask(name)
    return _BY_NAME[name]


class UnknownTask(ValueError):
    """No family has this name."""

    def __init__(self, name: object) -> None:
        super().__init__(unknown_name("task family", name, _BY_NAME))


def goals_of(task: Task, n_objects: int) -> tuple[Goal, ...]:
    """Every way to fill the family's objects in a scene of n objects."""
    objects = range(n_objects)
    if task.arguments == 0:
        return (Goal(task.name),)
    if task.arguments == 1:
        return tuple(Goal(task.name, i) for i in objects)
    return tuple(Goal(task.name, i, j) for i in objects for j in objects if i != j)


def check_goal(goal: Any, n_objects: int) -> None:
    """Raises `UnknownTask`, or `BadArgument` for what is no goal in a scene of n objects."""
    if not isinstance(goal, Goal):
        raise BadArgument("a goal", "a Goal, such as Goal('lift', 0)", goal)
    task = task_named(goal.task)
    fits = all(whole(index, -1, n_objects - 1) for index in goal[1:])
    if not fits or goal not in goals_of(task, n_objects):
        which = "different objects' indices" if task.arguments > 1 else "an object's index"
        needs = f"{which}, from 0 to {n_objects - 1}, and -1 for the rest" if task.arguments else "no objects"
        raise BadArgument(f"what {task.name} is about", needs, tuple(goal[1:]))


def achieved(goal: Goal, before: State, after: State) -> NDArray[np.bool_]:
    """Whether the goal was reached between the two states; vectorised over leading axes."""
    return task_named(goal.task).judge(before, after, goal.object, goal.other)


def possible(goal: Goal, state: State) -> bool:
    """Whether the goal can be reached from here in one act, and is not reached already."""
    return task_named(goal.task).possible(state, goal.object, goal.other)


def hindrance(goal: Goal, state: State) -> Hindrance | None:
    """What there is against beginning: it is done already, or cannot be done; None if nothing clearly is."""
    return task_named(goal.task).hindered(state, goal.object, goal.other)
