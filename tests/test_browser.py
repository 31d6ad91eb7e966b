"""The page in a real browser: what a person types, presses and drags, and what comes of it.

With ROBOPOLICY_SHOTS=FOLDER it also leaves the pictures of the README there.
"""

import io
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from data.play.collection import PlayConfig, play_unit
from data.store.annotations import read_annotations
from data.store.reader import open_dataset
from data.store.writer import DatasetWriter
from robopolicy.viewer.extras import need
from sim.kinds.desk import DESK
from tests.live_desks import shut

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
WINDOW = {"width": 1280, "height": 800}
SMALL = {"width": 800, "height": 500}  # drawn sooner
BESIDE_PANEL = {"x": 0, "y": 0, "width": 860, "height": 800}  # px
DRAWN_BY_CPU = (
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
)
PATIENCE = 120_000  # ms: a CPU that draws 100,000 triangles and simulates besides takes its time
UPWARD = (49, 139, 228)  # RGB of the gizmo's arrow that points up

pytestmark = [
    pytest.mark.alone,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
]
playwright = pytest.importorskip("playwright.sync_api", reason="the extra 'browser' is not installed")
pytest.importorskip("viser", reason="the extra 'page' is not installed")


@contextmanager
def served(*options: str) -> Iterator[str]:
    """The address of a page."""
    need("viser")
    command = [sys.executable, "-m", "robopolicy", "serve", "port=0", "cameras=0", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        found = re.search(r"http://[^ ]+", process.stdout.readline())
        assert found
        yield found[0]
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(90)
    assert code == 0


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(DRAWN_BY_CPU))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("serve")


@pytest.fixture(scope="module")
def visitor(browser: Any, output: Path) -> Iterator[Any]:
    """The only visitor whom a desk has room for."""
    with served(f"seed={shut(1)}", f"output={output}", "speed=0.4", "clients=1") as address:
        page = opened(browser, address)
        page.wait_for_selector(".robot-status")
        page.wait_for_timeout(8000)  # ms, until what moves is drawn
        for close in page.locator(".mantine-Notification-closeButton").all():  # "Software WebGL rendering"
            close.click()
        page.wait_for_timeout(1500)
        yield page
        page.close()


def opened(browser: Any, address: str, window: dict[str, int] = WINDOW) -> Any:
    page = browser.new_page(viewport=window)
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    return page


def line(page: Any, number: int = 0) -> Any:
    """The n-th line to type in that is to be seen."""
    return page.locator("input.mantine-TextInput-input:visible").nth(number)


def say(page: Any, sentence: str) -> None:
    line(page).fill(sentence)
    line(page).press("Enter")


def press(page: Any, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()


def seen(page: Any) -> np.ndarray:
    """The 3D view, (H, W, 3)."""
    shot = Image.open(io.BytesIO(page.screenshot(clip=BESIDE_PANEL))).convert("RGB")
    return np.asarray(shot, np.int16)


def kept(page: Any, name: str) -> None:
    """A picture for the README, if one is wanted."""
    folder = os.environ.get("ROBOPOLICY_SHOTS")
    if folder:
        shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        shot.save(Path(folder) / name, optimize=True)


@pytest.mark.slow
def test_a_person_says_what_happened_in_play_and_it_is_stored_with_who_and_when(
    browser: Any, tmp_path: Path
) -> None:
    config = PlayConfig(minutes=1, episode_steps=150)
    with DatasetWriter(tmp_path / "play", config, kind=DESK) as writer:
        writer.commit(play_unit(config, 0))
    with served(f"dataset={tmp_path / 'play'}", f"output={tmp_path}") as address:
        page = opened(browser, address)
        press(page, "Show another segment")
        page.wait_for_selector("text=This is recorded play")
        line(page, 1).fill("Ada")
        line(page, 2).fill("Do the <thing>, please!")
        press(page, "Store")
        says = page.wait_for_selector("text=Stored, with the time").inner_text()
        kept(page, "page-describes.png")
        page.close()
    (made,) = read_annotations(tmp_path / "play", DESK)
    assert (made.sentence, made.who) == ("do the thing please", "Ada")
    assert made.when.endswith("+00:00")
    assert made.stop <= open_dataset(tmp_path / "play", DESK).lengths[made.episode]
    assert f"“{made.sentence}”, says Ada" in says


@pytest.mark.long
def test_an_unseen_command_is_typed_the_robot_moves_and_the_outcome_is_read(visitor: Any) -> None:
    before = seen(visitor)
    say(visitor, "tug the drawer open")
    latest = visitor.locator(".command").first
    visitor.wait_for_selector("text=doing it now")
    visitor.wait_for_timeout(2000)
    during = seen(visitor)
    kept(visitor, "page.png")
    visitor.wait_for_selector("text=opened the drawer")
    assert "tug the drawer open" in latest.inner_text()
    assert "open drawer" in latest.inner_text()
    after = seen(visitor)
    assert _changed(before, during) > 0.01
    assert _changed(before, after) > 0.01
    say(visitor, "make me a coffee")
    visitor.wait_for_selector("text=I do not know how to do that here")
    visitor.wait_for_timeout(1500)
    kept(visitor, "page-refuses.png")


@pytest.mark.long
def test_no_suggestion_is_cut_off_on_its_button(visitor: Any) -> None:
    label = visitor.locator(".mantine-Button-label:visible").first
    label.evaluate("label => { label.textContent = 'put the yellow one to the right of it '.repeat(3) }")
    assert label.bounding_box()["height"] > 30  # px: more than one line
    assert label.evaluate("one => one.scrollWidth <= one.clientWidth && one.scrollHeight <= one.clientHeight")


@pytest.mark.long
def test_one_visitor_too_many_is_told_that_the_desk_is_full(visitor: Any, browser: Any) -> None:
    other = opened(browser, visitor.url, SMALL)
    other.wait_for_selector("text=robopolicy serve clients=1 lets in no more")
    kept(other, "page-full.png")
    other.close()


@pytest.mark.slow
def test_what_a_person_does_with_keys_and_the_gizmo_is_recorded_as_play(visitor: Any, output: Path) -> None:
    visitor.get_by_text("By hand", exact=True).click()
    visitor.get_by_text("Record as play").click()
    before = seen(visitor)
    press(visitor, "Take the hand")
    visitor.wait_for_selector("text=A person leads the hand")
    visitor.wait_for_timeout(1500)
    for _ in range(4):
        visitor.keyboard.press("a")
    visitor.wait_for_timeout(3000)
    x, y = _tip_of_the_upward_arrow(before, seen(visitor))
    visitor.mouse.move(x, y + 20)
    visitor.mouse.down()
    for up in range(0, 50, 10):
        visitor.mouse.move(x, y + 10 - up)
        visitor.wait_for_timeout(100)
    visitor.mouse.up()
    visitor.wait_for_timeout(3000)
    kept(visitor, "page-hand.png")
    press(visitor, "Let go")
    visitor.wait_for_selector("text=episode 1 of")
    dataset = open_dataset(output / "play", DESK)
    assert dataset.n_episodes == 1
    record = dataset.episode(0)
    assert np.abs(record.actions[:, :3]).max() > 0.3
    _, left, up = record.states.ee_pos[-1] - record.states.ee_pos[0]
    assert left > 0.04  # m; the keys asked for 0.08
    assert up > 0.02


def _tip_of_the_upward_arrow(before: np.ndarray, after: np.ndarray) -> tuple[int, int]:
    """Where it is in the view (x, y), px; it was not there before."""
    blue = (np.abs(after - UPWARD).max(-1) < 25) & (np.abs(before - UPWARD).max(-1) > 60)
    rows, columns = np.nonzero(blue)
    return int(np.median(columns[rows < rows.min() + 8])), int(rows.min())


def _changed(one: np.ndarray, other: np.ndarray) -> float:
    """The share of pixels that differ clearly."""
    return float((np.abs(one - other).max(-1) > 40).mean())
