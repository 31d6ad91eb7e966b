import itertools
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from robopolicy.reporting.video_io import captioned, same_size, steadied, wrapped, write_gif, write_mp4


def frame(value: int, height: int = 91, width: int = 121) -> np.ndarray:
    return np.full((height, width, 3), value, np.uint8)


def test_a_caption_stands_above_the_picture_and_sides_become_even() -> None:
    out = captioned(frame(200), "open the drawer", "seen")
    assert out.shape[0] % 2 == out.shape[1] % 2 == 0
    assert (out[-90:] == 200).all()
    assert out[: out.shape[0] - 90].max() > 200  # there is writing


def test_every_word_of_a_caption_is_drawn() -> None:
    text = "would you be so kind as to put the red cube into the drawer of the desk"
    assert " ".join(wrapped(text, 160, 14)) == text
    assert len(wrapped(text, 160, 14)) > 2


def test_captions_take_any_text() -> None:
    for text in ("", "x" * 500, "äöü “quotes” 抽屉 🤖", "line\nbreak"):
        captioned(frame(0), text, text[:20])


def test_an_mp4_reads_back_frame_by_frame(tmp_path: Path) -> None:
    frames = [captioned(frame(20 * i), "open the drawer") for i in range(10)]
    write_mp4(tmp_path / "a.mp4", frames, 10)
    with av.open(str(tmp_path / "a.mp4")) as file:
        read = [picture.to_ndarray(format="rgb24") for picture in file.decode(video=0)]
        assert file.streams.video[0].average_rate == 10
    assert len(read) == 10
    for ours, theirs in zip(frames, read, strict=True):
        assert ours.shape == theirs.shape
        assert np.abs(ours[-40:].astype(int) - theirs[-40:]).mean() < 6


def test_a_gif_loops_and_has_every_frame(tmp_path: Path) -> None:
    write_gif(tmp_path / "a.gif", [frame(25 * i) for i in range(8)], 10, 60)
    with Image.open(tmp_path / "a.gif") as picture:
        assert (getattr(picture, "n_frames", 1), picture.info["loop"], picture.size) == (8, 0, (60, 45))


def test_a_gif_keeps_the_colour_of_a_small_thing(tmp_path: Path) -> None:
    desk = np.random.default_rng(0).integers(180, 230, (120, 160, 3)).astype(np.uint8)
    desk[50:54, 80:84] = (220, 30, 30)
    write_gif(tmp_path / "a.gif", [desk] * 2, 10, 160)
    with Image.open(tmp_path / "a.gif") as picture:
        shown = np.asarray(picture.convert("RGB"))[52, 82].astype(int)
    assert np.abs(shown - (220, 30, 30)).max() < 40


def test_frames_of_different_heights_fit_into_one_film(tmp_path: Path) -> None:
    frames = same_size([captioned(frame(9), text) for text in ("short", "a longer sentence " * 6)])
    assert len({picture.shape for picture in frames}) == 1
    write_mp4(tmp_path / "a.mp4", itertools.chain(frames))


def test_a_film_of_nothing_is_refused_and_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one frame"):
        write_mp4(tmp_path / "a.mp4", [])
    assert not list(tmp_path.iterdir())


def test_what_hardly_changes_is_held_still_and_what_changes_is_not() -> None:
    noise = np.random.default_rng(0).integers(-5, 6, (6, 20, 30, 3))
    frames = [np.clip(100 + noise[i], 0, 255).astype(np.uint8) for i in range(6)]
    frames[3][:5] = 250
    still = list(steadied(frames))
    assert np.array_equal(still[0][5:], still[5][5:])
    assert (still[3][:5] == 250).all()
    assert (still[4][:5] < 120).all()
