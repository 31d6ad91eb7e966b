"""robopolicy command: tell a policy what to do."""

import sys
from collections.abc import Iterator

from robopolicy.command import CommandConfig, Session, Told
from robopolicy.console import console
from robopolicy.errand import NO_MEASURE

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
        if config.refuse and not session.refuses:
            console.print(NO_MEASURE, markup=False)
        console.print(f"On the desk: {', '.join(session.scene.names)}.", markup=False)
        for sentence in _sentences(config.sentence):
            _print(session.tell(sentence))
    finally:
        session.close()


def _sentences(given: str | None) -> Iterator[str]:
    if given is not None:
        yield given
        return
    if sys.stdin.isatty():
        console.print("Type what the robot should do; an empty line ends.")
    while True:
        try:
            sentence = input("> " if sys.stdin.isatty() else "")
        except EOFError:
            return
        if not sentence.strip():
            return
        yield sentence


def _print(told: Told) -> None:
    seconds = len(told.states.gripper[1:]) / 10
    what = "; ".join(told.happened) or "nothing that has a name"
    console.print(f"“{told.sentence}”: {told.why or f'after {seconds:.1f} s: {what}.'}", markup=False)
    if told.understood is not None and not told.understood.refused:
        family, target, other, confidence, _ = told.understood
        things = f"{target}, {other}" if other else target
        console.print(f"understood as {family} ({things}), {100 * confidence:.0f} % sure", markup=False)
    if told.world:
        console.print(f"it finds that its actions here {told.world}", markup=False)
    if told.video is not None:
        console.print(f"video: {told.video}", markup=False)
