"""The page without a browser: who may look, what is sent, how it ends."""

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from benchmarks.viewer import visitor
from data.store.annotations import Annotation
from robopolicy.cli.main import main
from robopolicy.viewer import extras
from robopolicy.viewer.live.records import DONE, CommandRecord
from robopolicy.viewer.live.teleoperation import Teleoperation
from robopolicy.viewer.page import html_text
from robopolicy.viewer.page.admission import DELAY, REJECTED, full_message, origin_allowed
from robopolicy.viewer.page.page import Page
from sim.kinds.desk import DESK
from tests.live_desks import OPEN, desk_at_work, finished
from tests.page_visitors import give, look, page_at_work, socket_to, until

pytest.importorskip("viser", reason="the extra 'page' is not installed")


@pytest.fixture
def page(tmp_path) -> Iterator[Page]:
    with page_at_work(tmp_path, speed=2.0) as page:
        yield page


def test_the_page_is_served_and_its_visitors_are_sent_what_moves(page: Page) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{page.port}/", timeout=10) as answer:
        assert b"<html" in answer.read(4000)
    with visitor(page.port) as got:
        until(lambda: got[0] > 0)
        before, sent = got[0], page.updates
        finished(page.live, page.live.shared.submit(OPEN))
        until(lambda: got[0] > before + 5)
        assert page.updates > sent + 5


def test_who_does_not_read_delays_nobody(page: Page) -> None:
    with visitor(page.port, reads=False), visitor(page.port) as got:
        until(lambda: got[0] > 0)
        assert finished(page.live, page.live.shared.submit(OPEN)).status == DONE


def _close_code(page: Page, **headers: Any) -> int | None:
    with socket_to(page, **headers) as socket:
        try:
            socket.recv(2 * DELAY)
            for _ in range(50):
                socket.recv(0.3)
        except TimeoutError:
            return None
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else -1
    return None


def test_a_web_page_from_elsewhere_is_turned_away_and_the_own_one_is_not(page: Page) -> None:
    assert _close_code(page, origin="http://example.org") == REJECTED
    assert _close_code(page, origin=f"http://127.0.0.1:{page.port}") is None


def test_who_is_turned_away_is_kept_waiting_and_nothing_that_they_send_is_acted_on(page: Page) -> None:
    came: list[Any] = []
    page.server.on_client_connect(came.append)
    scene = page.panel._seed.value
    with socket_to(page, origin="http://example.org") as socket:
        look(socket)
        give(socket, page.panel._seed, scene + 1)
        with pytest.raises(TimeoutError):  # or their page comes again at once, twenty times a second
            socket.recv(DELAY / 2)
        assert not page.admission.inside
        with pytest.raises(ConnectionClosed):
            socket.recv(2 * DELAY)
    until(lambda: not page.server._websock_server._live_connections)
    assert (came, page.panel._seed.value) == ([], scene)


def test_one_visitor_too_many_reads_why_and_what_to_do() -> None:
    assert "robopolicy serve clients=32" in full_message(32)
    assert len(full_message(10**6).encode()) <= 123  # or the WebSocket could not be closed


def test_only_so_many_visitors_at_once_are_let_in(page: Page) -> None:
    with visitor(page.port), visitor(page.port), visitor(page.port) as got:
        until(lambda: got[0] > 0)
        assert _close_code(page) == REJECTED
    until(lambda: not page.server._websock_server._live_connections)
    assert _close_code(page) is None


@pytest.mark.parametrize(
    ("origin", "host", "listening", "may"),
    [
        (None, "127.0.0.1:8080", "127.0.0.1", True),
        ("http://127.0.0.1:8080", "127.0.0.1:8080", "127.0.0.1", True),
        ("http://localhost:8080", "localhost:8080", "127.0.0.1", True),
        ("http://127.0.0.1:9999", "127.0.0.1:8080", "127.0.0.1", False),
        ("http://evil.example:8080", "evil.example:8080", "127.0.0.1", False),  # a name made to point here
        ("http://robot.example:8080", "robot.example:8080", "0.0.0.0", True),
        ("null", "127.0.0.1:8080", "127.0.0.1", False),
    ],
)
def test_only_the_robots_own_page_may_talk_to_it(origin, host, listening, may) -> None:
    assert origin_allowed(origin, host, listening) is may


def test_what_visitors_type_is_shown_as_text_and_never_as_html() -> None:
    command = CommandRecord(
        1, "<img src=x onerror=alert(1)>", DONE, happened=("opened <the> drawer",), success=True
    )
    with desk_at_work() as desk:
        shown = html_text.history(desk.shared.status._replace(history=(command,)))
    assert "<img" not in shown
    assert "&lt;img" in shown
    assert "right" in shown


def test_what_was_stored_is_said_with_who_and_what_training_makes_of_it() -> None:
    made = Annotation(0, 1, 2, "open_drawer", -1, -1, "yank the <b>drawer", "Ada & Ben", "")
    assert "“yank the &lt;b&gt;drawer”, says Ada &amp; Ben" in html_text.stored(made, None)
    assert "Training will leave it out: it is held out" in html_text.stored(made, "it is held out")


def test_the_page_says_that_a_person_leads() -> None:
    with desk_at_work() as desk:
        teleoperation = Teleoperation(lambda _: None, DESK.spec)
        desk.teleoperate(teleoperation, lambda: None)
        until(lambda: "A person leads the hand" in html_text.status_line(desk.shared.status))
        teleoperation.released = True
        until(lambda: "Ready" in html_text.status_line(desk.shared.status))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["layout=round"], "no layout is called 'round'"),
        (["speed=0"], "speed must be from 0.05 to 20"),
        (["parts=5"], "parts must be one of 1, 2, 3, 4, 6, 12"),
        (["n_objects=9"], "n_objects is a whole number from 1 to 5"),
        (["host=256.0.0.1"], "cannot listen at 256.0.0.1"),
        (["checkpoint=nowhere"], "no checkpoint"),
    ],
)
def test_bad_options_are_one_sentence_and_exit_code_2(options: list[str], says: str, capfd) -> None:
    assert main(["serve", "port=0", *options]) == 2
    err = capfd.readouterr().err
    assert says in err
    assert len(err.splitlines()) == 1


def test_a_port_that_is_taken_is_refused_and_not_changed(page: Page, capfd) -> None:
    assert main(["serve", f"port={page.port}"]) == 2
    assert "port=0 for any" in capfd.readouterr().err


def test_without_the_extra_it_is_said_how_to_get_it(monkeypatch, capfd) -> None:
    def absent(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(extras, "import_module", absent)
    assert main(["serve"]) == 2
    assert "pip install 'robopolicy[page]'" in capfd.readouterr().err


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.long
def test_it_ends_when_told_to_and_says_so(how: signal.Signals, tmp_path) -> None:
    command = [sys.executable, "-m", "robopolicy", "serve", "port=0", f"output={tmp_path}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert "http://127.0.0.1:" in process.stdout.readline()
        process.send_signal(how)
        assert process.wait(90) == 0
        assert "Stopped." in process.stdout.read()
    finally:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
