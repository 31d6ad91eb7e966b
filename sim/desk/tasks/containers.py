"""Containers: putting an object into the drawer or the tray, and taking it out of the drawer."""

import numpy as np

from sim.desk.constants import DRAWER, TRAY
from sim.desk.contact import released
from sim.desk.layouts import DRAWER_FLOOR, TRAY_FLOOR
from sim.desk.tasks.drawer import DRAWER_OUT
from sim.desk.tasks.geometry import DRAWER_OPEN, bottom, in_drawer, in_tray, on_desk
from sim.desk.tasks.hindrances import DRAWER_AJAR, LOW, take
from sim.desk.tasks.motions import put
from sim.desk.tasks.room import Spot, drawer_middle, graspable, is_clear, on_free_desk
from sim.desk.tasks.symbols import Symbols, dragged, put_at
from sim.desk.tasks.task import Begin, Task
from sim.rotations import leftward
from sim.state import State
from sim.task import DONE, IMPOSSIBLE, Hindrance, Truth

FAR_FROM_DRAWER = 0.155  # m from its middle: 3 cm beyond its corners


# -- done -----------------------------------------------------------------------------------------


def put_into_drawer(before: State, after: State, obj: int, other: int = -1) -> Truth:
    """It was outside and is inside, let go of."""
    return ~in_drawer(before, obj) & in_drawer(after, obj) & released(after, obj)


def taken_out_of_drawer(before: State, after: State, obj: int, other: int = -1) -> Truth:
    """It was inside and stands on the desk, let go of."""
    return in_drawer(before, obj) & on_desk(after, obj) & ~in_drawer(after, obj) & released(after, obj)


def put_into_tray(before: State, after: State, obj: int, other: int = -1) -> Truth:
    """It was outside and is inside, let go of."""
    return ~in_tray(before, obj) & in_tray(after, obj) & released(after, obj)


# -- possible -------------------------------------------------------------------------------------


def inside_drawer(state: State, obj: int, other: int = -1) -> Spot | None:
    """The middle of what is open of the drawer, if nothing is in it."""
    if state.joint(DRAWER) < DRAWER_OPEN + 0.015 or any(in_drawer(state, i) for i in range(state.n_objects)):
        return None
    return Spot(drawer_middle(state), DRAWER_FLOOR)


def inside_tray(state: State, obj: int, other: int = -1) -> Spot | None:
    """The middle of the tray, or else a place beside it."""
    yaw = float(state.yaw(TRAY))
    for shift in (0.0, 0.055, -0.055):
        xy = state.pos(TRAY)[:2] + shift * leftward(yaw)
        if is_clear(state, xy, (obj,), 0.075):
            return Spot(xy, TRAY_FLOOR)
    return None


def can_put_in_drawer(state: State, obj: int, other: int = -1) -> bool:
    """The hand can grasp it, and the drawer is open and empty."""
    return graspable(obj, state) and not in_drawer(state, obj) and inside_drawer(state, obj) is not None


def can_take_out(state: State, obj: int, other: int = -1) -> bool:
    """It is in the drawer, the hand can grasp it there, and there is room on the desk."""
    return bool(in_drawer(state, obj)) and graspable(obj, state) and on_free_desk(state, obj) is not None


def can_put_in_tray(state: State, obj: int, other: int = -1) -> bool:
    """The hand can grasp it, and there is room in the tray."""
    return graspable(obj, state) and not in_tray(state, obj) and inside_tray(state, obj) is not None


# -- hindered -------------------------------------------------------------------------------------


def inside_already_or_shut(state: State, obj: int, other: int = -1) -> Hindrance | None:
    """Against putting it into the drawer: it is inside, cannot be taken, or the drawer is shut."""
    if in_drawer(state, obj) and released(state, obj):
        return Hindrance(DONE, "{0} is in the drawer already", (obj,))
    shut = Hindrance(IMPOSSIBLE, "the drawer is shut") if state.joint(DRAWER) <= DRAWER_AJAR else None
    return take(state, obj) or shut


def outside_already(state: State, obj: int, other: int = -1) -> Hindrance | None:
    """Against taking it out of the drawer: it is outside, or cannot be taken."""
    far = np.hypot(*(state.pos(obj)[:2] - drawer_middle(state))) > FAR_FROM_DRAWER
    if far and bottom(state, obj) < LOW and released(state, obj):
        return Hindrance(DONE, "{0} is not in the drawer", (obj,))
    return take(state, obj)


def in_tray_already(state: State, obj: int, other: int = -1) -> Hindrance | None:
    """Against putting it into the tray: it is there, or cannot be taken."""
    if in_tray(state, obj) and released(state, obj):
        return Hindrance(DONE, "{0} is in the tray already", (obj,))
    return take(state, obj)


def _can_be_taken_crosswise(state: State, obj: int, other: int = -1) -> bool:
    """In a chain of commands: what is long may lie crosswise in the drawer, with no room for the fingers."""
    return bool(np.ptp(state.size(obj)[:2]) < 0.01)


# -- in words -------------------------------------------------------------------------------------

_PUT_IN = (
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
    "plant|install|enclose|house|lodge|settle {object} in|into|inside {fixture}",
    "ship|bury|dump|stick|plop|sink|release {object} in|into|inside {fixture}",
    "shift|scoop|send|lead|steer|usher|funnel {object} into {fixture}",
    "include {object} in {fixture}",
    "introduce|submit|commit|consign|entrust {object} to {fixture}",
    "let {fixture} hold|contain|receive|have {object}",
    "make {fixture} hold|contain|receive {object}",
    "have {object} end up in|inside {fixture}",
    "{object} ends up in|inside {fixture}",
    "{fixture} gets|receives {object}",
    "see that {object} gets|goes in|into|inside {fixture}",
    "find a place in|inside {fixture} for {object}",
    "supply|equip|furnish {fixture} with {object}",
)
_HELD_OUT = (
    "pick|lift {object} up and put|place|drop|set it in|into|inside {fixture}",
    "in|into|inside {fixture} put|place|drop|set|lay {object}",
    "get {object} in|into|inside {fixture}",
    "throw|load {object} in|into|inside {fixture}",
    "{object} goes|belongs in|into|inside {fixture}",
)

# -- the families ---------------------------------------------------------------------------------

CONTAINER_TASKS = (
    Task(
        "put_in_drawer",
        put_into_drawer,
        (
            *_PUT_IN,
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
        held_out=(
            *_HELD_OUT,
            "hide {object} |away in|inside {fixture}",
            "{object} is put in|inside {fixture}",
        ),
        possible=can_put_in_drawer,
        hindered=inside_already_or_shut,
        skill=put(inside_drawer, over_walls=True, square=True),
        arguments=1,
        fixture="drawer",
        manner="carried",
        begins=Begin(drawer=DRAWER_OUT),
        told="put {object} in {fixture}",
        appeal=2.0,
        contrasts=(("thing", "put_in_tray"),),
        symbols=Symbols(put_at(inside_drawer, (0.015, 0.015)), leaving=dragged, weight=2.5),
    ),
    Task(
        "take_out_of_drawer",
        taken_out_of_drawer,
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
        held_out=(
            "out_of|from {fixture} take|get|bring|fetch|remove {object}",
            "move|bring {object} from inside {fixture} to the desk|table",
            "get {object} back out_of|from {fixture}",
            "{object} is taken out_of|from {fixture}",
        ),
        possible=can_take_out,
        hindered=outside_already,
        skill=put(on_free_desk, over_walls=True),
        arguments=1,
        fixture="drawer",
        manner="carried",
        begins=Begin(drawer=DRAWER_OUT, place="drawer"),
        told="took {object} out of {fixture}",
        appeal=4.0,
        symbols=Symbols(
            put_at(on_free_desk, (0.02, 0.02)), clear=_can_be_taken_crosswise, leaving=dragged, weight=12.0
        ),
    ),
    Task(
        "put_in_tray",
        put_into_tray,
        (
            *_PUT_IN,
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
        held_out=(
            *_HELD_OUT,
            "on|onto {fixture} put|place|set|drop {object}",
            "on|onto {fixture} move|bring|leave|rest {object}",
            "{object} is put in|on {fixture}",
        ),
        possible=can_put_in_tray,
        hindered=in_tray_already,
        skill=put(inside_tray, over_walls=True),
        arguments=1,
        fixture="tray",
        manner="carried",
        told="put {object} in {fixture}",
        symbols=Symbols(put_at(inside_tray, (0.025, 0.04)), leaving=dragged, weight=0.6),
    ),
)
