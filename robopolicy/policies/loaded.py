"""A checkpoint as a policy in Python, for one environment or a batch of them.

env = gymnasium.make("sim.env:robopolicy/Desk-v0")
policy = robopolicy.load("benchmark")
observation, info = env.reset(seed=0)
policy.reset("open the drawer", info["names"])
for _ in range(60):
    observation, *_ = env.step(policy.act(observation))
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from robopolicy.common.errors import UserError
from robopolicy.policies.agent import Agent
from robopolicy.policies.base.condition import BadCondition, Condition, GoalState
from robopolicy.policies.base.intent import Intent
from robopolicy.policies.checkpoint import doubts_of, hash_of, load_checkpoint
from sim.common.printable import shown
from sim.kinds.desk import DESK
from sim.kinds.registry import kind_of_world
from sim.observation import Observation
from sim.world import WorldKind

Observed: TypeAlias = Observation | Mapping[str, Any]
"""An observation, or a dict with its fields, as the Gymnasium environment gives it."""


class BadObservation(UserError):
    """What was observed is not what the policy was told about."""


class LoadedPolicy:
    """A policy that is told what to do by `reset`, and asked for the next action by `act`.

    What `reset` was given says whether it acts in one environment or in a batch: a condition and a tuple of
    names, or a sequence of each. A sentence that it refuses makes it hold still.
    """

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self._intents: list[Intent] = []
        self._single = True
        self._n_things = 0

    def reset(
        self,
        conditions: Condition | Sequence[Condition],
        names: Sequence[str] | Sequence[Sequence[str]],
        same_world: bool = False,
    ) -> Intent | list[Intent]:
        """Begin to carry out a condition, or one per environment; returns what each was taken to ask for.

        `names` are those of the observation's rows, `info["names"]`. Unless it goes on in the same world, as
        after the command before, what it inferred of the world's dynamics is cleared. Raises
        `BadCondition`.
        """
        self._single = isinstance(conditions, str | GoalState)
        told = [conditions] if isinstance(conditions, str | GoalState) else list(conditions)
        rows = _checked_names([names] if self._single else names)
        if not same_world:
            self.agent.forget()
        self._intents = self.agent.reset([_with_observations(one) for one in told], rows)
        self._n_things = len(rows[0])
        return self.understood

    def act(self, observation: Observed) -> NDArray[np.float32]:
        """The next action (7,), or (B, 7), in [-1, 1]. Raises `BadObservation`.

        An observation has proprio (8,), entities (E, 12) and mask (E,), or each with leading axis B; units
        and frames are those of `sim.observation.Observation`.
        """
        seen = as_observation(observation)
        if self._single:
            seen = Observation(*(field[None] for field in seen))
        lead = (len(self._intents), self._n_things)
        if seen.mask.shape != lead or seen.entities.shape[:-1] != lead or len(seen.proprio) != lead[0]:
            given = seen.mask.shape[1:] if self._single else seen.mask.shape
            raise BadObservation(
                f"the policy was told about {lead[1]} things in each of {lead[0]} environments, and the "
                f"observation's mask has shape {given}; call reset with the names that go with it"
            )
        actions = self.agent.act(seen)
        return actions[0] if self._single else actions

    def forget(self) -> None:
        """Clear the inferred dynamics; the next observation comes from a different world."""
        self.agent.forget()

    @property
    def understood(self) -> Intent | list[Intent]:
        """What the latest condition was taken to ask for; of a batch, a list."""
        return self._intents[0] if self._single and self._intents else list(self._intents)

    @property
    def refused(self) -> bool | list[bool]:
        """Whether it holds still because the sentence probably asks for nothing that can be done here."""
        found = [intent.refused for intent in self._intents]
        return found[0] if self._single and found else found


def load(
    checkpoint: Path | str = "benchmark", refuse: bool = True, env: WorldKind | str = DESK
) -> LoadedPolicy:
    """The policy of a checkpoint folder, or the "benchmark" that comes with the program; on the CPU.

    Unless `refuse` is off, it holds still at sentences that its measure of confidence finds out of
    distribution. `env` is the kind of world that it acts in, or its name, as the commands take it.

    Raises `UnknownWorldKind`, `NoCheckpoint`, and `CheckpointError` for one that is damaged, or of another
    program or world.
    """
    kind = kind_of_world(env) if isinstance(env, str) else env
    hash_of(checkpoint)  # refuses a folder that is none
    doubts = doubts_of(checkpoint) if refuse else None
    return LoadedPolicy(Agent(load_checkpoint(checkpoint, kind), doubts=doubts, kind=kind))


def as_observation(observed: Observed) -> Observation:
    """An observation as arrays, from a dict with its fields or from one. Raises `BadObservation`."""
    fields = observed if isinstance(observed, Mapping) else observed._asdict()
    if missing := [name for name in Observation._fields if name not in fields]:
        raise BadObservation(
            f"the observation has no {missing[0]!r}; it needs {', '.join(Observation._fields)}"
        )
    return Observation(*(np.asarray(fields[name], np.float32) for name in Observation._fields))


def _with_observations(condition: Condition) -> Condition:
    """A goal state whose observations may be dicts -> one with observations."""
    if isinstance(condition, GoalState):
        return GoalState(as_observation(condition.before), as_observation(condition.after))
    return condition


def _checked_names(rows: Sequence[Sequence[object]]) -> list[tuple[str, ...]]:
    """The names of each environment's things; refuses what is no name, and different numbers of them."""
    checked: list[tuple[str, ...]] = []
    for row in rows:
        given = (row,) if isinstance(row, str) or not isinstance(row, Iterable) else tuple(row)
        names = tuple(name for name in given if isinstance(name, str))
        if len(names) < len(given) or isinstance(row, str):
            wrong = next((name for name in given if not isinstance(name, str)), row)
            raise BadCondition(
                f"{shown(wrong)} is no name of a thing; one environment takes a condition and a tuple of "
                "names, several take a list of each"
            )
        checked.append(names)
    if not checked or not checked[0]:
        raise BadCondition("reset needs the names of the things, info['names'] of the environment")
    for names in checked:
        if len(names) != len(checked[0]):
            raise BadCondition(
                f"environments of a batch need as many names each, not {len(checked[0])} and {len(names)}"
            )
    return checked
