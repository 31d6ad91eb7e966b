"""The edge where Hydra ends: typed options in, frozen dataclasses out.

Each verb declares a frozen dataclass, CONFIG. Its fields, their defaults and the comments at their
line ends are the verb's options, their defaults and their help. Hydra composes `configs/<verb>.yaml`
over it, applies the overrides, refuses what is unknown, and `build` turns the result into the
dataclass. No other part of the project sees Hydra.
"""

import ast
import inspect
import io
import tokenize
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import MISSING, field, fields, is_dataclass, make_dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

import yaml
from hydra import compose, initialize_config_module
from hydra.core.config_store import ConfigStore
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, OverrideType
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import MissingMandatoryValue, OmegaConfBaseException

from robopolicy.common.errors import UserError
from sim.common.names import unknown_name
from sim.common.printable import shown

CONFIG_MODULE = "robopolicy.configs"
LONGEST = 10_000  # characters of one override
DEEPEST = 20  # brackets within brackets in it
T = TypeVar("T")
NOTHING_SAID: Mapping[str, str] = MappingProxyType({})


class Option(NamedTuple):
    """One option as help shows it."""

    key: str  # dotted
    type: Any
    default: Any
    comment: str


class BadOverride(UserError):
    """An argument of the form key=value that cannot be applied."""


def register(verb: str, schema: type) -> None:
    """Make the schema known to Hydra under the name that `configs/<verb>.yaml` builds on."""
    ConfigStore.instance().store(name=f"{verb}_schema", node=_thawed(schema))


def load(verb: str, schema: type[T], overrides: list[str], said: Mapping[str, str] = NOTHING_SAID) -> T:
    """Compose a verb's configuration and check it; raises `BadOverride`. `said`: see `build`."""
    overrides, typed = _apart(overrides, schema)
    return build(schema, composed(verb, schema, overrides), {**typed, **said})


def printed(verb: str, schema: type, overrides: list[str], said: Mapping[str, str] = NOTHING_SAID) -> str:
    """A verb's configuration with overrides applied, as YAML; interpolations stay as they are."""
    overrides, typed = _apart(overrides, schema)
    tree: Any = OmegaConf.to_container(composed(verb, schema, overrides))
    return yaml.safe_dump({**tree, **typed, **said}, sort_keys=False, allow_unicode=True)


def composed(verb: str, schema: type, overrides: list[str]) -> DictConfig:
    """A verb's configuration with overrides applied, as OmegaConf holds it."""
    register(verb, schema)
    arguments = [listed(argument, schema, sweep=False) for argument in overrides]
    check(arguments, schema, sweep=False)
    try:
        with initialize_config_module(CONFIG_MODULE, version_base="1.3"):
            return compose(verb, overrides=arguments)
    except (HydraException, OmegaConfBaseException, OverflowError) as error:
        raise BadOverride(_sentence(error)) from error


def build(schema: type[T], config: DictConfig, said: Mapping[str, str] = NOTHING_SAID) -> T:
    """OmegaConf's tree -> the frozen dataclass it was made after.

    `said` holds the values of options that are sentences (SPOKEN). These, and those in the tree, are
    taken as they are: `${...}` in a sentence is no interpolation.
    """
    raw: Any = OmegaConf.to_container(config)
    verbatim = {name: raw[name] for name in _spoken(schema)} | dict(said)
    tree = OmegaConf.merge(config, dict.fromkeys(verbatim, ""))
    try:
        values: Any = OmegaConf.to_container(tree, resolve=True, throw_on_missing=True)
    except MissingMandatoryValue as error:
        raise BadOverride(f"{error.full_key} must be given: add {error.full_key}=...") from error
    except OmegaConfBaseException as error:
        raise BadOverride(_sentence(error)) from error
    return _built(schema, {**values, **verbatim})


def check(overrides: list[str], schema: type, sweep: bool) -> None:
    """Refuse overrides that cannot be read, name nothing, or sweep where one run is asked for."""
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


def listed(argument: str, schema: type, sweep: bool) -> str:
    """`levels=seen,paraphrase` -> `levels=[seen,paraphrase]` where the option is a list.

    In a sweep the commas separate runs, so each value becomes a list of its own. A value that holds a "="
    (`world=latency=2`), which Hydra's grammar does not take, is put into quotes.
    """
    _bound(argument)
    key, equals, value = argument.partition("=")
    if "=" in value and not set(value) & set("'\"[{$"):
        value = ",".join(quoted(one) if "=" in one else one for one in value.split(","))
        argument = f"{key}={value}"
    types = {option.key: option.type for option in options(schema)}
    is_list = get_origin(types.get(key)) in (tuple, list)
    if not is_list or not equals or "[" in value or value in ("null", "") or "${" in value:
        return argument
    return f"{key}=" + (",".join(f"[{one}]" for one in value.split(",")) if sweep else f"[{value}]")


def is_swept(argument: str) -> bool:
    """Whether `key=value` gives several values, or one that depends on others (`${seed}`)."""
    return _parsed(argument).is_sweep_override() or "${" in argument


def part(schema: type[T], whole: Any) -> T:
    """The part of a verb's options that a dataclass further in knows."""
    return schema(**{one.name: getattr(whole, one.name) for one in fields(schema)})  # pyright: ignore


def quoted(value: str) -> str:
    """A string as Hydra's grammar reads it back unchanged."""
    tail = len(value) - len(value.rstrip("\\"))
    escaped = (value + "\\" * tail).replace("'", "\\'")
    return f"'{escaped}'"


def options(schema: type, prefix: str = "") -> Iterator[Option]:
    """Every option of a configuration class, nested ones dotted, in the order of the fields."""
    hints = get_type_hints(schema)
    comments = _comments(schema)
    for one in fields(schema):  # pyright: ignore[reportArgumentType]
        key = f"{prefix}{one.name}"
        if is_dataclass(hints[one.name]):
            yield from options(hints[one.name], f"{key}.")  # pyright: ignore[reportArgumentType]
        else:
            yield Option(key, hints[one.name], _default(one), comments.get(one.name, ""))


def _spoken(schema: type) -> list[str]:
    """The options that hold a sentence."""
    return [one.name for one in fields(schema) if one.metadata.get("spoken")]  # pyright: ignore


def _apart(overrides: list[str], schema: type) -> tuple[list[str], dict[str, str]]:
    """Overrides without the sentences among them, of which all that stands after the "=" is the value."""
    names, rest, typed = _spoken(schema), [], {}
    for argument in overrides:
        key, equals, value = argument.partition("=")
        if equals and key in names:
            typed[key] = value
        else:
            rest.append(argument)
    return rest, typed


def _default(one: Any) -> Any:
    if one.default_factory is not MISSING:
        return one.default_factory()
    return "???" if one.default is MISSING else one.default


def _comments(schema: type) -> dict[str, str]:
    """Field name -> the comment at the end of its line, from the class's source and its parents'."""
    found: dict[str, str] = {}
    for parent in reversed(schema.__mro__[:-1]):
        try:
            source = inspect.cleandoc("\n" + inspect.getsource(parent))
        except (OSError, TypeError):
            continue
        at_line = {
            token.start[0]: token.string.lstrip("# ").strip()
            for token in tokenize.generate_tokens(io.StringIO(source).readline)
            if token.type == tokenize.COMMENT
        }
        body = ast.parse(source).body[0]
        for node in body.body if isinstance(body, ast.ClassDef) else ():
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found[node.target.id] = at_line.get(node.end_lineno or 0, "")
    return found


def _thawed(schema: type) -> type:
    """A mutable twin of a frozen dataclass: OmegaConf makes the trees of frozen ones read-only."""
    hints = get_type_hints(schema)
    twins = []
    for one in fields(schema):  # pyright: ignore[reportArgumentType]
        hint = hints[one.name]
        if is_dataclass(hint):
            twin = _thawed(hint)  # pyright: ignore[reportArgumentType]
            start = _default(one)
            inner = {} if start == "???" else {f.name: getattr(start, f.name) for f in fields(hint)}
            twins.append((one.name, twin, field(default_factory=_Maker(twin, inner))))
        elif one.default is MISSING and one.default_factory is MISSING:
            twins.append((one.name, _as_lists(hint), field(default="???")))
        else:
            start = _as_lists_too(_default(one))
            twins.append((one.name, _as_lists(hint), field(default_factory=partial(deepcopy, start))))
    return make_dataclass(schema.__name__, twins)


def _as_lists(hint: Any) -> Any:
    """tuple[tuple[str, str], ...] -> list[list[str]]: OmegaConf has no nested tuples."""
    if get_origin(hint) is tuple:
        return list[_as_lists(get_args(hint)[0])]
    return hint


def _as_lists_too(value: Any) -> Any:
    return [_as_lists_too(one) for one in value] if isinstance(value, tuple | list) else value


class _Maker:
    """Makes a twin whose nested dataclass values are twins too."""

    def __init__(self, twin: type, values: Mapping[str, Any]) -> None:
        self.twin, self.values = twin, values

    def __call__(self) -> Any:
        nested = {f.name: f.type for f in fields(self.twin)}
        plain = {}
        for name, value in self.values.items():
            if is_dataclass(value):
                inner = {f.name: getattr(value, f.name) for f in fields(value)}
                plain[name] = _Maker(nested[name], inner)()  # pyright: ignore[reportArgumentType]
            else:
                plain[name] = _as_lists_too(value)
        return self.twin(**plain)


def _built(hint: Any, value: Any) -> Any:
    """Plain containers -> what the type hint says: dataclasses and tuples, recursively."""
    if is_dataclass(hint) and isinstance(value, Mapping):
        hints = get_type_hints(hint)
        try:
            return hint(**{name: _built(hints[name], inner) for name, inner in value.items()})  # pyright: ignore
        except ValueError as error:  # a dataclass that refuses a value says why
            raise BadOverride(str(error)) from error
    if isinstance(value, list):
        inner = (get_args(hint) or (Any,))[0]
        return tuple(_built(inner, one) for one in value)
    return value


def _bound(argument: str) -> None:
    """Refuse what Hydra's parser, which descends, would take for ever to read."""
    if len(argument) > LONGEST:
        raise BadOverride(f"{shown(argument)} is too long: an option has at most {LONGEST} characters")
    depth = 0
    for one in argument:
        depth += (one in "([{") - (one in ")]}")
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


def _sentence(error: Exception) -> str:
    """The first telling line of a Hydra or OmegaConf error, with the key if it says one."""
    inner = error.__cause__ if isinstance(error.__cause__, OmegaConfBaseException) else error
    line, *more = (line.strip() for line in str(inner).strip().splitlines())
    said = (one.removeprefix("full_key: ") for one in more if one.startswith("full_key: "))
    key = getattr(inner, "full_key", None) or next(said, "")
    return f"{key}: {line}" if key else line
