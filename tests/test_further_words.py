"""The wordings of the families that play is not described by."""

import re

import pytest

from data.language.lexicon import expand, normalise
from sim.desk.tasks.families import MORE_TASKS
from sim.desk.tasks.task import Task

ALL = pytest.mark.parametrize("task", MORE_TASKS, ids=lambda task: task.name)
PLACES = re.compile(r"\{\w+\}")


def said(patterns: tuple[str, ...]) -> set[str]:
    return {sentence for pattern in patterns for sentence in expand(pattern)}


@ALL
def test_a_family_is_said_in_many_ways_and_some_are_held_out(task: Task) -> None:
    everything, held_out = said((*task.wordings, *task.outcomes)), said(task.held_out)
    assert held_out <= everything
    assert len(said(task.wordings) - held_out) >= 25
    assert said(task.outcomes) - held_out
    assert said(task.wordings) & held_out


@ALL
def test_a_wording_names_what_the_family_is_about(task: Task) -> None:
    needed = {"{object}", "{other}", "{third}"} if task.arguments == 3 else set()
    needed |= {"{object}", "{other}"} if task.arguments == 2 else set()
    needed |= {"{object}"} if task.arguments == 1 else set()
    needed |= ({"{region}"} if task.in_region else set()) | ({"{fixture}"} if task.fixture else set())
    for sentence in said((*task.wordings, *task.outcomes)):
        assert set(PLACES.findall(sentence)) == needed, sentence
    assert set(PLACES.findall(task.told)) == needed


@ALL
def test_words_are_written_as_they_are_read(task: Task) -> None:
    for sentence in said((*task.wordings, *task.outcomes)):
        plain = PLACES.sub("thing", sentence)
        assert normalise(plain) == plain


def test_no_sentence_is_said_of_two_families() -> None:
    seen: dict[str, str] = {}
    for task in MORE_TASKS:
        for sentence in said((*task.wordings, *task.outcomes)):
            assert seen.setdefault(sentence, task.name) == task.name, sentence
