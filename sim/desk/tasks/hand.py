"""What the hand does by itself: it opens and closes, goes up and goes home. Nothing else changes."""

from collections.abc import Callable

import numpy as np

from sim.bullet.arm import HOME_POSE, MAX_OPENING
from sim.bullet.kinematics import REACH
from sim.contact import between_fingers
from sim.desk.contact import OPEN_HAND, SNUG, in_hand
from sim.desk.layouts import GRIP_WIDTHS
from sim.desk.tasks.aftermath import dropped, hand_to
from sim.desk.tasks.motions import CLOSE, OPEN, Skill, Style, go_to, heading_of
from sim.desk.tasks.resting import rest, round_handle
from sim.desk.tasks.symbols import Rng
from sim.desk.tasks.task import Judge, Task
from sim.desk.tasks.unchanged import only_the_hand_moved
from sim.state import Array, State
from sim.task import Goal, Truth

WIDE = 0.070  # m between the fingers, of 8 cm: wide open
SHUT = 0.010  # m between the fingers, with nothing between them: closed
RAISED = 0.08  # m higher than before: the hand was raised
TOP = 0.35  # m: here the hand is as high as it needs to go, whatever it was before
RAISE_TO = 0.38  # m: where the expert raises it to; the workspace ends at 42 cm
HOME = np.array(HOME_POSE[0])  # m
AT_HOME, FROM_HOME = 0.03, 0.06  # m from home: there, and far enough to be sent there
ALONE = 0.09  # m from the tool to anything: fingers that close there meet nothing

Holds = Callable[[State], Truth]


# -- done -----------------------------------------------------------------------------------------


def is_wide_open(state: State) -> Truth:
    """Whether the hand is wide open: (...,)."""
    return state.gripper >= WIDE


def is_closed(state: State) -> Truth:
    """Whether the fingers are as near to each other as what is between them allows: (...,)."""
    between = np.full(state.gripper.shape, SHUT - SNUG)
    for obj in range(state.n_objects):
        width = state.size(obj)[..., :2].min(-1)
        held = between_fingers(state.pos(obj) - state.ee_pos)
        between = np.where(held, np.maximum(between, width), between)
    for row, width in enumerate(GRIP_WIDTHS, state.n_objects):
        held = between_fingers(state.pos(row) - state.ee_pos)
        between = np.where(held, np.maximum(between, width), between)
    return state.gripper < between + SNUG


def is_home(state: State) -> Truth:
    """Whether the hand is where it begins: (...,)."""
    return np.linalg.norm(state.ee_pos - HOME, axis=-1) <= AT_HOME


def became(holds: Holds) -> Judge:
    """It was not so and is so, and nothing but the hand moved."""

    def judge(before: State, after: State, obj: int = -1, other: int = -1) -> Truth:
        return ~holds(before) & holds(after) & only_the_hand_moved(before, after)

    return judge


def raised(before: State, after: State, obj: int = -1, other: int = -1) -> Truth:
    """The hand is clearly higher than before, or as high as it needs to go; nothing but the hand moved."""
    low, high = before.ee_pos[..., 2], after.ee_pos[..., 2]
    return ((high - low >= RAISED) | ((high >= TOP) & (low < TOP))) & only_the_hand_moved(before, after)


# -- possible -------------------------------------------------------------------------------------


def can_open(state: State, obj: int = -1, other: int = -1) -> bool:
    """It is not open, and what it holds falls on nothing."""
    held = [i for i in range(state.n_objects) if in_hand(state, i)]
    below = [k for k in range(state.n_objects) if k not in held]
    gaps = [np.hypot(*(state.pos(k) - state.pos(i))[:2]) for i in held for k in below]
    return bool(state.gripper < OPEN_HAND) and all(gap >= ALONE for gap in gaps)


def can_close(state: State, obj: int = -1, other: int = -1) -> bool:
    """It is not closed, and nothing is near that the fingers would shove."""
    gaps = np.linalg.norm(state.things[:, :3] - state.ee_pos, axis=1)
    return not is_closed(state) and bool((gaps >= ALONE).all())


def can_rise(state: State, obj: int = -1, other: int = -1) -> bool:
    """There is far enough to go, where the arm reaches so high."""
    return bool(state.ee_pos[2] <= RAISE_TO - RAISED - 0.02 and np.hypot(*state.ee_pos[:2]) < REACH)


def can_go_home(state: State, obj: int = -1, other: int = -1) -> bool:
    """It is not there."""
    return bool(np.linalg.norm(state.ee_pos - HOME) >= FROM_HOME)


# -- doing it -------------------------------------------------------------------------------------


def move_fingers(grip: float, done: Holds) -> Skill:
    """Open or close the fingers where the hand is."""

    def skill(state: State, obj: int, other: int, style: Style) -> Array:
        if done(state):
            return rest(state)
        return go_to(state, state.ee_pos, heading_of(state), grip, style)

    return skill


def go_up(state: State, obj: int, other: int, style: Style) -> Array:
    """Straight up, holding on to what is in the hand."""
    x, y, _ = state.ee_pos
    return carry_hand(state, np.array([x, y, RAISE_TO]), style)


def go_home(state: State, obj: int, other: int, style: Style) -> Array:
    """Up or down to the height of its home first, holding on to what is in the hand."""
    return carry_hand(state, HOME, style)


def carry_hand(state: State, point: Array, style: Style) -> Array:
    """Bring the hand to a point, (3,) m, rising before it travels; only a handle is let go of."""
    if round_handle(state) and state.gripper < OPEN_HAND:
        return go_to(state, state.ee_pos, heading_of(state), OPEN, style)
    gap = point - state.ee_pos
    if np.linalg.norm(gap) < 0.008:
        return rest(state)
    freedom = float(np.clip(1 - (gap[2] - 0.015) / 0.04, 0, 1))
    target = state.ee_pos + [freedom * gap[0], freedom * gap[1], gap[2]]
    return go_to(state, target, heading_of(state), float(rest(state)[6]), style)


# -- foreseen -------------------------------------------------------------------------------------


def _opened(state: State, goal: Goal, rng: Rng) -> State:
    return hand_to(dropped(state), state.ee_pos, MAX_OPENING)


def _closed(state: State, goal: Goal, rng: Rng) -> State:
    return hand_to(state, state.ee_pos, 0.0)


def _raised(state: State, goal: Goal, rng: Rng) -> State:
    x, y, _ = state.ee_pos
    return hand_to(state, np.array([x, y, RAISE_TO]))


def _home(state: State, goal: Goal, rng: Rng) -> State:
    return hand_to(state, HOME)


# -- the families ---------------------------------------------------------------------------------

HAND_TASKS = (
    Task(
        "open_hand",
        became(is_wide_open),
        (
            "open your|the hand|gripper |wide",
            "open up your|the hand|gripper",
            "open your|the fingers |wide",
            "spread|part your|the fingers",
            "get your|the hand|gripper|fingers open",
            "make your|the hand|gripper open",
            "have your|the hand|gripper|fingers open",
            "let go |of_it|of_what_you_hold|of_whatever_you_hold",
            "release it|what_you_hold|what_you_are_holding|your_grip|the_grip",
            "loosen|undo|end your|the grip|grasp",
            "drop it|what_you_hold|what_you_are_holding|whatever_you_hold",
            "unclench|unclose your|the hand|fingers|fist",
            "widen|extend|stretch your|the fingers|gripper",
            "bring|move the fingers apart",
            "fingers apart|open",
            "set it free",
        ),
        (
            "your hand|gripper is open|wide_open|opened|empty",
            "the hand|gripper is open|wide_open|opened|empty",
            "nothing is held|gripped |any_more",
        ),
        held_out=(
            "spread your|the fingers",
            "get your|the hand|gripper|fingers open",
            "release it|your_grip|the_grip",
            "fingers apart",
            "the hand|gripper is opened",
        ),
        possible=can_open,
        skill=move_fingers(OPEN, is_wide_open),
        settles=True,
        told="opened the hand",
        contrasts=(("state", "close_hand"),),
        after=_opened,
    ),
    Task(
        "close_hand",
        became(is_closed),
        (
            "close|shut your|the hand|gripper",
            "close up your|the hand|gripper",
            "close|shut your|the fingers |tight|together",
            "make a fist",
            "ball|turn your|the hand into a fist",
            "get your|the hand|gripper|fingers closed|shut",
            "make your|the hand|gripper close|shut",
            "have your|the hand|gripper|fingers closed|shut",
            "bring|put|press|squeeze|move your|the fingers together",
            "clench your|the hand|fist|fingers|gripper",
            "tighten|clamp your|the hand|gripper|fingers",
            "fingers together|closed",
            "fold your|the fingers |in",
        ),
        ("your hand|gripper is closed|shut|not_open", "the hand|gripper is closed|shut|not_open"),
        held_out=(
            "make a fist",
            "get your|the hand|gripper|fingers closed",
            "squeeze your|the fingers together",
            "the hand|gripper is not_open",
        ),
        possible=can_close,
        skill=move_fingers(CLOSE, lambda state: state.gripper < SHUT / 2),
        settles=True,
        told="closed the hand",
        after=_closed,
    ),
    Task(
        "raise_hand",
        raised,
        (
            "raise|lift your|the hand|arm|gripper |up|high|higher",
            "lift|put up your|the hand|arm|gripper",
            "move|bring|take|pull|put your|the hand|arm|gripper up|higher|high_up|upwards",
            "go up |with_your_hand|with_the_hand|with_your_arm|with_the_gripper",
            "move up|upwards|higher",
            "hand|arm up |high",
            "up with your|the hand|arm|gripper",
            "get your|the hand|arm up |high",
            "make your|the hand|arm|gripper go up|higher",
            "have your|the hand|arm raised|up|high_up",
            "let your|the hand|arm rise|go_up",
            "elevate|hoist your|the hand|arm|gripper",
            "reach up |high",
        ),
        (
            "your hand|arm|gripper is up|raised|high_up|higher |than_before",
            "the hand|arm|gripper is up|raised|high_up|higher |than_before",
        ),
        held_out=(
            "go up |with_your_hand|with_the_hand|with_your_arm|with_the_gripper",
            "get your|the hand|arm up |high",
            "elevate your|the hand|arm|gripper",
            "the hand|arm|gripper is raised",
        ),
        possible=can_rise,
        skill=go_up,
        settles=True,
        told="raised the hand",
        after=_raised,
    ),
    Task(
        "go_home",
        became(is_home),
        (
            "go|move|get|drive|travel home|back_home|to_home",
            "go|move|get back |to_home|to_your_home_position|to_the_home_position|to_where_you_began",
            "go|move|return to your|the home|start|starting|initial|rest|resting position|pose|place",
            "return |home|to_where_you_started|to_where_you_began|to_the_start",
            "take|bring|move|put your|the hand|arm|gripper home|back_home|back_to_its_start",
            "take|bring|move|put your|the hand|arm|gripper to its home|starting|initial position|pose|place",
            "make your|the hand|arm|gripper go home|back",
            "have your|the hand|arm|gripper back home",
            "reset your|the hand|arm|position|pose",
            "withdraw|retreat|retire |home",
            "back to home|the_start|your_place",
            "home your|the hand|arm|gripper",
        ),
        (
            "your hand|arm|gripper is home|back_home|at_home|at_its_start|back_at_its_start",
            "the hand|arm|gripper is home|back_home|at_home|at_its_start|back_at_its_start",
        ),
        held_out=(
            "go|move|get back to_where_you_began",
            "make your|the hand|arm|gripper go home|back",
            "reset your|the hand|arm|position|pose",
            "the hand|arm|gripper is at_its_start",
        ),
        possible=can_go_home,
        skill=go_home,
        settles=True,
        told="brought the hand home",
        after=_home,
    ),
)
