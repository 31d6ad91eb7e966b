"""One physics world of the desk in PyBullet. Body ids and client numbers stay inside this room.

The world is rebuilt from its `Scene` at every reset. That takes a few milliseconds and makes it exactly
deterministic, which Bullet's saveState is not: sleeping islands and cached contacts are not part of it.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.bullet import arm as panda
from sim.bullet.actuation import Actuation
from sim.bullet.client import pybullet, silence
from sim.bullet.egl import load_egl
from sim.bullet.kinematics import joint_targets
from sim.bullet.reach import begin, jacobian
from sim.bullet.solver import Solver
from sim.common.action import seven
from sim.common.checks import one_of, whole
from sim.common.errors import (
    BadArgument,
    BadParts,
    BadRate,
    ClosedWorld,
    EmptyWorld,
    NoPhysics,
    NoVisuals,
    UnknownRenderer,
)
from sim.desk.build import set_up
from sim.desk.constants import BUTTON, CONTROL_HZ, PHYSICS_HZ, PRESSED, RELEASED
from sim.desk.layouts import LEVER_TRAVEL, Points, layout_of
from sim.desk.photo import Floats, Light, paint_bulbs, take_picture
from sim.desk.posing import pose_as
from sim.desk.rows import Rows
from sim.desk.scene import Scene
from sim.desk.snapshot import Snapshot, check_snapshot, moving_parts, put_back
from sim.desk.visuals import poses_of
from sim.randomize.dynamics import Dynamics
from sim.state import Array, State

TIME_STEP = 1 / PHYSICS_HZ  # s
SETTLING = 12  # steps of physics after building, for things to settle on the desk
FINGER_SPEED = 0.25  # m/s


class World:
    """A desk in its own physics client. `build` a scene, then `step` actions of seven numbers."""

    def __init__(
        self, control_hz: int = CONTROL_HZ, visuals: bool = False, renderer: Literal["tiny", "egl"] = "tiny"
    ) -> None:
        if not one_of(renderer, ("tiny", "egl")):
            raise UnknownRenderer(renderer)
        if not whole(control_hz, 1, PHYSICS_HZ) or PHYSICS_HZ % control_hz:
            raise BadRate(control_hz, PHYSICS_HZ)
        self._client: int = pybullet.connect(pybullet.DIRECT)
        if self._client < 0:
            raise NoPhysics
        self._visuals = visuals
        self._renderer: int = pybullet.ER_TINY_RENDERER
        self.scene: Scene | None = None
        if visuals and renderer == "egl":
            self._take_egl()
        self._substeps = PHYSICS_HZ // control_hz

    def _take_egl(self) -> None:
        try:
            load_egl(self._client)
        except BaseException:
            self.close()
            raise
        self._renderer = pybullet.ER_BULLET_HARDWARE_OPENGL

    # -- building --------------------------------------------------------------------------------

    def build(self, scene: Scene) -> State:
        """Take down what there is and set the scene up; returns its first state.

        Raises `ClosedWorld`, and `BadArgument` for what is no scene.
        """
        if not isinstance(scene, Scene):
            raise BadArgument("a scene", "a Scene, as draw_scene draws or Scene.from_dict reads one", scene)
        self._set_up(scene)
        self._hold(begin(self._client, self._arm, scene.dynamics), panda.MAX_OPENING)
        self._detent()
        for _ in range(SETTLING):
            pybullet.stepSimulation(self._client)
        self._read()
        return self.state()

    def _set_up(self, scene: Scene) -> None:
        if self._client < 0:
            raise ClosedWorld
        p, client = pybullet, self._client
        p.resetSimulation(physicsClientId=client)
        p.setPhysicsEngineParameter(
            fixedTimeStep=TIME_STEP, deterministicOverlappingPairs=1, physicsClientId=client
        )
        dynamics = scene.dynamics
        self._solver = Solver(client, dynamics)
        p.setGravity(*dynamics.gravity, physicsClientId=client)
        self.scene, self._led, self._armed = scene, scene.led, True
        self._lever_up: bool | None = None
        self._painted: tuple[bool, bool] | None = None
        layout = layout_of(scene.layout, scene.shifts)
        self._points = Points(layout)
        self._rows = Rows(scene, layout.poses[:, 2])
        self._actuation = Actuation(dynamics)
        self._gains = (dynamics.actuator_gain,) * 7
        self._torques = [dynamics.force_limit * torque for torque in panda.TORQUE]
        self._grip = dynamics.force_limit * panda.GRIP_FORCE
        self._detent_torque = dynamics.detent
        self._bodies = set_up(client, scene, self._visuals)
        self._fixtures, self._objects, self._arm, _ = self._bodies
        self._read()

    def save(self) -> Snapshot:
        """The state of the physics now, to be restored here or in another world."""
        scene = self._standing()
        moving = moving_parts(self._client, self._bodies)
        return Snapshot(scene, *moving, self._led, self._armed, self._actuation.pending)

    def restore(self, snapshot: Snapshot) -> State:
        """Rebuild the world as it was saved; returns that state. Raises `BadSnapshot`."""
        check_snapshot(snapshot)
        self._set_up(snapshot.scene)
        put_back(self._client, self._bodies, snapshot)
        self._led, self._armed = snapshot.led, snapshot.armed
        self._actuation = Actuation(snapshot.scene.dynamics, snapshot.pending)
        self._read()
        return self.state()

    # -- stepping --------------------------------------------------------------------------------

    def step(self, action: Array | Sequence[float]) -> State:
        """Carry out one action of `Box(-1, 1, (7,))` for one control period; returns the state after it.

        xyz is a shift of the tool in the world frame (1 = 5 cm), the next three an axis-angle turn
        in the world frame (1 = 0.35 rad), the last the opening of the gripper (1 open, -1 closed).
        All of it is relative to where the tool is, not to where it was last sent. Dynamics that are not
        nominal may delay, turn and scale it.
        """
        self._command(action)
        self._advance()
        self._read()
        self._toggle_led()
        return self.state()

    def steps(self, action: Array | Sequence[float], parts: int) -> Iterator[Array]:
        """As `step`, but yields `poses` after each of so many parts of the control period.

        The world ends in the same state as after `step`, bit for bit. Raises `BadParts`.
        """
        if not whole(parts, 1, self._substeps) or self._substeps % parts:
            raise BadParts(parts, self._substeps)
        self._command(action)
        for part in range(parts):
            for _ in range(self._substeps // parts):
                pybullet.stepSimulation(self._client)
            if part == parts - 1:
                self._read()
                self._toggle_led()
            yield self.poses()

    def _command(self, action: Array | Sequence[float]) -> None:
        self._standing()
        a = self._actuation([min(max(v, -1.0), 1.0) for v in seven(action)])
        opening = (a[6] + 1) / 2 * panda.MAX_OPENING
        self._solver.adapt(self._q[7] + self._q[8], opening)
        self._hold(self._joint_targets(a), opening)
        self._detent()

    def obey(self, dynamics: Dynamics) -> None:
        """From now on delay, turn and scale actions as these dynamics say; pending actions are dropped."""
        self._actuation = Actuation(dynamics)

    def _advance(self) -> None:
        step, client = pybullet.stepSimulation, self._client
        for _ in range(self._substeps):
            step(client)

    def _joint_targets(self, a: Sequence[float]) -> list[float]:
        tool = jacobian(self._client, self._arm, self._q)
        return joint_targets(tool, self._q[:7], self._tool, self._quat, a)

    def _hold(self, q: Sequence[float] | Array, opening: float) -> None:
        p, client = pybullet, self._client
        p.setJointMotorControlArray(
            self._arm, panda.ARM, p.POSITION_CONTROL, q, forces=self._torques, positionGains=self._gains,
            physicsClientId=client,
        )  # fmt: skip
        for finger in panda.FINGERS:
            p.setJointMotorControl2(
                self._arm, finger, p.POSITION_CONTROL, opening / 2, force=self._grip,
                positionGain=self._gains[0], maxVelocity=FINGER_SPEED, physicsClientId=client,
            )  # fmt: skip

    def _detent(self) -> None:
        """Draw the lever to the end that it is nearer to."""
        up = self._joints[3] > 0
        if up is not self._lever_up:
            self._lever_up = up
            pybullet.setJointMotorControl2(
                self._fixtures[3], 0, pybullet.POSITION_CONTROL, LEVER_TRAVEL if up else -LEVER_TRAVEL,
                force=self._detent_torque, positionGain=0.02, maxVelocity=1.0, physicsClientId=self._client,
            )  # fmt: skip

    def _toggle_led(self) -> None:
        if self._armed and self._joints[2] >= PRESSED:
            self._led, self._armed = not self._led, False
        elif self._joints[2] <= RELEASED:
            self._armed = True

    # -- reading ---------------------------------------------------------------------------------

    def _read(self) -> None:
        """Read from Bullet what both the next step and the state need."""
        p, client = pybullet, self._client
        link = p.getLinkState(self._arm, panda.TOOL, 0, 1, physicsClientId=client)
        self._tool, self._quat = link[4], link[5]
        self._q = [joint[0] for joint in p.getJointStates(self._arm, panda.ALL, physicsClientId=client)]
        self._joints = [p.getJointState(body, 0, physicsClientId=client)[0] for body in self._fixtures[:4]]

    def _standing(self) -> Scene:
        """The scene that is built; raises `ClosedWorld` and `EmptyWorld`."""
        if self._client < 0:
            raise ClosedWorld
        if self.scene is None:
            raise EmptyWorld
        return self.scene

    def state(self) -> State:
        """The true state now, which tasks are judged by."""
        self._standing()
        locate, client, q = pybullet.getBasePositionAndOrientation, self._client, self._q
        poses = [pos + quat for pos, quat in [locate(body, client) for body in self._objects]]
        opening = min(max(0.0, q[7] + q[8]), panda.MAX_OPENING)
        return self._rows.state(
            hand=np.array((*self._tool, *self._quat, opening)),
            poses=np.array(poses).reshape(-1, 7),
            points=self._points.at(*self._joints),
            joints=self._joints,
            lights=(float(self._led), float(self._joints[3] > 0)),
        )

    def poses(self) -> Array:
        """Where the figures of `visuals.figures(scene)` are: (F, 7) position, m, and quaternion xyzw."""
        scene = self._standing()
        return poses_of(self._client, self._bodies, scene)

    def show(self, state: State) -> None:
        """Put everything where a recorded state of this scene has it, for `poses` and pictures.

        No physics happens; the arm's joints follow from the pose of the hand.
        """
        self._standing()
        pose_as(self._client, self._bodies, state)
        self._led = bool(state.light(BUTTON))
        self._read()

    def photograph(
        self, view: Floats, projection: Floats, size: tuple[int, int], light: Light, shadow: bool
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """(H, W, 3) colours and (H, W) depth in [0, 1] of an OpenGL camera; `size` is (width, height).

        Physics is left as it is. Raises `NoVisuals` if the world was made without them.
        """
        self._standing()
        if not self._visuals:
            raise NoVisuals
        lit = (self._led, self._joints[3] > 0)
        if lit != self._painted:
            paint_bulbs(self._client, self._bodies.bulbs, lit)
            self._painted = lit
        return take_picture(self._client, self._renderer, view, projection, size, light, shadow)

    def close(self) -> None:
        """Give the physics client back; closing twice is harmless."""
        if self._client >= 0:
            with silence():  # EGL says goodbye
                pybullet.disconnect(physicsClientId=self._client)
            self._client = -1
