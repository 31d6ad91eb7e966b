"""Wordings in frames: what the grammar can say of each family, with the things still left open.

A *template* is a frame around a wording: "could you please | pick up {object}". Wordings and frames are of a
kind: "train", "paraphrase" (held out, though every word occurs in training) or "synonym" (with a word that
never does). `data.language.held_out` declares which is which.
"""

from functools import lru_cache
from typing import NamedTuple

from data.language.frames import (
    IMPERATIVE_FRAMES,
    INFINITIVE_FRAMES,
    NEGATION_FRAMES,
    OUTCOME_FRAMES,
    WAITS,
)
from data.language.held_out import HELD_OUT_FRAMES, HELD_OUT_WAITS, held_out_wordings
from data.language.lexicon import expand
from data.language.naming import has_held_out_word
from sim.task import Task

FRONTED = frozenset(
    [
        *("a", "anticlockwise", "at", "atop", "away", "before", "behind", "clockwise", "counterclockwise"),
        *("down", "from", "in", "inside", "into", "left", "off", "on", "onto", "out", "past", "right"),
        *("round", "to", "towards", "up", "upon", "with"),
    ]
)
"""First words of wordings that put the place first, which only a bare imperative allows."""


class Wordings(NamedTuple):
    """The acts and the outcomes of a family that are of one kind, grouped by the pattern they come from."""

    acts: tuple[tuple[str, ...], ...]
    outcomes: tuple[tuple[str, ...], ...]


def _kind(text: str, held_out: frozenset[str]) -> str:
    """Of what kind a wording or a frame is; `held_out` are the paraphrases."""
    if has_held_out_word(text):
        return "synonym"
    return "paraphrase" if text in held_out else "train"


def _of_kind(patterns: tuple[str, ...], kind: str, held_out: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    """What the patterns stand for, of one kind only; a group for each pattern that has any."""
    groups = (
        tuple(text for text in expand(pattern) if _kind(text, held_out) == kind) for pattern in patterns
    )
    return tuple(group for group in groups if group)


@lru_cache(maxsize=256)
def wordings_of(task: Task, kind: str) -> Wordings:
    """The wordings of a family that are of a kind."""
    held_out = held_out_wordings(task)
    return Wordings(_of_kind(task.wordings, kind, held_out), _of_kind(task.outcomes, kind, held_out))


FRAMES = {
    (name, kind): _of_kind(frames, kind, HELD_OUT_FRAMES)
    for name, frames in (
        ("fronted", IMPERATIVE_FRAMES),
        ("act", IMPERATIVE_FRAMES + INFINITIVE_FRAMES),
        ("outcome", OUTCOME_FRAMES),
        ("forbid", NEGATION_FRAMES),
    )
    for kind in ("train", "paraphrase")
}
"""(class of wording, kind) -> the frames that it may stand in, a group for each pattern."""


def frame_class(wording: str) -> str:
    """Which frames the wording may stand in: "act" all of them, "fronted" those of an imperative."""
    first = wording.partition(" ")[0]
    clause = first.startswith("{")  # "{object} is up", "{object} goes into the tray"
    if (clause or first == "the") and " is " in wording and "is where" not in wording:
        return "outcome"
    return "fronted" if clause or first in FRONTED else "act"


def framed(frame: str, wording: str) -> str:
    """The frame with the wording in it: "please {do}" and "open {fixture}" give "please open {fixture}"."""
    if "{do}" in frame:
        return frame.replace("{do}", wording)
    what, how = wording.split(" is ", 1)
    return frame.replace("{what}", what).replace("{how}", how)


@lru_cache(maxsize=256)
def negatable(task: Task, kind: str) -> tuple[str, ...]:
    """The family's wordings of a kind that may follow "not": acts with their verb first."""
    return tuple(act for group in wordings_of(task, kind).acts for act in group if frame_class(act) == "act")


@lru_cache(maxsize=4)
def waits(kind: str) -> tuple[str, ...]:
    """The sentences of a kind, "train" or "paraphrase", that ask for nothing to be done."""
    held_out = kind == "paraphrase"
    return tuple(
        text for pattern in WAITS for text in expand(pattern) if (text in HELD_OUT_WAITS) == held_out
    )


def templates(task: Task, split: str) -> frozenset[str]:
    """Every template of a family in a split."""
    return frozenset(
        framed(frame, wording)
        for wording_kind, frame_kind in kinds_of(split)
        for group in (*wordings_of(task, wording_kind).acts, *wordings_of(task, wording_kind).outcomes)
        for wording in group
        for frames in FRAMES[frame_class(wording), frame_kind]
        for frame in frames
    )


def kinds_of(split: str) -> list[tuple[str, str]]:
    """(kind of wording, kind of frame) of the templates of a split.

    Of "synonym" only those whose wording is new; a synonym may also be in the name of a thing.
    """
    kinds = {
        "paraphrase": [("paraphrase", "train"), ("paraphrase", "paraphrase"), ("train", "paraphrase")],
        "synonym": [("synonym", "train")],
    }
    return kinds.get(split, [("train", "train")])
