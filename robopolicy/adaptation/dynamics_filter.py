"""A Bayes filter over a world's dynamics, from the actions that were sent and the motions that followed.

A world may carry out an action some steps late, turned about the vertical, and larger or smaller than it
was meant. Each combination of the three is a hypothesis. After every step each predicts the hand's motion,
and its probability is multiplied by the likelihood of the motion observed (a histogram filter: Thrun,
Burgard and Fox, "Probabilistic Robotics", 2005, chapter 4). What share of an action an arm carries out in a
step at all, and how exactly, is fitted to play.

The form of the hypotheses is assumed; the ranges that training worlds are drawn from are not, so worlds
outside these ranges can be inferred, too. Next to things, which hold the hand up, push it or hang on it, the
filter forgets nothing, and learns only as long as the posterior is wide.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.observation import Observation
from sim.rotations import tool_heading, wrap
from sim.state import Array
from sim.world_spec import ActionSpec, WorldSpec

DELAYS = 5  # hypotheses: actions arrive 0 to 4 control steps late
TURNS = np.linspace(-1.4, 1.4, 57, dtype=np.float32)  # rad
SCALES = np.exp(np.linspace(-1.05, 0.8, 38)).astype(np.float32)  # 0.35 to 2.2, and 1 among them
LOGS = np.log(SCALES)
TURN_SPREAD, SCALE_SPREAD, DELAY_FALL = 0.6, 0.35, 0.5  # of the prior: rad, of the logarithm, per step
CLEAR = 0.07  # m between tool and object from which the object does not affect the hand's motion
NEARBY = 0.1  # weight of a step that is not clear, as long as the posterior is wide
UNSURE = 0.02  # probability of the likeliest hypothesis below which the posterior is wide
CLEAR_OF_FURNITURE = 0.15  # m, likewise, from the point that a piece of furniture is seen at: its handle
OTHERWISE = 10.0  # likelihood of a motion that no hypothesis explains: a floor
LEAST = 0.01  # of a full action: least standard deviation, whatever the fit says
NEAR = 0.25  # rad, and of the logarithm: the neighbourhood of the peak that the mean is taken over

NOTICED = 0.1  # rad, and of the logarithm of scale: less is not mentioned
_MOVING = [0, 1, 2, 5]  # of an action: the shift, and the turn about the vertical


class ArmResponse(NamedTuple):
    """How an arm responds: what share of an action is carried out within a step, and how exactly."""

    shift: float = 0.92  # of the commanded shift
    turn: float = 0.92  # of the commanded turn about the vertical
    still: float = 0.02  # standard deviation of the motion when no motion is commanded, of a full action
    moving: float = 0.05  # what is added to it per full action
    turning: float = 0.15  # what is further added to the turn's per full turn: it starts late, and overshoots


def fit_arm_response(before: Array, actions: Array, after: Array, action: ActionSpec) -> ArmResponse:
    """Fit to proprio (N, 8), actions (N, 7) as they arrived at the arm, and proprio (N, 8) a step later.

    By medians, which outliers do not move: hands touch things, and players nudge.
    """
    moved, asked = _motion(before, after, action), actions[:, _MOVING]
    size = np.linalg.norm(asked, axis=1)
    shifts, turns = np.abs(asked[:, :3]) > 0.3, np.abs(asked[:, 3]) > 0.1
    shift = (
        float(np.median(moved[:, :3][shifts] / asked[:, :3][shifts])) if shifts.any() else ArmResponse().shift
    )
    turn = float(np.median(moved[turns, 3] / asked[turns, 3])) if turns.any() else ArmResponse().turn
    error = np.abs(moved - asked * np.array([shift] * 3 + [turn], np.float32)) / 0.6745  # median -> deviation
    slow, fast = size < 0.1, size > 0.5
    still, moving, turning = ArmResponse()[2:]
    if slow.any():
        still = max(float(np.median(error[slow])), LEAST)
    if fast.any():
        moving = max(float(np.median((error[fast, :3] - still) / size[fast, None])), LEAST)
    if turns.any():
        more = error[turns, 3] - still - moving * size[turns]
        turning = max(float(np.median(more / np.abs(asked[turns, 3]))), LEAST)
    return ArmResponse(shift, turn, still, moving, turning)


class DynamicsEstimate(NamedTuple):
    """Estimated dynamics of B worlds."""

    delay: NDArray[np.int64]  # (B,) control steps between an action and its effect
    turn: Array  # (B,) rad, of the frame of actions about the world's z
    scale: Array  # (B,) of shift and turn


def in_words(world: DynamicsEstimate, control_hz: int, row: int = 0) -> str:
    """How actions are carried out in a world, where that is unlike the nominal world; "" if it is not."""
    delay, turn, scale = int(world.delay[row]), float(world.turn[row]), float(world.scale[row])
    found = [f"arrive {delay / control_hz:g} s late"] if delay else []
    if abs(turn) > NOTICED:
        found.append(
            f"are turned {abs(np.degrees(turn)):.0f} degrees to the {'left' if turn > 0 else 'right'}"
        )
    if abs(np.log(scale)) > NOTICED:
        found.append(f"are {scale:.1f} times as large")
    return " and ".join(found)


class DynamicsFilter:
    """Posterior over (delay, turn, scale) of B worlds: `update` once per control step, `world` at any time.

    `memory` is the number of full actions after which the past is forgotten, so a change is followed.
    """

    def __init__(self, n: int, response: ArmResponse, memory: int, spec: WorldSpec) -> None:
        self._response, self._leak, self._spec = response, 1 / memory, spec
        late = DELAY_FALL ** np.arange(DELAYS)
        turned = np.exp(-0.5 * (TURNS / TURN_SPREAD) ** 2)
        scaled = np.exp(-0.5 * (LOGS / SCALE_SPREAD) ** 2)
        prior = late[:, None, None] * turned[:, None] * scaled
        self._prior = (prior / prior.sum()).astype(np.float32)  # (D, T, S)
        self._posterior = np.repeat(self._prior[None], n, 0)
        self._sent = np.zeros((n, DELAYS, 7), np.float32)  # the latest first

    def update(self, before: Observation, actions: Array, after: Observation) -> None:
        """Observations (leading axis B), the actions (B, 7) sent at them, observations one step later."""
        self._sent = np.concatenate([actions[:, None], self._sent[:, :-1]], 1)
        free = (_is_free(before, self._spec) & _is_free(after, self._spec))[:, None, None, None]
        moving = np.minimum(np.abs(self._sent[..., :6]).max((1, 2)), 1)[:, None, None, None]
        unsure = self._posterior.max((1, 2, 3), keepdims=True) < UNSURE
        counts = np.where(free, 1, np.where(unsure, NEARBY, 0)).astype(np.float32)
        leak = self._leak * moving * counts
        posterior = (1 - leak) * self._posterior + leak * self._prior
        posterior = (
            posterior * self._likelihood(_motion(before.proprio, after.proprio, self._spec.action)) ** counts
        )
        self._posterior = posterior / posterior.sum((1, 2, 3), keepdims=True)

    def clear_actions(self) -> None:
        """No actions were sent for a while: none is still on its way."""
        self._sent[:] = 0

    @property
    def sent(self) -> Array:
        """The actions of the last steps, the latest first: (B, DELAYS, 7)."""
        return self._sent

    @property
    def world(self) -> DynamicsEstimate:
        """The likeliest delay, and given that the mean turn and scale about the posterior's peak."""
        delay = self._posterior.sum((2, 3)).argmax(1)
        rest = self._posterior[np.arange(len(delay)), delay]  # (B, T, S)
        turn, scale = np.unravel_index(rest.reshape(len(rest), -1).argmax(1), rest.shape[1:])
        near = (np.abs(TURNS - TURNS[turn][:, None]) < NEAR)[:, :, None]
        near = near & (np.abs(LOGS - LOGS[scale][:, None]) < NEAR)[:, None]
        weights = np.where(near, rest, 0)
        weights /= weights.sum((1, 2), keepdims=True)
        return DynamicsEstimate(delay, weights.sum(2) @ TURNS, np.exp(weights.sum(1) @ LOGS))

    @property
    def context(self) -> Array:
        """(B, 6): posterior mean of delay, turn and log scale, then their standard deviations."""
        parts = (np.arange(DELAYS), TURNS, LOGS)
        found = []
        for axis, values in enumerate(parts, 1):
            p = self._posterior.sum(tuple(other for other in (1, 2, 3) if other != axis))
            mean = p @ values
            found += [mean, np.sqrt(np.maximum(p @ values**2 - mean**2, 0))]
        return np.stack([*found[::2], *found[1::2]], 1).astype(np.float32)

    def _likelihood(self, moved: Array) -> Array:
        """The likelihood of a motion (B, 4) under every hypothesis: (B, D, T, S)."""
        r = self._response
        x, y, z, turn = (self._sent[..., i, None, None] for i in (0, 1, 2, 5))  # (B, D, 1, 1)
        cos, sin = np.cos(TURNS)[:, None], np.sin(TURNS)[:, None]
        ahead = (r.shift * SCALES * (cos * x - sin * y), r.shift * SCALES * (sin * x + cos * y),
                 r.shift * SCALES * z, r.turn * SCALES * turn)  # fmt: skip
        shift_spread = r.still + r.moving * SCALES * np.sqrt(x**2 + y**2 + z**2 + turn**2)
        turn_spread = shift_spread + r.turning * SCALES * np.abs(turn)
        spreads = (shift_spread, shift_spread, shift_spread, turn_spread)
        off = np.zeros_like(self._posterior)
        for i, (goal, spread) in enumerate(zip(ahead, spreads, strict=True)):
            off += ((moved[:, i, None, None, None] - goal) / spread) ** 2
        return _student(off) / (shift_spread**3 * turn_spread) + OTHERWISE


def _student(square: Array) -> Array:
    """Student's t in 4 dimensions, of 8 degrees of freedom, but for a constant: large errors happen."""
    falls = 1 + square / 8
    falls = falls * falls * falls
    return 1 / (falls * falls)


def commanded(wanted: Array, world: DynamicsEstimate) -> Array:
    """The actions to send (B, 7) so that the wanted ones (B, 7) are carried out.

    What exceeds the range of an action is shortened, and keeps its direction.
    """
    sent = _turned(wanted, -world.turn, 1 / world.scale)
    for first in (0, 3):  # shift, turn
        part = sent[:, first : first + 3]
        part /= np.maximum(np.abs(part).max(1, keepdims=True), 1)
    return sent


def arriving(sent: Array, world: DynamicsEstimate) -> Array:
    """Actions sent (B, 7) -> as the arm carries them out, once they have arrived: (B, 7)."""
    return _turned(sent, world.turn, world.scale)


def _turned(actions: Array, by: Array, scale: Array) -> Array:
    """Shift and turn of actions (B, 7), rotated about z by angles (B,) and scaled by (B,)."""
    cos, sin = np.cos(by), np.sin(by)
    new = np.array(actions, np.float32)
    for x in (0, 3):
        new[:, x] = scale * (cos * actions[:, x] - sin * actions[:, x + 1])
        new[:, x + 1] = scale * (sin * actions[:, x] + cos * actions[:, x + 1])
        new[:, x + 2] = scale * actions[:, x + 2]
    return new


def _is_free(seen: Observation, spec: WorldSpec) -> NDArray[np.bool_]:
    """Whether the hand is clear of all things and of the workspace's edge: (B,)."""
    things, hand = seen.entities, seen.proprio[:, :3]
    step = spec.action.shift
    inner, outer = np.array(spec.workspace) + np.outer((1, -1), (step,) * 3)
    inside = ((hand > inner) & (hand < outer)).all(1) & (np.hypot(*hand[:, :2].T) < spec.reach - step)
    gap = np.abs(things[..., :3] - hand[:, None]) - things[..., 7:10] / 2
    clear = np.where(np.arange(things.shape[1]) < spec.most_objects, CLEAR, CLEAR_OF_FURNITURE)
    near = np.linalg.norm(np.maximum(gap, 0), axis=-1) < clear
    return inside & ~(near & (seen.mask > 0)).any(1)


def _motion(before: Array, after: Array, action: ActionSpec) -> Array:
    """Shift and turn about the vertical from proprio to proprio, in units of a full action: (B, 4)."""
    old, new = (tool_heading(at[:, 3:7]) for at in (before, after))
    turn = wrap(new - old)
    shift = (after[:, :3] - before[:, :3]) / action.shift
    return np.column_stack([shift, turn / action.turn]).astype(np.float32)
