"""robopolicy serve: a desk on a page, or a policy for other programs to ask."""

import asyncio
import signal
import threading

from robopolicy.common.console import console
from robopolicy.common.signals import STOPPING
from robopolicy.serving.batched_policy import responder_of
from robopolicy.serving.config import ServeConfig
from robopolicy.serving.server import HEALTH, PolicyServer
from robopolicy.viewer.page import Page

CONFIG, OUTPUT = ServeConfig, ""
EXAMPLES = (
    "robopolicy serve",
    "robopolicy serve checkpoint=runs/train layout=left_handed n_objects=5",
    "robopolicy serve dataset=runs/play",
    "robopolicy serve protocol=openpi port=8000",
)


def run(config: ServeConfig) -> None:
    """Open a page on which one types commands and watches the robot, until Ctrl-C or SIGTERM.

    With protocol=openpi, answer openpi's clients with chunks of actions instead; a client is told on
    connecting what a request holds and how many actions of a chunk to carry out.
    """
    if config.protocol == "page":
        _show(config)
    else:
        _answer(config)


def _show(config: ServeConfig) -> None:
    page = Page(config)
    told = threading.Event()
    before = {name: signal.signal(name, lambda *_: told.set()) for name in STOPPING}
    try:
        page.start()
        console.print(f"The desk is at http://{config.host}:{page.port} ; Ctrl-C stops.")
        while not told.wait(0.5):
            pass
    finally:
        page.close()
        for name, handler in before.items():
            signal.signal(name, handler)
    console.print(f"Stopped. Commands: {page.desk.board.said}.")


def _answer(config: ServeConfig) -> None:
    responder = responder_of(config.checkpoint, config.refuse)
    responder.warm_up()
    server = PolicyServer(config, responder)
    asyncio.run(_until_told_to_stop(server))
    console.print(f"Stopped. Requests answered: {server.answered}, refused: {server.refused}.")


async def _until_told_to_stop(server: PolicyServer) -> None:
    stop = asyncio.Event()
    for name in STOPPING:
        asyncio.get_running_loop().add_signal_handler(name, stop.set)

    def ready(port: int) -> None:
        host = server.config.host
        console.print(
            f"Serving {server.config.checkpoint} at ws://{host}:{port} (http://{host}:{port}{HEALTH}); "
            "Ctrl-C stops.",
        )

    await server.run(stop, ready)
