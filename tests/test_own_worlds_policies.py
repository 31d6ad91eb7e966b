"""Policies of a user's own world are loaded in it, and nowhere else."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

import robopolicy
from examples.pucks import SPEC, PuckKind
from robopolicy.diagnostics.learning import checkpoint as finds
from robopolicy.evaluation.trials.config import EvaluateConfig
from robopolicy.experiments.confidence import main as confidence
from robopolicy.policies.base.config import PolicyConfig
from robopolicy.policies.base.spec import BadSpec, check_spec, spec_of
from robopolicy.policies.checkpoint import (
    CheckpointError,
    doubts_of,
    folder_of,
    load_checkpoint,
    read_config,
    save_checkpoint,
    save_confidence,
)
from robopolicy.policies.confidence import Confidence
from robopolicy.policies.convert import convert
from robopolicy.policies.model_card import model_card
from robopolicy.policies.registry import build
from robopolicy.policies.results_card import write_card
from robopolicy.policies.text.encoder import TextEncoder
from sim.kinds.desk import DESK, DESK_SPEC, DeskKind
from sim.kinds.registry import UnknownWorldKind
from sim.world import WorldKind
from sim.world_env import WorldEnv
from sim.world_spec import Fixture

ENV = "examples.pucks:PUCKS"
SMALL = PolicyConfig(width=32, blocks=1, slot_width=16, code_width=8, chunk=2)


class FasterKind(PuckKind):
    """Pucks at another rate."""

    spec = replace(SPEC, name="faster", control_hz=20)


class BareKind(PuckKind):
    """Pucks without the mat, and one row more for pucks."""

    spec = replace(SPEC, name="bare", fixtures=(), most_objects=4)
    tasks = PuckKind.tasks[:1]


class TwiceKind(PuckKind):
    """Pucks with two fixtures."""

    spec = replace(SPEC, name="twice", fixtures=(Fixture("mat"), Fixture("rug")))


class TurnedKind(TwiceKind):
    """The two in another order."""

    spec = replace(SPEC, name="turned", fixtures=(Fixture("rug"), Fixture("mat")))


class DerivedKind(PuckKind):
    """Pucks with a name of their own."""

    spec = replace(SPEC, name="derived")


class OtherDesk(DeskKind):
    """A desk with a name of its own, and a camera less."""

    spec = replace(DESK_SPEC, name="other desk", cameras=("desk",))


def saved(folder: Path, kind: WorldKind) -> Path:
    """A checkpoint of a kind of world, with fresh weights."""
    torch.manual_seed(0)
    save_checkpoint(
        folder, build(SMALL, spec_of(kind)), TextEncoder(SMALL.encoder).fingerprint, {}, kind=kind
    )
    return folder


def test_a_policy_is_loaded_for_the_world_it_was_trained_in(tmp_path: Path) -> None:
    folder = saved(tmp_path, PuckKind())
    env = WorldEnv(ENV)
    observation, info = env.reset(seed=0)
    actions = []
    for given in (ENV, PuckKind()):
        policy = robopolicy.load(folder, refuse=False, env=given)
        policy.reset(f"put the {info['names'][0]} on the mat", info["names"])
        actions.append(policy.act(observation).tolist())
    assert actions[0] == actions[1]
    assert len(actions[0]) == 7
    with pytest.raises(CheckpointError, match="cannot act here"):
        robopolicy.load(folder)
    with pytest.raises(CheckpointError, match="cannot act here"):
        robopolicy.load(env=ENV)
    with pytest.raises(UnknownWorldKind, match="no kind of world is called 'puks'"):
        robopolicy.load(folder, env="puks")


def test_who_only_reads_a_checkpoint_need_not_say_of_which_world_it_is(tmp_path: Path) -> None:
    folder = saved(tmp_path, FasterKind())
    assert not convert(folder)
    assert load_checkpoint(folder, None).spec.world.control_hz == 20
    assert [finding.state for finding in finds(str(folder))] == ["ok"]


def test_the_command_that_fits_a_measure_of_confidence_names_the_world(tmp_path: Path) -> None:
    folder = saved(tmp_path, PuckKind())
    with pytest.raises(CheckpointError, match="cannot act here"):
        confidence([str(folder)])
    save_confidence(folder, Confidence((0.0,) * 8, (1.0,) * 8, (0.0,) * 8, 0.0, 0.5))
    (folder / "confidence.json").unlink()
    with pytest.raises(CheckpointError, match=f"env='{ENV}'` fits it anew"):
        doubts_of(folder)


@pytest.mark.long
def test_confidence_is_measured_in_the_world_that_is_named(tmp_path: Path, capsys) -> None:
    assert confidence([str(saved(tmp_path, PuckKind())), f"env={ENV}"]) == 0
    told = capsys.readouterr().out
    assert "sound: train" in told
    assert doubts_of(tmp_path) is not None


def test_a_world_without_dynamics_cannot_change_on_the_way() -> None:
    assert DESK.changes
    assert not PuckKind().changes
    assert EvaluateConfig(change_at=20).change_at == 20
    with pytest.raises(ValueError, match="has no dynamics that could change: leave out change_at"):
        EvaluateConfig(env=ENV, change_at=20)


@pytest.mark.parametrize(
    ("trained", "acts", "says"),
    [
        (PuckKind, BareKind, "among 3 objects and mat; in 'bare' there are 4 objects"),
        (BareKind, PuckKind, "among 4 objects; in 'examples.pucks:PUCKS' there are 3 objects and mat"),
        (
            TwiceKind,
            TurnedKind,
            "among 3 objects and mat and rug; in 'turned' there are 3 objects and rug and mat",
        ),
        (PuckKind, FasterKind, "whose actions have control_hz 5; those in 'faster' have 20"),
    ],
)
def test_a_policy_is_refused_where_its_rows_or_actions_mean_something_else(
    tmp_path: Path, trained: type[WorldKind], acts: type[WorldKind], says: str
) -> None:
    with pytest.raises(CheckpointError, match=says):
        load_checkpoint(saved(tmp_path, trained()), acts())


@pytest.mark.parametrize(
    ("part", "value"),
    [("robot", "wheel"), ("middle", (0.1, 0.0, 0.0)), ("open_hand", 0.01), ("reach", 1.0),
     ("workspace", ((-1.0, -1.0, 0.0), (1.0, 1.0, 1.0)))],
)  # fmt: skip
def test_a_world_of_another_name_is_accepted_only_if_all_that_matters_is_the_same(
    part: str, value: Any
) -> None:
    spec = spec_of(PuckKind())
    check_spec(spec, DerivedKind.spec)
    check_spec(spec_of(DESK), OtherDesk.spec)
    check_spec(spec, replace(SPEC, **{part: value}))  # the same world, measured anew
    with pytest.raises(BadSpec, match=f"whose {part} is .*; that of 'derived' is "):
        check_spec(spec, replace(DerivedKind.spec, **{part: value}))


def test_what_a_hand_holds_of_a_fixture_matters_in_a_world_of_another_name() -> None:
    wider = replace(DerivedKind.spec, fixtures=(Fixture("mat", grip=0.02),))
    with pytest.raises(BadSpec, match="whose fixtures' grip is"):
        check_spec(spec_of(PuckKind()), wider)


def test_a_policy_of_the_desk_acts_in_a_desk_of_another_name() -> None:
    policy = robopolicy.load("benchmark", env=OtherDesk())
    assert policy.agent.policy.spec.world.name == "desk"


def test_the_card_of_a_policy_is_about_its_own_world(tmp_path: Path) -> None:
    saved(tmp_path, PuckKind())
    write_card(tmp_path, "| a table |", PuckKind())
    card = " ".join((tmp_path / "README.md").read_text().split())
    assert f"policy for the robot 'point' in the world '{ENV}', cloned" in card
    assert "at 5 Hz" in card
    assert re.search(rf'THIS_FOLDER env={ENV} video=false "put the \w+ puck on the mat"', card)
    for foreign in ("Panda", "desk", "ybullet", "drawer", "10 Hz"):
        assert foreign not in card
    assert f"robopolicy evaluate checkpoint=THIS_FOLDER env={ENV}" in card
    assert "| a table |" in card


def test_the_card_that_is_written_in_training_is_about_its_own_world(tmp_path: Path) -> None:
    card = (saved(tmp_path, FasterKind()) / "README.md").read_text()
    assert "in the world 'faster'" in card
    assert "at 20 Hz" in card


def test_the_card_of_the_shipped_policy_is_as_it_was() -> None:
    card = (folder_of("benchmark") / "README.md").read_text()
    table = card.split("## Measured\n\n")[1].split("\n\n## What it is")[0]
    again, end = model_card(read_config("benchmark"), DESK, table), "\n## Limits"
    assert again.partition(end)[0].startswith(card.partition(end)[0].rstrip())  # it says more of its making
    assert again.partition(end)[2] == card.partition(end)[2]
