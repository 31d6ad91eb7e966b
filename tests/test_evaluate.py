"""Evaluation from plan to eval_info.json, with the scripted expert in the policy's place."""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from robopolicy.common.statistics import wilson
from robopolicy.evaluation import evaluate as module
from robopolicy.evaluation.evaluate import Evaluation, NotEvaluated, evaluate, evaluated
from robopolicy.evaluation.rollouts import Group, Rollouts
from robopolicy.evaluation.summary import read_info
from robopolicy.evaluation.trials.config import EvaluateConfig
from robopolicy.evaluation.trials.judges import TIME

SMALL = EvaluateConfig(checkpoint="expert", levels=("seen", "composition"), n=24, n_controls=8, workers=2)


def quiet(*_: object) -> None:
    pass


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[EvaluateConfig, Evaluation, list]:
    config = dataclasses.replace(SMALL, output=str(tmp_path_factory.mktemp("evaluate")))
    ticks = []
    return config, evaluate(config, lambda tallies, rate: ticks.append((dict(tallies), rate))), ticks


def test_the_info_on_disk_is_what_was_returned(done) -> None:
    config, (info, _), _ = done
    assert read_info(Path(config.output)) == json.loads(json.dumps(info))


def test_counts_add_up_everywhere(done) -> None:
    _, (info, results), _ = done
    assert {level: row["n_episodes"] for level, row in info["levels"].items()} == {
        "seen": 24,
        "composition": 24,
    }
    for level, row in info["levels"].items():
        mine = [episode for episode in info["episodes"] if episode["level"] == level]
        successes = sum(episode["success"] for episode in mine)
        assert (len(mine), successes) == (row["n_episodes"], row["n_success"])
        assert row["pc_success"] == pytest.approx(100 * successes / 24, abs=0.01)
        assert row["pc_success_ci95"] == pytest.approx([100 * x for x in wilson(successes, 24)], abs=0.01)
        families = [by[level] for by in info["per_task"].values() if level in by]
        assert sum(cell["n_success"] for cell in families) == successes
    assert {name: row["n_episodes"] for name, row in info["controls"].items()} == {"shuffled": 8, "empty": 8}
    assert [len(found) for found in results.values()] == [24, 24, 8, 8]


def test_it_says_what_produced_it(done) -> None:
    config, (info, _), _ = done
    by = info["produced_by"]
    assert by["config"] == dataclasses.asdict(config)
    assert {"commit", "checkpoint", "checkpoint_sha256", "versions", "wall_s", "cpus"} <= set(by)
    assert by["versions"]["pybullet"]


def test_the_tally_grows_to_all(done) -> None:
    _, _, ticks = done
    totals = [sum(one.done for one in tallies.values()) for tallies, _ in ticks]
    assert totals == sorted(totals)
    assert (totals[0], totals[-1]) == (0, 64)


def test_a_complete_evaluation_can_be_read_back_with_its_rollouts(done) -> None:
    config, (info, results), _ = done
    again = evaluated(config)
    assert again.info == json.loads(json.dumps(info))
    for row, found in results.items():
        for ours, theirs in zip(found, again.results[row], strict=True):
            assert ours[:4] == theirs[:4]
            assert np.array_equal(ours.actions, theirs.actions)
            assert len(ours.actions) == ours.steps


@pytest.mark.parametrize("other", [{"seed": 1}, {"refuse": False}])
def test_rollouts_of_other_options_are_not_read_back(done, other: dict) -> None:
    config, _, _ = done
    with pytest.raises(NotEvaluated):
        evaluated(dataclasses.replace(config, **other))


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Groups that are rolled out, by name; every rollout takes 3 steps and nothing succeeds."""
    names: list[str] = []

    def fake(groups: list[Group], *_: object) -> Iterator[tuple[Group, Rollouts]]:
        for group in groups:
            names.append(group.name)
            n = len(group.trials)
            ends = np.full((n, 1), 3)
            actions, nothing = np.zeros((n, 3, 7), np.float32), np.zeros((n, 0), np.float32)
            made = (np.zeros(n, bool), ends[:, 0], actions, ends, nothing, np.full(n, TIME))
            yield group, Rollouts(*made, np.zeros(n, int), np.full((n, 1), np.nan))

    monkeypatch.setattr(module, "roll_out_all", fake)
    return names


def interrupted_after(groups: int):
    """A tick that gives up once so many groups are in."""
    left = [groups + 1]

    def tick(*_: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt

    return tick


def test_an_interrupted_evaluation_goes_on_where_it_was(counted: list[str], tmp_path: Path) -> None:
    config = dataclasses.replace(SMALL, output=str(tmp_path))
    with pytest.raises(KeyboardInterrupt):
        evaluate(config, interrupted_after(2))
    assert not (tmp_path / "eval_info.json").exists()
    first = list(counted)
    evaluate(config, quiet)
    assert counted[len(first) :] == [
        "composition-000",
        "composition-001",
        "control-shuffled-000",
        "control-empty-000",
    ]


def test_an_evaluation_interrupted_while_it_films_rolls_nothing_out_again(
    counted: list[str], tmp_path: Path
) -> None:
    def film(_: object) -> None:
        raise KeyboardInterrupt

    config = dataclasses.replace(SMALL, output=str(tmp_path))
    with pytest.raises(KeyboardInterrupt):
        evaluate(config, quiet, and_then=film)
    first = list(counted)
    evaluate(config, quiet)
    assert counted == first


def test_kept_groups_of_another_plan_are_not_used(counted: list[str], tmp_path: Path) -> None:
    config = dataclasses.replace(SMALL, output=str(tmp_path))
    with pytest.raises(KeyboardInterrupt):
        evaluate(config, interrupted_after(2))
    counted.clear()
    evaluate(dataclasses.replace(config, seed=1), quiet)
    assert "seen-000" in counted


def test_a_complete_evaluation_is_run_anew_when_asked_again(counted: list[str], tmp_path: Path) -> None:
    config = dataclasses.replace(SMALL, output=str(tmp_path))
    evaluate(config, quiet)
    evaluate(config, quiet)
    assert counted.count("seen-000") == 2


def test_a_damaged_group_is_run_again(counted: list[str], tmp_path: Path) -> None:
    config = dataclasses.replace(SMALL, output=str(tmp_path))
    with pytest.raises(KeyboardInterrupt):
        evaluate(config, interrupted_after(2))
    (tmp_path / "rollouts/seen-001.npz").write_bytes(b"PK nonsense")
    counted.clear()
    evaluate(config, quiet)
    assert counted[0] == "seen-001"
    assert "seen-000" not in counted


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"n": 0}, "n must be at least 1"),
        ({"max_steps": 0}, "max_steps must be at least 1"),
        ({"workers": 0}, "workers must be at least 1"),
        ({"n_objects": 9}, "whole number from 1 to 5"),
        ({"world": "right"}, "no world is called 'right'"),
    ],
)
def test_what_cannot_be_evaluated_is_refused(changes: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        dataclasses.replace(SMALL, **changes)


def test_a_checkpoint_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r"no checkpoint .* at 'nowhere'"):
        evaluate(dataclasses.replace(SMALL, checkpoint="nowhere"), quiet)
    (tmp_path / "runs/mine").mkdir(parents=True)
    (tmp_path / "runs/mine/config.json").write_text("{}")
    with pytest.raises(ValueError, match="there is one in runs/mine"):
        evaluate(dataclasses.replace(SMALL, checkpoint="nowhere"), quiet)
