"""A policy server in a thread, and clients that behave or do not."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from robopolicy.policies.agent import Agent
from robopolicy.policies.base.config import PolicyConfig
from robopolicy.policies.base.spec import spec_of
from robopolicy.policies.checkpoint import save_checkpoint
from robopolicy.policies.registry import build, kind_named
from robopolicy.policies.text.encoder import TextEncoder
from robopolicy.serving.batched_policy import BatchedPolicy
from robopolicy.serving.config import ServerConfig
from robopolicy.serving.msgpack_numpy import pack, unpack
from robopolicy.serving.protocol import ENTITIES, NAMES, PROMPT, STATE
from robopolicy.serving.server import PolicyServer
from sim.desk.rows import observe
from sim.desk.scenes.sampler import draw_scene, initial_state
from sim.kinds.desk import DESK

HOLD = len(DESK.tasks)  # the code of holding still
SMALL = PolicyConfig(width=32, blocks=1, slot_width=8, code_width=8)


def an_agent(**options: Any) -> Agent:
    """Untrained, and not inclined to hold still."""
    torch.manual_seed(0)
    policy = build(PolicyConfig(width=32, blocks=1, slot_width=8, code_width=8, **options), spec_of(DESK))
    if kind_named(policy.config.conditioning).has_reading:
        policy.get_parameter("language.code.2.bias").data[HOLD] = -100
    for parameter in policy.control.parameters():  # its last layers begin at zero
        parameter.data += 0.1 * torch.randn_like(parameter)
    return Agent(policy, TextEncoder(cache_folder=""), kind=DESK)


def saved(agent: Agent, folder: Path) -> Path:
    """The folder, with the agent's policy as a checkpoint in it."""
    save_checkpoint(folder, agent.policy, agent.encoder.fingerprint, {}, DESK)
    return folder


def a_request(seed: int = 0, /, **others: Any) -> dict[str, Any]:
    """A well-formed request about a desk of its own; keys of `others` replace."""
    scene = draw_scene(seed)
    seen = observe(initial_state(scene))
    names = list(DESK.spec.names(scene.names))
    return {PROMPT: "open the drawer", STATE: seen.proprio, NAMES: names, ENTITIES: seen.entities, **others}


@contextmanager
def serving(policy: BatchedPolicy, *, port: int = 0, **options: Any) -> Iterator[tuple[int, PolicyServer]]:
    """The port of a server that runs until the end of the block."""
    server = PolicyServer(ServerConfig(port=port, **options), policy)
    at: list[Any] = []
    listening = threading.Event()

    async def run() -> None:
        stop = asyncio.Event()

        def ready(port: int) -> None:
            at.extend((port, asyncio.get_running_loop(), stop))
            listening.set()

        await server.run(stop, ready)

    thread = threading.Thread(target=asyncio.run, args=(run(),), daemon=True)
    thread.start()
    assert listening.wait(20)
    port, loop, stop = at
    try:
        yield port, server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
        assert not thread.is_alive()


@contextmanager
def client(port: int) -> Iterator[tuple[Connection, dict[str, Any]]]:
    """A connection and the metadata that it began with."""
    with connect(f"ws://127.0.0.1:{port}", compression=None, max_size=None, close_timeout=3) as socket:
        greeting = socket.recv(10)
        assert isinstance(greeting, bytes)
        yield socket, unpack(greeting)


def asked(socket: Connection, request: Any) -> Any:
    """The reply: a dict, or a text if it is an error."""
    socket.send(request if isinstance(request, bytes | str) else pack(request))
    reply = socket.recv(60)  # s: on a machine that others keep busy
    return unpack(reply) if isinstance(reply, bytes) else reply


def actions(socket: Connection, request: Any) -> np.ndarray[Any, Any]:
    reply = asked(socket, request)
    assert isinstance(reply, dict), reply
    return reply["actions"]
