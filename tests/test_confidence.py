"""Telling what can be asked for here from what cannot."""

from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from data.language.held_out import HELD_OUT_FRAMES
from data.language.out_of_domain import FITTED, HELD_OUT, ORDERS
from robopolicy.cli.verbs import command as verb
from robopolicy.experiments.confidence import measure, table
from robopolicy.policies.agent import Agent
from robopolicy.policies.base.config import PolicyConfig
from robopolicy.policies.base.spec import spec_of
from robopolicy.policies.checkpoint import (
    CheckpointError,
    doubts_of,
    folder_of,
    load_checkpoint,
    save_checkpoint,
)
from robopolicy.policies.confidence import OOD_FEATURES
from robopolicy.policies.registry import build
from robopolicy.policies.text.encoder import TextEncoder
from robopolicy.runtime.session import CommandConfig, Session
from robopolicy.training import calibration
from robopolicy.training.calibration import calibrate, fitted
from robopolicy.training.confidence_data import BRIEF, nonsense, sound
from sim.desk.scenes.sampler import draw_scene
from sim.kinds.desk import DESK


@pytest.fixture(scope="module")
def agent() -> Agent:
    policy = load_checkpoint("benchmark", DESK)
    return Agent(
        policy, TextEncoder(policy.config.encoder, cache_folder=""), doubts=doubts_of("benchmark"), kind=DESK
    )


def test_nonsense_for_the_figures_is_none_that_was_fitted_on() -> None:
    fit, held_out = (set(chain.from_iterable(kinds.values())) for kinds in (FITTED, HELD_OUT))
    assert not fit & held_out
    assert set(HELD_OUT) - set(FITTED) == {"law", "body"}
    assert set(ORDERS) <= {*FITTED, *HELD_OUT}
    assert min(len(fit), len(held_out)) > 80


def test_frames_of_fitted_nonsense_are_trainings_and_of_the_figures_held_out() -> None:
    for held_out in (False, True):
        _, framed = nonsense({"household": ["boil an egg"]}, 0, held_out, DESK)
        rest = [one.sentence.replace("boil an egg", "{do}") for one in framed]
        assert rest
        assert all((frame in HELD_OUT_FRAMES) == held_out for frame in rest)


def test_brief_sentences_are_brief_and_seeds_draw_others() -> None:
    first, second = (sound("train", 20, seed, DESK, brief=True) for seed in (1, 2))
    assert all(len(one.sentence.split()) <= BRIEF for one in first)
    assert first != second
    assert first == sound("train", 20, 1, DESK, brief=True)


def test_the_model_finds_what_tells_two_kinds_apart() -> None:
    rng = np.random.default_rng(0)
    good, bad = rng.normal(0, 1, (500, len(OOD_FEATURES))), rng.normal(0, 1, (60, len(OOD_FEATURES)))
    bad[:, 2] -= 3
    model = fitted(good, bad)
    assert np.argmax(np.abs(model.weights)) == 2
    assert np.median(model.sound(bad)) < 0.1 < 0.9 < np.median(model.sound(good))
    assert 0.4 < model.sound(np.array([model.mean])).item() < 1


def test_both_kinds_weigh_the_same_however_many_there_are_of_each() -> None:
    rng = np.random.default_rng(0)
    good, bad = rng.normal(0, 1, (400, len(OOD_FEATURES))), rng.normal(0, 1, (400, len(OOD_FEATURES)))
    good[:, 0] += 2
    once, twice = fitted(good, bad), fitted(np.repeat(good, 5, 0), bad)
    middle = np.zeros((1, len(OOD_FEATURES)))
    middle[0, 0] = 1  # as near to either
    assert abs(once.sound(middle).item() - 0.5) < 0.1
    assert abs(twice.sound(middle).item() - 0.5) < 0.1


@pytest.mark.long
def test_a_measure_that_is_gone_is_fitted_anew_and_vouched_for(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(calibration, "N", 12)
    for name in ("config.json", "model.safetensors"):
        (tmp_path / name).write_bytes((folder_of("benchmark") / name).read_bytes())
    with pytest.raises(CheckpointError, match=r"confidence\.json is missing"):
        doubts_of(tmp_path)
    assert list(calibrate(tmp_path, DESK)) == [(0, 1), (1, 1)]
    assert "confidence.json is missing" in capsys.readouterr().err
    doubts = doubts_of(tmp_path)
    assert doubts is not None
    names = DESK.spec.names(draw_scene(0).names)
    policy = load_checkpoint(tmp_path, DESK)
    told = Agent(policy, TextEncoder(policy.config.encoder, cache_folder=""), doubts=doubts, kind=DESK)
    said = ["make me a coffee", "open the drawer"]
    assert [one.refused for one in told.reset(said, [names] * 2)] == [True, False]
    assert list(calibrate(tmp_path, DESK)) == []


def test_a_policy_that_is_told_freely_has_no_measure_and_says_so(tmp_path: Path, capsys) -> None:
    policy = build(PolicyConfig(conditioning="free", width=32, blocks=1), spec_of(DESK))
    save_checkpoint(tmp_path, policy, {"model": "none", "layer": 0, "sha256": "0"}, {}, DESK)
    assert list(calibrate(tmp_path, DESK)) == []
    assert doubts_of(tmp_path) is None
    assert "no sentence is refused" in capsys.readouterr().err


@pytest.mark.long
def test_the_shipped_policy_refuses_nonsense_and_obeys_sound_sentences(agent: Agent) -> None:
    doubts = doubts_of("benchmark")
    assert doubts is not None
    figures = measure(agent, doubts, DESK, n=8)
    good = np.concatenate([r for name, r in figures.refused.items() if name.startswith("sound")])
    bad = figures.refused["nonsense"][:40]
    assert len(good) >= 40
    assert good.mean() < 0.1
    assert bad.mean() > 0.8
    assert figures.auc > 0.95
    assert "area under the ROC" in table(figures)


@pytest.mark.parametrize(
    "sentence", ["make me a coffee", "sing me a song", "could you please fold the towels"]
)
def test_it_does_nothing_when_it_is_out_of_its_depth(agent: Agent, sentence: str) -> None:
    names = DESK.spec.names(draw_scene(0).names)
    assert agent.reset([sentence], [names])[0].refused
    still = agent.interpret([sentence], [names]).hold_still
    assert still.tolist() == [True]


@pytest.mark.parametrize(
    "sentence", ["open the drawer", "do not open the drawer", "wait", "turn the lamp on", ""]
)
def test_it_obeys_what_it_knows(agent: Agent, sentence: str) -> None:
    assert not agent.reset([sentence], [DESK.spec.names(draw_scene(0).names)])[0].refused


def test_a_command_that_is_refused_is_answered_and_moves_nothing(
    agent: Agent, tmp_path: Path, capsys
) -> None:
    session = Session(CommandConfig(output=str(tmp_path), video=False), agent)
    told = session.carry_out("make me a coffee")
    verb._print(told, 10)
    assert len(told.states.gripper) == 1
    assert told.video is None
    assert "I do not know how to do that here" in capsys.readouterr().out
    session.close()


def test_refusing_can_be_turned_off() -> None:
    assert CommandConfig().refuse
    doubts = doubts_of("benchmark")
    assert doubts is not None
    policy = load_checkpoint("benchmark", DESK)
    eager = Agent(
        policy,
        TextEncoder(policy.config.encoder, cache_folder=""),
        doubts=replace(doubts, least=0.0),
        kind=DESK,
    )
    assert not eager.reset(["make me a coffee"], [DESK.spec.names(draw_scene(0).names)])[0].refused
