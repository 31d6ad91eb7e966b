"""What was said at a live desk, what came of it, and how the desk stands: values that views show."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from robopolicy.policies.base.intent import Intent
from robopolicy.viewer.suggestions import Suggestion
from sim.desk.scene import Scene
from sim.state import Array

WAITING, DOING, DONE, STOPPED = "waiting", "doing", "done", "stopped"
REFUSED, NOT_BEGUN = "refused", "not begun"  # out of its depth; done already, or impossible here
FREE, BUSY, LED, RECORDED = "free", "busy", "led by a person", "recorded play is on show"


class Exchange(NamedTuple):
    """One command and its outcome so far."""

    number: int
    sentence: str
    status: str = WAITING
    level: str = ""  # of unseen, if the sentence was a suggestion
    understood: Intent | None = None
    why: str = ""  # why nothing was done, in a sentence
    happened: tuple[str, ...] = ()  # in words
    success: bool | None = None  # None: what the sentence asks for is not known
    seconds: float = 0.0  # simulated


class Frame(NamedTuple):
    """What is to be seen at an instant."""

    number: int  # grows with every frame
    built: int  # grows when another scene is set up
    poses: Array  # (F, 7) as `World.poses`
    lights: tuple[bool, bool]  # as `State.lights`


class Recording(NamedTuple):
    """All that was to be seen of one command."""

    scene: Scene
    sentence: str
    says: str  # how it ended, in words
    poses: NDArray[np.float32]  # (T, F, 7)
    lights: NDArray[np.bool_]  # (T, 2)
    period: float  # s between two instants


def recording_of(scene: Scene, one: Exchange, frames: Sequence[Frame], period: float) -> Recording:
    """What is to be kept of a command and its frames, `period` seconds apart."""
    return Recording(
        scene,
        one.sentence,
        "; ".join(one.happened) or "nothing that has a name",
        np.stack([frame.poses for frame in frames]).astype(np.float32),
        np.array([frame.lights for frame in frames]),
        period,
    )


class Standing(NamedTuple):
    """How the desk stands."""

    version: int  # grows whenever any of this changes
    checkpoint: str
    scene: Scene
    history: tuple[Exchange, ...] = ()  # oldest first
    suggestions: tuple[Suggestion, ...] = ()
    at: str = FREE  # what the desk is at: FREE, BUSY, LED or RECORDED
    trouble: str = ""  # why the last wish could not be granted
    factor: float = 1.0  # simulated seconds per real one, of the last command
