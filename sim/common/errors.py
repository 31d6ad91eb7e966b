"""Errors of worlds and scenes; each message says what would have been accepted."""

from sim.common.names import unknown_name
from sim.common.printable import shown


class BadArgument(ValueError):
    """Something was given a value that it does not take."""

    def __init__(self, name: str, accepted: str, given: object) -> None:
        super().__init__(f"{name} is {accepted}, not {shown(given)}")


class BadScene(BadArgument):
    """A scene, or a part of one, that cannot be built."""


class BadSnapshot(BadArgument):
    """A saved state that no world can be restored to."""


class ClosedWorld(ValueError):
    """Something was asked of a world that was closed."""

    def __init__(self) -> None:
        super().__init__("the world was closed, which is for good; make another one")


class NoPhysics(ValueError):
    """PyBullet has no room for another world."""

    def __init__(self) -> None:
        super().__init__("PyBullet holds no more worlds in this process; close those that are no longer used")


class EmptyWorld(ValueError):
    """Something was asked of a world in which nothing was built."""

    def __init__(self) -> None:
        super().__init__("the world is empty: build a scene first")


class BadAction(ValueError):
    """An action that the world cannot carry out."""

    def __init__(self, action: object) -> None:
        super().__init__(
            f"an action is seven finite numbers in [-1, 1] (xyz, axis-angle, gripper), not {shown(action)}"
        )


class BadRate(ValueError):
    """A control rate that physics cannot be divided by."""

    def __init__(self, control_hz: object, physics_hz: int) -> None:
        rates = ", ".join(str(hz) for hz in range(1, physics_hz + 1) if physics_hz % hz == 0)
        super().__init__(
            f"control_hz={shown(control_hz)} does not divide the physics' {physics_hz} Hz; these do: {rates}"
        )


class BadParts(ValueError):
    """A number of parts that the physics of an action cannot be cut into."""

    def __init__(self, parts: object, substeps: int) -> None:
        fine = ", ".join(str(n) for n in range(1, substeps + 1) if substeps % n == 0)
        super().__init__(
            f"an action is {substeps} steps of physics, which {shown(parts)} parts do not divide;"
            f" these do: {fine}"
        )


class UnknownRenderer(ValueError):
    """There is no renderer of this name."""

    def __init__(self, name: object) -> None:
        super().__init__(unknown_name("renderer", name, "tiny (on the CPU, anywhere) and egl (on a GPU)"))


class NoVisuals(ValueError):
    """A picture was asked of a world that was built without visual shapes."""

    def __init__(self) -> None:
        super().__init__("this world was made without anything to see; make it with World(visuals=True)")
