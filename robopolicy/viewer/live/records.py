"""The values that views show: commands with their outcomes, what the scene looks like, the session's status.

All are immutable, so a view may hold one while the simulation goes on.
"""

from typing import Any, NamedTuple

from robopolicy.policies.base.intent import Intent
from robopolicy.viewer.live.suggestions import Suggestion
from sim.figures import Figure
from sim.state import Array
from sim.world import WorldKind

# Statuses of a command.
WAITING, DOING, DONE, STOPPED = "waiting", "doing", "done", "stopped"
REFUSED = "refused"  # the policy does not know how to do it
NOT_BEGUN = "not begun"  # done already, or impossible in this scene

# Modes of the session.
IDLE, BUSY, TELEOPERATED, REPLAYING = "idle", "busy", "teleoperated", "replaying"


class CommandRecord(NamedTuple):
    """One command that a visitor gave, and its outcome so far."""

    number: int  # 1, 2, ... in the order in which commands were given
    sentence: str
    status: str = WAITING
    level: str = ""  # level of "unseen" of `data.language.held_out`, if it was one of the suggestions
    understood: Intent | None = None
    why: str = ""  # why nothing was done, in a sentence
    happened: tuple[str, ...] = ()  # what happened, in words
    success: bool | None = None  # None: not a suggestion, so the goal it stands for is unknown
    seconds: float = 0.0  # simulated


class SceneUpdate(NamedTuple):
    """What a view draws at one moment."""

    number: int  # increases by one with each update
    scene_number: int  # increases by one whenever another scene is set up
    figures: tuple[Figure, ...]  # of the scene
    poses: Array  # (F, 7) position m and orientation xyzw of every figure, world frame
    lights: tuple[bool, ...]  # which of the bulbs among the figures are on


class LiveStatus(NamedTuple):
    """Everything a view shows that is not in the 3D scene."""

    version: int  # increases by one whenever any of this changes
    checkpoint: str
    scene: Any  # a `sim.world.Scene`
    kind: WorldKind  # of world
    history: tuple[CommandRecord, ...] = ()  # oldest first
    suggestions: tuple[Suggestion, ...] = ()
    mode: str = IDLE  # IDLE, BUSY, TELEOPERATED or REPLAYING
    error: str = ""  # why the latest request could not be granted, in a sentence
    real_time_factor: float = 1.0  # simulated seconds per real second, during the latest command
