"""Bring a checkpoint up to today's format: `python -m robopolicy.policies.convert FOLDER`.

Reads a folder of an earlier format (`robopolicy.policies.formats`) and writes its config.json anew. The
weights and the measure of confidence stay as they are, byte for byte, and are vouched for as before. A
checkpoint of an earlier format is read without this, too; afterwards it says itself what its outputs mean.
The checkpoint that comes with the program was converted in this way.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from data.common.atomic_io import write_json
from data.common.checksums import sealed
from data.common.errors import sentence_of
from robopolicy.common.errors import UserError
from robopolicy.policies.checkpoint import CONFIG, folder_of, load_checkpoint, read_config
from robopolicy.policies.formats import FORMAT


def convert(checkpoint: Path | str) -> bool:
    """Write config.json of a checkpoint in today's format; False if it is in it already.

    Raises `CheckpointError` for what is no sound checkpoint, before anything is written.
    """
    folder = folder_of(checkpoint)
    load_checkpoint(folder, None)
    if json.loads((folder / CONFIG).read_bytes())["format"] == FORMAT:
        return False
    write_json(folder / CONFIG, sealed(read_config(folder)))
    return True


def main(arguments: Sequence[str]) -> int:
    """Convert one folder; the exit status."""
    try:
        if len(arguments) != 1:
            raise UserError("say which checkpoint: python -m robopolicy.policies.convert FOLDER")
        done = convert(arguments[0])
    except (ValueError, OSError) as error:
        if (says := sentence_of(error)) is None:
            raise
        print(f"error: {says}", file=sys.stderr)
        return 2
    print(f"{arguments[0]} is {'now' if done else 'already'} of format {FORMAT}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
