"""Optional libraries that the page needs, imported with an error that says how to install them."""

from importlib import import_module
from types import ModuleType

from robopolicy.common.errors import UserError


class NotInstalled(UserError):
    """An optional library is not installed."""

    def __init__(self, library: str) -> None:
        super().__init__(
            f"the page needs {library}, which is not installed: pip install 'robopolicy[page]'; "
            "without it there is `robopolicy serve protocol=openpi`"
        )


def need(library: str) -> ModuleType:
    """Import a library and return it. Raises `NotInstalled`."""
    try:
        return import_module(library)
    except ModuleNotFoundError as error:
        raise NotInstalled(library) from error
