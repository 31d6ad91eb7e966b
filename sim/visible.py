"""How a kind of world is shown to people, and what they may choose of its scenes: all of it optional.

The page, replay pages and films ask for nothing else. With the defaults a kind is shown as what its states
say (`sim.figures.plain_figures`), and people choose the seed and the number of objects.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.figures import Figure, Mesh, View, between, plain_figures, plain_poses, plain_view
from sim.randomize.factors import Factor
from sim.state import Array, State
from sim.world_spec import WorldSpec

FILMED = (400, 300)  # width, height of each camera's half of a film, px


class Visible:
    """What `sim.world.WorldKind` is for those who look at its worlds."""

    spec: WorldSpec
    noun: str = "world"  # what people call one
    about_cameras: str = ""  # what its first two cameras show, in a sentence

    # -- looking ---------------------------------------------------------------------------------

    def view(self) -> View:
        """How a visitor first sees it."""
        return plain_view(self.spec.workspace)

    def figures(self, scene: Any, state: State) -> tuple[Figure, ...]:
        """Everything to be seen of a scene, in the order of `poses`; `state` is any state of it."""
        del scene
        return plain_figures(state, self.spec.workspace)

    def meshes(self) -> Mapping[str, tuple[Mesh, ...]]:
        """What figures look like that are more than plain shapes, by the name in `Figure.mesh`."""
        return {}

    def poses(self, world: Any) -> Array:
        """Where the figures of a running world are: (F, 7) position, m, and quaternion xyzw, world frame."""
        return plain_poses(world.state())

    def steps(self, world: Any, action: Array, parts: int) -> Iterator[Array]:
        """As the world's `step`, but yields `poses` at the end of each of so many parts of the period.

        Only after the last of them is the world sure to be in its next state.
        """
        before = self.poses(world)
        world.step(action)
        yield from between(before, self.poses(world), parts)

    def show(self, world: Any, state: State) -> Array:
        """`poses` of a recorded state of the scene that a world is built with; nothing is stepped.

        Where there are cameras, `picture` then shows that state, too.
        """
        del world
        return plain_poses(state)

    def picture(
        self, world: Any, cameras: tuple[str, ...] = (), size: tuple[int, int] = FILMED
    ) -> NDArray[np.uint8]:
        """What some of `WorldSpec.cameras` see of a running world, side by side, (H, W, 3).

        `size` is (width, height) of one camera's picture, px; `cameras` left out are those of films. Only
        for kinds that have cameras.
        """
        raise NotImplementedError(f"{self.spec.name} has no cameras")

    # -- choosing: see also `WorldKind.draw_asked` -----------------------------------------------

    layouts: tuple[str, ...] = ()  # names of the ways in which what stands fixed may stand
    factors: tuple[Factor, ...] = ()  # of the dynamics, to which a person may give values

    def layout(self, scene: Any) -> str:
        """Which of the layouts a scene has."""
        del scene
        return ""

    def draw_dynamics(self, seed: int, preset: str) -> Mapping[str, float]:
        """Values of the factors, drawn from a preset: nominal, train or held_out."""
        del seed, preset
        return {}
