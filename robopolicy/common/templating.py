"""HTML by Jinja templates in which text stays text.

    render = renderer("robopolicy.reporting")     of that package's folder templates/
    render("report.html", title="<seen>")         HTML that shows <seen>

Whatever a template puts out is escaped, and control characters in it are spelled out. Only what is marked as
HTML is put out as it is (`markupsafe.Markup`): what another template made.
"""

from collections.abc import Callable
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from sim.common.printable import visible


def renderer(package: str) -> Callable[..., str]:
    """What renders the templates of a package: `render(file, **values)`.

    A name that a template uses and nobody gave is an error (`jinja2.UndefinedError`).
    """
    found = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def render(file: str, **values: Any) -> str:
        return found.get_template(file).render(values)

    return render


def _printable(value: Any) -> Any:
    """Text as it may be shown: line ends are kept, other control characters are spelled out."""
    return visible(value, keep="\n") if isinstance(value, str) and not hasattr(value, "__html__") else value
