"""Evaluations that take no time: nobody acts in them."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from robopolicy.evaluation import evaluate as evaluation
from robopolicy.evaluation.rollouts import Group, Rollouts
from robopolicy.evaluation.trials.config import EvaluateConfig
from robopolicy.policies.text.encoder import TextEncoder

SMALL = EvaluateConfig(checkpoint="expert", levels=("seen",), n=20, controls=(), workers=1)


def nobody_acts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rollouts take no time and come out by their names; so do tokens."""

    def rolled(groups: Sequence[Group], *_: object) -> Iterator[tuple[Group, Rollouts]]:
        for group in groups:
            rng, n = np.random.default_rng(len(group.name)), len(group.trials)
            ends = np.full((n, 1), 3)
            actions = rng.normal(size=(n, 3, 7)).astype(np.float32)
            success, context = rng.random(n) < 0.5, np.zeros((n, 0), np.float32)
            causes, errors = np.where(success, "", "time"), np.full((n, 1), np.nan)
            begun = np.zeros(n, int)
            yield group, Rollouts(success, ends[:, 0], actions, ends, context, causes, begun, errors)

    def encoded(encoder: TextEncoder, texts: Sequence[str]) -> list[np.ndarray]:
        seeds = [sum(text.encode()) for text in texts]
        return [np.random.default_rng(seed).normal(size=(seed % 5, 8)).astype(np.float16) for seed in seeds]

    monkeypatch.setattr(evaluation, "roll_out_all", rolled)
    monkeypatch.setattr(TextEncoder, "_encode", encoded)


def quiet(*_: object) -> None:
    pass
