"""README.md of a checkpoint: what it is, how it was made, what it can and cannot do."""

from collections.abc import Mapping
from typing import Any


def model_card(config: Mapping[str, Any], results: str = "") -> str:
    """README.md of a checkpoint; `results` is the measured table in Markdown."""
    policy, encoder = config["policy"], config["encoder"]
    facts = "\n".join(f"- {name}: {value}" for name, value in config["trained"].items() if _short(value))
    return f"""---
library_name: robopolicy
pipeline_tag: robotics
tags: [robotics, behaviour-cloning, language-conditioned, pybullet]
---

# A robopolicy policy

A language-conditioned policy for a Franka Panda at a furnished desk in PyBullet, cloned from play that
was described in hindsight. It reads a sentence and the names of the things on the desk, and predicts
chunks of {policy["chunk"]} relative Cartesian actions at 10 Hz, of which it carries out {policy["execute"]}.
{_memory(policy)}
    robopolicy command checkpoint=THIS_FOLDER "close the drawer"
    robopolicy evaluate checkpoint=THIS_FOLDER

What is held out of its training (words, wordings, pairings, things) is declared in
`data/language/held_out.py`.

## Measured

{results or "Not evaluated yet: `robopolicy evaluate checkpoint=THIS_FOLDER` measures it."}

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


def _memory(policy: Mapping[str, Any]) -> str:
    if not policy.get("history"):
        return ""
    return (
        "What came of its actions tells it how late its world obeys, how its axes are turned and how large\n"
        "its steps are, and it acts accordingly (`robopolicy/adaptation/dynamics_filter.py`).\n"
    )


def _short(value: Any) -> bool:
    return isinstance(value, str | int | float)
