"""robopolicy relabel: find segments of play in which something was done, and describe them in words."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from data.store.segments import read_segments
from robopolicy.common.console import console
from robopolicy.common.hydra_bridge.schemas import part
from robopolicy.common.stages import follow
from robopolicy.training.relabelling import RelabelConfig, relabel_dataset
from sim.kinds.registry import kind_of_world


@dataclass(frozen=True)
class RelabelOptions(RelabelConfig):
    """Which play is described, and how."""

    dataset: str = "runs/play"  # folder of the dataset; its sentences are replaced


CONFIG, OUTPUT, CHANGES = RelabelOptions, "", "dataset"
EXAMPLES = (
    "robopolicy relabel dataset=runs/play",
    "robopolicy relabel dataset=runs/play sentences=20 seed=1",
)


def run(config: RelabelOptions) -> None:
    """Judge every candidate window of play by what changed in it, and describe those that did something."""
    folder = Path(config.dataset)
    follow("relabel", relabel_dataset(folder, part(RelabelConfig, config)))
    kind = kind_of_world(config.env)
    segments, _ = read_segments(folder, kind)
    counts = Counter(segment.task for segment in segments)
    table = Table(box=None, header_style="bold")
    table.add_column("family")
    table.add_column("segments", justify="right")
    table.add_column("for example")
    for task in kind.tasks:
        example = next((s.sentences[0] for s in segments if s.task == task.name), "-")
        table.add_row(task.name, str(counts[task.name]), example)
    console.print(table)
    sentences = len({sentence for segment in segments for sentence in segment.sentences})
    console.print(f"{folder}: {len(segments)} segments, {sentences} different sentences.")
    if not segments:
        console.print(f"Nothing was done that has a name; collect more: robopolicy play dataset={folder}")
