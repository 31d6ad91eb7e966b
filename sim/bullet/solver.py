"""How many sweeps Bullet's constraint solver makes in a step of physics.

It solves for one contact after the other, and two strong fingers around something light disagree for
longest: too few sweeps, and a firm, centred grip squeezes out what it holds.
"""

from sim.bullet.client import pybullet
from sim.randomize.dynamics import Dynamics

ITERATIONS = 30  # 20 cost 10 % less and drop four times as many grasps
SQUEEZED = 10  # more per time that force over mass is nominal; at ten times that 6 drop a tenth, 8 nothing
BLOCKED = 0.002  # m, of the opening beyond what is commanded: the fingers close, or squeeze


class Solver:
    """Sets the number of sweeps in one client: more while the fingers squeeze something light."""

    def __init__(self, client: int, dynamics: Dynamics) -> None:
        ratio = dynamics.force_limit * Dynamics.object_mass / dynamics.object_mass
        self._client = client
        self._most = ITERATIONS + max(0, round(SQUEEZED * (ratio - 1)))
        self._set(ITERATIONS)

    def adapt(self, opening: float, commanded: float) -> None:
        """Choose the sweeps for the next steps: fingers are `opening` apart and sent to `commanded`, m."""
        wanted = self._most if opening > commanded + BLOCKED else ITERATIONS
        if wanted != self._now:
            self._set(wanted)

    def _set(self, iterations: int) -> None:
        self._now = iterations
        pybullet.setPhysicsEngineParameter(numSolverIterations=iterations, physicsClientId=self._client)
