"""Policies compared in worlds: who is asked what, what is counted, and what the page says."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from robopolicy.common.statistics import difference_interval, mcnemar, ratio_interval
from robopolicy.evaluation import evaluate as evaluation
from robopolicy.evaluation.evaluate import Evaluation
from robopolicy.evaluation.trials.results import Result
from robopolicy.evaluation.trials.trial import Command, Trial
from robopolicy.experiments import worlds as module
from robopolicy.experiments.transfer import across, sweeps
from robopolicy.experiments.worlds import WorldsConfig, compare_worlds, policies_of, rollouts_of, sweep_of
from robopolicy.reporting.svg import Series, lines
from robopolicy.reporting.worlds_report import difference_of, share_of, write_worlds_report
from sim.desk.scenes.sampler import SceneConfig, draw_scene
from sim.randomize.factors import FACTORS, factor_named
from sim.randomize.presets import parse_world
from sim.task import Goal
from tests.test_report import read

SCENE = draw_scene(0, SceneConfig())
SMALL = WorldsConfig(
    policies=("a=expert", "b=expert"), worlds=("held_out:latency",), sweep=("latency", "action_scale"),
    n=8, n_sweep=4, points=3, workers=1,
)  # fmt: skip


def results(successes: str, sentence: str = "lift it") -> list[Result]:
    """ "101": the first and the third trial succeed."""
    return [
        Result(
            Trial("paraphrase", i, (Command(sentence, (Goal("lift", 0),)),)), SCENE, mark == "1", 1,
            np.zeros((1, 7), np.float32),
        )
        for i, mark in enumerate(successes)
    ]  # fmt: skip


# -- who is asked what ------------------------------------------------------------------------------


def test_policies_have_the_names_they_are_given_or_those_of_their_folders() -> None:
    def named(*given: str) -> dict[str, str]:
        return {name: one.checkpoint for name, one in policies_of(replace(SMALL, policies=given)).items()}

    assert named("runs/a", "new=runs/b/a") == {"a": "runs/a", "new": "runs/b/a"}
    assert named("runs/seed=0") == {"seed=0": "runs/seed=0"}
    assert list(named("z=x", "a=x")) == ["z", "a"]  # the first is compared with


def test_a_policy_may_be_asked_without_its_memory_or_with_anothers() -> None:
    found = policies_of(
        replace(SMALL, policies=("runs/b", "runs/b@none", "mixed=runs/b@others", "at=runs/x@y"))
    )
    assert found == {
        "b": ("runs/b", "own"), "b@none": ("runs/b", "none"), "mixed": ("runs/b", "others"),
        "at": ("runs/x@y", "own"),
    }  # fmt: skip


def test_every_value_of_a_sweep_is_a_world_and_nominal_is_not_asked_twice() -> None:
    assert sweep_of(SMALL) == {
        "latency": {0: "nominal", 1: "latency=1", 2: "latency=2", 3: "latency=3"},
        "action_scale": {0.5: "action_scale=0.5", 1.0: "nominal", 1.6: "action_scale=1.6"},
    }
    assert rollouts_of(SMALL) == {
        "nominal": 8, "held_out:latency": 8, "latency=1": 4, "latency=2": 4, "latency=3": 4,
        "action_scale=0.5": 4, "action_scale=1.6": 4,
    }  # fmt: skip
    assert (
        rollouts_of(replace(SMALL, worlds=("latency=2",), n=2))["latency=2"] == 4
    )  # fewer are the first of more
    assert rollouts_of(replace(SMALL, sweep=())) == {"nominal": 8, "held_out:latency": 8}


@pytest.mark.parametrize("factor", FACTORS, ids=lambda factor: factor.name)
def test_a_sweep_goes_from_end_to_end_through_nominal_and_beyond_training(factor) -> None:
    values = factor.points(7)
    assert list(values) == sorted(set(values))
    assert factor.nominal in values
    assert (values[0], values[-1]) == factor.given
    assert any(factor.trained(value) for value in values)
    assert not all(factor.trained(value) for value in values)
    for world in sweep_of(replace(SMALL, sweep=(factor.name,), points=7))[factor.name].values():
        parse_world(world)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"policies": ()}, "policies is empty"),
        ({"policies": ("runs/a", "runs/b/a")}, "two policies are called 'a'"),
        ({"policies": ("a=",)}, "names no policy"),
        ({"worlds": ("held_out:latncy",)}, "did you mean held_out:latency"),
        ({"level": "chain"}, "no level of single commands is called 'chain'"),
        ({"level": "paraphrse"}, "did you mean paraphrase"),
        ({"sweep": ("latncy",)}, "did you mean latency"),
        ({"points": 1}, "points must be at least 2"),
        ({"n_sweep": 0}, "n_sweep must be at least 1"),
        ({"n": 0}, "n must be at least 1"),
        ({"workers": 0}, "workers must be at least 1"),
    ],
)
def test_what_cannot_be_compared_is_refused(changes: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        replace(SMALL, **changes)


# -- what is counted --------------------------------------------------------------------------------


def test_policies_are_compared_with_the_first_and_with_themselves_in_the_nominal_world() -> None:
    found = {
        "a": {"nominal": results("1111110"), "train": results("1100001")},
        "b": {"nominal": results("1111111"), "train": results("1111011")},
    }
    nominal, train = across(found, ("nominal", "train"), 6)  # the last trial is one too many
    assert (nominal["world"], train["world"]) == ("nominal", "train")
    a, b = train["policies"].values()
    assert (a["n_episodes"], a["n_success"], b["n_success"]) == (6, 2, 5)
    assert a["pc_of_nominal"] == pytest.approx(100 * 2 / 6, abs=0.01)
    assert a["pc_of_nominal_ci95"] == pytest.approx([100 * x for x in ratio_interval(2, 0, 4)], abs=0.01)
    assert nominal["policies"]["b"]["pc_of_nominal"] == 100.0
    assert list(train["against_first"]) == ["b"]
    against = train["against_first"]["b"]
    assert (against["gained"], against["lost"], against["points"]) == (3, 0, 50.0)
    assert against["points_ci95"] == pytest.approx([100 * x for x in difference_interval(3, 0, 6)], abs=0.01)
    assert against["p"] == mcnemar(3, 0)
    json.dumps(train, allow_nan=False)


def test_a_policy_that_never_succeeds_has_no_share_of_nominal() -> None:
    found = {"a": {"nominal": results("00"), "train": results("01")}}
    row = across(found, ("nominal", "train"), 2)[1]
    assert row["policies"]["a"]["pc_of_nominal"] is None
    assert row["policies"]["a"]["pc_of_nominal_ci95"][1] is None
    assert "nothing succeeds" in share_of(row, "a")
    json.dumps(row, allow_nan=False)


def test_trials_and_scenes_that_two_worlds_share_are_counted() -> None:
    other = draw_scene(1, SceneConfig())
    moved = [results("1")[0], results("1", sentence="raise it")[0], results("1")[0]._replace(scene=other)]
    late = [
        r._replace(scene=replace(r.scene, dynamics=replace(r.scene.dynamics, latency=2)))
        for r in results("111")
    ]
    same = [results("1")[0]] * 3
    found = {"a": {"nominal": same, "moved": moved, "late": [late[0]] * 3}}
    rows = across(found, ("nominal", "moved", "late"), 3)
    assert [row["same_as_nominal"] for row in rows] == [
        {"trials": 3, "scenes": 3}, {"trials": 2, "scenes": 1}, {"trials": 3, "scenes": 3},
    ]  # fmt: skip


def test_a_sweep_says_which_values_were_trained() -> None:
    found = {"a": {"nominal": results("111"), "latency=1": results("110"), "latency=3": results("000")}}
    sweep = sweeps(found, {"latency": {0: "nominal", 1: "latency=1", 3: "latency=3"}}, 2)["latency"]
    assert (sweep["unit"], sweep["nominal"], sweep["train"]) == ("control steps", 0, [0, 1])
    assert [(p["value"], p["trained"]) for p in sweep["points"]] == [(0, True), (1, True), (3, False)]
    assert [p["policies"]["a"]["n_success"] for p in sweep["points"]] == [2, 2, 0]
    shift = sweeps({"a": {"nominal": results("1")}}, {"fixture_shift": {0.0: "nominal"}}, 1)["fixture_shift"]
    assert shift["train"] == [0, 0.02]  # how far, whichever way


# -- from beginning to end --------------------------------------------------------------------------


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, int]]:
    """Evaluations that were run: folder, world, n. Nobody acts; "a" succeeds always, "b" at every other."""
    ran: list[tuple[str, str, int]] = []

    def fake(config, tick, crew) -> Evaluation:
        del tick, crew
        ran.append((config.output, config.world, config.n))
        marks = "1" * config.n if "/a-" in config.output else ("10" * config.n)[: config.n]
        return Evaluation({"produced_by": {"commit": config.world[:1]}}, {config.levels[0]: results(marks)})

    monkeypatch.setattr(module, "evaluate_once", fake)
    return ran


def test_every_policy_is_asked_in_every_world_in_a_folder_of_its_own(asked, tmp_path: Path) -> None:
    info = compare_worlds(replace(SMALL, output=str(tmp_path)))
    assert [(world, n) for _, world, n in asked] == [*rollouts_of(SMALL).items()] * 2
    assert len({folder for folder, _, _ in asked}) == len(asked)
    assert info["worlds"][1]["against_first"]["b"]["lost"] == 4
    assert json.loads((tmp_path / "worlds.json").read_text()) == json.loads(json.dumps(info))
    commits = ["a", "h", "l", "n"]
    known = {"checkpoint": "expert", "memory": "own", "checkpoint_sha256": "", "commits": commits}
    assert info["policies"]["b"] == known
    assert info["produced_by"]["config"]["n"] == 8


def test_the_first_policy_stays_the_first_where_another_is_added_later(asked, tmp_path: Path) -> None:
    compare_worlds(replace(SMALL, output=str(tmp_path), policies=("a=expert",)))
    info = compare_worlds(replace(SMALL, output=str(tmp_path)))
    assert [list(row["policies"]) for row in info["worlds"]] == [["a", "b"]] * 2
    assert info["worlds"][1]["against_first"]["b"]["lost"] == 4


def test_the_page_is_whole_and_says_every_figure(asked, tmp_path: Path) -> None:
    info = compare_worlds(replace(SMALL, output=str(tmp_path), policies=("<a>=expert", "b=expert")))
    page = read(write_worlds_report(tmp_path, info).read_text())
    assert page.sources == []
    for text in ("<a>", "held_out:latency", "50.0 % [21.5, 78.5]", "action_scale", "latency, control steps"):
        assert text in page.text
    for row in info["worlds"]:
        difference, p = difference_of(row, "b")
        assert difference + p.removeprefix("p ") in page.text  # one cell after another
        assert share_of(row, "b").replace(" of nominal", "") in page.text


def test_the_page_says_what_is_known_of_a_world(asked, tmp_path: Path) -> None:
    info = compare_worlds(replace(SMALL, output=str(tmp_path)))
    assert info["known"] == {"a": [], "b": []}  # nobody has a memory
    assert "knows of its world" not in write_worlds_report(tmp_path, info).read_text()
    info["known"]["b"] = [{"factor": "latency", "r2": 0.98, "low": 0.97, "high": 0.99, "n": 8}]
    text = read(write_worlds_report(tmp_path, info).read_text()).text
    assert "knows of its world" in text
    assert "[0.97, 0.99]" in text


def test_one_policy_and_no_sweep_make_a_page_too(asked, tmp_path: Path) -> None:
    config = replace(SMALL, output=str(tmp_path), policies=("a=expert",), sweep=(), worlds=())
    page = read(write_worlds_report(tmp_path, compare_worlds(config)).read_text())
    assert "difference, points" not in page.text
    assert "One factor" not in page.text


@pytest.mark.long
def test_the_expert_is_compared_in_real_worlds_and_nothing_is_rolled_out_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = replace(
        SMALL, policies=("expert",), worlds=("latency=3",), sweep=(), n=4, max_steps=20, workers=2,
        output=str(tmp_path),
    )  # fmt: skip
    info = compare_worlds(config)
    nominal, turned = (row["policies"]["expert"] for row in info["worlds"])
    assert nominal["n_success"] > turned["n_success"]  # nothing happens for a while
    assert info["worlds"][1]["same_as_nominal"] == {"trials": 4, "scenes": 4}

    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(evaluation, "evaluate", never)
    again = compare_worlds(config)
    assert again["worlds"] == info["worlds"]


# -- plots ------------------------------------------------------------------------------------------


def series(label: str, x: Sequence[float], y: Sequence[float]) -> Series:
    return Series(label, x, y, [v - 5 for v in y], [v + 5 for v in y])


def test_lines_stand_where_their_rates_are() -> None:
    drawn = lines([series("a", [0, 5, 10], [95, 50, 5])], "force, N", (0, 5), 5)
    assert 'points="48.0,22.0 248.0,112.0 448.0,202.0"' in drawn  # 400 by 200 from (48, 12)
    assert 'class="shade" x="48.0" y="12" width="200.0" height="200"' in drawn
    assert drawn.count("font-weight") == 1
    assert "force, N" in read(drawn).text


def test_lines_on_a_logarithmic_axis_stand_evenly_where_values_double() -> None:
    drawn = lines([series("a", [1, 2, 4], [50, 50, 50])], "x", (0.1, 8), 1, logarithmic=True)
    assert 'points="48.0,112.0 248.0,112.0 448.0,112.0"' in drawn
    assert 'width="400.0" height="200"' in drawn  # what is shaded ends with the axis


def test_each_line_has_a_colour_and_a_name_and_one_value_is_no_line() -> None:
    drawn = lines(
        [series(name, [0, 1], [1, 2]) for name in ("<one>", "two", "three", "four")], "x", (0, 1), 0
    )
    assert all(f'class="of{i}"' in drawn for i in range(4))
    assert "<one>" in read(drawn).text
    assert lines([series("a", [1], [1])], "x", (0, 1), 1) == ""
    assert factor_named("latency").scale == "whole"
