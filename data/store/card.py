"""The dataset card: README.md of a dataset, as Hugging Face reads it."""

import json
from typing import Any

_MEANING = {
    "observation.state": "hand position (m), orientation (xyzw), gripper opening (m)",
    "observation.environment_state": "things x 12 (pose, size, joint, light), then a 1 for each there is",
    "action": "relative Cartesian command in [-1, 1]: translation, axis-angle, gripper (+1 opens)",
}


def dataset_card(info: dict[str, Any]) -> str:
    """The card for a meta/info.json."""
    own = info["robopolicy"]
    hours = info["total_frames"] / info["fps"] / 3600
    width = {name: info["features"][name]["shape"][0] for name in _MEANING}
    rows = "\n".join(f"| `{name}` | {width[name]} | {meaning} |" for name, meaning in _MEANING.items())
    command = f"\n\n```\n{own['command']}\n```" if own["command"] else ""
    return f"""---
license: mit
task_categories:
- robotics
tags:
- LeRobot
- robopolicy
- play
configs:
- config_name: default
  data_files: data/*/*.parquet
---

# Play of a {info["robot_type"]} in the world "{own["world"]}"

Undirected play of a simulated robot, collected by robopolicy without any record of intent:
states and actions, and the draw of the world that each episode began with.

| | |
|---|---|
| robot time | {hours:.2f} hours |
| episodes | {info["total_episodes"]:,} |
{_fallen(own)}| frames | {info["total_frames"]:,} at {info["fps"]} Hz |
| robot | {info["robot_type"]} |
| format | LeRobotDataset {info["codebase_version"]}, with additions (robopolicy format {own["format"]}) |

## How it was collected

By scripted play agents whose goals are not stored.{command}

```json
{_outline(own["config"])}
```

## Features

One row a control step; the state in a row is the one before its action. float32, SI units, in the
frame of the world. Empty object slots are zero.

| feature | numbers | meaning |
|---|---|---|
{rows}

Every frame's task is "play". `meta/episodes` has columns of our own: `scene` (JSON: all that the
episode began with), `final_state` (the state after the last action: hand and things joined) and `fallen`
(names of the objects that fell out of reach). Sentences, if it was relabelled, are in
`meta/lang_segments.parquet`: episode, start, stop, task, objects, sentences.

## Layout

`data/chunk-*/file-*.parquet` holds the frames, `meta/info.json` the totals and features, `meta/stats.json`
their statistics, `meta/episodes/` a row an episode. A file belongs to the dataset if `meta/info.json`
counts it.

## Licence

MIT, as robopolicy itself.
"""


def _fallen(own: dict[str, Any]) -> str:
    """A row; none if it isn't recorded."""
    count = own.get("fallen_episodes")
    return "" if count is None else f"| episodes in which something fell out of reach | {count:,} |\n"


def _outline(config: dict[str, Any], limit: int = 400) -> str:
    """The config as JSON, a line a field, long values cut short."""
    lines = []
    for key, value in config.items():
        text = json.dumps(value)
        lines.append(f"  {json.dumps(key)}: {text if len(text) <= limit else text[:limit] + ' ...'}")
    return "{\n" + ",\n".join(lines) + "\n}"
