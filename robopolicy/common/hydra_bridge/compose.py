"""Composes the configuration of a verb: its dataclass, `configs/<verb>.yaml`, and the overrides."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeVar

import yaml
from hydra import compose, initialize_config_module
from hydra.core.config_store import ConfigStore
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import MissingMandatoryValue, OmegaConfBaseException

from robopolicy.common.hydra_bridge.options import sentence_options
from robopolicy.common.hydra_bridge.overrides import BadOverride, bracketed, check, split_sentences
from robopolicy.common.hydra_bridge.schemas import mutable_twin, to_dataclass

CONFIG_MODULE = "robopolicy.configs"
T = TypeVar("T")
NO_SENTENCES: Mapping[str, str] = MappingProxyType({})


def load(verb: str, schema: type[T], overrides: list[str], sentences: Mapping[str, str] = NO_SENTENCES) -> T:
    """Compose a verb's configuration and check it; `sentences` as in `build`. Raises `BadOverride`."""
    overrides, typed = split_sentences(overrides, schema)
    return build(schema, composed(verb, schema, overrides), {**typed, **sentences})


def as_yaml(
    verb: str, schema: type, overrides: list[str], sentences: Mapping[str, str] = NO_SENTENCES
) -> str:
    """A verb's configuration with overrides applied, as YAML; interpolations are not resolved."""
    overrides, typed = split_sentences(overrides, schema)
    tree: Any = OmegaConf.to_container(composed(verb, schema, overrides))
    return yaml.safe_dump({**tree, **typed, **sentences}, sort_keys=False, allow_unicode=True)


def composed(verb: str, schema: type, overrides: list[str]) -> DictConfig:
    """A verb's configuration with overrides applied, as OmegaConf holds it. Raises `BadOverride`."""
    register(verb, schema)
    arguments = [bracketed(argument, schema, sweep=False) for argument in overrides]
    check(arguments, schema, sweep=False)
    try:
        with initialize_config_module(CONFIG_MODULE, version_base="1.3"):
            return compose(verb, overrides=arguments)
    except (HydraException, OmegaConfBaseException, OverflowError) as error:
        raise BadOverride(_sentence(error)) from error


def build(schema: type[T], config: DictConfig, sentences: Mapping[str, str] = NO_SENTENCES) -> T:
    """Turn OmegaConf's tree into the frozen dataclass. Raises `BadOverride`.

    `sentences` holds the values of options that are sentences. These, and those in the tree, are taken
    literally: `${...}` in a sentence is no interpolation.
    """
    raw: Any = OmegaConf.to_container(config)
    literal = {name: raw[name] for name in sentence_options(schema)} | dict(sentences)
    tree = OmegaConf.merge(config, dict.fromkeys(literal, ""))
    try:
        values: Any = OmegaConf.to_container(tree, resolve=True, throw_on_missing=True)
    except MissingMandatoryValue as error:
        raise BadOverride(f"{error.full_key} must be given: add {error.full_key}=...") from error
    except OmegaConfBaseException as error:
        raise BadOverride(_sentence(error)) from error
    return to_dataclass(schema, {**values, **literal})


def register(verb: str, schema: type) -> None:
    """Make the schema known to Hydra under the name that `configs/<verb>.yaml` builds on."""
    ConfigStore.instance().store(name=f"{verb}_schema", node=mutable_twin(schema))


def _sentence(error: Exception) -> str:
    """The first telling line of a Hydra or OmegaConf error, with the option's key if it names one."""
    inner = error.__cause__ if isinstance(error.__cause__, OmegaConfBaseException) else error
    line, *more = (line.strip() for line in str(inner).strip().splitlines())
    named = (one.removeprefix("full_key: ") for one in more if one.startswith("full_key: "))
    key = getattr(inner, "full_key", None) or next(named, "")
    return f"{key}: {line}" if key else line
