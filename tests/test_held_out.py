from functools import cache
from itertools import product

import numpy as np
import pytest

from data.language.frames import (
    IMPERATIVE_FRAMES,
    INFINITIVE_FRAMES,
    NEGATION_FRAMES,
    OUTCOME_FRAMES,
)
from data.language.grammar import Grammar
from data.language.held_out import (
    HELD_OUT_COLOURS,
    HELD_OUT_FRAMES,
    HELD_OUT_PAIRINGS,
    HELD_OUT_SHAPES,
    HELD_OUT_WORDS,
    OBJECT_WORDS,
    WORDS_BY_LOT,
    all_objects,
    held_out_wordings,
    is_held_out_combination,
    is_held_out_object,
    train_objects,
)
from data.language.lexicon import expand
from data.language.splits import (
    SPLITS,
    UnknownSplit,
    goal_split,
    held_out_words_in,
    origin_of_words,
    split_named,
    training_goal,
    why_held_out,
)
from data.language.templates import templates
from data.language.vocabulary import COLOUR_WORDS
from sim.desk.tasks.families import TASKS
from sim.task import Goal, goals_of
from tests.vocabularies import words_of

THINGS = [" ".join(pair) for pair in train_objects()]
WITH_OBJECT = [task for task in TASKS if task.arguments]
WITH_TWO = [task for task in TASKS if task.arguments == 2]


@cache
def drawn(split: str, scenes: int = 120, n: int = 3) -> tuple[tuple[str, Goal, tuple[str, ...]], ...]:
    """Sentences of a split over random scenes, with what each is about."""
    rng = np.random.default_rng(2)
    objects = [" ".join(pair) for pair in (all_objects() if split == "object" else train_objects())]
    found = []
    for _ in range(scenes):
        names = tuple(objects[i] for i in rng.choice(len(objects), 3, replace=False))
        for task in TASKS:
            for goal in goals_of(task, 3)[:2]:
                found += [(text, goal, names) for text in Grammar(split).describe(goal, names, rng, n)]
    return tuple(found)


# -- words ----------------------------------------------------------------------------------------


def test_no_training_sentence_can_contain_a_held_out_word():
    assert not words_of("train") & (HELD_OUT_WORDS | OBJECT_WORDS)


def test_no_training_word_is_another_form_of_a_held_out_word():
    unrelated = {"check", "left", "right", "plan", "poppy", "shut", "with"}  # spelled alike, no more
    alike = {
        word
        for held_out in HELD_OUT_WORDS
        for word in words_of("train")
        if word.startswith(held_out) or (len(word) > 3 and held_out.startswith(word))
    }
    assert alike <= unrelated


def test_every_held_out_word_is_said_at_the_synonym_level():
    assert words_of("synonym") >= HELD_OUT_WORDS


@pytest.mark.parametrize(
    ("sentence", "origin"),
    [("slam the drawer", "lot"), ("Yank the drawer!", "hand"), ("yank the cupboard", "both")],
)
def test_a_synonym_sentence_is_new_by_words_of_the_lot_of_the_hand_or_of_both(sentence, origin):
    assert origin_of_words(sentence) == origin


def test_words_were_drawn_by_lot_and_chosen_and_both_are_said():
    assert HELD_OUT_WORDS > WORDS_BY_LOT
    assert {origin_of_words(text) for text, *_ in drawn("synonym")} == {"lot", "hand", "both"}


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_every_family_has_wordings_of_every_kind(task):
    for split in ("train", "paraphrase", "synonym"):
        assert len(templates(task, split)) >= 100


@pytest.mark.long
def test_every_synonym_sentence_has_a_held_out_word_and_no_other_sentence_has():
    for split in ("train", "paraphrase", "composition"):
        assert not [text for text, *_ in drawn(split) if held_out_words_in(text)]
    found = drawn("synonym")
    assert found
    assert not [text for text, *_ in found if HELD_OUT_WORDS.isdisjoint(text.split())]
    assert not [text for text, *_ in found if not OBJECT_WORDS.isdisjoint(text.split())]


def test_a_synonym_sentence_is_new_by_its_verb_about_as_often_as_by_its_nouns():
    for task in TASKS:
        words = {w for pattern in (*task.wordings, *task.outcomes) for w in expand(pattern) if "{" in w}
        verbs = HELD_OUT_WORDS & {word for wording in words for word in wording.split()}
        goal, names = goals_of(task, 2)[0], ("white cube", "pink puck")
        if not training_goal(goal, names):
            continue
        said = Grammar("synonym").describe(goal, names, np.random.default_rng(0), 200)
        by_verb = np.mean([not verbs.isdisjoint(text.split()) for text in said])
        assert 0.15 < by_verb < 0.85, (task.name, by_verb)


# -- wordings and frames --------------------------------------------------------------------------


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_no_paraphrase_can_be_said_in_training(task):
    assert not templates(task, "train") & templates(task, "paraphrase")
    assert not templates(task, "train") & templates(task, "synonym")


@pytest.mark.long
def test_every_word_of_a_paraphrase_occurs_in_training():
    assert words_of("paraphrase") <= words_of("train")


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_what_a_family_holds_out_is_a_small_part_of_its_own_wordings_and_outcomes(task):
    acts, outcomes = (
        {w for pattern in said for w in expand(pattern)} for said in (task.wordings, task.outcomes)
    )
    assert held_out_wordings(task) <= acts | outcomes
    assert 0.02 < len(acts & held_out_wordings(task)) / len(acts) < 0.5
    assert outcomes & held_out_wordings(task)


def test_what_one_family_holds_out_is_trained_on_in_none():
    held_out = frozenset().union(*map(held_out_wordings, TASKS))
    for task in TASKS:
        own = {w for pattern in (*task.wordings, *task.outcomes) for w in expand(pattern)}
        assert own & held_out == held_out_wordings(task), task.name


def test_every_held_out_frame_exists():
    patterns = (*IMPERATIVE_FRAMES, *INFINITIVE_FRAMES, *OUTCOME_FRAMES, *NEGATION_FRAMES)
    frames = {f for pattern in patterns for f in expand(pattern)}
    assert frames >= HELD_OUT_FRAMES


@pytest.mark.long
def test_no_sentence_is_both_trained_on_and_held_out():
    trained = {text for text, *_ in drawn("train", 100, 8)}
    assert len(trained) > 10_000
    for split in ("paraphrase", "synonym"):
        assert not trained & {text for text, *_ in drawn(split)}


# -- pairings -------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", WITH_OBJECT, ids=lambda task: task.name)
def test_about_an_eighth_of_the_things_is_held_out_of_a_family(task):
    held = [thing for thing in THINGS if is_held_out_combination(task.name, thing)]
    assert 2 <= len(held) <= 5
    trained = [thing.split() for thing in THINGS if thing not in held]
    assert {colour for colour, _ in trained} == {colour for colour, _ in train_objects()}
    assert {shape for _, shape in trained} == {shape for _, shape in train_objects()}


@pytest.mark.parametrize("task", WITH_TWO, ids=lambda task: task.name)
def test_pairs_of_things_are_held_out_but_most_are_trained(task):
    pairs = [(a, b) for a, b in product(THINGS, THINGS) if a != b]
    held = {pair for pair in pairs if is_held_out_combination(task.name, *pair)}
    by_object = {pair for pair in pairs if is_held_out_combination(task.name, pair[0])}
    assert by_object < held
    assert 0.12 < len(held) / len(pairs) < 0.22
    for thing in THINGS:  # as the one related to, everything is trained
        assert any((other, thing) not in held for other in THINGS if other != thing)


def test_every_thing_is_described_in_most_families():
    for thing in THINGS:
        held = [task.name for task in WITH_OBJECT if is_held_out_combination(task.name, thing)]
        assert len(held) <= len(WITH_OBJECT) / 2, thing


def test_a_family_without_objects_has_no_pairing():
    assert not is_held_out_combination("open_drawer")


# -- things ---------------------------------------------------------------------------------------


def test_the_catalogue_is_parted_into_trained_and_held_out():
    held_out = {pair for pair in all_objects() if is_held_out_object(*pair)}
    assert held_out
    assert set(train_objects()) == set(all_objects()) - held_out
    assert not [c for c, s in train_objects() if c in HELD_OUT_COLOURS or s in HELD_OUT_SHAPES]


def test_a_held_out_pairing_is_of_a_trained_colour_and_a_trained_shape():
    for colour, shape in HELD_OUT_PAIRINGS:
        assert (colour, shape) not in train_objects()
        assert colour in {c for c, _ in train_objects()}
        assert shape in {s for _, s in train_objects()}


def test_a_sentence_about_a_held_out_thing_says_its_colour_and_shape():
    names = ("purple cube", "white tile", "red bar")
    for i, told in enumerate(
        (("purple", "violet"), ("tile", "slab"), [w.split()[0] for w in COLOUR_WORDS["red"]])
    ):
        if goal_split(Goal("lift", i), names) == "object":
            for text in Grammar("object").describe(Goal("lift", i), names, np.random.default_rng(0), 50):
                assert any(word in text.split() for word in told), text


# -- splits ---------------------------------------------------------------------------------------


def test_every_goal_belongs_to_training_or_to_one_kind_of_unseen():
    names = ("red cube", "red bar", "green puck", "white cylinder")
    for task in TASKS:
        for goal in goals_of(task, 4):
            kind = goal_split(goal, names)
            allowing = {split.name for split in SPLITS if split.allows(goal, names)}
            expected = {"train": {"train", "paraphrase", "synonym"}}.get(kind, {kind})
            assert allowing == expected
            for split in SPLITS:
                said = Grammar(split.name).describe(goal, names, np.random.default_rng(0), 2)
                assert bool(said) == split.allows(goal, names)


def test_training_scenes_hold_no_held_out_thing():
    for name in ("train", "paraphrase", "synonym", "composition"):
        assert set(split_named(name).objects) == set(train_objects())


def test_an_unknown_split_is_refused_with_the_nearest():
    with pytest.raises(UnknownSplit, match="'paraphrases'; did you mean paraphrase"):
        split_named("paraphrases")


# -- the door for people's sentences --------------------------------------------------------------


@pytest.mark.parametrize("split", ["paraphrase", "synonym", "composition", "object"])
@pytest.mark.long
def test_no_held_out_sentence_passes_the_door_to_training(split):
    passed = [text for text, goal, names in drawn(split) if why_held_out(text, goal, names) is None]
    assert not passed


@pytest.mark.long
def test_the_door_lets_nearly_all_training_sentences_through():
    found = drawn("train")[::5]
    allowed = [why_held_out(*one) is None for one in found]
    assert np.mean(allowed) > 0.95


def test_the_door_says_why():
    names = ("white cube", "pink bar")
    assert why_held_out("lift it", Goal("open_drawer"), names) is None
    assert "'hoist'" in str(why_held_out("Hoist it!", Goal("open_drawer"), names))
    assert "paraphrase" in str(why_held_out("get the drawer open", Goal("open_drawer"), names))
    assert "object" in str(why_held_out("lift it", Goal("lift", 0), ("purple cube",)))
