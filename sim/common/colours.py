"""The colours that things are painted in, by the word for each."""

COLOURS: dict[str, tuple[float, float, float]] = {
    "red": (0.85, 0.13, 0.13),
    "green": (0.15, 0.60, 0.20),
    "blue": (0.13, 0.30, 0.85),
    "yellow": (0.95, 0.80, 0.10),
    "orange": (0.95, 0.50, 0.10),
    "purple": (0.50, 0.18, 0.65),
    "pink": (0.95, 0.50, 0.70),
    "white": (0.93, 0.93, 0.93),
    "black": (0.10, 0.10, 0.10),
    "brown": (0.45, 0.28, 0.15),
}
"""Red, green and blue from 0 to 1."""
