"""Candidate windows: the spans of play in which something may have been done.

A window is anchored at a *motion*: a span in which one thing (an object, a drawer, ...) kept moving, or a
light of what has no joint went on or off.

- It starts where the arm set out for that thing: after the previous motion, and where the arm was farthest
  away, so that wandering and leaving are trimmed off.
- It stops at any timestep of the motion, or shortly after.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.rotations import wrap, yaw_of
from sim.state import JOINT, LIGHT, POS, QUAT, State
from sim.world_spec import WorldSpec

MOVING = 0.015  # m/s: slower is standing still
TURNING = 0.2  # rad/s
PAUSE = 0.4  # s of standing still that do not end a motion
APPROACH = 3.0  # s: the longest way towards a thing that is still counted in
AFTERMATH = 0.8  # s after a motion in which its effect may still show (the hand lets go)
FARTHER = 0.03  # m: how much nearer than at its farthest the arm may start


class Motion(NamedTuple):
    """A span in which one thing kept moving: states first..last, both included."""

    thing: int  # row of the state
    first: int
    last: int


class WindowIndices(NamedTuple):
    """W windows as pairs of indices into an episode's states."""

    start: NDArray[np.int64]  # (W,)
    stop: NDArray[np.int64]  # (W,)
    motion: NDArray[np.int64]  # (W,) index of the motion that each is anchored at


def find_motions(states: State, spec: WorldSpec) -> list[Motion]:
    """The motions of an episode (states of T + 1 timesteps), in the order in which they began."""
    objects, fixed = states.objects, states.things[:, states.n_objects :]
    shift = np.linalg.norm(np.diff(objects[..., POS], axis=0), axis=-1) > MOVING / spec.control_hz
    turn = np.abs(wrap(np.diff(yaw_of(objects[..., QUAT]), axis=0))) > TURNING / spec.control_hz
    moving = np.array([fixture.moving for fixture in spec.fixtures])
    joints = np.abs(np.diff(fixed[..., JOINT], axis=0)) > moving
    lights = (np.diff(fixed[..., LIGHT], axis=0) != 0) & np.isinf(moving)  # of what has no joint
    changing = np.concatenate([shift | turn, joints | lights], axis=1)  # (T, N)
    pause = round(PAUSE * spec.control_hz)
    motions = []
    for thing in range(changing.shape[1]):
        at = np.flatnonzero(changing[:, thing])
        if len(at):
            breaks = np.flatnonzero(np.diff(at) > pause)
            firsts, lasts = at[np.r_[0, breaks + 1]], at[np.r_[breaks, len(at) - 1]] + 1
            motions += [Motion(thing, int(a), int(b)) for a, b in zip(firsts, lasts, strict=True)]
    return sorted(motions, key=lambda motion: (motion.first, motion.thing))


def candidate_windows(states: State, motions: list[Motion], control_hz: int) -> WindowIndices:
    """Every window worth judging, those of a motion together and in the order of their stops."""
    length, aftermath = len(states.hand), round(AFTERMATH * control_hz)
    starts, stops, which = [], [], []
    for i, motion in enumerate(motions):
        start = _set_out(states, motions, i, round(APPROACH * control_hz))
        last = min(motion.last + aftermath, length - 1)
        stop = np.arange(motion.first + 1, last + 1)
        starts.append(np.full(len(stop), start))
        stops.append(stop)
        which.append(np.full(len(stop), i))
    if not motions:
        return WindowIndices(*(np.empty(0, np.int64) for _ in range(3)))
    return WindowIndices(np.concatenate(starts), np.concatenate(stops), np.concatenate(which))


def _set_out(states: State, motions: list[Motion], i: int, longest: int) -> int:
    """The timestep, after the motion before, from which the arm approached the place where motion i began."""
    first = motions[i].first
    earlier = max((other.last for other in motions[:i] if other.last <= first), default=0)
    earliest = max(earlier, first - longest)
    away = np.linalg.norm(states.ee_pos[earliest : first + 1] - states.ee_pos[first], axis=-1)
    return earliest + int(np.flatnonzero(away >= away.max() - FARTHER)[0])
