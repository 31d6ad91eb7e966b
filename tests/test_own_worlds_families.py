"""The families of a user's own world: as many as it has, about whatever it has."""

from dataclasses import replace

import pytest

from examples.pucks import PuckKind
from robopolicy.common.errors import UserError
from robopolicy.policies.base.config import PolicyConfig
from robopolicy.training.config import TrainConfig


class BusyKind(PuckKind):
    """Pucks of which thirty things can be asked."""

    tasks = tuple(replace(PuckKind.tasks[0], name=f"shove_{i}") for i in range(30))


BUSY = BusyKind()


def test_a_policy_needs_a_code_for_each_family_of_its_own_world() -> None:
    pucks, busy = "examples.pucks:PUCKS", f"{__name__}:BUSY"
    assert TrainConfig(env=pucks, policy=PolicyConfig(codes=3)).policy.codes == 3
    with pytest.raises(UserError, match="codes must be at least 3, one for each family, not 2"):
        TrainConfig(env=pucks, policy=PolicyConfig(codes=2))
    with pytest.raises(UserError, match="codes must be at least 31, one for each family, not 25"):
        TrainConfig(env=busy)
    with pytest.raises(UserError, match="codes must be at least 25"):
        TrainConfig(policy=PolicyConfig(codes=24))
    assert TrainConfig(env=busy, policy=PolicyConfig(codes=31)).env == busy
