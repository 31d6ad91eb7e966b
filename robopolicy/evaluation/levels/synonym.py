"""Level "synonym": sentences with a content word that training never contains."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data.language.splits import origin_of_words
from robopolicy.evaluation.levels.lines import Line, line_of
from robopolicy.evaluation.levels.unseen import UnseenLevel
from robopolicy.evaluation.trials.results import Result, counted

WORDS = "synonym_words"
ORIGINS = {
    "lot": ("by words drawn by lot", "words that nothing was ever chosen on"),
    "hand": ("by words chosen", "words that were held out by hand"),
    "both": ("by words of both kinds", "words of both kinds"),
}
"""How the held-out words of a sentence were chosen -> as tables and as the report say it."""


@dataclass(frozen=True, kw_only=True)
class SynonymLevel(UnseenLevel):
    """Counted by how the new words were chosen, too."""

    def summary(self, results: Sequence[Result]) -> dict[str, Any]:
        """Adds `synonym_words`, by origin as far as it occurs."""
        found: dict[str, list[Result]] = {origin: [] for origin in ORIGINS}
        for result in results:
            found[origin_of_words(result.trial.sentence)].append(result)
        by_origin = {origin: counted(mine) for origin, mine in found.items() if mine}
        return {**super().summary(results), WORDS: by_origin}

    def lines(self, info: Mapping[str, Any]) -> list[Line]:
        all_words = super().lines(info)
        by_origin = info.get(WORDS, {}) if all_words else {}  # an older eval_info has none
        return all_words + [
            line_of(f"{self.name}: {ORIGINS[origin][0]}", rate, ORIGINS[origin][1], quiet=True)
            for origin, rate in by_origin.items()
        ]


SYNONYM = SynonymLevel(
    name="synonym",
    split="synonym",
    description="at least one content word never occurs in training",
)
