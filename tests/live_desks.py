"""A live desk whose policy is the scripted expert, and what is needed to watch it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from robopolicy.policies.base.intent import Intent
from robopolicy.runtime.scene_request import SceneRequest
from robopolicy.viewer.live.records import DONE, NOT_BEGUN, REFUSED, STOPPED, CommandRecord
from robopolicy.viewer.live.session import LiveConfig, LiveSession
from sim.desk.tasks import expert
from sim.kinds.desk import DESK
from sim.observation import Observation
from sim.state import Array
from sim.task import Goal
from tests.stub_agents import Forgetful

OPEN, CLOSE = "open the drawer", "close the drawer"


class Obedient(Forgetful):
    """Knows two sentences by heart, and looks at the world itself; "dance" makes it wave for ever."""

    desk: LiveSession

    def reset(self, commands: list[str], names: list[tuple[str, ...]]) -> list[Intent]:
        family = {OPEN: "open_drawer", CLOSE: "close_drawer"}.get(commands[0], "hold still")
        self.goal = Goal(family) if family != "hold still" else None
        self.dances, self.step = commands[0] == "dance", 0
        return [Intent(family, "drawer", "", 0.9, refused=commands[0] == "make me a coffee")]

    def act(self, observation: Observation) -> Array:
        self.step += 1
        if self.goal is None:
            return np.array([[0, np.sin(self.step) if self.dances else 0, 0, 0, 0, 0, 1.0]])
        return expert.act(self.desk.state, self.goal)[None]


@contextmanager
def desk_at_work(seed: int = 1, *, speed: float = 10.0, **options: Any) -> Iterator[LiveSession]:
    """A running desk whose drawer is shut at first; ten times as fast as real."""
    made = Obedient()
    request = SceneRequest(DESK, seed=shut(seed))
    desk = LiveSession(LiveConfig(speed=speed, **options), request, lambda *_: made)
    made.desk = desk
    desk.start()
    try:
        yield desk
    finally:
        desk.close()


def shut(seed: int) -> int:
    """A seed, from this one on, of a scene whose drawer is shut."""
    return next(s for s in range(seed, seed + 100) if SceneRequest(DESK, seed=s).scene().joints[0] == 0)


def finished(desk: LiveSession, number: int, seconds: float = 90.0) -> CommandRecord:
    """A command's outcome, once there is one."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        one = next(one for one in desk.shared.status.history if one.number == number)
        if one.status in (DONE, STOPPED, REFUSED, NOT_BEGUN):
            return one
        time.sleep(0.01)
    raise AssertionError(f"command {number} is not finished after {seconds} s")
