"""The dataset's card: what it holds, said to a person (and to the Hub, in the header)."""

from typing import Any

_CARD = """---
task_categories:
- robotics
tags:
- LeRobot
- play
- pybullet
configs:
- config_name: default
  data_files: data/*/*.parquet
---

# Play of a simulated Panda at a furnished desk

{minutes:.1f} minutes of play: {episodes:,} episodes, {frames:,} frames at {fps:g} Hz.
"""


def card(info: dict[str, Any]) -> str:
    """info.json's content -> README.md."""
    frames, fps = info["total_frames"], info["fps"]
    return _CARD.format(minutes=frames / fps / 60, episodes=info["total_episodes"], frames=frames, fps=fps)
