"""What tests have act in the place of a policy."""


class Forgetful:
    """Thinks nothing of its world, has nothing to forget, and refuses nothing."""

    world = None
    refuses = False

    def look_away(self) -> None:
        pass

    def forget(self) -> None:
        pass
