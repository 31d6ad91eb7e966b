"""What strangers send to the page: they are closed out, nothing is printed, and the page goes on."""

import socket
from collections.abc import Iterator
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as some
from websockets.exceptions import ConnectionClosed

from robopolicy.runtime.scene_request import BadSceneRequest, SceneRequest
from robopolicy.viewer.live.records import DONE
from robopolicy.viewer.page.admission import REJECTED
from robopolicy.viewer.page.page import Page
from sim.kinds.desk import DESK
from tests.fuzzing import fuzz
from tests.live_desks import OPEN, finished
from tests.page_visitors import look, page_at_work, socket_to

pytest.importorskip("viser", reason="the extra 'page' is not installed")

from robopolicy.viewer.page.messages import LARGEST, is_valid

DEEP: Any = []
for _ in range(400):
    DEEP = [DEEP]
GARBAGE: list[Any] = [
    b"",
    b"\xc1",
    b"\xff" * 50,
    "a text frame",
    b"\x00" * (LARGEST + 1),
    b"\x91" * 60_000,
    msgpack.packb([]),
    msgpack.packb({}),
    msgpack.packb({"type": "NoSuchMessage"}),
    msgpack.packb({"type": ["GuiUpdateMessage"]}),
    msgpack.packb({"type": "GuiUpdateMessage"}),
    msgpack.packb({"type": "GuiUpdateMessage", "uuid": "x", "updates": 3}),
    msgpack.packb({"type": "GuiUpdateMessage", "uuid": "x", "updates": {"update_cb": 3}}),
    msgpack.packb({"type": "ViewerCameraMessage", "wxyz": DEEP}),
]
HTTP = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    b"nonsense\r\n\r\n",
    b"",
]


@pytest.fixture
def page(tmp_path) -> Iterator[Page]:
    with page_at_work(tmp_path, speed=5.0) as page:
        yield page


def _closed_out(page: Page, frame: str | bytes) -> int | None:
    """The code with which a visitor who sends a frame is closed out."""
    with socket_to(page) as visitor:
        visitor.recv(20)
        visitor.send(frame)
        try:
            while True:
                visitor.recv(20)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None


def test_whoever_sends_garbage_is_closed_out_unsaid_and_the_others_go_on(page: Page, capfd, caplog, injected):
    with socket_to(page) as other:
        look(other)
        for frame in GARBAGE:
            assert _closed_out(page, frame) == REJECTED
        for request in HTTP:
            with socket.create_connection(("127.0.0.1", page.port), timeout=20) as raw:
                raw.sendall(request)
        with socket_to(page) as leaves:
            leaves.socket.close()  # in the middle, without a word
        assert finished(page.live, page.live.shared.submit(OPEN)).status == DONE
        other.recv(20)
    out = capfd.readouterr()
    assert out.out + out.err == ""
    assert [one.name for one in caplog.records if one.name != "websockets.client"] == []  # that one is ours
    injected("frames and requests to the page that are no messages", "sent to it", len(GARBAGE) + len(HTTP))


_NESTED = some.recursive(
    some.none() | some.booleans() | some.floats() | some.text(max_size=9) | some.integers(-(2**63), 2**63),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=9), inner, max_size=3),
    max_leaves=9,
)
_TYPES = some.sampled_from(
    ["GuiUpdateMessage", "ViewerCameraMessage", "GuiFormSubmitMessage", "GuiButtonHoldMessage"]
)
_MESSAGES = some.builds(
    lambda kind, fields: msgpack.packb({**fields, "type": kind}),
    _TYPES,
    some.dictionaries(some.sampled_from(["uuid", "updates", "wxyz", "value", "fov"]), _NESTED, max_size=5),
)


_FRAMES = some.binary(max_size=99) | _MESSAGES


def _is_sound_or_not(frame: bytes) -> None:
    assert is_valid(frame) in (True, False)


@given(_FRAMES)
def test_any_frame_is_sound_or_not_and_raises_nothing(frame: bytes) -> None:
    _is_sound_or_not(frame)


@pytest.mark.faults
def test_very_many_frames_are_sound_or_not_and_raise_nothing(injected) -> None:
    times = fuzz(_is_sound_or_not, _FRAMES, pure=True)
    injected("a frame to the page of any bytes", "drawn by hypothesis, bytes and nested messages", times)


def test_what_a_page_sends_is_sound() -> None:
    sent: Any = msgpack.packb({"type": "GuiUpdateMessage", "uuid": "x", "updates": {"value": "open it"}})
    assert is_valid(sent)
    assert not is_valid(sent[:-1])


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1e300])
def test_a_world_that_there_cannot_be_is_refused(value: float) -> None:
    with pytest.raises(BadSceneRequest, match="latency is from"):
        SceneRequest(DESK, dynamics={"latency": value})
    with pytest.raises(BadSceneRequest, match="number of a scene"):
        SceneRequest(DESK, seed=-1)
