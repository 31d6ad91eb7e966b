"""The measured table in a checkpoint's model card."""

from pathlib import Path

from data.common.atomic_io import write_atomic
from robopolicy.policies.checkpoint import CARD, read_config
from robopolicy.policies.model_card import model_card
from sim.world import WorldKind


def write_card(checkpoint: Path, table: str, kind: WorldKind) -> None:
    """Replace the card of a checkpoint by one with a table of results, in Markdown."""
    write_atomic(checkpoint / CARD, model_card(read_config(checkpoint), kind, table))
