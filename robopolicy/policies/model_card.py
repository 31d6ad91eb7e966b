"""README.md of a checkpoint: what it is, how it was made, what it can and cannot do."""

from collections.abc import Mapping
from typing import Any

from data.language.lexicon import expand
from sim.desk.scenes.sampler import SceneConfig
from sim.kinds.desk import DESK
from sim.world import WorldKind


def model_card(config: Mapping[str, Any], kind: WorldKind, results: str = "") -> str:
    """README.md of a checkpoint; `results` is the measured table in Markdown, `kind` that of its world."""
    policy, encoder, world = config["policy"], config["encoder"], config["spec"]["world"]
    engine = f", {kind.engine}" if kind.engine else ""
    who = kind.about or f"the robot {world['robot']!r} in the world {world['name']!r}"
    env = "" if kind is DESK else f" env={world['name']}"
    quiet = "" if kind.spec.cameras else " video=false"
    example = f'checkpoint=THIS_FOLDER{env}{quiet} "{example_of(kind)}"'
    facts = "\n".join(f"- {name}: {value}" for name, value in config["trained"].items() if _short(value))
    return f"""---
library_name: robopolicy
pipeline_tag: robotics
tags: [robotics, behaviour-cloning, language-conditioned{engine}]
---

# A robopolicy policy

A language-conditioned policy for {who}, cloned from play that
was described in hindsight. It reads a sentence and the names of the things {kind.place}, and predicts
chunks of {policy["chunk"]} relative Cartesian actions at {world["control_hz"]} Hz, of which it carries out {
        policy["execute"]
    }.
{_memory(policy)}
    robopolicy command {example}
    robopolicy evaluate checkpoint=THIS_FOLDER{env}

What is held out of its training (words, wordings, pairings, things) is declared in
`data/language/held_out.py`.

## Measured

{results or "Not evaluated yet: `robopolicy evaluate checkpoint=THIS_FOLDER{env}` measures it."}

## What it is

- parameters: {config["parameters"]:,}
- frozen text encoder: {encoder["model"]}, layer {encoder["layer"]}
  (SHA-256 of its weights {encoder["sha256"][:16]}...)
{facts}

## Limits

It was trained in simulation, on named objects whose positions it is told. It understands what is near to
its training sentences; of colours, directions and nouns that it never heard it misses some. What makes no
sense it takes for the nearest thing that does, but `robopolicy command` and the page refuse it by
`confidence.json`, which training leaves beside it (unless conditioning is free).
"""


def example_of(kind: WorldKind) -> str:
    """A sentence of a kind of world in the plainest words: of its second family, or the only one."""
    task = kind.tasks[:2][-1]
    names = kind.draw(0, SceneConfig(kind.spec.usual_objects)).names
    first, second = (*names, *names)[:2]
    said = next(iter(expand(task.wordings[0])))
    things = {"{fixture}": task.fixture, "{object}": first, "{other}": second}
    for placeholder, thing in things.items():
        said = said.replace(placeholder, f"the {thing}")
    return said


def _memory(policy: Mapping[str, Any]) -> str:
    if not policy.get("history"):
        return ""
    return (
        "What came of its actions tells it how late its world obeys, how its axes are turned and how large\n"
        "its steps are, and it acts accordingly (`robopolicy/adaptation/dynamics_filter.py`).\n"
    )


def _short(value: Any) -> bool:
    return isinstance(value, str | int | float)
