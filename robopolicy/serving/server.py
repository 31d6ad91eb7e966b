"""A policy behind a WebSocket, in the protocol of openpi: `robopolicy serve protocol=openpi`.

Whoever connects is sent metadata first; then every message is a request (robopolicy.serving.protocol), and is
answered with a chunk of actions. Messages are msgpack (robopolicy.serving.wire). What cannot be answered gets
one line of text and the connection is closed with code 1011. `GET /healthz` says OK.

The sockets live in one thread, the network in another. While it works on one batch, what comes in waits,
and goes into the next together.
"""

import asyncio
import contextlib
import logging
import time
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

import torch
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.http11 import Request as Handshake
from websockets.http11 import Response

from robopolicy.common.errors import UserError
from robopolicy.serving.batched_policy import Answer, Responder
from robopolicy.serving.config import CannotListen, ServeConfig
from robopolicy.serving.protocol import Request, Sessions, expectations, read_request
from robopolicy.serving.wire import BadFrame, pack, unpack

HEALTH = "/healthz"
QUEUED = 2  # messages of one client that are read before they are answered
PATIENCE = 5.0  # s for a client to take part in opening, and in closing

_silent = logging.getLogger(f"{__name__}.sockets")
_silent.addHandler(logging.NullHandler())
_silent.propagate = False  # a stranger's broken handshake is no news


class Batcher:
    """Puts requests that wait into one batch, and has batches answered in a thread, one after another."""

    def __init__(self, answer: Callable[[Sequence[Request]], list[Answer]], rows: int) -> None:
        self._answer, self._rows = answer, rows
        self._waiting: deque[tuple[Request, asyncio.Future[Answer]]] = deque()
        self._thread = ThreadPoolExecutor(1, "network", torch.set_num_threads, (1,))
        self._task: asyncio.Task[None] | None = None

    async def ask(self, request: Request) -> Answer:
        """The answer; raises whatever went wrong with its batch."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((request, future))
        if self._task is None or self._task.done():
            self._task = loop.create_task(self._work(loop))
        return await future

    async def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(self._rows, len(self._waiting)))]
            asked = [request for request, _ in batch]
            try:
                answers = await loop.run_in_executor(self._thread, self._answer, asked)
            except Exception as error:
                for _, future in batch:
                    if not future.done():
                        future.set_exception(error)
                continue
            for (_, future), answer in zip(batch, answers, strict=True):
                if not future.done():
                    future.set_result(answer)

    def close(self) -> None:
        self._thread.shutdown()


class PolicyServer:
    """Serves one policy until it is told to stop."""

    def __init__(self, config: ServeConfig, responder: Responder) -> None:
        self.config = config
        self.answered = self.refused = 0  # requests, in all
        self._responder = responder
        agent = responder.agent
        self.metadata: dict[str, Any] = {
            "server": f"robopolicy {version('robopolicy')}",
            "checkpoint": config.checkpoint,
            "max_message": config.max_message,
            "refuses": {"nonsense": agent.refuses, "needless": responder.careful},  # then it holds still
            **expectations(agent.policy.config.chunk, agent.execute),
        }

    async def run(self, stop: asyncio.Event, ready: Callable[[int], None]) -> None:
        """Listen, say at which port, and serve until `stop` is set; raises `CannotListen`."""
        self._batcher = Batcher(self._responder.answer, self._responder.rows)
        try:
            server = await serve(
                self._serve,
                self.config.host,
                self.config.listens_at,
                origins=[None],  # browsers name one: no web page may talk to a server on this machine
                compression=None,
                max_size=self.config.max_message,
                max_queue=QUEUED,
                open_timeout=PATIENCE,
                close_timeout=PATIENCE,
                process_request=self._greet,
                logger=_silent,
            )
        except OSError as error:
            self._batcher.close()
            raise CannotListen(self.config, error) from error
        try:
            self._server: Server = server
            ready(next(iter(server.sockets)).getsockname()[1])
            await stop.wait()
        finally:
            server.close()
            await server.wait_closed()
            self._batcher.close()

    def _greet(self, connection: ServerConnection, handshake: Handshake) -> Response | None:
        """Answers what is no client, and turns away one too many."""
        if handshake.path == HEALTH:
            return connection.respond(HTTPStatus.OK, "OK\n")
        if len(connection.server.connections) >= self.config.clients:
            return connection.respond(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"{self.config.clients} clients are served at once, not more\n",
            )
        return None

    async def _serve(self, connection: ServerConnection) -> None:
        """One client, until it leaves or says what cannot be answered."""
        with contextlib.suppress(ConnectionClosed):
            try:
                await self._converse(connection)
            except UserError as error:
                self.refused += 1
                await _dismiss(connection, str(error))
            except ConnectionClosed:
                raise
            except Exception:
                traceback.print_exc()
                await _dismiss(connection, "the server failed; its own terminal says why")

    async def _converse(self, connection: ServerConnection) -> None:
        await connection.send(pack(self.metadata))
        sessions, before = Sessions(), None
        async for frame in connection:
            begin = time.perf_counter()
            if isinstance(frame, str):
                raise BadFrame("a request is a binary frame of msgpack, not a text frame")
            request = read_request(unpack(frame), sessions)
            asked = time.perf_counter()
            answer = await self._batcher.ask(request)
            timing = {"infer_ms": 1e3 * (time.perf_counter() - asked)}
            if before is not None:
                timing["prev_total_ms"] = 1e3 * before
            await connection.send(pack({**answer.to_dict(), "server_timing": timing}))
            self.answered += 1
            before = time.perf_counter() - begin


async def _dismiss(connection: ServerConnection, says: str) -> None:
    await connection.send(says)
    await connection.close(CloseCode.INTERNAL_ERROR, "the frame before this says why")
