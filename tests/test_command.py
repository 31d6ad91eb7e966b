"""Telling a robot what to do; the scripted expert stands in for a policy."""

import io
import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from robopolicy.cli.main import main
from robopolicy.cli.verbs import command as verb
from robopolicy.common.hydra_bridge.compose import load
from robopolicy.common.text import slug
from robopolicy.policies.checkpoint import save_checkpoint
from robopolicy.runtime.execution import resting
from robopolicy.runtime.session import CommandConfig, Session
from sim.desk.sensors import sense
from sim.desk.tasks import expert
from sim.kinds.desk import DESK
from sim.observation import Observation
from sim.state import Array, State, stack
from sim.task import Goal
from tests.servers import an_agent
from tests.states import joints_of
from tests.stub_agents import Forgetful


class Obedient(Forgetful):
    """Knows a few sentences by heart, and looks at the world itself."""

    def __init__(self) -> None:
        self.goals = {"open the drawer": Goal("open_drawer"), "close the drawer": Goal("close_drawer")}
        self.session: Session | None = None

    def reset(self, commands: list[str], names: list[tuple[str, ...]]) -> None:
        assert len(commands) == len(names) == 1
        assert len(names[0]) == 10
        self.goal = self.goals.get(commands[0])

    def act(self, observation: Observation) -> Array:
        assert observation.entities.shape == (1, 10, 12)
        if self.goal is None or self.session is None:
            return np.array([[0, 0, 0, 0, 0, 0, 1.0]])
        return expert.act(self.session._world.state(), self.goal)[None]


def session_in(folder: Path, **options) -> Session:
    actor = Obedient()
    actor.session = Session(CommandConfig(output=str(folder), **options), actor)
    return actor.session


@pytest.mark.long
def test_what_was_done_is_told_in_words_and_filmed(tmp_path: Path) -> None:
    session = session_in(tmp_path, max_steps=60, seed=_seed_with_shut_drawer(tmp_path))
    told = session.carry_out("open the drawer")
    assert any("drawer" in words for words in told.happened)
    assert told.video == tmp_path / "01-open-the-drawer.mp4"
    assert told.video is not None
    assert told.video.stat().st_size > 1000
    session.close()


def test_the_world_stays_as_a_command_left_it(tmp_path: Path) -> None:
    session = session_in(tmp_path, video=False, seed=_seed_with_shut_drawer(tmp_path))
    opened = session.carry_out("open the drawer")
    closed = session.carry_out("close the drawer")
    assert opened.states.joint("drawer")[-1] > 0.1
    assert np.array_equal(joints_of(opened.states)[-1], joints_of(closed.states)[0])
    assert closed.states.joint("drawer")[-1] < 0.03
    session.close()


def test_a_robot_sees_through_one_sensor_from_command_to_command(tmp_path: Path) -> None:
    session = session_in(tmp_path, video=False, world="held_out:position_noise+dropout", max_steps=5)
    seen: list[Observation] = []
    session._agent = Looking(seen)
    told = [session.carry_out(words).states for words in ("look", "look again")]
    states = [of.at(t) for of in told for t in range(5)]
    expected = sense(stack(states), session.scene)
    assert np.array_equal(np.stack([one.entities[0] for one in seen]), expected.entities)
    session.close()


class Looking(Forgetful):
    """Moves at random and remembers what it saw."""

    def __init__(self, seen: list[Observation]) -> None:
        self._seen, self._rng = seen, np.random.default_rng(0)

    def reset(self, commands: list[str], names: list[tuple[str, ...]]) -> None:
        pass

    def act(self, observation: Observation) -> Array:
        self._seen.append(observation)
        return self._rng.uniform(-1, 1, (1, 7))


def _seed_with_shut_drawer(tmp_path: Path) -> int:
    for seed in range(50):
        session = session_in(tmp_path, video=False, seed=seed)
        shut = session.scene.joints[0] == 0
        session.close()
        if shut:
            return seed
    raise AssertionError


def test_a_robot_that_rests_stops_early_and_nothing_is_said_to_have_happened(tmp_path: Path) -> None:
    session = session_in(tmp_path, video=False)
    told = session.carry_out("sing me a song")
    assert len(told.states.gripper) < 30
    assert told.happened == []
    assert told.video is None
    session.close()


def test_resting_is_a_hand_that_keeps_still_and_does_nothing(tmp_path: Path) -> None:
    session = session_in(tmp_path, video=False)
    state: State = session.carry_out("rest").states.at(-1)
    assert not resting([state] * 5, 10)
    assert resting([state] * 20, 10)
    moving = [state._replace(hand=state.hand + 0.01 * i * np.eye(8)[0]) for i in range(20)]
    assert not resting(moving, 10)
    closing = [state._replace(hand=np.array([*state.hand[:7], 0.08 - 0.004 * i])) for i in range(20)]
    assert not resting(closing, 10)
    session.close()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([""], "the command is empty"),
        (["   "], "the command is empty"),
        (["sentence="], "the command is empty"),
        (["checkpoint=nowhere", "open the drawer"], "no checkpoint"),
        (["world=righthanded", "open the drawer"], "did you mean right_handed?"),
        (["max_steps=0", "open the drawer"], "max_steps must be at least 1"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["command", *arguments]) == 2
    err = capsys.readouterr().err
    assert says in err
    assert len(err.splitlines()) == 1


def test_without_a_sentence_commands_are_read_until_an_empty_line(
    monkeypatch, capsys, tmp_path: Path
) -> None:
    typed = io.StringIO("open the drawer\nclose the drawer\n\nnever read\n")
    monkeypatch.setattr("sys.stdin", typed)
    monkeypatch.setattr(verb, "Session", lambda config: session_in(tmp_path, video=False))
    verb.run(CommandConfig())
    out = capsys.readouterr().out
    assert "“open the drawer”" in out
    assert "“close the drawer”" in out
    assert typed.read() == "never read\n"


def test_the_end_of_input_ends_too(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    monkeypatch.setattr(verb, "Session", lambda config: session_in(tmp_path, video=False))
    verb.run(CommandConfig())


EXAMPLES = {
    "close the drawer": "closed the drawer",
    "put the red puck into the tray": "put the red puck in the tray",
    "put the black puck into the tray": "put the black puck in the tray",
    "get the little light to glow": "turned on the led",
    "lamp=on": "turned on the lamp",
}
"""What is shown to newcomers, and what has to come of it."""


def shown_in(lines: list[str]) -> list[list[str]]:
    """Arguments of every `robopolicy command` that says a sentence."""
    said = [re.search(r'robopolicy command ([^#(]*"[^"]+")', line) for line in lines]
    return [shlex.split(one[1]) for one in said if one]


def comes_of(arguments: list[str]) -> tuple[str, list[str]]:
    """The sentence, and what the shipped policy does on the desk that the arguments name."""
    *options, sentence = (one for one in arguments if one != "--")
    options = [one for one in options if not one.startswith("checkpoint=")]
    session = Session(load("command", CommandConfig, [*options, "video=false"]))
    told = session.carry_out(sentence)
    session.close()
    return sentence, told.happened


def test_every_example_of_help_does_what_it_says() -> None:
    shown = shown_in(list(verb.EXAMPLES))
    assert len(shown) == 3
    for arguments in shown:
        sentence, happened = comes_of(arguments)
        assert EXAMPLES[sentence] in happened


def test_every_command_of_the_readme_does_what_it_says() -> None:
    shown = shown_in(Path("README.md").read_text().splitlines())
    assert len(shown) >= 2
    for arguments in shown:
        sentence, happened = comes_of(arguments)
        assert EXAMPLES[sentence] in happened


@pytest.mark.parametrize("where", ["robopolicy", "docs"])
def test_every_command_that_is_mentioned_elsewhere_is_one_that_does_what_it_says(where: str) -> None:
    paths = [path for kind in ("*.py", "*.md") for path in Path(where).rglob(kind)]
    lines = [line for path in paths for line in path.read_text().splitlines()]
    of_the_desk = [given for given in shown_in(lines) if not any(one.startswith("env=") for one in given)]
    assert {arguments[-1] for arguments in of_the_desk} <= set(EXAMPLES)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["open the drawer"], "“open the drawer”: The drawer is open already.\n"),
        (["turn off the led"], "The LED is off already.\n"),
        (["seed=1", "lift the white puck"], "The white puck is in the drawer, and the drawer is shut.\n"),
        (["make me a coffee"], "I do not know how to do that here"),
    ],
)
def test_what_there_is_no_use_in_beginning_is_said_and_nothing_moves(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str], monkeypatch
) -> None:
    monkeypatch.setattr("sim.desk.simulator.World.step", None)
    assert main(["command", "video=false", *arguments]) == 0
    out = capsys.readouterr().out
    assert says in out
    assert "after" not in out


def test_what_is_done_already_is_tried_all_the_same_if_so_wished(tmp_path: Path) -> None:
    session = Session(CommandConfig(video=False, refuse=False, max_steps=20))
    assert len(session.carry_out("open the drawer").states.gripper) > 5
    session.close()


def test_a_policy_without_a_measure_of_confidence_is_told_of_at_the_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    agent = an_agent()
    save_checkpoint(tmp_path, agent.policy, agent.encoder.fingerprint, {}, DESK)
    assert main(["command", "video=false", "max_steps=1", f"checkpoint={tmp_path}", "lift it"]) == 0
    assert capsys.readouterr().err.count("no sentence is refused") == 1
    assert main(["command", "video=false", "max_steps=1", "refuse=false", f"checkpoint={tmp_path}", "x"]) == 0
    assert capsys.readouterr().err == ""


def test_a_sentence_becomes_a_file_name() -> None:
    assert slug("Open the drawer, please!") == "open-the-drawer-please"
    assert slug("…") == "command"
    assert len(slug("x" * 500)) == 60
