"""robopolicy command: tell a policy what to do, and see what comes of it."""

import sys
from collections.abc import Iterator

from data.language.sentence import LONGEST, BadSentence
from robopolicy.common.console import console, errors
from robopolicy.runtime.session import CommandConfig, Outcome, Session
from sim.common.printable import visible

CONFIG = CommandConfig
EXAMPLES = (
    'robopolicy command "close the drawer"',
    'robopolicy command checkpoint=runs/train seed=3 "put the red puck into the tray"',
    'robopolicy command -- "lamp=on"     (what has a = in it is a sentence after --)',
    "robopolicy command                  (then type commands; an empty line ends)",
)


def run(config: CommandConfig) -> None:
    """Carry out a sentence, film it, and say what happened.

    Without a sentence, commands are read from the terminal one after another, in the same world,
    until an empty line.
    """
    session = Session(config)
    try:
        console.print(f"Here are: {', '.join(session.scene.names)}.")
        if config.sentence is not None:
            _print(session.carry_out(config.sentence), session.kind.spec.control_hz)
        else:
            _converse(session)
    finally:
        session.close()


def _converse(session: Session) -> None:
    """Carry out line after line; a person who types something that is no sentence may type another."""
    typed = sys.stdin is not None and sys.stdin.isatty()
    if typed:
        console.print("Type what the robot should do; an empty line ends.")
    for sentence in _lines("> " if typed else ""):
        try:
            _print(session.carry_out(sentence), session.kind.spec.control_hz)
        except BadSentence as error:
            if not typed:
                raise
            errors.print(str(error))


def _lines(prompt: str) -> Iterator[str]:
    """Lines of the standard input up to an empty one, each cut off beyond the length of a sentence."""
    while sys.stdin is not None:
        console.print(prompt, end="")
        line = rest = sys.stdin.readline(LONGEST + 2)
        while rest and not rest.endswith("\n"):
            rest = sys.stdin.readline(LONGEST + 2)
        if not line.strip():
            return
        yield line.removesuffix("\n")


def _print(outcome: Outcome, hz: int) -> None:
    """What happened, what was understood, and where the video is."""
    seconds = len(outcome.states.gripper[1:]) / hz
    what = "; ".join(outcome.happened) or "nothing that has a name"
    result = outcome.why or f"after {seconds:.1f} s: {what}."
    console.print(f"“{visible(outcome.sentence)}”: {result}")
    if outcome.understood is not None and not outcome.understood.refused:
        family, target, other, confidence, _ = outcome.understood
        things = f"{target}, {other}" if other else target
        console.print(f"understood as {family} ({things}), {100 * confidence:.0f} % sure")
    if outcome.world:
        console.print(f"it finds that its actions here {outcome.world}")
    if outcome.video is not None:
        console.print(f"video: {outcome.video}")
