"""What comes of something given at a door: it is taken, or refused in one sentence of moderate length."""

from collections.abc import Callable

from data.common.errors import is_users

LONGEST_REFUSAL = 600  # characters


def refusal(door: Callable[..., object], *given: object) -> str | None:
    """What is said to whoever gave it; None if it was taken. What is no user's error is raised."""
    try:
        door(*given)
    except ValueError as error:
        if not is_users(error):
            raise
        return str(error)
    return None


def takes_or_refuses(door: Callable[..., object], *given: object) -> bool:
    """Whether it was taken, or refused as it should be."""
    says = refusal(door, *given)
    return says is None or 0 < len(says) <= LONGEST_REFUSAL
