"""Between which numbers an option makes sense; checked when options are made, before any work begins."""

from collections.abc import Mapping

from sim.common.printable import shown

MOST_TRIALS = 1_000_000
MOST_STEPS = 100_000_000  # of an optimiser
MOST_CONTROL_STEPS = 100_000  # almost three hours of one episode or rollout
MOST_PROCESSES = 1024
MOST_SEED = 2**63 - 1  # torch takes no larger one
TINY = 1e-12  # least of what must be above 0

Bounds = Mapping[str, tuple[float, float]]
"""Name of an option -> the least and the most that it may be."""


def check_bounds(options: object, bounds: Bounds) -> None:
    """Raise a ValueError for the first option outside its bounds; NaN is, and None is not."""
    for name, (least, most) in bounds.items():
        value = getattr(options, name)
        if value is None or least <= value <= most:
            continue
        low = "above 0" if least == TINY else f"at least {least:,}"
        raise ValueError(f"{name} must be {low} and at most {most:,}, not {shown(value)}")
