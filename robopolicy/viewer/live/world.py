"""The world of a live session: stepped in real time, and published to all views on the way."""

from collections.abc import Callable
from typing import Any

from robopolicy.viewer.live.real_time import RealTimeClock
from robopolicy.viewer.live.records import REPLAYING, SceneUpdate
from robopolicy.viewer.live.shared import SharedState
from sim.observation import Observation
from sim.state import Array, State
from sim.world import WorldKind


class LiveWorld:
    """One world of a kind; only the simulation's thread may call it.

    Each control step is published in `parts` updates of the scene. Attributes: `scene`; `state`, the true
    state at the end of the latest control step; `clock`; `replaying`, whether recorded states of another
    scene are on show.
    """

    def __init__(self, kind: WorldKind, scene: Any, shared: SharedState, speed: float, parts: int) -> None:
        self.clock = RealTimeClock(speed)
        self.replaying = False
        self._kind, self._shared, self._parts = kind, shared, parts
        self._world = kind.open()
        self._scene_number = 0
        self.build(scene)

    def build(self, scene: Any) -> None:
        """Set up a scene and publish it."""
        self.scene, self.state = scene, self._world.build(scene)
        self._sensor, self._figures = self._kind.sensor(scene), self._kind.figures(scene, self.state)
        self._publish_scene()

    def observe(self) -> Observation:
        """What the sensors see of the state; call it once for each control step."""
        return self._sensor.observe(self.state)

    def step(self, action: Array) -> list[SceneUpdate]:
        """One control step with an action (7,), in real time; returns the updates that were published."""
        updates = []
        for part, poses in enumerate(self._kind.steps(self._world, action, self._parts), 1):
            if part == self._parts:
                self.state = self._world.state()
            updates.append(self._shared.publish(self._scene_number, self._figures, poses, self.state))
            self.clock.wait(self.period)
        return updates

    @property
    def period(self) -> float:
        """Simulated seconds between two updates of a control step."""
        return 1 / (self._kind.spec.control_hz * self._parts)

    def replay(self, scene: Any, states: State, stopped: Callable[[], bool]) -> None:
        """Show recorded states (T, ...) of another scene in real time, until `stopped`; not simulated."""
        puppet = self._kind.open()
        try:
            puppet.build(scene)
            figures = self._kind.figures(scene, states.at(0))
            self._scene_number, self.replaying = self._scene_number + 1, True
            self._shared.set_status(scene=scene, mode=REPLAYING)
            self.clock.start()
            for t in range(len(states.gripper)):
                poses = self._kind.show(puppet, states.at(t))
                self._shared.publish(self._scene_number, figures, poses, states.at(t))
                self.clock.wait(1 / self._kind.spec.control_hz)
                if stopped():
                    return
        finally:
            puppet.close()

    def end_replay(self) -> None:
        """Show this world again, if recorded states are on show."""
        if self.replaying:
            self._publish_scene()

    def close(self) -> None:
        """Close the world."""
        self._world.close()

    def _publish_scene(self) -> None:
        self._scene_number, self.replaying = self._scene_number + 1, False
        self._shared.set_status(scene=self.scene)
        poses = self._kind.poses(self._world)
        self._shared.publish(self._scene_number, self._figures, poses, self.state)
