"""A server among clients that ask, clients that misbehave, and clients that vanish."""

import asyncio
import logging
import socket as sockets
import struct
import subprocess
import sys
import threading
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

from benchmarks.server import measure, served
from data.language.held_out import train_objects
from robopolicy.cli.main import main
from robopolicy.policies.checkpoint import save_checkpoint
from robopolicy.serving.batched_policy import CACHED_PROMPTS, BatchedPolicy, load_batched_policy
from robopolicy.serving.msgpack_numpy import pack
from robopolicy.serving.protocol import ENTITIES, NAMES, PROMPT, SESSION, STATE
from sim.desk.rows import observe
from sim.desk.scenes.sampler import SceneConfig, draw_scene, initial_state
from sim.kinds.desk import DESK
from tests.servers import a_request, actions, an_agent, asked, client, serving


@pytest.fixture(scope="module")
def policy() -> BatchedPolicy:
    return BatchedPolicy(an_agent(), DESK)


@pytest.fixture(scope="module")
def port(policy: BatchedPolicy) -> Iterator[int]:
    with serving(policy, clients=24, max_message=1 << 16) as (port, _):
        yield port


def raw(port: int) -> sockets.socket:
    return sockets.create_connection(("127.0.0.1", port), 5)


HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


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


def test_one_client_too_many_is_turned_away_until_another_leaves(policy: BatchedPolicy) -> None:
    with serving(policy, clients=2) as (port, _):
        with client(port) as (first, _):
            with client(port), pytest.raises(InvalidStatus) as refused, client(port):
                pass
            assert refused.value.response.status_code == 503
            assert b"2 clients" in (refused.value.response.body or b"")
            assert actions(first, a_request()).shape == (8, 7)
        assert until(lambda: reachable(port))


def reachable(port: int) -> bool:
    try:
        with client(port) as (socket, _):
            return actions(socket, a_request()).shape == (8, 7)
    except InvalidStatus:
        return False


def until(holds, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return False


def test_clients_that_vanish_in_the_middle_of_a_message_leave_nothing_behind(
    injected, policy: BatchedPolicy
) -> None:
    with serving(policy, clients=3) as (port, server):
        for cut in (20, len(HANDSHAKE), len(HANDSHAKE) + 3):  # in the handshake, after it, in a frame
            for reset in (False, True):
                socket = raw(port)
                frame = b"\x82\xfe\x04\x00" + bytes(100)  # says that 1024 bytes will come
                socket.sendall((HANDSHAKE + frame)[:cut])
                if cut > len(HANDSHAKE):
                    socket.recv(100)
                if reset:
                    socket.setsockopt(sockets.SOL_SOCKET, sockets.SO_LINGER, struct.pack("ii", 1, 0))
                socket.close()
        assert until(lambda: not server._server.handlers)
        assert reachable(port)
    injected("a program that vanishes in the middle of a message", "socket closed or reset", 6)


def test_who_leaves_while_the_network_works_does_no_harm(policy: BatchedPolicy, monkeypatch) -> None:
    answer, slow = policy.answer, threading.Event()

    def slowly(requests):
        slow.wait(10)
        return answer(requests)

    monkeypatch.setattr(policy, "answer", slowly)
    with serving(policy) as (port, server), client(port) as (stays, _):
        with client(port) as (leaves, _):
            leaves.send(pack(a_request(1)))
            stays.send(pack(a_request(2)))
            leaves.socket.shutdown(sockets.SHUT_RDWR)
        slow.set()
        assert isinstance(stays.recv(10), bytes)
        assert until(lambda: len(server._server.handlers) == 1)


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


def hostile(rng: np.random.Generator) -> bytes | str:
    """A frame that no honest client sends, or one that was damaged on its way."""
    good = pack(a_request(int(rng.integers(4))))
    kind = rng.integers(8)
    if kind == 0:
        return rng.bytes(int(rng.integers(0, 2000)))
    if kind == 1:
        return good[: rng.integers(0, len(good))]
    if kind == 2:
        return b"\x91" * int(rng.integers(1, 60_000))
    if kind == 3:
        return rng.choice([b"\xdd\xff\xff\xff\xff", b"\xdf\x7f\xff\xff\xff", b"\xc6\xff\xff\xff\xff"]) + good
    if kind == 4:
        return "text " * int(rng.integers(1, 1000))
    if kind == 5:
        dtype, shape = rng.choice(["|O", "<f8", "<M8[s]", "|V9", "f4,f4"]), [int(rng.integers(-9, 2**40))]
        state = {b"__ndarray__": True, b"data": bytes(8), b"dtype": str(dtype), b"shape": shape}
        return pack({**dict.fromkeys(a_request(), 1), STATE: state})
    if kind == 6:
        strange = rng.choice(["\x00\uffff" * 200, "drawer " * 90, "☃" * 500])
        return pack(a_request(prompt=str(strange), **{SESSION: str(rng.integers(99)), "observatoin": 1}))
    frame = bytearray(good)
    for at in rng.integers(0, len(frame), rng.integers(1, 9)):
        frame[at] = rng.integers(256)
    return bytes(frame)


def rudely(port: int, rng: np.random.Generator) -> None:
    """Bytes below the level of messages: no HTTP, frames that are not masked, lengths that are lies."""
    with raw(port) as socket:
        socket.sendall(HANDSHAKE[: rng.integers(1, len(HANDSHAKE))] if rng.random() < 0.3 else HANDSHAKE)
        socket.sendall(rng.bytes(int(rng.integers(1, 400))))


def attack(port: int, n: int, seed: int) -> int:
    """So many frames, each of which is answered or ends its connection; how many were refused."""
    rng, refused = np.random.default_rng(seed), 0
    for i in range(n):
        if i % 10 == 9:
            rudely(port, rng)
            refused += 1
            continue
        with client(port) as (socket, _):
            try:
                refused += isinstance(asked(socket, hostile(rng)), str)
            except ConnectionClosed:
                refused += 1
    return refused


def test_hostile_frames_do_not_disturb_a_client_that_behaves(injected, port: int) -> None:
    with client(port) as (socket, _), ThreadPoolExecutor(1) as pool:
        expected = actions(socket, a_request())
        attacking = pool.submit(attack, port, 300, 0)
        while not attacking.done():
            assert np.array_equal(actions(socket, a_request()), expected)
            time.sleep(0.01)
        assert attacking.result() > 200
    injected("hostile frames to the policy server, beside a client that behaves", "over a socket", 300)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, agent = tmp_path_factory.mktemp("small"), an_agent()
    save_checkpoint(folder, agent.policy, agent.encoder.fingerprint, {}, DESK)
    return folder


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


def test_it_listens_to_this_machine_alone_unless_told_otherwise() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "robopolicy", "serve", "--cfg"], check=True, capture_output=True, text=True
    )
    assert "host: 127.0.0.1" in ran.stdout
    assert "protocol: page" in ran.stdout


def resident(pid: int) -> float:
    """MiB of memory that a process holds."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_after_10000_hostile_frames_memory_is_flat_and_clients_were_not_disturbed(
    injected, checkpoint: Path
) -> None:
    with served(f"checkpoint={checkpoint}") as (port, process), client(port) as (socket, _):
        expected = actions(socket, a_request())
        for i in range(2 * CACHED_PROMPTS):  # what is remembered is bounded, and full from now on
            asked(socket, a_request(prompt=f"open the drawer {i}"))
        attack(port, 1000, 0)
        before, refused = resident(process.pid), 0
        with ThreadPoolExecutor(2) as pool:
            attacks = [pool.submit(attack, port, 5000, seed) for seed in (1, 2)]
            while not all(one.done() for one in attacks):
                assert np.array_equal(actions(socket, a_request()), expected)
                time.sleep(0.02)
            refused = sum(one.result() for one in attacks)
        after = resident(process.pid)
        print(f"{refused} of 10000 refused; memory {before:.0f} MiB before, {after:.0f} MiB after")
        assert refused > 8000
        assert after < before + 10
    injected("hostile frames, until memory would have grown", "over sockets, two attackers at once", 10_000)


@pytest.mark.slow
def test_16_clients_at_once_for_a_minute_see_no_error(checkpoint: Path) -> None:
    with served(f"checkpoint={checkpoint}") as (port, _):
        figures = asyncio.run(measure(port, 16, 60))
    assert figures.errors == 0
    assert len(figures.times) > 16 * 60
