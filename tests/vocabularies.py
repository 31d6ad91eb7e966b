"""All words that a grammar may use, for tests of what is held out."""

from functools import cache

from data.language.held_out import train_objects
from data.language.naming import fixture_phrases, phrases_for
from data.language.templates import FRAMES, templates, waits
from sim.desk.tasks.families import TASKS


@cache
def words_of(split: str) -> frozenset[str]:
    """Every word that a sentence of the split may contain."""
    things = [phrases_for(f"{colour} {shape}", ()) for colour, shape in train_objects()]
    things += [fixture_phrases(task.fixture) for task in TASKS if task.fixture]
    groups = [group for phrases in things for group in (phrases.plain, phrases.full, phrases.short)]
    groups += [templates(task, split) for task in TASKS]
    kind = "paraphrase" if split == "paraphrase" else "train"
    groups += [waits(kind), *FRAMES["forbid", kind]]
    if split == "synonym":
        groups += [phrases.held_out for phrases in things]
    known = {word for group in groups for text in group for word in text.split() if "{" not in word}
    return frozenset(known | words_of("train") if split == "synonym" else known)
