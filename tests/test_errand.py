"""The scripted expert on its way through the goals of a command."""

import pytest

from data.trials.examination.draw import draw_examination
from data.trials.examination.items import groups_of
from robopolicy.common.strict_yaml import parse_yaml
from robopolicy.evaluation.errand import Errand
from sim.desk.scenes.sampler import SceneConfig
from sim.desk.simulator import World
from sim.kinds.desk import DESK

DESKS, STEPS = 6, 90
ASKED = """
g:
  - say: "open the drawer and put the {object} in"
    goal: [[open_drawer], [put_in_drawer, object]]
    begin: {drawer: shut}
"""


@pytest.mark.long
def test_between_two_goals_the_hand_lets_go_of_a_handle_and_leaves_upwards() -> None:
    world, done = World(), []
    groups = groups_of(parse_yaml(ASKED), DESK)
    for asked in draw_examination(groups, DESKS, 0, SceneConfig(), DESK):
        state = before = world.build(asked.scene)
        opening, putting = asked.goals[0]
        errand, heights = Errand((opening, putting), asked.scene, DESK), []
        for _ in range(STEPS):
            state = world.step(errand.act(state))
            if DESK.achieved(opening, before, state):
                heights.append(state.ee_pos[2] - state.pos("drawer")[2])
        done.append(bool(DESK.achieved(putting, before, state)))
        assert max(heights[:8]) > 0.05
    assert sum(done) >= DESKS - 1
