from collections import Counter
from functools import cache
from itertools import product

import pytest

from data.language.contrasts import DENIALS, FAMILIES, KINDS, OPPOSITES, affirmed, negate, twins, words_apart
from data.language.frames import NEGATION_FRAMES
from data.language.frames import WAITS as ALL_WAITS
from data.language.held_out import HELD_OUT_FRAMES, HELD_OUT_WAITS, is_held_out_object
from data.language.lexicon import expand, normalise
from data.language.naming import Phrases, phrases_for
from data.language.splits import goal_split, held_out_words_in
from data.language.templates import negatable, templates
from data.trials.pairs import Pair, draw_pairs
from sim.desk.layouts import LAYOUTS
from sim.desk.scene import Scene
from sim.desk.scenes.sampler import initial_state
from sim.desk.tasks.families import TASKS, task_named
from sim.kinds.desk import DESK
from sim.task import Goal
from tests.vocabularies import words_of

FRAMES = tuple(frame for pattern in NEGATION_FRAMES for frame in expand(pattern))
NEGATIONS = tuple(frame for frame in FRAMES if frame not in HELD_OUT_FRAMES)
HELD_OUT_NEGATIONS = tuple(frame for frame in FRAMES if frame in HELD_OUT_FRAMES)
WAITS = tuple(text for pattern in ALL_WAITS for text in expand(pattern) if text not in HELD_OUT_WAITS)

APART = {"direction": 3, "roles": 4, "state": 1, "thing": 1, "negation": 5}
"""Words put in, left out or exchanged between the members; in roles a phrase is exchanged twice."""


@cache
def pairs(n: int = 155, n_objects: int = 3, seed: int = 0) -> tuple[Pair, ...]:
    return tuple(draw_pairs(seed, n, n_objects, tuple(LAYOUTS)))


def of_kind(kind: str) -> list[Pair]:
    return [pair for pair in pairs() if pair.kind == kind]


def words(texts: tuple[str, ...]) -> set[str]:
    return {word for text in texts for word in text.split()} - {"{do}"}


def said_in(sentence: str, phrases: Phrases) -> list[str]:
    """The phrases for a thing that the sentence contains."""
    return [p for p in {*phrases.plain, *phrases.full, *phrases.short} if p in sentence]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.long
def test_the_sentences_of_a_pair_differ_in_few_words(kind):
    for pair in of_kind(kind):
        assert 1 <= words_apart(*pair.sentences) <= APART[kind], pair.sentences


def test_every_sentence_is_normal_and_has_no_held_out_word():
    for pair in pairs():
        for sentence in pair.sentences:
            assert sentence == normalise(sentence)
            assert not held_out_words_in(sentence)


def test_every_goal_can_be_done_in_its_scene_and_belongs_to_training():
    for pair in pairs():
        for scene, goal in zip(pair.scenes, pair.goals, strict=True):
            assert DESK.possible(goal, initial_state(scene))
            assert goal_split(goal, scene.names) == "train"
            assert not any(is_held_out_object(thing.colour, thing.shape) for thing in scene.objects)


@pytest.mark.long
def test_everything_that_a_pair_is_about_is_named_by_a_phrase_that_is_true_of_it():
    for pair in pairs()[:60]:
        for scene, goal, sentence in zip(pair.scenes, pair.goals, pair.sentences, strict=True):
            for index in (i for i in (goal.object, goal.other) if i >= 0):
                assert said_in(sentence, phrases_for(scene.names[index], scene.names))


def changes(one: Scene, other: Scene) -> int:
    return sum(a != b for a, b in zip((*one.joints, one.led), (*other.joints, other.led), strict=True))


def test_both_members_meet_the_same_scene_but_for_the_furniture_that_must_differ():
    for pair in pairs():
        one, other = pair.scenes
        furniture = pair.kind in OPPOSITES and not task_named(pair.goals[0].task).arguments
        assert changes(one, other) == int(furniture), pair.goals
        assert (one.objects, one.layout, one.seed) == (other.objects, other.layout, other.seed)


def test_the_roles_of_two_things_are_exchanged_and_so_are_their_phrases():
    for pair in of_kind("roles"):
        task, a, b, *_ = pair.goals[0]
        names = pair.scenes[0].names
        assert pair.goals[1] == Goal(task, b, a)
        there, back = pair.sentences
        ours, theirs = (said_in(there, phrases_for(names[i], names)) for i in (a, b))
        assert any(
            there.replace(p, "{}").replace(q, p).replace("{}", q) == back for p, q in product(ours, theirs)
        )


def test_a_pair_of_things_asks_the_same_of_things_that_share_a_colour_or_a_shape():
    for pair in of_kind("thing"):
        one, other = pair.goals
        if one.task != other.task:
            assert one.things == other.things
            continue
        things = pair.scenes[0].objects
        ((a, b),) = [(things[i], things[j]) for i, j in zip(one.things, other.things, strict=True) if i != j]
        assert (a.colour == b.colour) != (a.shape == b.shape)


def test_only_a_negation_must_not_be_done_and_both_members_have_one_goal():
    for pair in pairs():
        negation = pair.kind == "negation"
        assert pair.must_not == (False, negation)
        assert (pair.goals[0] == pair.goals[1]) == negation
        if negation:
            assert [not DENIALS.isdisjoint(text.split()) for text in pair.sentences] == [False, True]


@pytest.mark.long
def test_kinds_and_the_families_of_each_are_balanced_whatever_n():
    for n in (7, 53, 155):
        count = Counter(pair.kind for pair in pairs(n))
        assert max(count.values()) - min(count[kind] for kind in KINDS) <= 1
    for kind, families in FAMILIES.items():
        count = Counter((pair.goals[0].task, pair.goals[1].task) for pair in of_kind(kind))
        assert max(count.values()) - min(count[both] for both in families) <= 1


@pytest.mark.long
def test_the_same_seed_gives_the_same_pairs_and_another_seed_others():
    assert tuple(draw_pairs(0, 20, 3, tuple(LAYOUTS))) == pairs(20)
    assert not {p.seed for p in pairs(20)} & {p.seed for p in pairs(20, seed=1)}


def test_a_desk_with_few_things_leaves_out_what_it_cannot_offer():
    assert {pair.kind for pair in pairs(20, n_objects=1)} == set(KINDS) - {"roles"}
    assert {pair.kind for pair in pairs(20, n_objects=2)} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS[:-1])
def test_templates_that_go_together_are_those_of_their_families_in_one_split(kind):
    for one, other in FAMILIES[kind]:
        said = twins(kind, one, other)
        assert len(said) >= 100
        assert any(
            {a for a, _ in said} <= templates(task_named(one), split)
            and {b for _, b in said} <= templates(task_named(other), split)
            for split in ("paraphrase", "train")
        )


# -- negation -------------------------------------------------------------------------------------


def test_no_frame_that_forbids_is_both_trained_on_and_held_out():
    assert len(NEGATIONS) >= 30
    assert 0.25 <= len(HELD_OUT_NEGATIONS) / (len(NEGATIONS) + len(HELD_OUT_NEGATIONS)) <= 0.4
    assert len(WAITS) >= 20
    assert {text for pattern in ALL_WAITS for text in expand(pattern)} >= HELD_OUT_WAITS


def test_held_out_frames_use_words_of_training_only():
    heard = words(NEGATIONS) | words_of("train")
    assert words(HELD_OUT_NEGATIONS) <= heard
    assert words(tuple(HELD_OUT_WAITS)) <= heard | words(WAITS)


def test_no_word_of_a_negation_or_a_wait_is_held_out():
    for text in (*NEGATIONS, *HELD_OUT_NEGATIONS, *WAITS, *HELD_OUT_WAITS):
        sentence = text.replace("{do}", "open the drawer")
        assert sentence == normalise(sentence)
        assert not held_out_words_in(sentence)


def test_pairs_forbid_in_held_out_frames_only():
    known = {
        negate(act, frame)
        for task in TASKS
        for act, frame in product(negatable(task, "paraphrase"), NEGATIONS)
    }
    for task in TASKS:
        assert not known & {forbidden for _, forbidden in twins("negation", task.name, task.name)}


def test_what_is_negated_is_an_act_with_its_verb_first():
    assert negate("open {fixture}", "do not {do}") == "do not open {fixture}"
    assert "open {fixture}" in negatable(task_named("open_drawer"), "train")
    for task in TASKS:
        for split in ("train", "paraphrase"):
            acts = negatable(task, split)
            assert acts
            assert not [act for act in acts if act.split()[0] in ("to", "on", "in", "left", "{object}")]


def test_the_frame_that_asks_denies_nothing():
    assert affirmed("would you please not {do}") == "would you please {do}"
    for frame in (*NEGATIONS, *HELD_OUT_NEGATIONS):
        assert DENIALS.isdisjoint(affirmed(frame).split())


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("open it", "open it", 0),
        ("push it left", "push it right", 1),
        ("open it", "do not open it", 2),
        ("it is in front of me", "it is behind me", 3),
    ],
)
def test_words_put_in_left_out_and_exchanged_are_counted(one, other, apart):
    assert words_apart(one, other) == words_apart(other, one) == apart
