"""One physics world: PyBullet behind a thin wall. Body ids and client numbers never leave this file.

The world is rebuilt from its `Scene` at every reset, which costs about 3 ms and buys exact
determinism: Bullet's saveState keeps sleeping islands and cached contacts apart from what it saves.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pybullet

from sim import panda
from sim.furniture import FURNITURE
from sim.layouts import BUTTON_TRAVEL, LAYOUTS, LEVER_TRAVEL, fixture_points
from sim.scene import COLOURS, ROUND, Scene
from sim.state import Array, State

CONTROL_HZ = 10  # default rate of actions
TIME_STEP = 1 / 120  # s of one physics step; 1/60 lets fingers sink into what they hold
STEP_LENGTH = 0.05  # m, a translation of 1
STEP_ANGLE = 0.35  # rad, a rotation of 1
WORKSPACE = np.array([[0.22, -0.50, 0.010], [0.74, 0.50, 0.42]])  # m, where the tool may be sent
MOTOR_GAIN = 0.20  # of the position error, taken back in each physics step
FINGER_SPEED = 0.25  # m/s
PRESSED, RELEASED = 0.009, 0.004  # m: the button toggles its light at the first, re-arms at the second
OBJECT_MASS = 0.10  # kg
DETENT = 0.25  # N m that draws the lever to the nearer of its two ends


class Snapshot(NamedTuple):
    """All that a world needs to go on from an instant (velocities included)."""

    scene: Scene
    arm: tuple[tuple[float, float], ...]  # position, velocity of the arm's and the fingers' joints
    joints: tuple[tuple[float, float], ...]  # of the furniture
    objects: tuple[tuple[tuple[float, ...], ...], ...]  # pos, quat, linear and angular velocity
    led: bool
    armed: bool


class World:
    """A desk in its own physics client. `build` a scene, then `step` actions of seven numbers."""

    def __init__(self, control_hz: int = CONTROL_HZ, visuals: bool = False) -> None:
        self._client = pybullet.connect(pybullet.DIRECT)
        self._visuals = visuals
        self._substeps = round(1 / (control_hz * TIME_STEP))
        self.scene: Scene | None = None

    # -- building --------------------------------------------------------------------------------

    def build(self, scene: Scene) -> State:
        """Take down what there is and set the scene up; returns its first state."""
        p, client = pybullet, self._client
        p.resetSimulation(physicsClientId=client)
        p.setPhysicsEngineParameter(
            fixedTimeStep=TIME_STEP, numSolverIterations=30, deterministicOverlappingPairs=1, physicsClientId=client
        )
        p.setGravity(0, 0, -9.81, physicsClientId=client)
        self.scene, self._led, self._armed = scene, scene.led, True
        self._poses = LAYOUTS[scene.layout].poses
        self._yaws = self._poses[:, 2].copy()
        self._sizes = np.array([thing.size for thing in scene.objects]).reshape(-1, 3)
        self._build_desk()
        self._fixtures = tuple(self._build_fixture(i) for i in range(len(FURNITURE)))
        for body, position in zip(self._fixtures, scene.joints, strict=False):
            p.resetJointState(body, 0, position, physicsClientId=client)
        self._lever_up: bool | None = None
        self._objects = tuple(self._build_object(i) for i in range(len(scene.objects)))
        self._build_arm()
        self._hold(panda.HOME, panda.MAX_OPENING)
        for _ in range(self._substeps):  # let things settle on the desk
            self._fixture_logic()
            p.stepSimulation(physicsClientId=client)
        return self.state()

    def _build_desk(self) -> None:
        p, client = pybullet, self._client
        half = [0.55, 0.75, 0.05]
        shape = p.createCollisionShape(p.GEOM_BOX, halfExtents=half, physicsClientId=client)
        look = -1
        if self._visuals:
            look = p.createVisualShape(
                p.GEOM_BOX, halfExtents=half, rgbaColor=[0.80, 0.76, 0.70, 1], physicsClientId=client
            )
        desk = p.createMultiBody(0, shape, look, [0.40, 0, -0.05], physicsClientId=client)
        p.changeDynamics(desk, -1, lateralFriction=0.7, physicsClientId=client)

    def _build_fixture(self, index: int) -> int:
        p, client = pybullet, self._client
        x, y, yaw = self._poses[index]
        quat = p.getQuaternionFromEuler([0, 0, yaw])
        fixture = FURNITURE[index]
        body = p.loadURDF(
            _urdf_file(fixture.name, self._visuals), [x, y, 0], quat, useFixedBase=True, physicsClientId=client
        )
        p.changeDynamics(body, -1, lateralFriction=0.7, physicsClientId=client)
        if fixture.joint:
            j = fixture.joint
            p.changeDynamics(
                body, 0, lateralFriction=0.8, jointDamping=j.damping, linearDamping=0, physicsClientId=client
            )
            p.setJointMotorControl2(body, 0, p.VELOCITY_CONTROL, force=j.friction, physicsClientId=client)
        return body

    def _build_object(self, index: int) -> int:
        p, client = pybullet, self._client
        thing = self._scene.objects[index]
        x, y, z = thing.size
        colour = [*COLOURS[thing.colour], 1]
        look = -1
        if thing.shape in ROUND:
            shape = p.createCollisionShape(p.GEOM_CYLINDER, radius=x / 2, height=z, physicsClientId=client)
            if self._visuals:
                look = p.createVisualShape(
                    p.GEOM_CYLINDER, radius=x / 2, length=z, rgbaColor=colour, physicsClientId=client
                )
        else:
            half = [x / 2, y / 2, z / 2]
            shape = p.createCollisionShape(p.GEOM_BOX, halfExtents=half, physicsClientId=client)
            if self._visuals:
                look = p.createVisualShape(
                    p.GEOM_BOX, halfExtents=half, rgbaColor=colour, physicsClientId=client
                )
        quat = p.getQuaternionFromEuler([0, 0, thing.yaw])
        body = p.createMultiBody(OBJECT_MASS, shape, look, thing.pos, quat, physicsClientId=client)
        # No spinning or rolling friction here: it would double the solver's rows for everything that
        # merely stands on the desk. The fingers bring theirs to every grasp.
        p.changeDynamics(body, -1, lateralFriction=0.6, physicsClientId=client)
        return body

    def _build_arm(self) -> None:
        p, client = pybullet, self._client
        self._arm = p.loadURDF(
            _urdf_file("panda", self._visuals), useFixedBase=True,
            flags=p.URDF_USE_INERTIA_FROM_FILE, physicsClientId=client,
        )  # fmt: skip
        for joint, q in enumerate((*panda.HOME, panda.MAX_OPENING / 2, panda.MAX_OPENING / 2)):
            p.resetJointState(self._arm, joint, q, physicsClientId=client)
        for finger in panda.FINGERS:
            p.changeDynamics(
                self._arm, finger, lateralFriction=1.2, spinningFriction=0.01, rollingFriction=0.0005,
                physicsClientId=client,
            )  # fmt: skip

    # -- stepping --------------------------------------------------------------------------------

    def step(self, action: Array) -> State:
        """Carry out one action of `Box(-1, 1, (7,))` for one control period; returns the state after it.

        xyz is a shift of the tool in the world frame (1 = 5 cm), the next three an axis-angle turn
        in the world frame (1 = 0.35 rad), the last the opening of the gripper (1 open, -1 closed).
        All of it is relative to where the tool is, not to where it was last sent.
        """
        a = np.asarray(action, float)
        if a.shape != (7,) or not np.isfinite(a).all():
            raise BadAction(action)
        a = a.clip(-1, 1)
        p, client = pybullet, self._client
        self._hold(self._joint_targets(a), (float(a[6]) + 1) / 2 * panda.MAX_OPENING)
        self._fixture_logic()
        for _ in range(self._substeps):
            p.stepSimulation(physicsClientId=client)
        self._toggle_led()
        return self.state()

    def _joint_targets(self, a: Array) -> Array:
        """Damped least squares from where the arm is, with the elbow drawn home in the null space.

        One Newton step: its error is of second order in the 5 cm asked for, and does not add up,
        since the next action is relative to where the tool really went.
        """
        p, client = pybullet, self._client
        q = [joint[0] for joint in p.getJointStates(self._arm, panda.ALL, physicsClientId=client)]
        linear, angular = p.calculateJacobian(
            self._arm, panda.TOOL, _ORIGIN, q, _REST, _REST, physicsClientId=client
        )
        jacobian = np.array((*linear, *angular))[:, :7]
        pos = np.array(self._tool()[0])
        wanted = np.empty(6)
        wanted[:3] = (pos + STEP_LENGTH * a[:3]).clip(WORKSPACE[0], WORKSPACE[1]) - pos
        wanted[3:] = STEP_ANGLE * a[3:6]
        here = np.array(q[:7])
        home = 0.1 * (_HOME - here)
        solved = np.linalg.solve(jacobian @ jacobian.T + _DAMPING, wanted - jacobian @ home)
        return np.minimum(np.maximum(here + home + jacobian.T @ solved, _LOWER), _UPPER)

    def _hold(self, q: Sequence[float] | Array, opening: float) -> None:
        p, client = pybullet, self._client
        p.setJointMotorControlArray(
            self._arm, panda.ARM, p.POSITION_CONTROL, q, forces=panda.TORQUE, positionGains=_GAINS,
            physicsClientId=client,
        )  # fmt: skip
        for finger in panda.FINGERS:
            p.setJointMotorControl2(
                self._arm, finger, p.POSITION_CONTROL, opening / 2, force=panda.GRIP_FORCE,
                positionGain=MOTOR_GAIN, maxVelocity=FINGER_SPEED, physicsClientId=client,
            )  # fmt: skip

    def _fixture_logic(self) -> None:
        """The button's spring and the lever's detent."""
        p, client = pybullet, self._client
        if self._lever_up is None:
            p.setJointMotorControl2(
                self._fixtures[2], 0, p.POSITION_CONTROL, 0.0, force=3.0, positionGain=0.1, physicsClientId=client
            )
        up = p.getJointState(self._fixtures[3], 0, physicsClientId=client)[0] > 0
        if up is not self._lever_up:
            self._lever_up = up
            p.setJointMotorControl2(
                self._fixtures[3], 0, p.POSITION_CONTROL, LEVER_TRAVEL if up else -LEVER_TRAVEL,
                force=DETENT, positionGain=0.02, maxVelocity=1.0, physicsClientId=client,
            )  # fmt: skip

    def _toggle_led(self) -> None:
        pressed = pybullet.getJointState(self._fixtures[2], 0, physicsClientId=self._client)[0]
        if self._armed and pressed >= PRESSED:
            self._led, self._armed = not self._led, False
        elif pressed <= RELEASED:
            self._armed = True

    # -- reading ---------------------------------------------------------------------------------

    @property
    def _scene(self) -> Scene:
        if self.scene is None:
            raise RuntimeError("the world is empty: build a scene first")
        return self.scene

    def _tool(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        link = pybullet.getLinkState(self._arm, panda.TOOL, 0, 1, physicsClientId=self._client)
        return link[4], link[5]

    def state(self) -> State:
        p, client = pybullet, self._client
        pos, quat = self._tool()
        fingers = p.getJointStates(self._arm, panda.FINGERS, physicsClientId=client)
        joints = np.array([p.getJointState(body, 0, physicsClientId=client)[0] for body in self._fixtures[:4]])
        bodies = [p.getBasePositionAndOrientation(body, physicsClientId=client) for body in self._objects]
        return State(
            ee_pos=np.array(pos),
            ee_quat=np.array(quat),
            gripper=np.array(min(max(0.0, fingers[0][0] + fingers[1][0]), panda.MAX_OPENING)),
            object_pos=np.array([body[0] for body in bodies]).reshape(-1, 3),
            object_quat=np.array([body[1] for body in bodies]).reshape(-1, 4),
            object_size=self._sizes,
            fixture_pos=fixture_points(self._poses, joints),
            fixture_yaw=self._yaws,
            joints=joints,
            lights=np.array([float(self._led), float(joints[3] > 0)]),
        )

    def close(self) -> None:
        if self._client >= 0:
            pybullet.disconnect(physicsClientId=self._client)
            self._client = -1


class BadAction(ValueError):
    """An action that the world cannot carry out."""

    def __init__(self, action: object) -> None:
        super().__init__(f"an action is seven finite numbers in [-1, 1] (xyz, axis-angle, gripper), not {action!r}")


_GAINS = (MOTOR_GAIN,) * 7
_ORIGIN, _REST = (0.0, 0.0, 0.0), (0.0,) * 9
_DAMPING = 1e-4 * np.eye(6)
_HOME, _LOWER, _UPPER = np.array(panda.HOME), np.array(panda.LOWER), np.array(panda.UPPER)
_files: dict[tuple[str, bool], str] = {}


def _urdf_file(name: str, visuals: bool) -> str:
    """PyBullet reads URDF from files only: each is written once per process, to a folder of its own."""
    if (name, visuals) not in _files:
        if not _files:
            _files["", False] = tempfile.mkdtemp(prefix="robopolicy-urdf-")
            atexit.register(shutil.rmtree, _files["", False], ignore_errors=True)
        text = panda.urdf(visuals) if name == "panda" else next(f for f in FURNITURE if f.name == name).urdf(visuals)
        path = os.path.join(_files["", False], f"{name}-{'seen' if visuals else 'plain'}.urdf")
        with open(path, "w") as file:
            file.write(text)
        _files[name, visuals] = path
    return _files[name, visuals]
