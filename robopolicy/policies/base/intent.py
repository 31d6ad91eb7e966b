"""What a policy understood, in words."""

from typing import NamedTuple

HOLD_STILL = "hold still"
"""What a condition that asks for nothing is understood as ("wait", "do not open the drawer")."""


class Intent(NamedTuple):
    """What a condition was taken to ask for."""

    family: str  # task family by name, or HOLD_STILL; "" where the policy has no families (kind `free`)
    target: str  # name of the thing acted on
    other: str  # name of the thing it is related to; "" for none
    confidence: float  # probability of the whole reading, 0 to 1
    refused: bool = False  # the sentence probably asks for nothing that can be done here: it holds still
