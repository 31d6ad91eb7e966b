import re

import numpy as np
import pytest

from data.language.grammar import Grammar
from data.language.held_out import all_objects, train_objects
from data.language.lexicon import expand, normalise
from data.language.naming import Phrases, phrases_for, tell
from data.language.splits import goal_split
from data.language.templates import templates
from data.language.vocabulary import ANYTHING, COLOUR_WORDS, NOUNS
from sim.desk.tasks.families import TASKS, task_named
from sim.task import Goal, goals_of

NAMES = ("red cube", "pink bar", "green puck")


def sentences(goal: Goal, names: tuple[str, ...] = NAMES, n: int = 200, split: str = "train") -> list[str]:
    return Grammar(split).describe(goal, names, np.random.default_rng(0), n)


def scenes(count: int, objects: tuple[tuple[str, str], ...] = train_objects()) -> list[tuple[str, ...]]:
    rng = np.random.default_rng(1)
    picks = [rng.choice(len(objects), int(rng.integers(1, 6)), replace=False) for _ in range(count)]
    return [tuple(" ".join(objects[i]) for i in pick) for pick in picks]


COLOUR_OF = {word: colour for colour, words in COLOUR_WORDS.items() for word in words}
SHAPES_OF = {
    noun.word: {s for other in NOUNS.values() for n in other if n.word == noun.word for s in n.taken_for}
    for nouns in NOUNS.values()
    for noun in nouns
}
A_COLOUR = re.compile("|".join(rf"\b{word}\b" for word in sorted(COLOUR_OF, key=len, reverse=True)))
A_NOUN = re.compile("|".join(rf"\b{word}\b" for word in sorted(SHAPES_OF, key=len, reverse=True)))


def may_mean(phrase: str, thing: str) -> bool:
    """Whether a listener may take the phrase for the thing; written apart from the grammar's own rules."""
    colour, shape = thing.split(" ")
    said = A_COLOUR.search(phrase)
    heard = A_NOUN.search(A_COLOUR.sub("", phrase))  # brick red is no brick
    return (said is None or COLOUR_OF[said[0]] == colour) and (heard is None or shape in SHAPES_OF[heard[0]])


def some(phrases: Phrases, n: int = 200) -> set[str]:
    """Phrases of every kind."""
    rng = np.random.default_rng(0)
    return {str(group[i]) for group in phrases for i in rng.permutation(len(group))[:n]}


@pytest.mark.long
def test_every_phrase_means_its_own_thing_and_no_other_in_the_scene():
    for names in scenes(50, all_objects()):
        for name in names:
            phrases = phrases_for(name, names)
            for phrase in some(phrases):
                assert [other for other in names if may_mean(phrase, other)] == [name], (phrase, names)


def test_a_shape_alone_is_said_only_if_no_other_thing_has_it():
    assert "the cube" in phrases_for("red cube", ("red cube", "blue bar")).plain
    assert "the cube" not in phrases_for("red cube", ("red cube", "blue cube")).plain
    assert not [
        s for s in sentences(Goal("lift", 0), ("red cube", "blue cube")) if s.endswith("lift the cube")
    ]


def test_a_colour_alone_is_said_only_if_no_other_thing_has_it():
    assert "the red one" in phrases_for("red cube", ("red cube", "blue bar")).plain
    assert "the red one" not in phrases_for("red cube", ("red cube", "red puck")).plain
    assert phrases_for("red cube", ("red cube", "red puck", "blue cube")).plain == ("the red cube",)


def test_a_noun_that_fits_two_shapes_tells_only_other_shapes_apart():
    together = phrases_for("pink cube", ("pink cube", "white bar"))
    assert "the block" not in together.short
    assert "the block" in phrases_for("pink cube", ("pink cube", "white puck")).short
    assert any("block" in phrase for phrase in together.full)


def test_things_that_nothing_tells_apart_are_not_named():
    assert phrases_for("red cube", ("red cube", "red cube")).plain == ()
    assert sentences(Goal("lift", 0), ("red cube", "red cube")) == []


def test_a_lone_thing_may_be_called_the_object():
    assert {f"the {noun}" for noun in ANYTHING} <= set(phrases_for("red cube", ("red cube",)).short)


def test_a_thing_outside_the_catalogue_is_called_by_its_name():
    assert phrases_for("teal cone", ("teal cone", "red cube")).plain[0] == "the teal cone"


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_family_has_thousands_of_training_sentences(task):
    goal = next(goal for goal in goals_of(task, 3) if goal_split(goal, NAMES) == "train")
    assert len(sentences(goal, n=2500)) >= 2000


@pytest.mark.parametrize("split", ["train", "paraphrase", "synonym", "composition", "object"])
def test_every_sentence_is_normal_filled_in_and_different(split):
    objects = all_objects() if split == "object" else train_objects()
    for names in scenes(40, objects):
        for task in TASKS:
            for goal in goals_of(task, len(names)):
                said = sentences(goal, names, 3, split)
                assert len(set(said)) == len(said)
                assert all(text == normalise(text) and "{" not in text for text in said)


@pytest.mark.long
def test_no_template_asks_for_two_families():
    seen: dict[str, str] = {}
    for task in TASKS:
        for split in ("train", "paraphrase", "synonym"):
            for template in templates(task, split):
                text = template.replace("{fixture}", f"<{task.fixture}>")
                assert seen.setdefault(text, task.name) == task.name, text


@pytest.mark.long
def test_no_template_stumbles():
    """A place that comes first stands in no frame that needs a verb, and no word is said twice."""
    doubled = re.compile(r"\b(\w+) \1\b|\b(?:to|you|us) (?:on|in|into|behind|off|from|out|past) ")
    for task in TASKS:
        for split in ("train", "paraphrase", "synonym"):
            for template in templates(task, split):
                assert not doubled.search(template), template


def test_who_goes_on_whom_is_never_turned_round():
    there, back = (set(sentences(goal, n=3000)) for goal in (Goal("stack", 0, 2), Goal("stack", 2, 0)))
    assert there
    assert back
    assert not there & back


@pytest.mark.parametrize("pair", [("left", "right"), ("on", "off"), ("forward", "backward")])
def test_opposite_families_share_no_template(pair):
    one, two = pair
    for task in TASKS:
        if one in task.name.split("_"):
            opposite = task_named(task.name.replace(one, two))
            assert not templates(task, "train") & templates(opposite, "train")


def test_the_same_generator_state_gives_the_same_sentences():
    assert sentences(Goal("open_drawer")) == sentences(Goal("open_drawer"))


def test_variety_bounds_the_sentences_alike_in_every_process():
    said = set()
    for seed in range(30):
        grammar = Grammar("train", variety=7)
        said |= set(grammar.describe(Goal("stack", 0, 2), NAMES, np.random.default_rng(seed), 4))
    assert len(said) == 7


def test_an_unknown_split_is_refused_with_those_that_exist():
    with pytest.raises(ValueError, match="'training'; did you mean train\\? There are: train, paraphrase"):
        Grammar("training")


def test_expand_parts_alternatives_and_leaves_out_empty_ones():
    assert expand("pull|slide_back {fixture} |now") == (
        "pull {fixture}",
        "pull {fixture} now",
        "slide back {fixture}",
        "slide back {fixture} now",
    )


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("Robot, please open the drawer!", "robot please open the drawer"),
        ("  Could you lift\tthe gray cube? ", "could you lift the grey cube"),
        ("Let's turn it counter-clockwise.", "let us turn it counterclockwise"),
        ("don’t push the button's light", "do not push the button's light"),
        ("I'd like 'that' one; can't you?", "i would like that one can not you"),
        ("?!", ""),
    ],
)
def test_a_users_sentence_is_brought_to_normal_form(typed, normal):
    assert normalise(typed) == normal
    assert normalise(normal) == normal


def test_what_was_done_is_told_in_the_past_tense():
    assert tell(Goal("open_drawer"), NAMES) == "opened the drawer"
    assert tell(Goal("put_left_of", 0, 1), NAMES) == "put the red cube to the left of the pink bar"
    for task in TASKS:
        goal = goals_of(task, 3)[0]
        assert "{" not in tell(goal, NAMES)
        assert tell(goal, NAMES) == normalise(tell(goal, NAMES))
