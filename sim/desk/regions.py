"""The parts of the desk that have names: cells of a 3 x 3 grid over the area that is free for objects.

Left is +y and far is +x, as the robot sees it. "left" is the whole left third and "far" the whole far third;
"far left" is the cell in which they meet, and "middle" the cell in the centre.
"""

from sim.common.names import unknown_name
from sim.desk.layouts import Layout
from sim.task import Region

Span = tuple[float, float]

_CELLS: dict[str, tuple[tuple[int, int], tuple[int, int]]] = {
    "left": ((0, 3), (2, 3)),
    "right": ((0, 3), (0, 1)),
    "far": ((2, 3), (0, 3)),
    "near": ((0, 1), (0, 3)),
    "middle": ((1, 2), (1, 2)),
    "far left": ((2, 3), (2, 3)),
    "far right": ((2, 3), (0, 1)),
    "near left": ((0, 1), (2, 3)),
    "near right": ((0, 1), (0, 1)),
}
"""Name -> in thirds of the area: x from, to and y from, to."""

REGIONS = tuple(_CELLS)


class UnknownRegion(ValueError):
    """No part of the desk has this name."""

    def __init__(self, name: object) -> None:
        super().__init__(unknown_name("region", name, REGIONS))


def region_of(layout: Layout, name: object) -> Region:
    """The part of a desk in this layout that has the name; raises `UnknownRegion`."""
    if not isinstance(name, str) or name not in _CELLS:
        raise UnknownRegion(name)
    x, y = (_thirds(*pair) for pair in zip(layout.area, _CELLS[name], strict=True))
    return Region(name, x, y)


def regions_of(layout: Layout) -> tuple[Region, ...]:
    """All of them, in the order of `REGIONS`."""
    return tuple(region_of(layout, name) for name in REGIONS)


def _thirds(span: Span, cut: tuple[int, int]) -> Span:
    low, high = span
    third = (high - low) / 3
    return low + cut[0] * third, low + cut[1] * third
