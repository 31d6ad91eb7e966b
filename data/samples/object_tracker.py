"""Where the objects are, by all that was seen of them and not by the latest view alone.

Views of an object jitter, and at times the object is not seen at all. An object that nobody touches stands
still, and one between the fingers goes with the hand: as long as a view agrees with that, it is averaged with
those before it (a Kalman filter with a gate: Bar-Shalom and Fortmann, "Tracking and Data Association", 1988).
A view that does not agree is believed at once. How much views jitter is estimated from how they go to and
fro, so in a world without noise nothing changes. A constant error of the views cannot be estimated and stays.
"""

import math

import numpy as np
from numpy.typing import NDArray

from sim.contact import in_grip
from sim.observation import Observation
from sim.rotations import out_of_frame, tool_heading
from sim.state import Array
from sim.world_spec import WorldSpec

MEMORY = 48  # views of things at rest by which the jitter is told
ENOUGH = 6  # of them before it is
EXACT = np.array([6e-4, 3e-3])  # standard deviations, m and of a quaternion, below which there is none
GATE = 12.0  # squared distance, in variances, beyond which a view does not agree
TOUCH = 0.03  # m between tool and object within which it may be moved
DRIFT, TOUCHED = 2e-4, 3e-3  # m per step that an object at rest, and one within touch, may go unnoticed
SPIN = 6.0  # of a quaternion per m: what these are for its orientation
TO_AND_FRO = 0.4  # of how far views of a thing at rest go, the least that they go back next
AT_ONCE = 256  # episodes that are followed together
_FAR, _BACK = 2.366, 2.189  # medians of both for noise of deviation 1 along three axes


class Tracker:
    """Follows the objects of B worlds of one spec; call `see` once per control step."""

    def __init__(self, n: int, spec: WorldSpec) -> None:
        self._most = spec.most_objects  # rows of an observation that hold movable objects, the first ones
        self._open_hand = spec.open_hand
        self._steps = np.full((n, MEMORY, 2, 2), np.nan)
        """Between views: how far, and how far back, of places and of turns."""
        self._learnt = np.zeros(n, int)
        self._seen: Observation | None = None  # the last view
        self._step = np.full((n, self._most, 7), np.nan)  # by which it differs from the one before
        self._rows: Array = np.zeros((n, self._most, 7))  # estimated poses: position m, quaternion xyzw
        self._share = np.ones((n, self._most, 2))  # variance of that, of a view's
        self.jitter = np.zeros((n, 2))
        """Standard deviations of views: of a place, m per axis, and of a quaternion's parts; 0 if unknown."""
        self._counts = np.zeros((n, 2))  # views of objects, and those of them that were lost

    @property
    def context(self) -> Array:
        """What was learned of the sensor, (B, 3): both jitters, and the share of views that were lost."""
        jitters = self.jitter.any(1)  # where nothing does, what looks as it did may just be at rest
        lost = np.where(jitters, self._counts[:, 1] / np.maximum(self._counts[:, 0], 1), 0)
        return np.column_stack([self.jitter, lost]).astype(np.float32)

    def look_away(self) -> None:
        """Forget where things are; the next view is believed. How much views jitter is remembered."""
        self._seen = None

    def see(self, now: Observation) -> Observation:
        """A view (leading axis B) with the estimated poses of the objects in the place of the seen ones."""
        views = now.entities[:, : self._most, :7].astype(float)
        last, self._seen = self._seen, now
        if last is None:
            self._rows = views
            self._step[:] = np.nan
            self._share[:] = 1
            return now
        before = last.entities[:, : self._most, :7]
        lost = (views == before).all(-1)
        near = self._near(last) | self._near(now)
        there = now.mask[:, : self._most] > 0
        self._counts += np.stack([there.sum(1), (there & lost).sum(1)], 1)
        self._learn(views, before, lost, there & ~near)
        held = self._follow(last, now, views, lost, near)
        entities = now.entities.copy()
        rows = entities[:, : self._most, :7]
        better = (self.jitter > 0)[:, None] | (lost & held)[..., None]  # (B, N, 2)
        rows[:] = np.where(np.repeat(better, [3, 4], -1), self._rows, rows)
        return now._replace(entities=entities)

    def _near(self, seen: Observation) -> NDArray[np.bool_]:
        """(B, N) which objects the hand may touch, by their estimated poses."""
        half = seen.entities[:, : self._most, 7:10] / 2
        gap = np.maximum(np.abs(self._rows[..., :3] - seen.proprio[:, None, :3]) - half, 0)
        return np.linalg.norm(gap, axis=-1) < TOUCH

    def _learn(self, views: Array, before: Array, lost: NDArray[np.bool_], free: NDArray[np.bool_]) -> None:
        """Estimate how much views jitter: a thing that moves goes on the way it went, jitter goes back."""
        step = views - before
        step[..., 3:] = _same_side(views[..., 3:], before[..., 3:]) - before[..., 3:]
        far, back = (_parts(step * other) for other in (step / 2, -self._step))
        tells = free & ~lost & np.isfinite(back).all(-1)
        self._step = np.where((free & ~lost)[..., None], step, np.where(lost[..., None], self._step, np.nan))
        for thing in range(self._most):
            some = np.flatnonzero(tells[:, thing])
            self._steps[some, self._learnt[some] % MEMORY] = np.stack([far, back], 2)[some, thing]
            self._learnt[some] += 1
        known = self._learnt >= ENOUGH
        if known.any():
            far, back = np.moveaxis(np.nanmedian(self._steps[known], 1) / [[_FAR], [_BACK]], 1, 0)
            found = np.sqrt(far)
            self.jitter[known] = np.where((found > EXACT) & (back > TO_AND_FRO * far), found, 0)

    def _follow(
        self,
        last: Observation,
        now: Observation,
        views: Array,
        lost: NDArray[np.bool_],
        near: NDArray[np.bool_],
    ) -> NDArray[np.bool_]:
        """Update the estimated poses; returns (B, N) which objects are between closed fingers."""
        variance = np.maximum(self.jitter, EXACT)[:, None] ** 2  # (B, 1, 2)
        widths = now.entities[:, : self._most, 7:9].min(-1)
        gap = self._rows[..., :3] - last.proprio[:, None, :3]
        held = in_grip(gap, now.proprio[:, 7:], widths, self._open_hand)
        carried = _carried(self._rows, last.proprio, now.proprio)
        nearer = _apart(views, carried)[..., 0] < _apart(views, self._rows)[..., 0]
        rows = np.where((held & (nearer | lost))[..., None], carried, self._rows)
        step = np.where(near & ~held, TOUCHED, DRIFT)[..., None] * [1.0, SPIN]
        share = self._share + step**2 / variance
        agrees = (_apart(views, rows) < GATE * variance * (1 + share)).all(-1, keepdims=True)
        gain = np.where(lost[..., None], 0, np.where(agrees, share / (1 + share), 1))
        views = np.concatenate([views[..., :3], _same_side(views[..., 3:], rows[..., 3:])], -1)
        rows = rows + np.repeat(gain, [3, 4], -1) * (views - rows)
        rows[..., 3:] /= np.maximum(np.linalg.norm(rows[..., 3:], axis=-1, keepdims=True), 1e-9)
        self._rows, self._share = rows, np.where(lost[..., None], share, gain)
        return held


def tracked(views: Observation, spec: WorldSpec) -> Observation:
    """Whole episodes (B, T, ...) as a `Tracker` sees them live."""
    tracker, seen = Tracker(len(views.mask), spec), []
    for t in range(views.mask.shape[1]):
        seen.append(tracker.see(Observation(*(field[:, t] for field in views))))
    return Observation(*(np.stack(field, 1) for field in zip(*seen, strict=True)))


def follow_all(views: list[Observation], episodes: NDArray[np.int64], spec: WorldSpec) -> None:
    """Put what a tracker sees of some episodes (T, ...) in the place of their views."""
    lengths = np.array([len(views[i].mask) for i in episodes])
    for length in np.unique(lengths):
        alike = episodes[lengths == length]
        for some in np.array_split(alike, math.ceil(len(alike) / AT_ONCE)):
            fields = zip(*(views[i] for i in some), strict=True)
            seen = tracked(Observation(*(np.stack(field) for field in fields)), spec)
            for i, *followed in zip(some, *seen, strict=True):
                views[i] = Observation(*followed)


def _carried(rows: Array, before: Array, after: Array) -> Array:
    """Where things (B, N, 7) are when they have gone with the hand, by its proprio (B, 8) then and now."""
    was, now = (tool_heading(at[:, 3:7]) for at in (before, after))
    half = (now - was)[:, None] / 2
    c, s = np.cos(half), np.sin(half)
    x, y, z = np.moveaxis(rows[..., :3] - before[:, None, :3], -1, 0)
    place = np.stack([*out_of_frame(x, y, 2 * half), z], -1) + after[:, None, :3]
    x, y, z, w = np.moveaxis(rows[..., 3:], -1, 0)
    return np.concatenate(
        [place, np.stack([c * x - s * y, c * y + s * x, c * z + s * w, c * w - s * z], -1)], -1
    )


def _apart(one: Array, other: Array) -> Array:
    """Squared distances of places and of orientations: (..., 7) -> (..., 2)."""
    gap = one - other
    gap[..., 3:] = _same_side(one[..., 3:], other[..., 3:]) - other[..., 3:]
    return _parts(gap**2)


def _parts(squares: Array) -> Array:
    """Sums over what belongs to places and to orientations: (..., 7) -> (..., 2)."""
    return np.stack([squares[..., :3].sum(-1), squares[..., 3:].sum(-1)], -1)


def _same_side(quat: Array, of: Array) -> Array:
    """The one of the two quaternions of an orientation that is nearer to another."""
    return np.where((quat * of).sum(-1, keepdims=True) < 0, -quat, quat)
