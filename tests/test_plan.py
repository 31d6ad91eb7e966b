from dataclasses import replace
from pathlib import Path

import pytest

from data.language.splits import goal_split, split_named
from data.trials.chains import read_chains
from robopolicy.common.world_option import layouts_of
from robopolicy.evaluation.levels.controls import shuffled
from robopolicy.evaluation.levels.registry import GRAMMAR_LEVELS
from robopolicy.evaluation.levels.unseen import COMPOSITION, SEEN, UnseenLevel
from robopolicy.evaluation.plan import Plan, make_plan
from robopolicy.evaluation.trials.config import EvaluateConfig
from robopolicy.evaluation.trials.trial import Command
from sim.desk.scenes.sampler import initial_state
from sim.desk.tasks.families import TASKS
from sim.kinds.desk import DESK
from sim.randomize.factors import factor_named


def options(**given) -> EvaluateConfig:
    """48 trials of seen and composition, and the controls, unless given otherwise."""
    return replace(EvaluateConfig(levels=("seen", "composition"), n=48), **given)


ALL = tuple(level.name for level in GRAMMAR_LEVELS)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(options(levels=ALL))


@pytest.mark.long
def test_a_plan_is_a_function_of_its_options(plan: Plan) -> None:
    assert make_plan(options(levels=ALL)) == plan
    assert make_plan(options(levels=ALL, seed=1)) != plan


def test_a_level_is_the_same_whatever_others_are_asked_for(plan: Plan) -> None:
    alone = make_plan(options(levels=("composition",), controls=()))
    assert alone.levels[0] in plan.levels


def test_the_first_trials_are_the_same_whatever_n(plan: Plan) -> None:
    few = make_plan(options(levels=("seen",), n=10, controls=()))
    assert plan.levels[0].trials[:10] == few.levels[0].trials


def test_families_are_balanced_within_a_level(plan: Plan) -> None:
    for asked in plan.levels:
        counts = [sum(trial.task == task.name for trial in asked.trials) for task in TASKS]
        present = [count for count in counts if count]
        assert max(present) - min(present) <= 1


def test_every_trial_belongs_to_its_level_and_can_be_done(plan: Plan) -> None:
    for asked in plan.levels:
        level = asked.level
        if not isinstance(level, UnseenLevel):
            continue
        for trial, scene in zip(asked.trials, asked.scenes, strict=True):
            assert trial.level == level.name
            assert goal_split(trial.goal, scene.names) == split_named(level.split).goals
            assert DESK.possible(trial.goal, initial_state(scene))
            assert trial.sentence.strip()


def test_levels_do_not_share_scenes(plan: Plan) -> None:
    seeds = [trial.seed for asked in plan.levels if not asked.level.control for trial in asked.trials]
    assert len(seeds) == len(set(seeds))


def test_shuffled_sentences_come_from_other_families_and_none_is_lost(plan: Plan) -> None:
    seen = plan.levels[0].trials
    owner = {trial.sentence: trial.task for trial in seen}
    control = next(asked for asked in plan.levels if asked.key == "control-shuffled")
    assert sorted(t.sentence for t in control.trials) == sorted(t.sentence for t in seen)
    for before, after in zip(seen, control.trials, strict=True):
        assert before.saying("") == after.saying("")
        assert owner[after.sentence] != after.task


def test_shuffling_needs_two_families(plan: Plan) -> None:
    lifts = [trial for trial in plan.levels[0].trials if trial.task == "lift"]
    with pytest.raises(ValueError, match="two families"):
        shuffled(lifts, 0)


def test_the_empty_control_says_nothing_in_the_same_scenes(plan: Plan) -> None:
    control = next(asked for asked in plan.levels if asked.key == "control-empty")
    assert {trial.sentence for trial in control.trials} == {""}
    assert control.scenes == plan.levels[0].scenes


def test_controls_may_be_fewer() -> None:
    planned = make_plan(options(levels=("seen",), n_controls=7)).levels
    assert [len(asked.trials) for asked in planned] == [48, 7, 7]


def test_your_own_sentences_are_filled_from_the_scene(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("stack: ['the {object} onto the {other}']\nopen_drawer: [a, b]\n")
    plan = make_plan(options(levels=(), commands=str(tmp_path / "mine.yaml"), n=8, controls=("empty",)))
    asked = plan.levels[0]
    assert (asked.key, plan.levels[1].key) == ("yours", "control-empty")
    assert [trial.task for trial in asked.trials] == ["stack", "open_drawer"] * 4
    assert [trial.sentence for trial in asked.trials[1::2]] == ["a", "b", "a", "b"]
    for trial, scene in zip(asked.trials[::2], asked.scenes[::2], strict=True):
        assert trial.sentence == f"the {scene.names[trial.object]} onto the {scene.names[trial.other]}"


def test_one_layout_may_be_asked_for() -> None:
    name = layouts_of("nominal")[-1]
    planned = make_plan(options(levels=("seen",), n=12, world=name, controls=())).levels
    assert {scene.layout for scene in planned[0].scenes} == {name}


def test_more_objects_can_be_asked_for() -> None:
    planned = make_plan(options(levels=("seen",), n=24, n_objects=5)).levels
    assert all(len(scene.objects) == 5 for scene in planned[0].scenes)


def test_with_one_object_what_needs_two_is_left_out_and_that_is_said(capfd) -> None:
    (planned,) = make_plan(options(levels=("seen",), n=24, n_objects=1, controls=())).levels
    assert all(len(scene.objects) == 1 for scene in planned.scenes)
    assert len(planned.trials) == 24
    left_out = {task.name for task in TASKS} - {trial.task for trial in planned.trials}
    assert {task.name for task in TASKS if task.arguments == 2} <= left_out
    said = capfd.readouterr().err
    assert all(f"the level seen is evaluated without {name}: no scene" in said for name in left_out)


def test_levels_of_new_things_ask_only_for_families_with_things() -> None:
    assert set(SEEN.families(TASKS)) == {task.name for task in TASKS}
    assert "open_drawer" not in COMPOSITION.families(TASKS)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"levels": ("yours",)}, "needs commands="),
        ({"levels": ()}, "nothing to evaluate"),
        ({"levels": ("sean",)}, "did you mean seen"),
        ({"world": "left_hand"}, "did you mean left_handed"),
        ({"world": "held_outt"}, "did you mean held_out"),
        ({"world": "held_out:frction"}, "did you mean held_out:"),
        ({"world": "latncy=2"}, "did you mean latency=2"),
        ({"world": "latency=4"}, "whole numbers from 0 to 3"),
        ({"levels": ("pairs",), "world": "held_out"}, "the pairs are of the world 'nominal'"),
    ],
)
def test_what_cannot_be_asked_is_refused(given: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        make_plan(options(**given))


def test_minimal_pairs_stand_member_by_member() -> None:
    asked = make_plan(options(levels=("pairs",), n=25)).levels[0]
    assert len(asked.trials) == len(asked.scenes) == 50
    for one, other in zip(asked.trials[::2], asked.trials[1::2], strict=True):
        assert one.kind == other.kind
        assert one.seed == other.seed
        assert one.sentence != other.sentence
        assert other.first.must_not == (other.kind == "negation")
    for trial, scene in zip(asked.trials, asked.scenes, strict=True):
        assert DESK.possible(trial.goal, initial_state(scene))


def test_a_chain_is_one_trial_of_five_commands() -> None:
    asked = make_plan(options(levels=("chain",), n=7)).levels[0]
    assert [trial.commands for trial in asked.trials] == [
        tuple(Command(said, (goal,)) for goal, said in zip(chain.goals, chain.sentences, strict=True))
        for chain in read_chains()[:7]
    ]


@pytest.mark.parametrize("world", ["train", "held_out", "held_out:latency", "held_out:latency+control_yaw"])
def test_every_scene_of_a_randomised_plan_is_of_its_world(world: str) -> None:
    config = options(levels=("seen",), n=24, world=world, controls=())
    plan, plain = make_plan(config), make_plan(replace(config, world="nominal"))
    latency = factor_named("latency")
    for scene, nominal in zip(plan.levels[0].scenes, plain.levels[0].scenes, strict=True):
        assert latency.trained(scene.dynamics.latency) == (world == "train")
        assert (scene.dynamics.object_mass != nominal.dynamics.object_mass) == (":" not in world)
        assert bool(scene.shifts) == (":" not in world)
    if ":" in world:  # nothing but the factor differs
        assert [t.sentence for t in plan.levels[0].trials] == [t.sentence for t in plain.levels[0].trials]


def test_chains_of_another_world_and_more_than_there_are_are_refused() -> None:
    with pytest.raises(ValueError, match="the chains are of the world 'nominal'"):
        make_plan(options(levels=("chain",), world="right_handed"))
    with pytest.raises(ValueError, match="there are 1000 chains, not 1001"):
        make_plan(options(levels=("chain",), n=1001))


def test_what_is_shown_are_the_trials_of_seen_without_a_word() -> None:
    plan = make_plan(options(levels=("seen", "shown"), n=9, controls=()))
    seen, shown = plan.levels
    assert shown.scenes == seen.scenes
    assert [trial.goal for trial in shown.trials] == [trial.goal for trial in seen.trials]
    assert all(trial.first.demonstrated and not trial.sentence for trial in shown.trials)


def test_controls_repeat_single_commands_only() -> None:
    assert len(make_plan(options(levels=("chain", "pairs"), n=5)).levels) == 2
    assert [asked.key for asked in make_plan(options(levels=("chain", "seen"), n=30)).levels] == [
        "chain", "seen", "control-shuffled", "control-empty",
    ]  # fmt: skip
