"""All levels of an evaluation. A new one is a module in this folder, and its entry here."""

from collections.abc import Sequence

from robopolicy.common.errors import UnknownName, UserError
from robopolicy.evaluation.levels.base import Level
from robopolicy.evaluation.levels.chain import CHAIN
from robopolicy.evaluation.levels.controls import EMPTY, SHUFFLED
from robopolicy.evaluation.levels.pairs import PAIRS
from robopolicy.evaluation.levels.shown import SHOWN
from robopolicy.evaluation.levels.synonym import SYNONYM
from robopolicy.evaluation.levels.unseen import COMPOSITION, OBJECT, PARAPHRASE, SEEN, UnseenLevel
from robopolicy.evaluation.levels.yours import YOURS
from robopolicy.evaluation.trials.config import EvaluateConfig

GRAMMAR_LEVELS: tuple[UnseenLevel, ...] = (SEEN, PARAPHRASE, SYNONYM, COMPOSITION, OBJECT)
"""Those whose sentences the grammar writes."""

LEVELS: tuple[Level, ...] = (*GRAMMAR_LEVELS, SHOWN, PAIRS, CHAIN, YOURS, SHUFFLED, EMPTY)
"""In the order of the sections of eval_info.json; controls repeat trials of the others."""


def asked(config: EvaluateConfig, levels: Sequence[Level] = LEVELS) -> list[Level]:
    """The levels that the options ask for, in order, then the controls.

    Raises `UnknownName` for a name that none of the levels has, and `UserError` for what cannot be asked.
    """
    named = _named("level", config.levels, [level for level in levels if not level.control])
    implied = [level for level in levels if level.implied_by(config)]
    found = [level for level in named if level not in implied] + implied
    if not found:
        names = ", ".join(level.name for level in levels if not level.control)
        raise UserError(f"nothing to evaluate: levels is empty; there are {names}")
    found += _named("control", config.controls, [level for level in levels if level.control])
    for level in found:
        level.check(config)
    return found


def _named(kind: str, names: Sequence[str], among: Sequence[Level]) -> list[Level]:
    known = {level.name: level for level in among}
    for name in names:
        if name not in known:
            raise UnknownName(kind, name, known)
    return [known[name] for name in dict.fromkeys(names)]
