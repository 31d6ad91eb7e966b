"""robopolicy serve: a page on which people command the robot, or a server that programs ask for actions."""

import asyncio
import signal
import threading
from dataclasses import dataclass

from robopolicy.common.console import console
from robopolicy.common.errors import UnknownName
from robopolicy.common.hydra_bridge.schemas import part
from robopolicy.common.signals import STOPPING
from robopolicy.serving.batched_policy import load_batched_policy
from robopolicy.serving.config import ServerConfig
from robopolicy.serving.server import HEALTH, PolicyServer
from robopolicy.viewer.page.config import PageConfig
from robopolicy.viewer.page.page import Page

PROTOCOLS = ("page", "openpi")


@dataclass(frozen=True)
class _Protocol:
    """Which of the two is served."""

    protocol: str = "page"  # page: a world to watch in a browser; openpi: a server for openpi's clients


@dataclass(frozen=True)
class ServeConfig(PageConfig, ServerConfig, _Protocol):  # help lists the last base's options first
    """The options of both; those of the other protocol are ignored."""

    def __post_init__(self) -> None:
        if self.protocol not in PROTOCOLS:
            raise UnknownName("protocol", self.protocol, PROTOCOLS)
        super().__post_init__()


CONFIG, OUTPUT = ServeConfig, ""
EXAMPLES = (
    "robopolicy serve",
    "robopolicy serve checkpoint=runs/train layout=left_handed n_objects=5",
    "robopolicy serve dataset=runs/play",
    "robopolicy serve env=my_package.pucks:PUCKS checkpoint=runs/puck_policy",
    "robopolicy serve protocol=openpi port=8000",
    "robopolicy serve protocol=openpi env=my_package.pucks:PUCKS checkpoint=runs/puck_policy",
)


def run(config: ServeConfig) -> None:
    """Open a page on which one types commands and watches the robot, until Ctrl-C or SIGTERM.

    With protocol=openpi, answer openpi's clients with chunks of actions instead; a client is told on
    connecting what a request holds and how many actions of a chunk to carry out.
    """
    if config.protocol == "page":
        _serve_page(part(PageConfig, config))
    else:
        _serve_programs(part(ServerConfig, config))


def _serve_page(config: PageConfig) -> None:
    """Serve the page until a signal comes; the signal ends it without an exception."""
    page = Page(config)
    stop = threading.Event()
    before = {name: signal.signal(name, lambda *_: stop.set()) for name in STOPPING}
    try:
        page.start()
        console.print(f"The {config.kind.noun} is at http://{config.host}:{page.port} ; Ctrl-C stops.")
        while not stop.wait(0.5):
            pass
    finally:
        page.close()
        for name, handler in before.items():
            signal.signal(name, handler)
    console.print(f"Stopped. Commands: {page.live.shared.n_submitted}.")


def _serve_programs(config: ServerConfig) -> None:
    """Serve openpi's clients until a signal comes."""
    policy = load_batched_policy(config.checkpoint, config.kind, config.refuse)
    policy.warm_up()
    server = PolicyServer(config, policy)
    asyncio.run(_run_until_signalled(server))
    console.print(f"Stopped. Requests answered: {server.answered}, refused: {server.refused}.")


async def _run_until_signalled(server: PolicyServer) -> None:
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
