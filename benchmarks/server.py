"""Measures how soon `robopolicy serve protocol=openpi` answers, with the shipped policy.

    python -m benchmarks.server [SECONDS]    how long 16 clients ask at once (60)

The server runs in a process of its own. First one client asks, then 16 at once. Each sends its next request
as soon as it is answered, which no robot does, so this is the worst case.
"""

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from websockets.asyncio.client import connect

from data.language.grammar import Grammar
from data.language.splits import split_named
from robopolicy.common.errors import UserError
from robopolicy.serving.msgpack_numpy import pack, unpack
from robopolicy.serving.protocol import ENTITIES, NAMES, PROMPT, STATE
from sim.desk.rows import observe
from sim.desk.scenes.sampler import SceneConfig, draw_scene_for, initial_state
from sim.desk.tasks.families import TASKS
from sim.kinds.desk import DESK

CLIENTS = 16  # that ask at once
SECONDS = 60.0  # for which they ask
ALONE = 10.0  # s for which one client asks


class Figures(NamedTuple):
    """What a number of clients measured."""

    clients: int
    seconds: float
    errors: int  # clients that got no answer, or not a chunk
    first: float  # ms, the slowest first answer of a client, for which the prompt has to be encoded
    times: list[float]  # ms, of every later answer

    def __str__(self) -> str:
        p50, p99 = np.percentile(self.times, [50, 99]) if self.times else (np.nan, np.nan)
        who = "1 client" if self.clients == 1 else f"{self.clients} clients"
        return (
            f"{who:>10}, {self.seconds:.0f} s: {len(self.times)} requests "
            f"({len(self.times) / self.seconds:.0f} a second), {self.errors} errors, "
            f"p50 {p50:.1f} ms, p99 {p99:.1f} ms; first of a prompt: {self.first:.0f} ms"
        )


@contextmanager
def served(*options: str) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """Start a server in a process of its own, which is ended with the block; gives its port and process."""
    command = [sys.executable, "-m", "robopolicy", "serve", "protocol=openpi", "port=0", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        found = re.search(r"ws://[^ ]*:(\d+)", said)
        if found is None:
            raise UserError(f"the server did not start; it said {said!r}")
        yield int(found[1]), process
    finally:
        process.terminate()
        process.wait(60)


def request_of(seed: int) -> dict[str, Any]:
    """A request with a sentence about a scene that is drawn for this seed."""
    seen_before, task = split_named("train"), TASKS[seed % len(TASKS)].name
    desks = SceneConfig(objects=seen_before.objects)
    scene, goal = draw_scene_for(task, seed, desks, seen_before.allows)
    (sentence,) = Grammar(seen_before.name).describe(goal, scene.names, np.random.default_rng(seed), 1)
    seen = observe(initial_state(scene))
    names = list(DESK.spec.names(scene.names))
    return {PROMPT: sentence, STATE: seen.proprio, NAMES: names, ENTITIES: seen.entities}


async def measure(port: int, clients: int, seconds: float) -> Figures:
    """Let so many clients ask at once, for so long."""
    requests = [pack(request_of(seed)) for seed in range(clients)]
    asking = (_ask(port, request, seconds) for request in requests)
    came = await asyncio.gather(*asking, return_exceptions=True)
    times = [one for one in came if not isinstance(one, BaseException)]
    return Figures(
        clients,
        seconds,
        len(came) - len(times),
        max((one[0] for one in times), default=np.nan),
        [ms for one in times for ms in one[1:]],
    )


async def _ask(port: int, request: bytes, seconds: float) -> list[float]:
    """The times that one client waited for its answers, ms."""
    times = []
    async with connect(f"ws://127.0.0.1:{port}", compression=None, max_size=None) as socket:
        await socket.recv()  # metadata
        end = time.perf_counter() + seconds
        while (begin := time.perf_counter()) < end:
            await socket.send(request)
            reply = await socket.recv()
            times.append(1e3 * (time.perf_counter() - begin))
            if isinstance(reply, str) or not np.isfinite(unpack(reply)["actions"]).all():
                raise UserError(f"no chunk of actions: {reply[:200]!r}")
    return times


def main(arguments: Sequence[str]) -> int:
    """Print the figures of one client and of many; the exit code is 1 if any got an error."""
    long = float(arguments[0]) if arguments else SECONDS
    with served() as (port, _):
        figures = []
        for clients, seconds in ((1, min(ALONE, long)), (CLIENTS, long)):
            figures.append(asyncio.run(measure(port, clients, seconds)))
            print(figures[-1], flush=True)
    return int(any(one.errors for one in figures))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
