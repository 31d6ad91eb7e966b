"""Frames to MP4 and GIF, with a caption over each."""

import io
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from data.common.atomic_io import write_atomic
from sim.common.printable import visible

STILL = 12  # of 255: less is not seen as a change
Frame = NDArray[np.uint8]  # (H, W, 3)

INK, PAPER, QUIET = (240, 240, 240), (24, 26, 32), (150, 156, 170)
GOOD, BAD = (110, 205, 130), (235, 120, 110)


def captioned(frame: Frame, sentence: str, note: str = "", colour: tuple[int, int, int] = QUIET) -> Frame:
    """The frame under a strip with the sentence that was said and a short note. Sides become even."""
    height, width = frame.shape[0] // 2 * 2, frame.shape[1] // 2 * 2
    size = max(11, width // 40)
    lines = wrapped(f"“{visible(sentence)}”" if sentence else "(nothing said)", width - size, size)[:3]
    strip = (len(lines) * (size + 4) + size + 10) // 2 * 2
    picture = Image.new("RGB", (width, height + strip), PAPER)
    picture.paste(Image.fromarray(frame[:height, :width]), (0, strip))
    draw = ImageDraw.Draw(picture)
    for i, line in enumerate(lines):
        draw.text((size // 2, 4 + i * (size + 4)), line, INK, ImageFont.load_default(size))
    draw.text((size // 2, strip - size - 2), visible(note), colour, ImageFont.load_default(size - 3))
    return np.asarray(picture)


def wrapped(text: str, width: int, size: int) -> list[str]:
    """Text broken between words into lines of at most so many pixels."""
    font = ImageFont.load_default(size)
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines or [""]


def same_size(frames: Sequence[Frame]) -> list[Frame]:
    """Frames padded below to the tallest, so that they fit into one film."""
    height = max(frame.shape[0] for frame in frames)
    return [np.pad(f, ((0, height - f.shape[0]), (0, 0), (0, 0)), constant_values=PAPER[2]) for f in frames]


def write_mp4(path: Path, frames: Iterable[Frame], fps: float = 10) -> None:
    """`as_mp4`, on disk."""
    write_atomic(path, as_mp4(frames, fps))


def as_mp4(frames: Iterable[Frame], fps: float = 10) -> bytes:
    """H.264, or MPEG-4 where that encoder is absent; plays in every browser."""
    buffer = io.BytesIO()
    codec = "libx264" if "libx264" in av.codecs_available else "mpeg4"
    with av.open(buffer, "w", format="mp4") as file:
        stream = None
        for frame in frames:
            if stream is None:
                stream = file.add_stream(codec, rate=Fraction(fps).limit_denominator(1000))
                stream.height, stream.width = frame.shape[:2]
                stream.pix_fmt = "yuv420p"
                stream.options = {"crf": "20"} if codec == "libx264" else {"qscale": "4"}
            file.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")))
        if stream is None:
            raise ValueError("a film needs at least one frame")
        file.mux(stream.encode())
    return buffer.getvalue()


def read_mp4(path: Path) -> Iterator[Frame]:
    """The frames of a film."""
    with av.open(str(path)) as file:
        for frame in file.decode(video=0):
            yield frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False)


def steadied(frames: Sequence[Frame]) -> Iterator[Frame]:
    """Frames in which what hardly changes does not change at all: a GIF of them is a fraction of the size."""
    shown: Frame | None = None
    for frame in frames:
        if shown is not None and shown.shape == frame.shape:
            moved = np.abs(frame.astype(np.int16) - shown).max(-1, keepdims=True) > STILL
            frame = np.where(moved, frame, shown)
        shown = frame
        yield frame


def write_gif(path: Path, frames: Sequence[Frame], fps: float = 10, width: int = 640) -> None:
    """A looping GIF with one palette for all frames, so that still areas cost nothing."""
    scale = width / frames[0].shape[1]
    size = (width, round(frames[0].shape[0] * scale))
    resized = [np.asarray(Image.fromarray(f).resize(size, Image.Resampling.LANCZOS)) for f in frames]
    small = [Image.fromarray(frame) for frame in steadied(resized)]
    palette = _palette(resized)
    indexed = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in small]
    buffer = io.BytesIO()
    indexed[0].save(
        buffer,
        "GIF",
        save_all=True,
        append_images=indexed[1:],
        duration=round(1000 / fps),
        loop=0,
        optimize=False,
    )
    write_atomic(path, buffer.getvalue())


def _palette(frames: Sequence[Frame]) -> Image.Image:
    """256 colours for all frames; small things count for more than their area, or a red cube turns brown."""
    some = np.stack([frames[i * len(frames) // 8] for i in range(min(8, len(frames)))])
    coarse, counts = np.unique(some.reshape(-1, 3) // 4 * 4 + 2, axis=0, return_counts=True)
    weighted = np.repeat(coarse, np.sqrt(counts).astype(int), axis=0).astype(np.uint8)  # (N, 3)
    return Image.fromarray(weighted[None]).quantize(256)
