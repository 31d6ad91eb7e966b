"""A server among clients that misbehave, clients that vanish, and very many."""

import asyncio
import socket as sockets
import struct
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from benchmarks.server import measure, served
from robopolicy.serving.batched_policy import CACHED_PROMPTS, BatchedPolicy
from robopolicy.serving.msgpack_numpy import pack
from robopolicy.serving.protocol import SESSION, STATE
from sim.kinds.desk import DESK
from tests.server_sockets import raw, reachable, until
from tests.servers import a_request, actions, an_agent, asked, client, saved, serving


@pytest.fixture(scope="module")
def policy() -> BatchedPolicy:
    return BatchedPolicy(an_agent(), DESK)


@pytest.fixture(scope="module")
def port(policy: BatchedPolicy) -> Iterator[int]:
    with serving(policy, clients=24, max_message=1 << 16) as (port, _):
        yield port


HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def test_one_client_too_many_is_turned_away_until_another_leaves(policy: BatchedPolicy) -> None:
    with serving(policy, clients=2) as (port, _):
        with client(port) as (first, _):
            with client(port), pytest.raises(InvalidStatus) as refused, client(port):
                pass
            assert refused.value.response.status_code == 503
            assert b"2 clients" in (refused.value.response.body or b"")
            assert actions(first, a_request()).shape == (8, 7)
        assert until(lambda: reachable(port))


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
    return saved(an_agent(), tmp_path_factory.mktemp("small"))


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
