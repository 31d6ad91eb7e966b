"""robopolicy command: tell a policy what to do."""

import sys
from collections.abc import Iterator

from data.language.sentence import LONGEST, BadSentence
from robopolicy.common.console import console, errors
from robopolicy.runtime.session import CommandConfig, Session, Told
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
        console.print(f"On the desk: {', '.join(session.scene.names)}.")
        if config.sentence is not None:
            _print(session.tell(config.sentence))
        else:
            _converse(session)
    finally:
        session.close()


def _converse(session: Session) -> None:
    """Carry out line after line; who types is told what is no sentence, and goes on."""
    typed = sys.stdin is not None and sys.stdin.isatty()
    if typed:
        console.print("Type what the robot should do; an empty line ends.")
    for sentence in _lines("> " if typed else ""):
        try:
            _print(session.tell(sentence))
        except BadSentence as error:
            if not typed:
                raise
            errors.print(str(error))


def _lines(prompt: str) -> Iterator[str]:
    """The lines of the standard input up to an empty one; of a longer one than a sentence, the beginning."""
    while sys.stdin is not None:
        console.print(prompt, end="")
        line = rest = sys.stdin.readline(LONGEST + 2)
        while rest and not rest.endswith("\n"):
            rest = sys.stdin.readline(LONGEST + 2)
        if not line.strip():
            return
        yield line.removesuffix("\n")


def _print(told: Told) -> None:
    seconds = len(told.states.gripper[1:]) / 10
    what = "; ".join(told.happened) or "nothing that has a name"
    outcome = told.why or f"after {seconds:.1f} s: {what}."
    console.print(f"“{visible(told.sentence)}”: {outcome}")
    if told.understood is not None and not told.understood.refused:
        family, target, other, confidence, _ = told.understood
        things = f"{target}, {other}" if other else target
        console.print(f"understood as {family} ({things}), {100 * confidence:.0f} % sure")
    if told.world:
        console.print(f"it finds that its actions here {told.world}")
    if told.video is not None:
        console.print(f"video: {told.video}")
