"""PyBullet's OpenGL renderer without a screen, where the machine has EGL: an alternative to TinyRenderer.

On a graphics card it is many times faster; on Mesa's software renderer it is not. Pictures differ a
little from machine to machine. Loading it ends the whole process where EGL is missing, so a
subprocess tries it first.
"""

import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from typing import NamedTuple

from sim.bullet.client import pybullet, silence

_PROBE = """
import pybullet as p
from importlib.util import find_spec
client = p.connect(p.DIRECT)
assert p.loadPlugin(find_spec("eglRenderer").origin, "_eglRendererPlugin") >= 0
p.getCameraImage(8, 8, renderer=p.ER_BULLET_HARDWARE_OPENGL)
p.disconnect()
print("egl works")
"""


class NoEgl(ValueError):
    """The machine cannot render with EGL."""

    def __init__(self) -> None:
        super().__init__('this machine has no EGL that PyBullet can use; take renderer="tiny"')


class Egl(NamedTuple):
    """What came of trying EGL."""

    renderer: str  # what draws, as OpenGL names it ("llvmpipe ...": Mesa on the CPU)
    trouble: str  # why it does not work, in a few words; "" if it does


@cache
def probed() -> Egl:
    """EGL tried in another process; takes a second, once per process."""
    if find_spec("eglRenderer") is None:
        return Egl("", "this build of PyBullet has no EGL renderer")
    try:
        done = subprocess.run([sys.executable, "-c", _PROBE], capture_output=True, text=True, timeout=60)
    except subprocess.TimeoutExpired:
        return Egl("", "it did not answer within a minute")
    if done.returncode != 0 or "egl works" not in done.stdout:
        said = [*done.stdout.splitlines(), *done.stderr.splitlines()]
        return Egl("", next(filter(None, reversed(said)), "it ended the process that tried"))
    named = (line for line in done.stdout.splitlines() if line.startswith("GL_RENDERER="))
    return Egl(next(named, "").partition("=")[2], "")


def has_egl() -> bool:
    """Whether EGL works here; takes a second, once per process."""
    return not probed().trouble


def load_egl(client: int) -> None:
    """Give a physics client the renderer; raises `NoEgl`."""
    spec = find_spec("eglRenderer") if has_egl() else None
    if spec is None or spec.origin is None:
        raise NoEgl
    with silence():
        plugin = pybullet.loadPlugin(spec.origin, "_eglRendererPlugin", physicsClientId=client)
    if plugin < 0:
        raise NoEgl
