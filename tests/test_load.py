"""A policy in a few lines of Python."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest

import robopolicy
from robopolicy.policies.base.condition import BadCondition, GoalState
from robopolicy.policies.checkpoint import NoCheckpoint
from robopolicy.policies.loaded import BadObservation

ROOT = Path(__file__).resolve().parent.parent
ID = "sim.env:robopolicy/Desk-v0"


@pytest.fixture(scope="module")
def policy() -> Any:
    return robopolicy.load("benchmark")


@pytest.fixture(scope="module")
def desks() -> list[tuple[dict[str, np.ndarray], tuple[str, ...]]]:
    """Three desks as they are found: observation and names."""
    env = gymnasium.make(ID)
    found = [env.reset(seed=seed) for seed in range(3)]
    env.close()
    return [(observation, info["names"]) for observation, info in found]


def test_importing_robopolicy_loads_neither_torch_nor_numpy():
    script = "import sys, robopolicy; sys.exit(bool({'torch', 'numpy', 'pybullet'} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


def test_a_name_that_robopolicy_does_not_have_is_answered_with_those_that_it_has():
    with pytest.raises(AttributeError, match=r"no attribute 'laod'; it has .*load"):
        robopolicy.laod  # noqa: B018
    assert set(robopolicy.__all__) == set(robopolicy._HOMES)
    assert all(hasattr(robopolicy, name) for name in robopolicy.__all__)


def test_one_environment_and_a_batch_get_the_same_actions(policy, desks):
    said = ["open the drawer", "turn on the lamp", "close the drawer"]
    alone = []
    for sentence, (observation, names) in zip(said, desks, strict=True):
        policy.reset(sentence, names)
        alone.append([policy.act(observation) for _ in range(3)])
    policy.reset(said, [names for _, names in desks])
    batch = {name: np.stack([observation[name] for observation, _ in desks]) for name in desks[0][0]}
    together = [policy.act(batch) for _ in range(3)]
    assert alone[0][0].shape == (7,)
    assert together[0].shape == (3, 7)
    # The same numbers at two places in a batch: a processor may sum them in another order.
    assert np.allclose(np.swapaxes(together, 0, 1), alone, atol=1e-4)


def test_it_says_what_it_understood_and_holds_still_at_what_it_refuses(policy, desks):
    observation, names = desks[0]
    policy.reset(["open the drawer", "make me a coffee"], [names, names])
    assert policy.understood[0].family == "open_drawer"
    assert policy.refused == [False, True]
    actions = policy.act({name: np.stack([field, field]) for name, field in observation.items()})
    assert np.abs(actions[0, :6]).max() > 0.01
    assert not actions[1, :6].any()
    policy.reset("make me a coffee", names)
    assert policy.refused is True


def test_a_goal_state_goes_through_the_same_door(policy, desks):
    observation, names = desks[0]
    goal: Any = {name: field.copy() for name, field in observation.items()}
    goal["entities"][names.index("drawer"), [0, 10]] += [-0.15, 0.15]  # pulled out, towards the robot
    intent = policy.reset(GoalState(observation, goal), names)
    assert (intent.family, intent.target) == ("open_drawer", "drawer")
    both = policy.reset(["turn on the lamp", GoalState(observation, goal)], [names, names])
    assert [one.family for one in both] == ["turn_on_lamp", "open_drawer"]
    both = policy.reset([GoalState(observation, goal), "turn on the lamp"], [names, names])
    assert [one.family for one in both] == ["open_drawer", "turn_on_lamp"]


def test_names_come_in_any_sequence(policy, desks):
    _, names = desks[0]
    told = [policy.reset("open the drawer", given) for given in (names, list(names), np.array(names))]
    assert told[0] == told[1] == told[2]


def test_what_was_inferred_of_a_world_is_kept_for_the_next_command_in_it_alone(policy, desks):
    observation, names = desks[0]
    policy.reset("open the drawer", names)
    for _ in range(3):
        policy.act(observation)
    policy.reset("close the drawer", names, same_world=True)
    assert policy.agent.world is not None
    policy.reset("close the drawer", names)
    assert policy.agent.world is None


def test_a_folder_without_a_checkpoint_is_refused(tmp_path: Path):
    with pytest.raises(NoCheckpoint, match="no checkpoint"):
        robopolicy.load(tmp_path)


def test_what_does_not_fit_together_is_said_in_one_sentence(policy, desks):
    observation, names = desks[0]
    with pytest.raises(BadCondition, match="2 conditions and the names of the things in 1 environments"):
        policy.reset(["wait", "wait"], [names])
    with pytest.raises(BadCondition, match=r"is no name of a thing"):
        policy.reset(["wait"], names[0:1] + (7,))
    with pytest.raises(BadCondition, match="cannot be told 7; it takes a sentence or a goal state"):
        policy.reset([7], [names])
    policy.reset("open the drawer", names)
    with pytest.raises(BadObservation, match="has no 'mask'"):
        policy.act({"proprio": observation["proprio"], "entities": observation["entities"]})
    with pytest.raises(BadObservation, match=r"mask has shape \(9,\)"):
        policy.act({**observation, "entities": observation["entities"][1:], "mask": observation["mask"][1:]})
