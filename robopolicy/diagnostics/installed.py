"""Which Python and which packages there are, against what the installed robopolicy declares it needs."""

import platform
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata, requires, version

from packaging.requirements import Requirement

from robopolicy.common.provenance import ENGINES
from robopolicy.diagnostics.findings import Finding

TESTED = ((3, 11), (3, 13))  # the oldest and the newest Python that a release is tried with
SHOWN = ("torch", *ENGINES, "numpy", "sentence-transformers")  # versions that tell most about a result
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WITHOUT = {
    "page": "`robopolicy serve` shows no page and `evaluate replays=N` keeps none",
    "browser": "tests/test_browser.py is skipped",
    "docs": "`make docs` does not build the site",
    "dev": "only who changes robopolicy needs it",
}
"""What there is not without an extra."""


def python() -> Iterator[Finding]:
    """The interpreter and the system."""
    says = f"{platform.python_version()} on {platform.system()} {platform.machine()}, {sys.executable}"
    oldest, newest = TESTED
    if oldest <= sys.version_info[:2] <= newest:
        yield Finding("Python", "ok", says)
    else:
        known = f"{'.'.join(map(str, oldest))} to {'.'.join(map(str, newest))}"
        yield Finding("Python", "note", f"{says}: not tried", f"robopolicy is tried with Python {known}")


def packages() -> Iterator[Finding]:
    """Each package of the base install that is missing or too old; one line if none is."""
    wrong = {needed: trouble for needed in _needed("") if (trouble := _trouble(needed))}
    for needed, trouble in wrong.items():
        yield Finding("packages", "FAILS", trouble, f"pip install '{needed.name}{needed.specifier}'")
    if not wrong:
        known = ", ".join(f"{name} {_version(name)}" for name in SHOWN if _version(name))
        yield Finding("packages", "ok", f"robopolicy {version('robopolicy')}, {known}; all that it needs")


def extras() -> Iterator[Finding]:
    """Each extra: installed, or what there is not without it and how to get it."""
    for extra in metadata("robopolicy").get_all("Provides-Extra") or ():
        needed = [one for one in _needed(extra) if one not in _needed("")]
        absent = [trouble for one in needed if (trouble := _trouble(one))]
        name = f"extra [{extra}]"
        if absent:
            says = f"{', '.join(absent)}: {WITHOUT.get(extra, 'some features are missing')}"
            yield Finding(name, "note", says, f"pip install 'robopolicy[{extra}]'")
        elif extra == "browser" and not any(map(shutil.which, BROWSERS)):
            says = f"there is playwright but no {BROWSERS[0]}: {WITHOUT[extra]}"
            yield Finding(name, "note", says, f"install {BROWSERS[0]}")
        else:
            yield Finding(name, "ok", ", ".join(f"{one.name} {_version(one.name)}" for one in needed))


def engine() -> str:
    """The name under which pip knows the physics engine for this Python and machine."""
    return next((one.name for one in _needed("") if one.name in ENGINES), ENGINES[0])


def _needed(extra: str) -> list[Requirement]:
    """What robopolicy declares for this Python and machine, of the base install and an extra."""
    declared = map(Requirement, requires("robopolicy") or ())
    return [one for one in declared if one.marker is None or one.marker.evaluate({"extra": extra})]


def _trouble(needed: Requirement) -> str:
    """Why a requirement is not met, in a few words; "" if it is."""
    if needed.name in ENGINES and any(map(_version, ENGINES)):  # two names of one module
        return ""
    found = _version(needed.name)
    if not found:
        return f"{needed.name} is not installed"
    fits = needed.specifier.contains(found, prereleases=True)
    return "" if fits else f"{needed.name} is {found}, and {needed.specifier} is needed"


def _version(name: str) -> str:
    """Of an installed distribution; "" if there is none."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
