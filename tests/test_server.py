"""A server and its clients: what is said, what is refused, and how it starts and ends."""

import logging
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgpack
import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from benchmarks.server import served
from data.language.held_out import train_objects
from robopolicy.cli.main import main
from robopolicy.serving.batched_policy import BatchedPolicy, load_batched_policy
from robopolicy.serving.msgpack_numpy import pack
from robopolicy.serving.protocol import ENTITIES, NAMES, PROMPT, STATE
from sim.desk.rows import observe
from sim.desk.scenes.sampler import SceneConfig, draw_scene, initial_state
from sim.kinds.desk import DESK
from tests.server_sockets import raw, reachable
from tests.servers import a_request, actions, an_agent, asked, client, saved, serving


@pytest.fixture(scope="module")
def policy() -> BatchedPolicy:
    return BatchedPolicy(an_agent(), DESK)


@pytest.fixture(scope="module")
def port(policy: BatchedPolicy) -> Iterator[int]:
    with serving(policy, clients=24, max_message=1 << 16) as (port, _):
        yield port


def test_the_server_speaks_first_and_says_what_it_expects(port: int, policy: BatchedPolicy) -> None:
    with client(port) as (_, metadata):
        config = policy.agent.policy.config
        assert (metadata["chunk"], metadata["execute"]) == (config.chunk, config.execute)
        assert metadata["request"][STATE]["shape"] == [8]
        assert metadata["max_message"] == 1 << 16


def test_a_reply_holds_the_chunk_what_was_understood_and_the_time_it_took(port: int, policy) -> None:
    with client(port) as (socket, metadata):
        replies = [asked(socket, a_request(i)) for i in range(2)]
    for reply in replies:
        assert reply["actions"].shape == (metadata["chunk"], 7)
        assert reply["actions"].dtype == np.float32
        assert set(reply["understood"]) == set(metadata["reply"]["understood"]["keys"])
        assert reply["server_timing"]["infer_ms"] > 0
    assert "prev_total_ms" not in replies[0]["server_timing"]
    assert replies[1]["server_timing"]["prev_total_ms"] > 0


@pytest.fixture(scope="module")
def shipped() -> Iterator[int]:
    with serving(load_batched_policy("benchmark", DESK)) as (port, _):
        yield port


@pytest.mark.parametrize(
    ("desk", "prompt", "refused", "says"),
    [
        (1, "make me a coffee", True, "I do not know how to do that here, so I do nothing."),
        (0, "open the drawer", False, "The drawer is open already."),
        (1, "lift the white puck", False, "The white puck is in the drawer, and the drawer is shut."),
        (0, "close the drawer", False, ""),
        (0, "put the black puck into the tray", False, ""),
    ],
)
def test_the_shipped_policy_holds_still_where_there_is_no_use_in_beginning_and_says_why(
    shipped: int, desk: int, prompt: str, refused: bool, says: str
) -> None:
    scene = draw_scene(desk, SceneConfig(objects=train_objects()))
    seen, names = observe(initial_state(scene)), list(DESK.spec.names(scene.names))
    with client(shipped) as (socket, metadata):
        assert metadata["refuses"] == {"nonsense": True, "needless": True}
        reply = asked(socket, {PROMPT: prompt, STATE: seen.proprio, NAMES: names, ENTITIES: seen.entities})
    understood = reply["understood"]
    assert understood["refused"] is refused
    assert understood["holds_still"] is bool(says)
    assert understood["why"].startswith(says)
    assert bool(understood["why"]) is bool(says)
    assert reply["actions"][:, :6].any() == (not says)


def test_who_says_nothing_is_told_of_no_hindrance(shipped: int) -> None:
    with client(shipped) as (socket, _):
        understood = asked(socket, a_request(prompt=""))["understood"]
    assert (understood["holds_still"], understood["refused"], understood["why"]) == (True, False, "")


def test_a_server_that_is_not_to_refuse_says_so_and_acts() -> None:
    with (
        serving(load_batched_policy("benchmark", DESK, refuse=False)) as (port, _),
        client(port) as (socket, metadata),
    ):
        assert metadata["refuses"] == {"nonsense": False, "needless": False}
        reply = asked(socket, a_request(prompt="make me a coffee"))
    assert reply["actions"][:, :6].any()
    assert not reply["understood"]["refused"]


def test_sessions_are_of_one_client_alone(port: int) -> None:
    later = {key: value for key, value in a_request(session="s").items() if key != PROMPT}
    with client(port) as (mine, _), client(port) as (other, _):
        first = actions(mine, a_request(session="s"))
        assert np.array_equal(actions(mine, later), first)
        assert "no 'prompt'" in asked(other, later)


def test_it_says_that_it_is_well(port: int) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as reply:
        assert (reply.status, reply.read()) == (200, b"OK\n")


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        ("text", "not a text message"),
        (b"\xc1", "not msgpack"),
        (pack({"promt": "x"}), "did you mean prompt?"),
        (msgpack.packb({"prompt": {b"__ndarray__": True, b"data": b"", b"dtype": "|O", b"shape": [0]}}),
         "dtype '|O' is not taken"),
    ],
)  # fmt: skip
def test_an_error_is_a_text_frame_and_code_1011(port: int, frame, says: str) -> None:
    with client(port) as (socket, _):
        reply = asked(socket, frame)
        assert isinstance(reply, str)
        assert says in reply
        assert len(reply.splitlines()) == 1
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(5)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1011


def test_a_message_beyond_the_limit_is_not_read(port: int) -> None:
    with client(port) as (socket, _):
        with pytest.raises(ConnectionClosed) as closed:
            asked(socket, bytes(1 << 17))
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009


def test_a_web_page_cannot_talk_to_it(port: int) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(f"ws://127.0.0.1:{port}", origin=Origin("https://example.org"))
    assert refused.value.response.status_code == 403


def test_compression_is_not_agreed_to(port: int) -> None:
    with connect(f"ws://127.0.0.1:{port}", compression="deflate") as socket:
        assert socket.protocol.extensions == []


def test_requests_that_wait_are_answered_together_and_each_as_if_alone(
    policy: BatchedPolicy, monkeypatch
) -> None:
    expected = {}
    with serving(policy) as (port, _), client(port) as (socket, _):
        for i in range(12):
            expected[i] = actions(socket, a_request(i))
    sizes, answer = [], policy.answer
    monkeypatch.setattr(
        policy, "answer", lambda batch: (sizes.append(len(batch)), time.sleep(0.02), answer(batch))[2]
    )

    def talk(i: int) -> list[bool]:
        with client(port) as (socket, _):
            return [np.array_equal(actions(socket, a_request(i)), expected[i]) for _ in range(8)]

    with serving(policy) as (port, _), ThreadPoolExecutor(12) as pool:
        assert all(all(same) for same in pool.map(talk, range(12)))
    assert sum(sizes) == 96
    assert len(sizes) < 48
    assert max(sizes) > 4


def test_a_failure_of_ours_is_told_without_details_and_survived(
    policy: BatchedPolicy, monkeypatch, capfd
) -> None:
    with serving(policy) as (port, _):
        with monkeypatch.context() as broken, client(port) as (socket, _):
            broken.setattr(policy.agent, "plan", lambda *_: 1 / 0)
            reply = asked(socket, a_request())
            assert "the server failed" in reply
            assert "Zero" not in reply
        assert "ZeroDivisionError" in capfd.readouterr().err
        assert reachable(port)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(an_agent(), tmp_path_factory.mktemp("small"))


@pytest.mark.long
def test_it_serves_until_it_is_told_to_terminate(checkpoint: Path) -> None:
    with served(f"checkpoint={checkpoint}") as (port, process), client(port) as (socket, metadata):
        assert metadata["checkpoint"] == str(checkpoint)
        assert actions(socket, a_request()).shape == (8, 7)
        stuck = raw(port)  # never finishes its handshake
        process.terminate()
        assert process.wait(15) == 0
        assert process.stdout is not None
        assert "Requests answered: 1, refused: 0." in process.stdout.read()
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(5)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1001
        stuck.close()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["protocol=opnpi"], "did you mean openpi?"),
        (["port=70000"], "port must be from 0 to 65535"),
        (["clients=0"], "clients must be at least 1"),
        (["max_message=10"], "max_message must be at least"),
        (["checkpoint=nowhere"], "no checkpoint"),
    ],
)
def test_bad_options_are_one_sentence_and_exit_code_2(options: list[str], says: str, capfd) -> None:
    assert main(["serve", *options]) == 2
    err = capfd.readouterr().err
    assert says in err
    assert len(err.splitlines()) == 1


def test_an_address_that_cannot_be_had_is_one_sentence_and_exit_code_2(
    checkpoint: Path, port, capfd, monkeypatch
) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)  # pytest has closed what a logger wrote to
    for options, says in (
        ([f"port={port}"], "port=0 for any"),
        (["host=256.0.0.1", "port=0"], "cannot listen at 256.0.0.1"),
    ):
        assert main(["serve", f"checkpoint={checkpoint}", *options]) == 2
        err = capfd.readouterr().err
        assert says in err
        assert len(err.splitlines()) == 1


@pytest.mark.long
def test_it_listens_to_this_machine_alone_unless_told_otherwise(capsys: pytest.CaptureFixture) -> None:
    assert main(["serve", "--cfg"]) == 0
    said = capsys.readouterr().out
    assert "host: 127.0.0.1" in said
    assert "protocol: page" in said
