"""Lines of the table of results: what the terminal, the report and a model card print of an evaluation."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from robopolicy.common.statistics import percent


class Chart(NamedTuple):
    """A bar of the report's chart."""

    label: str
    rate: Mapping[str, Any]  # as `robopolicy.evaluation.trials.results.rated`
    quiet: bool = False  # drawn in grey


class Line(NamedTuple):
    """One line of the table of results."""

    name: str
    n: int
    rate: str  # with its interval
    quiet: bool = False  # part of a level, or a control: printed in grey
    description: str = ""  # what is new at test time
    chart: Chart | None = None


def line_of(
    name: str, rate: Mapping[str, Any], description: str = "", quiet: bool = False, chart: Chart | None = None
) -> Line:
    """The line of a rate."""
    return Line(name, rate["n_episodes"], rate_of(rate), quiet, description, chart)


def rate_of(rate: Mapping[str, Any]) -> str:
    """ "71.5 % [64.8, 77.3]" of what `robopolicy.evaluation.trials.results.rated` counted."""
    return percent(rate["n_success"], rate["n_episodes"])
