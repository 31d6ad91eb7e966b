"""A kind of world that contradicts itself is refused in one sentence, before anything is done with it."""

import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from data.play.collection import PlayConfig, collect
from data.store.episode import DatasetDamaged
from data.store.reader import open_dataset
from examples.pucks import PUCKS, SPEC, PuckKind
from robopolicy.cli.main import main
from sim.kinds.check import BadWorldKind, check_kind
from sim.kinds.desk import DESK
from sim.kinds.registry import UnknownWorldKind, kind_of_world
from sim.kinds.skill_player import SkillPlayer
from sim.task import Task
from sim.world_spec import Fixture

SHOVE, PARK = PuckKind.tasks


class WrongKind(PuckKind):
    """What a test makes of it; its instance goes to worker processes as it is."""


class KeptKind(PuckKind):
    """Holds something that no process can be given."""

    def __init__(self) -> None:
        self.judge = lambda: None


class ForgetfulKind(PuckKind):
    """Reads a part of its scenes that they do not have."""

    def scene_from(self, raw: Any) -> Any:
        return raw["wind"]


class ShyKind(PuckKind):
    """Never shoves at play."""

    tasks = (replace(SHOVE, appeal=0.0), PARK)


WRONG = WrongKind()


def with_spec(**changes: Any) -> PuckKind:
    class_of = type("WrongKind", (PuckKind,), {"spec": replace(SPEC, **changes)})
    return class_of()


def with_tasks(*tasks: Task) -> PuckKind:
    return type("WrongKind", (PuckKind,), {"tasks": tasks})()


def test_the_desk_and_the_pucks_are_sound() -> None:
    check_kind(DESK)
    check_kind(PUCKS)
    assert kind_of_world("examples.pucks:PUCKS") is PUCKS


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"control_hz": 0}, "control_hz is 0; accepted is a whole number of actions in a second"),
        ({"control_hz": 2.5}, "control_hz is 2.5"),
        ({"most_objects": 0}, "most_objects is 0; accepted is a whole number from 1 to 1000"),
        ({"fixtures": (Fixture("mat"), Fixture("mat"))}, "two fixtures is 'mat'; accepted is a name"),
        ({"fixtures": (Fixture("mat"), Fixture(""))}, "accepted is words for each"),
        ({"workspace": ((0.5, -0.5, 0.0), (0.5, 0.5, 0.2))}, "its lowest and its highest corner"),
        ({"workspace": ((0.0, 0.0), (1.0, 1.0))}, "its lowest and its highest corner"),
        ({"workspace": ((0.0, 0.0, 0.0), (1.0, 1.0, float("nan")))}, "its lowest and its highest corner"),
        ({"action": SPEC.action._replace(opening=0.0)}, "action.opening is 0.0; accepted is"),
    ],
)
def test_a_spec_that_no_command_could_work_with_is_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(BadWorldKind, match=re.escape(says)):
        check_kind(with_spec(**changes))


@pytest.mark.parametrize(
    ("tasks", "says"),
    [
        ((), "tasks is (); accepted is a tuple of families"),
        ((SHOVE, SHOVE), "the name of two families is 'shove_left'"),
        ((replace(SHOVE, name="hold still"),), "is 'hold still'; accepted is letters, digits and _"),
        ((replace(SHOVE, wordings=()),), "wordings of shove_left is (); accepted is a tuple of wordings"),
        (
            (replace(SHOVE, wordings=cast(Any, "shove")),),
            "wordings of shove_left is 'shove'; accepted is a tuple",
        ),
        ((replace(SHOVE, arguments=3),), "arguments of shove_left is 3; accepted is 0, 1 or 2"),
        ((replace(SHOVE, arguments=0),), "accepted is a fixture, or arguments=1"),
        ((replace(PARK, fixture="rug"),), "or a name of spec.fixtures: 'mat'"),
        ((replace(PARK, arguments=2),), "for a family of two objects, or arguments=1"),
        ((replace(PARK, appeal=-1.0),), "appeal of park is -1.0; accepted is a number, 0 or more"),
        ((replace(PARK, appeal=0.0),), "the appeal of every family is 0; accepted is a positive number"),
        ((1,), "one of its families is 1; accepted is a sim.task.Task"),
    ],
)
def test_families_that_no_command_could_work_with_are_refused(tasks: tuple[Any, ...], says: str) -> None:
    with pytest.raises(BadWorldKind, match=re.escape(says)):
        check_kind(with_tasks(*tasks))


@pytest.mark.parametrize("arguments", [0, 1, 2])
def test_families_about_fixtures_and_about_objects_are_sound(arguments: int) -> None:
    family = replace(SHOVE, arguments=arguments, fixture="mat" if arguments == 0 else "")
    with pytest.raises(BadWorldKind, match="what worker processes get of it"):  # and nothing before that
        check_kind(with_tasks(family))


def test_a_kind_that_worker_processes_cannot_be_given_is_refused() -> None:
    with pytest.raises(BadWorldKind, match="its class stands in a module"):
        check_kind(KeptKind())


def test_a_kind_is_checked_where_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"{__name__}:WRONG"
    assert kind_of_world(name) is WRONG
    monkeypatch.setattr("tests.test_check_kind.WRONG", with_spec(control_hz=0), raising=False)
    with pytest.raises(BadWorldKind, match="control_hz is 0"):
        kind_of_world(name)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("1 / 0", "importing 'broken' fails, ZeroDivisionError: division by zero"),
        ("def", "importing 'broken' fails, SyntaxError: invalid syntax"),
        ("import puks", "No module named 'puks'"),
        ("", "has no attribute 'HERE'"),
    ],
)
def test_a_module_that_cannot_be_imported_is_answered_in_one_sentence(
    source: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    (tmp_path / "broken.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "broken", raising=False)
    with pytest.raises(UnknownWorldKind, match=says):
        kind_of_world("broken:HERE")
    assert main(["tasks", "env=broken:HERE"]) == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("name", [".x:Y", "..:Y", ":Y", "examples.pucks:", "examples..pucks:PUCKS"])
def test_a_place_that_is_none_is_answered_in_one_sentence(name: str) -> None:
    with pytest.raises(UnknownWorldKind, match="no kind of world is called"):
        kind_of_world(name)


def test_a_scene_that_its_kind_cannot_read_is_damage_and_no_traceback(tmp_path: Path) -> None:
    config = PlayConfig(minutes=0.5, episode_steps=20, env="examples.pucks:PUCKS")
    for _ in collect(config, tmp_path, workers=1):
        pass
    with pytest.raises(DatasetDamaged, match="the scene of episode 0: 'wind' is missing"):
        open_dataset(tmp_path, ForgetfulKind()).episode(0)
    assert json.loads(json.dumps(open_dataset(tmp_path, PUCKS).scene(0).to_dict()))["names"]


def test_a_family_without_appeal_is_never_begun_at_play() -> None:
    kind = ShyKind()
    check_kind(kind)
    scene = PUCKS.draw(0, PlayConfig(env="examples.pucks:PUCKS").scene)
    world = kind.open()
    state = world.build(scene)
    player = SkillPlayer(np.random.default_rng(0), kind)
    begun = set()
    for _ in range(200):
        state = world.step(player.act(state))
        begun |= {player._goal.task} if player._goal else set()
    assert begun == {"park"}
