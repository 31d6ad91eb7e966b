"""Formats of config.json: what an earlier one says, in the words of today's.

Format 3 has a `spec`: what goes into the policy and comes out of it, by name (`base.spec`). Before, that was
the order of this program's tables at the time, which is written down here. Weights are the same in both.
"""

from collections.abc import Mapping
from typing import Any

FORMAT = 3
CONVERTIBLE = (2,)

FAMILIES_2 = (
    ("open_drawer", "drawer", ""),
    ("close_drawer", "drawer", ""),
    ("slide_door_left", "sliding door", ""),
    ("slide_door_right", "sliding door", ""),
    ("turn_on_led", "button", ""),
    ("turn_off_led", "button", ""),
    ("turn_on_lamp", "lever switch", ""),
    ("turn_off_lamp", "lever switch", ""),
    ("lift", "object", ""),
    ("push_left", "object", ""),
    ("push_right", "object", ""),
    ("push_forward", "object", ""),
    ("push_backward", "object", ""),
    ("rotate_left", "object", ""),
    ("rotate_right", "object", ""),
    ("unstack", "object", ""),
    ("put_in_drawer", "object", "drawer"),
    ("take_out_of_drawer", "object", "drawer"),
    ("put_in_tray", "object", "tray"),
    ("stack", "object", "object"),
    ("put_left_of", "object", "object"),
    ("put_right_of", "object", "object"),
    ("put_in_front_of", "object", "object"),
    ("put_behind", "object", "object"),
    ("hold still", "", ""),
)
"""The code book of every checkpoint of format 2: name, what it acts on, what it relates to."""

SPEC_2: dict[str, Any] = {
    "families": [dict(zip(("name", "acts_on", "relates_to"), row, strict=True)) for row in FAMILIES_2],
    "hand": ["x", "y", "z", "qx", "qy", "qz", "qw", "opening"],
    "thing": ["x", "y", "z", "qx", "qy", "qz", "qw", "size_x", "size_y", "size_z", "joint", "light"],
    "world": {
        "name": "desk",
        "robot": "panda",
        "control_hz": 10,
        "action": {
            "shift": 0.05,
            "turn": 0.35,
            "opening": 0.08,
            "frame": "world",
            "columns": ["x", "y", "z", "rx", "ry", "rz", "gripper"],
        },
        "workspace": [[0.22, -0.5, 0.01], [0.74, 0.5, 0.42]],
        "middle": [0.45, 0.0, 0.0],
        "open_hand": 0.062,
        "most_objects": 5,
        "fixtures": [
            {"name": "drawer", "moving": 0.0015, "moved": 0.03, "grip": 0.022},
            {"name": "sliding door", "moving": 0.0015, "moved": 0.03, "grip": 0.022},
            {"name": "button", "moving": 0.003, "moved": None, "grip": 0.0},
            {"name": "lever switch", "moving": 0.02, "moved": 0.3, "grip": 0.024},
            {"name": "tray", "moving": None, "moved": None, "grip": 0.0},
        ],
        "reach": 0.75,
        "cameras": ["desk", "front", "gripper"],
    },
}


def converted(config: Mapping[str, Any]) -> dict[str, Any]:
    """A config of a convertible format as one of format 3, which says that it was converted.

    Its checksum, which was of the other, is left out.
    """
    rest = {name: value for name, value in config.items() if name not in ("format", "checksum")}
    trained = rest.get("trained")
    if isinstance(trained, dict):
        rest["trained"] = {**trained, "converted": f"from format {config['format']}"}
    return {"format": FORMAT, "spec": SPEC_2, **rest}
