"""What tests have act in the place of a policy."""


class Forgetful:
    """Thinks nothing of its world, and has nothing to forget."""

    world = None

    def look_away(self) -> None:
        pass

    def forget(self) -> None:
        pass
