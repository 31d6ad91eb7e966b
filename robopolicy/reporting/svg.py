"""Plots as inline SVG: they need no library, scale, and follow the page's light or dark colours."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from robopolicy.common.html import escape

COLOURS = 6  # of lines, in the page's style


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


def bars(rows: Sequence[Bar]) -> str:
    """Horizontal bars from 0 to 100 % with their intervals as whiskers."""
    left, width, step, top = 190, 520, 30, 24
    height = top + step * len(rows) + 8
    parts = [_open(left + width + 130, height, "Success rates with 95 % intervals")]
    for tick in range(0, 101, 20):
        x = left + width * tick / 100
        parts.append(f'<line class="grid" x1="{x}" y1="{top - 6}" x2="{x}" y2="{height - 4}"/>')
        parts.append(f'<text class="tick" x="{x}" y="{top - 10}" text-anchor="middle">{tick} %</text>')
    for i, bar in enumerate(rows):
        y = top + step * i
        low, high = left + width * bar.low / 100, left + width * bar.high / 100
        middle = y + 12
        ends = f"M{low:.1f} {middle - 5}v10M{high:.1f} {middle - 5}v10"
        style, long = "quiet" if bar.quiet else "bar", max(1.0, width * bar.value / 100)
        parts += [
            f'<text class="label" x="{left - 10}" y="{y + 16}" text-anchor="end">{escape(bar.label)}</text>',
            f'<rect class="{style}" x="{left}" y="{y + 3}" width="{long:.1f}" height="18" rx="2"/>',
            f'<path class="whisker" d="M{low:.1f} {middle}H{high:.1f}{ends}"/>',
            f'<text class="tick" x="{left + width + 12}" y="{y + 16}">{escape(bar.note)}</text>',
        ]
    return "".join([*parts, "</svg>"])


def curve(x: Sequence[float], y: Sequence[float], x_name: str, y_name: str) -> str:
    """One falling line, with a logarithmic vertical axis if it spans more than a decade."""
    points = [(a, b) for a, b in zip(x, y, strict=True) if np.isfinite(b)]
    if len(points) < 2:
        return ""
    xs, ys = np.array(points).T
    logarithmic = ys.min() > 0 and ys.max() / ys.min() > 10
    heights = np.log10(ys) if logarithmic else ys
    left, top, width, height = 60, 14, 640, 220
    span_x, span_y = max(np.ptp(xs), 1e-9), max(np.ptp(heights), 1e-9)
    at_x = left + width * (xs - xs[0]) / span_x
    at_y = top + height * (heights.max() - heights) / span_y
    parts = [_open(left + width + 30, top + height + 44, f"{y_name} over {x_name}")]
    for tick in np.linspace(0, 1, 5):
        value = heights.min() + span_y * (1 - tick)
        value = 10**value if logarithmic else value
        line = top + height * tick
        parts.append(f'<line class="grid" x1="{left}" y1="{line:.1f}" x2="{left + width}" y2="{line:.1f}"/>')
        parts.append(
            f'<text class="tick" x="{left - 8}" y="{line + 4:.1f}" text-anchor="end">{value:.3g}</text>'
        )
        where = left + width * tick
        label = f"{xs[0] + span_x * tick:,.0f}"
        parts.append(
            f'<text class="tick" x="{where:.1f}" y="{top + height + 18}" text-anchor="middle">{label}</text>'
        )
    path = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(at_x, at_y, strict=True))
    middle, name = left + width / 2, escape(x_name)
    parts.append(f'<polyline class="curve" points="{path}"/>')
    parts.append(
        f'<text class="tick" x="{middle}" y="{top + height + 36}" text-anchor="middle">{name}</text>'
    )
    return "".join([*parts, "</svg>"])


def lines(
    series: Sequence[Series],
    x_name: str,
    shaded: tuple[float, float],
    marked: float,
    logarithmic: bool = False,
) -> str:
    """Rates over x, one line each with a band for its intervals; a range of x shaded, one x in bold."""
    left, top, width, height, legend = 48, 12, 400, 200, 18 * ((len(series) + 2) // 3)
    xs = sorted({x for one in series for x in one.x})
    if len(xs) < 2:
        return ""
    scaled = np.log if logarithmic else np.asarray
    first, last = scaled(xs[0]), scaled(xs[-1])

    def across(x: float) -> float:
        return left + width * float((scaled(x) - first) / (last - first))

    def down(y: float) -> float:
        return top + height * (1 - y / 100)

    bottom, middle = top + height, left + width / 2
    begin, end = (across(min(max(x, xs[0]), xs[-1])) for x in shaded)
    parts = [
        _open(left + width + 16, bottom + 42 + legend, f"Success rate over {x_name}"),
        f'<rect class="shade" x="{begin:.1f}" y="{top}" width="{end - begin:.1f}" height="{height}"/>',
        f'<text class="tick" x="{middle}" y="{bottom + 34}" text-anchor="middle">{escape(x_name)}</text>',
    ]
    for tick in range(0, 101, 25):
        y = down(tick)
        parts.append(f'<line class="grid" x1="{left}" y1="{y:.1f}" x2="{left + width}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick" x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{tick} %</text>')
    for x in xs:
        bold = ' style="font-weight:700"' if x == marked else ""
        at = f'x="{across(x):.1f}" y="{bottom + 16}"'
        parts.append(f'<text class="tick" {at} text-anchor="middle"{bold}>{x:.3g}</text>')
    for i, one in enumerate(series):
        at = left + 135 * (i % 3), bottom + 54 + 18 * (i // 3)
        drawn = _line(
            [across(x) for x in one.x], *([down(y) for y in ys] for ys in (one.y, one.low, one.high))
        )
        parts.append(f'<g class="of{i % COLOURS}">{drawn}{_key(one.label, *at)}</g>')
    return "".join([*parts, "</svg>"])


def _line(xs: Sequence[float], ys: Sequence[float], low: Sequence[float], high: Sequence[float]) -> str:
    """A line with dots and its band; all in pixels."""
    band = [*zip(xs, high, strict=True), *reversed([*zip(xs, low, strict=True)])]
    outline = "L".join(f"{x:.1f} {y:.1f}" for x, y in band)
    points = [*zip(xs, ys, strict=True)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = (
        f'<rect class="dot" x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6" rx="3"/>' for x, y in points
    )
    return f'<path class="band" d="M{outline}Z"/><polyline class="line" points="{path}"/>{"".join(dots)}'


def _key(label: str, x: float, y: float) -> str:
    """A line of the legend."""
    line = f'<polyline class="line" points="{x},{y - 4} {x + 24},{y - 4}"/>'
    return f'{line}<text class="tick" x="{x + 30}" y="{y}">{escape(label[:14])}</text>'


def _open(width: float, height: float, title: str) -> str:
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" width="{width:g}" role="img" '
        f'xmlns="http://www.w3.org/2000/svg"><title>{escape(title)}</title>'
    )
