"""robopolicy serve: let other programs ask a policy."""

import asyncio
import signal

from robopolicy.console import console
from robopolicy.responder import responder_of
from robopolicy.server import HEALTH, PolicyServer, ServeConfig

CONFIG, OUTPUT = ServeConfig, ""
EXAMPLES = (
    "robopolicy serve protocol=openpi port=8000",
    "robopolicy serve checkpoint=runs/train port=0 clients=4",
)


def run(config: ServeConfig) -> None:
    """Answer openpi's clients with chunks of actions, until Ctrl-C or SIGTERM.

    A client is told on connecting what a request holds and how many actions of a chunk to carry out.
    """
    responder = responder_of(config.checkpoint)
    responder.warm_up()
    server = PolicyServer(config, responder)
    asyncio.run(_until_told_to_stop(server))
    console.print(f"Stopped. Requests answered: {server.answered}, refused: {server.refused}.")


async def _until_told_to_stop(server: PolicyServer) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)

    def ready(port: int) -> None:
        host = server.config.host
        console.print(
            f"Serving {server.config.checkpoint} at ws://{host}:{port} (http://{host}:{port}{HEALTH}); "
            "Ctrl-C stops.",
            markup=False,
        )

    await server.run(stop, ready)
