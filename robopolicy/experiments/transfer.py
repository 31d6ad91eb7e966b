"""Figures of several policies in several worlds, counted from their rollouts: what worlds.json holds.

Policies have the same trials in a world, so they are compared by McNemar's exact test. A policy's own
success in a world is compared with that in the nominal world by the ratio of the two, with an interval for
pairs (`robopolicy.common.statistics.ratio_interval`): trial i has the same seed and family in both. It has
the same scene, goal and sentence too where the world differs by dynamics or sensing alone. Where furniture is
moved or the number of objects is drawn, the scene may be another; how many trials are the same is counted. No
p-value is corrected for there being several.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from robopolicy.common.statistics import difference_interval, mcnemar, paired, ratio_interval
from robopolicy.evaluation.trials.results import Result, counted
from sim.desk.scene import Scene
from sim.randomize.factors import factor_named
from sim.randomize.presets import NOMINAL

Found = Mapping[str, Mapping[str, Sequence[Result]]]
"""Policy -> world -> results in the order of the trials."""


def across(found: Found, worlds: Sequence[str], n: int) -> list[dict[str, Any]]:
    """Per world: every policy's success, its share of nominal, and each against the first."""
    first = next(iter(found))
    rows = []
    for world in worlds:
        results = {name: by_world[world][:n] for name, by_world in found.items()}
        nominal = {name: by_world[NOMINAL][:n] for name, by_world in found.items()}
        rows.append(
            {
                "world": world,
                "policies": {
                    name: {**counted(mine), **_of_nominal(nominal[name], mine)}
                    for name, mine in results.items()
                },
                "against_first": {
                    name: _against(results[first], mine) for name, mine in results.items() if name != first
                },
                "same_as_nominal": _same(nominal[first], results[first]),
            }
        )
    return rows


def sweeps(found: Found, sweep: Mapping[str, Mapping[float, str]], n: int) -> dict[str, Any]:
    """Per factor: success of every policy at each of its values."""
    return {name: _sweep(found, name, worlds, n) for name, worlds in sweep.items()}


def _sweep(found: Found, name: str, worlds: Mapping[float, str], n: int) -> dict[str, Any]:
    factor = factor_named(name)
    low, high = factor.train
    return {
        "unit": factor.unit,
        "scale": factor.scale,
        "nominal": factor.nominal,
        "train": [max(low, factor.given[0]), high],
        "points": [
            {
                "value": value,
                "trained": factor.trained(value),
                "policies": {who: counted(by_world[world][:n]) for who, by_world in found.items()},
            }
            for value, world in worlds.items()
        ],
    }


def _of_nominal(nominal: Sequence[Result], results: Sequence[Result]) -> dict[str, Any]:
    """Success as a share of that in the nominal world, in percent."""
    before, now = (np.array([result.success for result in each]) for each in (nominal, results))
    gained, lost = paired(before.tolist(), now.tolist())
    low, high = ratio_interval(int((before & now).sum()), gained, lost)
    share = now.sum() / before.sum() if before.any() else None
    return {
        "pc_of_nominal": None if share is None else round(100 * share, 2),
        "pc_of_nominal_ci95": [round(100 * low, 2), round(100 * high, 2) if np.isfinite(high) else None],
    }


def _against(first: Sequence[Result], results: Sequence[Result]) -> dict[str, Any]:
    """A policy against the first one, on the same trials; differences in points."""
    gained, lost = paired([r.success for r in first], [r.success for r in results])
    low, high = difference_interval(gained, lost, len(results))
    return {
        "gained": gained,
        "lost": lost,
        "points": round(100 * (gained - lost) / len(results), 2),
        "points_ci95": [round(100 * low, 2), round(100 * high, 2)],
        "p": mcnemar(gained, lost),
    }


def _same(nominal: Sequence[Result], results: Sequence[Result]) -> dict[str, int]:
    """How many trials have the same goal and sentence, and how many of these the same scene too."""
    alike = [one for one in zip(nominal, results, strict=True) if one[0].trial == one[1].trial]
    return {
        "trials": len(alike),
        "scenes": sum(_desk(one.scene) == _desk(other.scene) for one, other in alike),
    }


def _desk(scene: Scene) -> tuple[Any, ...]:
    """The scene without the shifts of its furniture."""
    return scene.layout, scene.objects, scene.joints, scene.led
