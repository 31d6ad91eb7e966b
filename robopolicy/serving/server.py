"""A policy behind a WebSocket, in the protocol of openpi: `robopolicy serve protocol=openpi`.

A client that connects is sent metadata first; then each of its messages is a request (see
robopolicy.serving.protocol) and is answered with a chunk of actions. Messages are msgpack (see
robopolicy.serving.msgpack_numpy). A request that cannot be answered gets one line of text, and the
connection is closed with code 1011. `GET /healthz` answers OK.

The sockets live in one thread, the network in another. Requests that come in while the network works on a
batch wait, and form the next batch.
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
from robopolicy.common.listening import CannotListen
from robopolicy.serving.batched_policy import Answer, BatchedPolicy
from robopolicy.serving.config import ServerConfig
from robopolicy.serving.msgpack_numpy import BadMessage, pack, unpack
from robopolicy.serving.protocol import Request, Sessions, read_request, request_metadata

HEALTH = "/healthz"
QUEUED = 2  # messages of one client that are read ahead
HANDSHAKE_TIMEOUT = 5.0  # s that a client has for the opening handshake, and for the closing one

_silent = logging.getLogger(f"{__name__}.sockets")
_silent.addHandler(logging.NullHandler())
_silent.propagate = False  # broken handshakes are not reported


class Batcher:
    """Forms batches of at most `rows` waiting requests and answers them in a thread, one batch at a time."""

    def __init__(self, answer: Callable[[Sequence[Request]], list[Answer]], rows: int) -> None:
        self._answer, self._rows = answer, rows
        self._waiting: deque[tuple[Request, asyncio.Future[Answer]]] = deque()
        self._thread = ThreadPoolExecutor(1, "network", torch.set_num_threads, (1,))
        self._task: asyncio.Task[None] | None = None

    async def ask(self, request: Request) -> Answer:
        """Wait for the answer to a request. Raises whatever `answer` raised for its batch."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((request, future))
        if self._task is None or self._task.done():
            self._task = loop.create_task(self._work(loop))
        return await future

    async def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        """Answer batches until no request waits."""
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
        """End the thread after its present batch."""
        self._thread.shutdown()


class PolicyServer:
    """Serves one policy. `answered` and `refused` count the requests of all clients."""

    def __init__(self, config: ServerConfig, policy: BatchedPolicy) -> None:
        self.config = config
        self.answered = self.refused = 0
        self._policy = policy
        agent = policy.agent
        self.metadata: dict[str, Any] = {
            "server": f"robopolicy {version('robopolicy')}",
            "checkpoint": config.checkpoint,
            "max_message": config.max_message,
            "refuses": {"nonsense": agent.refuses, "needless": policy.refuse},  # then it holds still
            "world": policy.world.name,
            **request_metadata(policy.kind, policy.world, agent.policy.config.chunk, agent.execute),
        }

    async def run(self, stop: asyncio.Event, ready: Callable[[int], None]) -> None:
        """Listen, call `ready` with the port, and serve until `stop` is set. Raises `CannotListen`."""
        self._batcher = Batcher(self._policy.answer, self._policy.rows)
        try:
            server = await serve(
                self._serve,
                self.config.host,
                self.config.listens_at,
                origins=[None],  # browsers send an origin, other programs none: web pages are kept out
                compression=None,
                max_size=self.config.max_message,
                max_queue=QUEUED,
                open_timeout=HANDSHAKE_TIMEOUT,
                close_timeout=HANDSHAKE_TIMEOUT,
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
        """Answer a health check, and turn away one client too many; None lets a client in."""
        if handshake.path == HEALTH:
            return connection.respond(HTTPStatus.OK, "OK\n")
        if len(connection.server.connections) >= self.config.clients:
            return connection.respond(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"{self.config.clients} clients are served at once, not more\n",
            )
        return None

    async def _serve(self, connection: ServerConnection) -> None:
        """Serve one client until it leaves or sends a request that cannot be answered."""
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
        """Send the metadata, then answer request after request."""
        await connection.send(pack(self.metadata))
        sessions, before = Sessions(), None
        async for message in connection:
            begin = time.perf_counter()
            if isinstance(message, str):
                raise BadMessage("a request is a binary message of msgpack, not a text message")
            request = read_request(unpack(message), sessions, self._policy.world)
            asked = time.perf_counter()
            answer = await self._batcher.ask(request)
            timing = {"infer_ms": 1e3 * (time.perf_counter() - asked)}
            if before is not None:
                timing["prev_total_ms"] = 1e3 * before
            await connection.send(pack({**answer.to_dict(), "server_timing": timing}))
            self.answered += 1
            before = time.perf_counter() - begin


async def _dismiss(connection: ServerConnection, reason: str) -> None:
    """Send the reason as text, and close the connection."""
    await connection.send(reason)
    await connection.close(CloseCode.INTERNAL_ERROR, "the message before this says why")
