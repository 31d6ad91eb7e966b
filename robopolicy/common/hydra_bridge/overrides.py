"""Checks arguments of the form key=value before Hydra does, to say in one sentence what is wrong."""

from typing import get_origin

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, OverrideType
from hydra.errors import HydraException

from robopolicy.common.errors import UserError
from robopolicy.common.hydra_bridge.options import options, sentence_options
from sim.common.names import unknown_name
from sim.common.printable import shown

LONGEST = 10_000  # characters of one argument
DEEPEST = 20  # brackets within brackets in it


class BadOverride(UserError):
    """An argument of the form key=value that cannot be applied."""


def check(overrides: list[str], schema: type, sweep: bool) -> None:
    """Raise `BadOverride` for arguments that cannot be read, name no option, or (unless `sweep`) sweep."""
    known = tuple(option.key for option in options(schema))
    for argument in overrides:
        override = _parsed(argument)
        key = override.key_or_group
        if key == "hydra" or key.startswith(("hydra.", "hydra/")):
            if not sweep:
                raise BadOverride(f"{key} only matters with --multirun; leave it out or add --multirun")
            continue
        if override.type is not OverrideType.CHANGE:
            raise BadOverride(
                f"{shown(argument)} adds or deletes an option; options can only be changed: key=value"
            )
        if key not in known and not any(name.startswith(f"{key}.") for name in known):
            raise BadOverride(unknown_name("option", key, known))
        if override.is_sweep_override() and not sweep:
            raise BadOverride(f"{shown(argument)} gives several values; add --multirun to run once for each")


def bracketed(argument: str, schema: type, sweep: bool) -> str:
    """`levels=seen,paraphrase` -> `levels=[seen,paraphrase]` where the option is a list.

    In a sweep the commas separate runs, so each value becomes a list of its own. A value that holds a "="
    (`world=latency=2`), which Hydra's grammar does not take, is put into quotes. Raises `BadOverride`.
    """
    _check_size(argument)
    key, equals, value = argument.partition("=")
    if "=" in value and not set(value) & set("'\"[{$"):
        value = ",".join(quoted(one) if "=" in one else one for one in value.split(","))
        argument = f"{key}={value}"
    types = {option.key: option.type for option in options(schema)}
    is_list = get_origin(types.get(key)) in (tuple, list)
    if not is_list or not equals or "[" in value or value in ("null", "") or "${" in value:
        return argument
    return f"{key}=" + (",".join(f"[{one}]" for one in value.split(",")) if sweep else f"[{value}]")


def split_sentences(overrides: list[str], schema: type) -> tuple[list[str], dict[str, str]]:
    """Separate options that are sentences from the others: whatever follows their "=" is the value."""
    names, others, sentences = sentence_options(schema), [], {}
    for argument in overrides:
        key, equals, value = argument.partition("=")
        if equals and key in names:
            sentences[key] = value
        else:
            others.append(argument)
    return others, sentences


def is_swept(argument: str) -> bool:
    """Whether `key=value` gives several values, or one that depends on others (`${seed}`)."""
    return _parsed(argument).is_sweep_override() or "${" in argument


def quoted(value: str) -> str:
    """A string in quotes, so that Hydra's grammar reads it back unchanged."""
    tail = len(value) - len(value.rstrip("\\"))
    escaped = (value + "\\" * tail).replace("'", "\\'")
    return f"'{escaped}'"


def _check_size(argument: str) -> None:
    """Refuse arguments that Hydra's recursive parser would take for ever to read."""
    if len(argument) > LONGEST:
        raise BadOverride(f"{shown(argument)} is too long: an option has at most {LONGEST} characters")
    depth = 0
    for character in argument:
        depth += (character in "([{") - (character in ")]}")
        if depth > DEEPEST:
            raise BadOverride(f"{shown(argument)} has more than {DEEPEST} brackets open; close some of them")


def _parsed(argument: str) -> Override:
    try:
        return OverridesParser.create().parse_override(argument)
    except (HydraException, ValueError) as error:  # ValueError: of a number of thousands of digits
        raise BadOverride(
            f"{shown(argument)} cannot be read as key=value; put quotes around a value with special "
            f"characters: {argument.partition('=')[0]}=\"'...'\""
        ) from error
