"""What every server has in common: which policy it serves, where it listens, and to how many at once."""

import errno
import socket
from dataclasses import dataclass
from typing import ClassVar

from data.common.bounds import check_bounds
from robopolicy.common.errors import UserError
from sim.common.printable import shown
from sim.kinds.registry import kind_of_world
from sim.world import WorldKind


@dataclass(frozen=True)
class ListenConfig:
    """Options that every server has; each kind of server has its own `DEFAULT_PORT`."""

    DEFAULT_PORT: ClassVar[int] = 0

    checkpoint: str = "benchmark"  # folder of the policy, or the "benchmark" that is shipped
    env: str = "desk"  # kind of world that the policy acts in, or one of your own as module:NAME
    host: str = "127.0.0.1"  # address to listen at; 0.0.0.0 lets the whole network in, unencrypted
    port: int | None = None  # null: 8080 of the page, 8000 of openpi; 0: any that is free
    clients: int = 32  # visitors or programs at once; more are turned away

    def __post_init__(self) -> None:
        if not 0 <= self.listens_at <= 65535:
            raise ValueError(f"port must be from 0 to 65535, not {shown(self.port)}")
        _ = self.kind  # raises where there is none
        check_bounds(self, {"clients": (1, 10_000)})

    @property
    def listens_at(self) -> int:
        """The port; 0 for any that is free."""
        return self.DEFAULT_PORT if self.port is None else self.port

    @property
    def kind(self) -> WorldKind:
        """The kind of world that is acted in; raises `UnknownWorldKind`."""
        return kind_of_world(self.env)


class CannotListen(UserError):
    """The system does not let a server listen at its address."""

    def __init__(self, config: ListenConfig, error: OSError) -> None:
        hint = "; say another port=..., or port=0 for any" if error.errno == errno.EADDRINUSE else ""
        super().__init__(f"cannot listen at {config.host}:{config.listens_at}: {_reason(error)}{hint}")


def check_address(config: ListenConfig) -> None:
    """Bind the address once, for servers that would not say what is wrong. Raises `CannotListen`."""
    try:
        family = socket.getaddrinfo(config.host, config.listens_at, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((config.host, config.listens_at))
    except OSError as error:
        raise CannotListen(config, error) from error


def _reason(error: OSError) -> str:
    """What the system says, without its numbers and addresses."""
    return (error.strerror or str(error)).rpartition(": ")[2]
