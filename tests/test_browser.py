"""The page in a real browser: a sentence is typed, the robot moves, and the outcome is read in words.

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
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from robopolicy.live.extras import need
from tests.live_desks import shut

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
WINDOW = {"width": 1280, "height": 800}
DESK = {"x": 0, "y": 0, "width": 860, "height": 800}  # px, beside the panel
DRAWN_BY_CPU = (
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
)
PATIENCE = 120_000  # ms: a CPU that draws 100,000 triangles and simulates besides takes its time

pytestmark = [
    pytest.mark.alone,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
]
playwright = pytest.importorskip("playwright.sync_api", reason="the extra 'browser' is not installed")
pytest.importorskip("viser", reason="the extra 'page' is not installed")


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    need("viser")
    options = ["port=0", f"seed={shut(1)}", f"output={tmp_path}", "cameras=0", "speed=0.4"]
    command = [sys.executable, "-m", "robopolicy.cli", "serve", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    found = re.search(r"http://[^ ]+", process.stdout.readline())
    assert found
    yield found[0]
    process.send_signal(signal.SIGTERM)
    assert process.wait(90) == 0


@pytest.fixture
def visitor(address: str) -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(DRAWN_BY_CPU))
        page = browser.new_page(viewport=WINDOW)
        page.set_default_timeout(PATIENCE)
        page.goto(address)
        page.wait_for_selector(".robot-status")
        page.wait_for_timeout(8000)  # ms, until what moves is drawn
        for close in page.locator(".mantine-Notification-closeButton").all():  # "Software WebGL rendering"
            close.click()
        page.wait_for_timeout(1500)
        yield page
        browser.close()


def say(page: Any, sentence: str) -> None:
    line = page.locator("input.mantine-TextInput-input:visible").first
    line.fill(sentence)
    line.press("Enter")


def seen(page: Any) -> np.ndarray:
    """The 3D view, (H, W, 3)."""
    shot = Image.open(io.BytesIO(page.screenshot(clip=DESK))).convert("RGB")
    return np.asarray(shot, np.int16)


def kept(page: Any, name: str) -> None:
    """A picture for the README, if one is wanted."""
    folder = os.environ.get("ROBOPOLICY_SHOTS")
    if folder:
        shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        shot.save(Path(folder) / name, optimize=True)


def test_an_unseen_command_is_typed_the_robot_moves_and_the_outcome_is_read(visitor: Any) -> None:
    before = seen(visitor)
    say(visitor, "tug the drawer open")
    latest = visitor.locator(".exchange").first
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


def _changed(one: np.ndarray, other: np.ndarray) -> float:
    """The share of pixels that differ clearly."""
    return float((np.abs(one - other).max(-1) > 40).mean())
