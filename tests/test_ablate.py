"""Comparing variants, without training any: what is paired with what, and what is refused."""

import numpy as np
import pytest

from robopolicy.common.statistics import mcnemar
from robopolicy.evaluation.evaluate import Evaluation
from robopolicy.evaluation.trials.results import Result
from robopolicy.evaluation.trials.trial import Command, Trial
from robopolicy.experiments.ablate import BASELINE, AblateConfig, compared, trainings_of
from sim.desk.scenes.sampler import SceneConfig, draw_scene
from sim.task import Goal

SCENE = draw_scene(0, SceneConfig())


def evaluation(successes: str) -> Evaluation:
    """ "101": the first and the third trial succeed."""
    found = [
        Result(
            Trial("seen", i, (Command("lift it", (Goal("lift", 0),)),)),
            SCENE,
            mark == "1",
            1,
            np.zeros((1, 7), np.float32),
        )
        for i, mark in enumerate(successes)
    ]
    return Evaluation({}, {"seen": found})


def test_a_variant_is_compared_with_the_baseline_of_the_same_seed_on_the_same_trials():
    found = {
        (BASELINE, 0): evaluation("1100"), (BASELINE, 1): evaluation("0000"),
        ("x", 0): evaluation("1011"), ("x", 1): evaluation("0001"),
    }  # fmt: skip
    base, row = compared(found, (0, 1), ("seen",))
    assert (base.variant, base.success, base.n, base.gained, base.lost, base.p) == (BASELINE, 2, 8, 0, 0, 1.0)
    assert (row.variant, row.against, row.success, row.by_seed) == ("x", BASELINE, 4, (3, 1))
    assert (row.gained, row.lost, row.p) == (2, 1, mcnemar(2, 1))  # trials, each once, however many seeds


def test_a_variant_that_adds_to_another_is_compared_with_that_one():
    names = (BASELINE, "a=1", "a=1 b=2", "b=3")
    rows = compared({(name, 0): evaluation("10") for name in names}, (0,), ("seen",))
    assert [row.against for row in rows] == [BASELINE, BASELINE, "a=1", BASELINE]


def test_every_variant_and_the_baseline_are_trained_with_every_seed(tmp_path):
    config = AblateConfig(
        variants=("policy.pooled=true", "token_noise=0 samples.label_fraction=0.5"),
        base=("steps=7",), seeds=(0, 3), output=str(tmp_path),
    )  # fmt: skip
    trainings = trainings_of(config)
    assert [(one.config.seed, one.config.policy.pooled) for one in trainings] == [
        (0, False), (3, False), (0, True), (3, True), (0, False), (3, False),
    ]  # fmt: skip
    assert all(one.config.steps == 7 for one in trainings)
    assert (trainings[-1].config.token_noise, trainings[-1].config.samples.label_fraction) == (0, 0.5)
    assert len({one.folder for one in trainings}) == 6


@pytest.mark.long
def test_the_variants_that_are_shipped_are_options_of_train():
    assert len(trainings_of(AblateConfig())) == 3 * (1 + len(AblateConfig().variants))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"variants": ("policy.poled=true",)}, "no option is called 'policy.poled'"),
        ({"variants": ("policy.head=mse",)}, "no head is called 'mse'"),
        ({"levels": ("chain",)}, "chain is not counted trial by trial"),
        ({"levels": ("pairs",)}, "pairs is not counted trial by trial"),
        ({"seeds": (0, 0)}, "seeds holds the same value twice"),
        ({"n": 0}, "n must be at least 1"),
        ({"levels": ("sean",)}, "did you mean seen"),
        ({"seeds": ()}, "at least one seed"),
    ],
)
def test_what_cannot_be_compared_is_refused(changes: dict, says: str):
    with pytest.raises(ValueError, match=says):
        trainings_of(AblateConfig(**changes))
