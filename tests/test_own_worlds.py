"""Worlds of a user's own get what the desk gets: any rate, one object or many, with fixtures or without."""

from dataclasses import replace
from typing import Any

import pytest

from data.play.collection import PlayConfig
from examples.pucks import SPEC, PuckKind, PuckScene
from robopolicy.cli.main import main
from robopolicy.evaluation.trials.config import EvaluateConfig
from robopolicy.runtime.scene_request import SceneRequest
from robopolicy.training.confidence_data import nonsense, sound
from sim.common.seeds import rng_of
from sim.desk.scenes.sampler import SceneConfig
from sim.env import DeskEnv
from sim.kinds.desk import DESK
from sim.world_env import WorldEnv


class ManyKind(PuckKind):
    """More pucks than a desk has objects, and more than there are colours."""

    spec = replace(SPEC, name="many", most_objects=60)

    def draw(self, seed: int, config: SceneConfig) -> PuckScene:
        spots = rng_of("many", seed).uniform(-0.4, 0.4, (config.n_objects, 2))
        names = tuple(f"puck {i}" for i in range(config.n_objects))
        return PuckScene(seed, names, tuple((float(x), float(y)) for x, y in spots))


class LoneKind(PuckKind):
    """One puck."""

    spec = replace(SPEC, name="lone", most_objects=1)


MANY, LONE = ManyKind(), LoneKind()


def test_a_world_may_have_more_objects_than_a_desk() -> None:
    config = SceneConfig(n_objects=60)
    MANY.check_scenes(config)
    assert len(MANY.draw(0, config).names) == 60
    env = WorldEnv(MANY, config)
    assert len(env.reset(seed=0)[1]["names"]) == 60 + 1
    assert len(SceneRequest(n_objects=60, kind=MANY).scene().names) == 60
    with pytest.raises(ValueError, match="at most 60 objects, not 61: say n_objects=60"):
        MANY.check_scenes(SceneConfig(n_objects=61))


@pytest.mark.parametrize("n_objects", [0, 1001, True, "3", 2.0])
def test_a_number_of_objects_that_is_none_is_refused_in_any_world(n_objects: Any) -> None:
    with pytest.raises(ValueError, match="a whole number from 1 to 1000"):
        SceneConfig(n_objects)


def test_more_objects_than_there_can_be_are_refused_wherever_they_are_asked_for() -> None:
    for kind, most in ((DESK, "from 1 to 5"), (LONE, "say n_objects=1")):
        for asked in (
            lambda kind=kind: WorldEnv(kind, SceneConfig(n_objects=6)),
            lambda kind=kind: SceneRequest(n_objects=6, kind=kind),
        ):
            with pytest.raises(ValueError, match=most):
                asked()
    with pytest.raises(ValueError, match="from 1 to 5"):
        DeskEnv(n_objects=6)
    with pytest.raises(ValueError, match="from 1 to 5"):
        EvaluateConfig(n_objects=6)
    with pytest.raises(ValueError, match="from 1 to 5"):
        PlayConfig(scene=SceneConfig(n_objects=6))


def test_a_world_of_one_object_needs_nobody_to_say_so() -> None:
    assert LONE.spec.usual_objects == 1
    assert MANY.spec.usual_objects == DESK.spec.usual_objects == 3
    assert len(WorldEnv(LONE).reset(seed=0)[1]["names"]) == 1 + 1
    said = sound("train", 4, 0, kind=LONE)
    bare, _ = nonsense({"none": ["what a day"]}, 0, held_out=False, kind=LONE)
    assert {len(one.names) for one in (*said, *bare)} == {2}


@pytest.mark.parametrize("world", ["left_handed", "train", "latency=2"])
def test_what_only_the_desk_has_is_refused_elsewhere(world: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("evaluate", "env=examples.pucks:PUCKS", "checkpoint=expert", "n=2", f"world={world}")
    assert main([*asked]) == 2
    said = capsys.readouterr().err
    assert ("has no layouts" if world == "left_handed" else "has no dynamics to randomise") in said
    assert world in said


def test_layouts_are_no_option_of_play_in_a_world_without_them() -> None:
    scenes = SceneConfig(layouts=("left_handed",))
    with pytest.raises(ValueError, match="has no layouts: leave out left_handed"):
        PlayConfig(env="examples.pucks:PUCKS", scene=scenes)
    with pytest.raises(ValueError, match="has no layouts"):
        WorldEnv("examples.pucks:PUCKS", scenes)
