"""Plots as inline SVG: they need no library, scale, and follow the page's light or dark colours.

Here is where things stand, in pixels; templates/*.svg draw them there.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from markupsafe import Markup

from robopolicy.common.templating import renderer

COLOURS = 6  # of lines, in the page's style
_render = renderer("robopolicy.reporting")


class Bar(NamedTuple):
    """A rate with its interval, in percent."""

    label: str
    value: float
    low: float
    high: float
    note: str  # "143 of 200"
    quiet: bool = False


class Series(NamedTuple):
    """A line: rates with their intervals, in percent, at rising x."""

    label: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


def bars(rows: Sequence[Bar]) -> Markup:
    """Horizontal bars from 0 to 100 % with their intervals as whiskers."""
    left, length, step, top = 190, 520, 30, 24

    def across(percent: float) -> float:
        return left + length * percent / 100

    drawn = []
    for i, bar in enumerate(rows):
        y, low, high = top + step * i, across(bar.low), across(bar.high)
        ends = f"M{low:.1f} {y + 7}v10M{high:.1f} {y + 7}v10"
        whisker = f"M{low:.1f} {y + 12}H{high:.1f}{ends}"
        drawn.append(
            {**bar._asdict(), "y": y, "long": max(1.0, length * bar.value / 100), "whisker": whisker}
        )
    drawing = _render(
        "bars.svg",
        rows=drawn,
        ticks=[{"x": across(tick), "label": f"{tick} %"} for tick in range(0, 101, 20)],
        left=left,
        right=left + length,
        top=top,
        width=left + length + 130,
        height=top + step * len(rows) + 8,
    )
    return Markup(drawing)


def curve(x: Sequence[float], y: Sequence[float], x_name: str, y_name: str) -> Markup:
    """One falling line, with a logarithmic vertical axis if it spans more than a decade.

    Points that are not finite are left out; with fewer than two, nothing is drawn.
    """
    points = [(a, b) for a, b in zip(x, y, strict=True) if np.isfinite(b)]
    if len(points) < 2:
        return Markup("")
    xs, ys = np.array(points).T
    logarithmic = ys.min() > 0 and ys.max() / ys.min() > 10
    heights = np.log10(ys) if logarithmic else ys
    left, top, width, height = 60, 14, 640, 220
    span_x, span_y = max(np.ptp(xs), 1e-9), max(np.ptp(heights), 1e-9)
    at_x = left + width * (xs - xs[0]) / span_x
    at_y = top + height * (heights.max() - heights) / span_y
    ticks = []
    for tick in np.linspace(0, 1, 5):
        value = heights.min() + span_y * (1 - tick)
        value = 10**value if logarithmic else value
        labels = {"x_label": f"{xs[0] + span_x * tick:,.0f}", "y_label": f"{value:.3g}"}
        ticks.append({"x": left + width * tick, "y": top + height * tick, **labels})
    drawing = _render(
        "curve.svg",
        points=_points(zip(at_x, at_y, strict=True)),
        ticks=ticks,
        x_name=x_name,
        y_name=y_name,
        left=left,
        right=left + width,
        bottom=top + height,
    )
    return Markup(drawing)


def lines(
    series: Sequence[Series],
    x_name: str,
    shaded: tuple[float, float],
    marked: float,
    logarithmic: bool = False,
) -> Markup:
    """Rates over x, one line each with a band for its intervals; a range of x shaded, one x in bold.

    With fewer than two values of x, nothing is drawn.
    """
    left, top, width, height, legend = 48, 12, 400, 200, 18 * ((len(series) + 2) // 3)
    xs = sorted({x for one in series for x in one.x})
    if len(xs) < 2:
        return Markup("")
    scaled = np.log if logarithmic else np.asarray
    first, last = scaled(xs[0]), scaled(xs[-1])

    def across(x: float) -> float:
        return left + width * float((scaled(x) - first) / (last - first))

    def down(y: float) -> float:
        return top + height * (1 - y / 100)

    bottom = top + height
    begin, end = (across(min(max(x, xs[0]), xs[-1])) for x in shaded)
    drawn = []
    for i, one in enumerate(series):
        x = [across(value) for value in one.x]
        y, low, high = ([down(value) for value in values] for values in (one.y, one.low, one.high))
        drawn.append(
            {
                "label": one.label[:14],
                "colour": i % COLOURS,
                "band": _band(x, low, high),
                "points": _points(zip(x, y, strict=True)),
                "dots": list(zip(x, y, strict=True)),
                "key": {"x": left + 135 * (i % 3), "y": bottom + 54 + 18 * (i // 3)},
            }
        )
    drawing = _render(
        "lines.svg",
        series=drawn,
        x_name=x_name,
        shade={"x": begin, "width": end - begin},
        x_ticks=[{"x": across(x), "label": f"{x:.3g}", "bold": x == marked} for x in xs],
        y_ticks=[{"y": down(tick), "label": f"{tick} %"} for tick in range(0, 101, 25)],
        left=left,
        right=left + width,
        top=top,
        bottom=bottom,
        height=bottom + 42 + legend,
    )
    return Markup(drawing)


def _points(pixels: Iterable[tuple[float, float]]) -> str:
    """The points of a polyline."""
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in pixels)


def _band(xs: Sequence[float], low: Sequence[float], high: Sequence[float]) -> str:
    """The path around the band between two lines; all in pixels."""
    outline = [*zip(xs, high, strict=True), *reversed([*zip(xs, low, strict=True)])]
    return f"M{'L'.join(f'{x:.1f} {y:.1f}' for x, y in outline)}Z"
