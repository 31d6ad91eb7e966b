"""A checkpoint knows what it says: families, columns and units by name, whatever the tables of today."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from data.common.checksums import sealed
from robopolicy.policies.agent import Agent
from robopolicy.policies.base.columns import HAND, THING, select
from robopolicy.policies.base.spec import (
    PolicySpec,
    check_spec,
    spec_of,
    unknown_families,
    untrained_families,
)
from robopolicy.policies.checkpoint import (
    CheckpointError,
    confidence_of,
    folder_of,
    load_checkpoint,
    policy_hash,
    read_config,
)
from robopolicy.policies.convert import convert, main
from robopolicy.policies.formats import FAMILIES_2, FORMAT
from robopolicy.policies.text.encoder import TextEncoder
from sim.desk.scenes.sampler import draw_scene
from sim.kinds.desk import DESK
from sim.observation import Observation

ROOT = Path(__file__).resolve().parent.parent
NAMES = DESK.spec.names(draw_scene(0).names)

ROLLOUTS = """
import json, sys
from dataclasses import replace
from sim.kinds.desk import DESK
from sim.desk.tasks import families

if sys.argv[1] == "reordered":
    more = replace(families.task_named("lift"), name="juggle")
    DESK.tasks = families.TASKS = (more, *reversed(families.TASKS))
    families.task_named.__defaults__ = (families.TASKS,)

import numpy as np
from robopolicy.policies.base.spec import spec_of
from robopolicy.policies.agent import Agent
from robopolicy.policies.checkpoint import load_checkpoint
from sim.desk.scenes.sampler import draw_scene
from sim.desk.rows import observe
from sim.desk.simulator import World
from sim.observation import Observation
from sim.state import JOINT

agent, world, found = Agent(load_checkpoint("benchmark", DESK), kind=DESK), World(), []
SAID = ("open the drawer", "turn on the lamp", "wait", "lift the cube", "slide the door left")
for seed, said in enumerate(SAID):
    scene = draw_scene(seed)
    state = world.build(scene)
    agent.forget()
    intent = agent.reset([said], [DESK.spec.names(scene.names)])[0]
    actions = []
    for _ in range(20):
        action = agent.act(Observation(*(field[None] for field in observe(state))))[0]
        actions.append(action.tolist())
        state = world.step(action)
    found.append([said, intent, actions, state.things[:, JOINT].tolist(), state.ee_pos.tolist()])
print(json.dumps({"families": spec_of(DESK).names[:-1], "rollouts": found}))
"""


def rollouts(how: str) -> dict[str, Any]:
    """Five commands carried out by the shipped policy, in a process of its own."""
    script = [sys.executable, "-c", ROLLOUTS, how]
    return json.loads(subprocess.run(script, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


@pytest.mark.long
def test_with_a_family_added_and_all_reordered_the_shipped_policy_does_the_same_step_by_step():
    as_is, reordered = rollouts("as they are"), rollouts("reordered")
    assert reordered["families"] == ["juggle", *reversed(as_is["families"])]
    assert reordered["rollouts"] == as_is["rollouts"]
    families = [intent[0] for _, intent, *_ in as_is["rollouts"]]
    assert families[:4] == ["open_drawer", "turn_on_lamp", "hold still", "lift"]
    assert len({json.dumps(actions) for _, _, actions, *_ in as_is["rollouts"]}) == 5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder_of("benchmark"), tmp_path / "copy"))


def respecified(folder: Path, **changes: Any) -> Path:
    """The checkpoint with parts of its spec changed, as if that had been meant."""
    config = json.loads((folder / "config.json").read_text())
    config["spec"] |= changes
    (folder / "config.json").write_text(json.dumps(sealed(config)))
    return folder


def families_of(folder: Path) -> list[dict[str, str]]:
    return json.loads((folder / "config.json").read_text())["spec"]["families"]


def test_a_family_that_this_program_does_not_know_is_kept_and_said_once_it_is_asked_for(folder: Path, capsys):
    named = [{**one, "name": "juggle"} if one["name"] == "lift" else one for one in families_of(folder)]
    network = load_checkpoint(respecified(folder, families=named), DESK)
    assert unknown_families(network.spec, DESK.tasks) == ("juggle",)
    assert untrained_families(network.spec, DESK.tasks) == ("lift",)
    agent = Agent(network, TextEncoder(cache_folder=""), kind=DESK)
    agent.reset(["open the drawer"], [NAMES])
    assert not capsys.readouterr().err
    for _ in range(2):
        assert agent.reset([f"lift the {NAMES[0]}"], [NAMES])[0].family == "juggle"
    said = capsys.readouterr().err
    assert said.count("'juggle', a family that this program does not know") == 1


def test_a_column_that_is_not_observed_here_is_refused_in_one_sentence(folder: Path):
    respecified(folder, thing=[*THING, "temperature"])
    with pytest.raises(CheckpointError, match=r"reads the column 'temperature' of the things, which is not"):
        load_checkpoint(folder, DESK)


@pytest.mark.parametrize(
    ("part", "value"), [("control_hz", 20), ("shift", 0.1), ("frame", "hand"), ("opening", 0.1)]
)
def test_actions_that_mean_something_else_are_refused_in_one_sentence(folder: Path, part: str, value: object):
    world = json.loads((folder / "config.json").read_text())["spec"]["world"]
    action = world["action"] if part == "control_hz" else {**world["action"], part: value}
    rate = value if part == "control_hz" else world["control_hz"]
    respecified(folder, world={**world, "action": action, "control_hz": rate})
    with pytest.raises(
        CheckpointError, match=re.escape(f"whose actions have {part} {value!r}; those in 'desk' have")
    ):
        load_checkpoint(folder, DESK)


@pytest.mark.parametrize(
    "changes",
    [{"families": []}, {"families": None}, {"hand": [1, 2]},
     {"families": [{"name": "open_drawer", "acts_on": "drawer", "relates_to": ""}]}, {"world": {}},
     {"world": None}, {"families": [{"name": "hold still", "acts_on": "moon", "relates_to": ""}]}],
)  # fmt: skip
def test_a_spec_that_is_none_is_refused(folder: Path, changes: dict[str, Any]):
    with pytest.raises(CheckpointError, match="does not describe a policy"):
        load_checkpoint(respecified(folder, **changes), DESK)


@pytest.mark.parametrize(
    "changes",
    [{"fixtures": [{"name": "drawer"}, {"name": "drawer"}]}, {"fixtures": [{}]}, {"most_objects": 0},
     {"most_objects": "five"}, {"action": {}}, {"workspace": [0]}, {"moons": 1}],
)  # fmt: skip
def test_a_spec_of_a_world_that_is_none_is_refused(folder: Path, changes: dict[str, Any]):
    world = json.loads((folder / "config.json").read_text())["spec"]["world"]
    with pytest.raises(CheckpointError, match="does not describe a policy"):
        load_checkpoint(respecified(folder, world={**world, **changes}), DESK)


def test_a_spec_is_written_and_read_back():
    spec = spec_of(DESK)
    assert PolicySpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec
    check_spec(spec, DESK.spec)


def test_columns_are_found_by_name_in_whatever_order_they_are_observed():
    rng = np.random.default_rng(0)
    seen = Observation(rng.random((2, 8)), rng.random((2, 10, 12)), np.ones((2, 10)))
    assert select(seen).entities is seen.entities
    hand, thing = ("speed", *reversed(HAND)), (*reversed(THING), "colour")
    other = Observation(
        np.concatenate([np.zeros((2, 1)), seen.proprio[:, ::-1]], 1),
        np.concatenate([seen.entities[..., ::-1], np.zeros((2, 10, 1))], 2),
        seen.mask,
    )
    again = select(other, hand, thing)
    assert all(np.array_equal(a, b) for a, b in zip(seen, again, strict=True))


# -- earlier formats ----------------------------------------------------------------------------------


def of_format_2(folder: Path) -> Path:
    """The checkpoint as the version before wrote it."""
    config = json.loads((folder / "config.json").read_text())
    del config["spec"]
    config["trained"].pop("converted", None)
    (folder / "config.json").write_text(json.dumps(sealed({**config, "format": 2})))
    return folder


def test_a_checkpoint_of_the_format_before_is_read_as_what_it_is_converted_to(folder: Path, capsys):
    old = of_format_2(folder)
    read, before = policy_hash(old), load_file(old / "model.safetensors")
    assert load_checkpoint(old, DESK).spec == load_checkpoint("benchmark", DESK).spec
    assert read == policy_hash("benchmark")
    assert main([str(old)]) == 0
    assert f"is now of format {FORMAT}" in capsys.readouterr().out
    assert json.loads((old / "config.json").read_text()) == json.loads(
        (folder_of("benchmark") / "config.json").read_text()
    )
    after = load_file(old / "model.safetensors")
    assert before.keys() == after.keys()
    assert all(np.array_equal(before[name], after[name]) for name in before)
    assert confidence_of(old) == confidence_of("benchmark")
    assert confidence_of(old) is not None
    assert not convert(old)


def test_what_is_no_checkpoint_is_not_converted(tmp_path: Path, capsys):
    assert main([str(tmp_path)]) == 2
    assert "config.json is missing" in capsys.readouterr().err
    assert main([]) == 2


def test_the_order_of_the_format_before_is_written_down_and_is_that_of_the_shipped_policy():
    spec = load_checkpoint("benchmark", DESK).spec
    assert [tuple(family) for family in spec.families] == list(FAMILIES_2)
    assert read_config("benchmark")["format"] == FORMAT


def test_a_code_book_too_small_for_its_families_is_refused(folder: Path):
    more = [{**families_of(folder)[0], "name": "open_drawer_twice"}, *families_of(folder)]
    with pytest.raises(CheckpointError, match="codes must be at least 26, one for each family, not 25"):
        load_checkpoint(respecified(folder, families=more), DESK)


def test_a_policy_refuses_more_things_than_it_was_trained_among():
    network = load_checkpoint("benchmark", DESK)
    network.spec = replace(network.spec, world=replace(network.spec.world, most_objects=4))
    with pytest.raises(ValueError, match="trained among at most 9 things; here are 10"):
        Agent(network, TextEncoder(cache_folder=""), kind=DESK).reset(["wait"], [NAMES])
