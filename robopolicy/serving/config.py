"""The options of the server for openpi's clients."""

from dataclasses import dataclass
from typing import ClassVar

from data.common.bounds import check_bounds
from robopolicy.common.listening import ListenConfig

SMALLEST_MESSAGE = 4096  # bytes; a request has about 1200


@dataclass(frozen=True)
class ServerConfig(ListenConfig):
    """Which policy is served to programs, where, and how."""

    DEFAULT_PORT: ClassVar[int] = 8000

    max_message: int = 1 << 20  # openpi: bytes of one message
    refuse: bool = True  # openpi: hold still where something cannot be done, or is done already

    def __post_init__(self) -> None:
        super().__post_init__()
        check_bounds(self, {"max_message": (SMALLEST_MESSAGE, 1 << 30)})
