"""A world with nouns, fixtures and families of its own is put into words, whatever words are held out."""

import re
from itertools import product
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pytest

from data.language.check import NothingToFillIn, NothingToSay, check_language
from data.language.grammar import Grammar
from data.language.held_out import HELD_OUT_WORDS, all_objects, colour_and_shape, is_held_out_combination
from data.language.naming import phrases_for, tell
from data.language.splits import training_goal, why_held_out
from data.play.collection import PlayConfig, collect
from examples.pucks import PuckKind
from sim.desk.tasks.families import TASKS
from sim.task import Goal, Task

NOUNS = [f"{a}{b}" for a, b in product(("ka", "lo", "mi", "ru"), ("bo", "den", "fu", "gat", "pem"))]
NOUNS += [f"{a} {b}" for a, b in product(("tea", "soup"), NOUNS[:10])]
VERBS = ("lift", "shake", "tip", "fill", "wipe", "weigh", "drop", "find")


def family(name: str, *wordings: str, **more: Any) -> Task:
    return Task(
        name,
        lambda before, after, obj, other: np.array(True),
        wordings,
        possible=lambda state, obj, other: True,
        skill=lambda state, obj, other, style: np.zeros(7),
        **more,
    )


def said(task: Task, goal: Goal, names: tuple[str, ...] = (), split: str = "train", n: int = 300) -> set[str]:
    sentences = Grammar(split, tasks=(task,)).describe(goal, names, np.random.default_rng(0), n)
    assert not [text for text in sentences if "{" in text or "  " in text or text != text.strip()]
    return set(sentences)


def plain(task: Task, goal: Goal, names: tuple[str, ...], verb: str) -> set[str]:
    """The sentences that begin with the verb and an article."""
    return {
        text for text in said(task, goal, names, n=2000) if text.startswith((f"{verb} the", f"{verb} that"))
    }


# -- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("red cube", ("red", "cube")),
        ("red coffee mug", ("red", "coffee mug")),
        ("mug", ("", "mug")),
        ("coffee mug", ("", "coffee mug")),
        ("lemon cake", ("", "lemon cake")),
        ("red", ("", "red")),
        ("Soup_Bowl", ("", "soup bowl")),
    ],
)
def test_a_name_is_parted_where_it_begins_with_a_colour_of_the_catalogue(name: str, parts: tuple[str, str]):
    assert colour_and_shape(name) == parts


def every(thing: str, *others: str) -> set[str]:
    phrases = phrases_for(thing, (thing, *others))
    return {*phrases.plain, *phrases.full, *phrases.short}


def test_a_name_without_a_colour_is_said_as_it_is():
    assert every("mug", "plate") == {"the mug", "the only mug", "that mug"}
    assert every("coffee mug", "plate") == {"the coffee mug", "the only coffee mug", "that coffee mug"}


def test_a_name_that_another_ends_with_is_not_the_only_one():
    assert every("mug", "coffee mug") == every("mug", "red mug") == {"the mug", "that mug"}
    assert every("coffee mug", "mug") == {"the coffee mug", "the only coffee mug", "that coffee mug"}
    assert "the mug" not in every("red mug", "mug") | every("red mug", "coffee mug")


def test_two_things_of_the_same_name_have_none():
    assert phrases_for("mug", ("mug", "mug", "plate")).plain == ()


def test_a_colour_alone_is_not_said_beside_a_thing_whose_colour_is_not():
    assert "the red one" in every("red cube", "blue mug")
    assert not {"the red one", "the red object", "that red thing"} & every("red cube", "tomato")


def test_a_catalogued_thing_is_not_called_what_another_may_be():
    assert "the mug" in every("red cylinder", "blue cube")
    assert not [phrase for phrase in every("red cylinder", "mug") if "mug" in phrase.split()]


@pytest.mark.parametrize("noun", ["coin", "dice", "plank", "barrel", "token"])
def test_a_given_name_is_said_in_training_even_if_the_word_is_held_out(noun: str):
    lift = family("take", "lift {object}", arguments=1)
    names = next(
        names
        for names in ((f"{colour} {noun}", "blue cup") for colour in ("red", "green", "white"))
        if training_goal(Goal("take", 0), names)
    )
    sentences = said(lift, Goal("take", 0), names)
    assert len(sentences) == 300
    assert f"lift the {noun}" in plain(lift, Goal("take", 0), names, "lift")
    assert not (HELD_OUT_WORDS - {noun}) & {word for text in sentences for word in text.split()}
    assert why_held_out(f"lift the {noun}", Goal("take", 0), names, (lift,)) is None
    assert "'hoist'" in str(why_held_out(f"hoist the {noun}", Goal("take", 0), names, (lift,)))


@pytest.mark.parametrize("fixture", ["gate", "dish", "cabinet", "hatch", "tea_urn"])
def test_a_fixture_is_called_by_its_name_whatever_the_word(fixture: str):
    close = family("close", "close {fixture}", outcomes=("{fixture} is closed",), fixture=fixture)
    name = fixture.replace("_", " ")
    assert {f"close the {name}", f"make sure the {name} is closed"} <= said(close, Goal("close"), n=2000)
    assert why_held_out(f"close the {name}", Goal("close"), (), (close,)) is None
    assert tell(Goal("close"), (), (close,)) == f"did close with the {name}"


def test_a_button_of_another_world_is_no_led():
    press = family("press", "press {fixture}", fixture="button", told="pressed {fixture}")
    assert plain(press, Goal("press"), (), "press") >= {"press the button", "press the button please"}
    assert not [text for text in said(press, Goal("press")) if "led" in text.split()]
    assert tell(Goal("press"), (), (press,)) == "pressed the button"
    assert tell(Goal("turn_on_led"), ()) == "turned on the led"


# -- families -------------------------------------------------------------------------------------


def test_a_family_of_two_things_without_colours_is_described():
    stack = family("pile", "stack {object} on {other}", arguments=2, told="stacked {object} on {other}")
    names = ("mug", "plate", "bowl")
    goals = [Goal("pile", i, j) for i in range(3) for j in range(3) if i != j]
    described = [goal for goal in goals if training_goal(goal, names)]
    assert len(described) >= 3
    for goal in described:
        one, two = names[goal.object], names[goal.other]
        assert f"stack the {one} on the {two}" in said(stack, goal, names, n=2000)
    assert tell(Goal("pile", 0, 1), names, (stack,)) == "stacked the mug on the plate"


def test_a_family_about_nothing_in_words_is_described_and_forbidden():
    wave = family("wave", "wave")
    assert {"wave", "please wave", "could you wave"} <= said(wave, Goal("wave"))
    no = Grammar(tasks=(wave,)).forbid(Goal("wave"), (), np.random.default_rng(0), 50)
    assert len(no) == 50
    assert "do not wave" in Grammar(tasks=(wave,)).forbid(Goal("wave"), (), np.random.default_rng(0), 200)
    assert tell(Goal("wave"), (), (wave,)) == "did wave"


def test_a_family_of_outcomes_alone_is_described_and_forbidden_by_waiting():
    full = family("fill", outcomes=("{object} is full",), arguments=1)
    assert "make sure that the mug is full" in said(full, Goal("fill", 0), ("mug", "plate"))
    for split in ("train", "paraphrase"):
        grammar = Grammar(split, tasks=(full,))
        no = grammar.forbid(Goal("fill", 0), ("mug", "plate"), np.random.default_rng(0), 5)
        assert len(no) == 5
        assert not [text for text in no if "mug" in text.split()]
    assert said(full, Goal("fill", 0), ("mug", "plate"), "paraphrase")


def test_an_outcome_may_name_a_thing_in_its_own_words():
    dim = family("dim", outcomes=("the big light is off",))
    assert {"make sure the big light is off", "the big light should be off"} <= said(dim, Goal("dim"))


def test_what_is_done_to_three_kinds_of_things_is_told_without_a_wording_for_it():
    pour = family("pour_out", "pour {object} over {other} at {fixture}", arguments=2, fixture="sink")
    told = tell(Goal("pour_out", 0, 1), ("mug", "plate"), (pour,))
    assert told == "did pour out with the mug and the plate and the sink"


@pytest.mark.parametrize(
    ("task", "why"),
    [
        (family("put_in", "insert {object}", arguments=1), "put_in: the level synonym holds out 'insert'"),
        (family("mute"), "mute: it has neither wordings nor outcomes"),
        (family("go", "go", held_out=("go",)), "go: all its wordings and outcomes are in held_out"),
    ],
)
def test_a_family_that_training_cannot_ask_for_is_refused_by_name(task: Task, why: str):
    with pytest.raises(NothingToSay, match=why):
        Grammar(tasks=(task,))


@pytest.mark.parametrize(
    ("task", "key"),
    [
        (family("take", "take {object} off {other}", arguments=1), "{other}"),
        (family("take", "take {object} out of {fixture}", arguments=1), "{fixture}"),
        (family("take", "take {thing}", arguments=1), "{thing}"),
        (family("open", "open {fixture}", fixture="gate", told="opened {object}"), "{object}"),
    ],
)
def test_a_wording_about_what_its_family_lacks_is_refused(task: Task, key: str):
    with pytest.raises(NothingToFillIn, match=f"the family {task.name} is about .*, so {re.escape(key)} in"):
        check_language((task,))


class MutePucks(PuckKind):
    """Pucks that nobody has words for."""

    tasks = (family("put_in", "insert {object}", arguments=1),)


MUTE = MutePucks()


def test_a_world_without_words_is_not_played_in(tmp_path: Path):
    with pytest.raises(NothingToSay, match="family put_in"):
        next(collect(PlayConfig(env="tests.test_own_words:MUTE"), tmp_path / "play"))
    assert not (tmp_path / "play").exists()


def test_one_wording_that_may_be_said_is_enough():
    check_language((*TASKS, family("put_in", "insert|put_in {object}", arguments=1)))


# -- pairings -------------------------------------------------------------------------------------


def test_about_an_eighth_of_other_worlds_things_is_held_out_of_a_family():
    share = [np.mean([is_held_out_combination(verb, noun) for noun in NOUNS]) for verb in VERBS]
    assert min(share) > 0.03
    assert max(share) < 0.3
    assert 0.09 < np.mean(share) < 0.16


def test_about_a_sixteenth_of_the_pairs_of_other_worlds_things_is_held_out_besides():
    assert len(NOUNS) == 40
    for verb in VERBS:
        firsts = [noun for noun in NOUNS if not is_held_out_combination(verb, noun)]
        held = [is_held_out_combination(verb, a, b) for a in firsts for b in NOUNS if a != b]
        assert 0.03 < np.mean(held) < 0.12


def test_pairings_of_the_catalogue_are_held_out_as_ever():
    things = [" ".join(pair) for pair in all_objects()]
    held = bytes(is_held_out_combination("stack", *pair) for pair in product(things, things))
    assert crc32(held) == 0xBC72D7AD  # as for the results in the documentation
