"""Relabelling a whole dataset: play in, sentences out, episode by episode."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from data.common.bounds import MOST_SEED, check_bounds
from data.common.locks import held
from data.language.grammar import Grammar
from data.relabel.hindsight import relabel_episode
from data.store.reader import open_dataset
from data.store.segments import Segment, write_segments
from robopolicy.common.errors import UserError
from sim.common.seeds import rng_of
from sim.kinds.registry import kind_of_world


@dataclass(frozen=True)
class RelabelConfig:
    """How play is described."""

    sentences: int = 8  # different ones for each segment
    variety: int | None = None  # different sentences per family and way of naming its things; null: no bound
    seed: int = 0  # of the choice of words
    env: str = "desk"  # kind of world that was played in, or one of your own as module:NAME

    def __post_init__(self) -> None:
        check_bounds(self, {"sentences": (1, 1000), "variety": (1, 1_000_000), "seed": (0, MOST_SEED)})


class NothingPlayed(UserError):
    """There is no episode to describe."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} holds no episode yet, so there is nothing to describe; wait until robopolicy play has "
            f"stored its first, or collect some: robopolicy play dataset={folder}"
        )


def relabel_dataset(folder: Path, config: RelabelConfig) -> Iterator[tuple[int, int]]:
    """Describe every episode, then replace the dataset's segments at once; yields (episodes done, in all).

    Another may not describe it meanwhile (`FolderBusy`), but it may grow. Raises `NothingPlayed`.
    """
    kind = kind_of_world(config.env)
    dataset = open_dataset(folder, kind)
    n = dataset.n_episodes
    if not n:
        raise NothingPlayed(folder)
    with held(folder):
        grammar = Grammar("train", config.variety, kind.tasks)
        segments: list[Segment] = []
        for index, record in enumerate(dataset.episodes()):
            yield index, n
            rng = rng_of("sentences", config.seed, index)
            segments += relabel_episode(index, record, grammar, rng, config.sentences, kind)
        made_from = {"split": "train", "episodes": n, "play": dataset.fingerprint(n)}
        write_segments(folder, segments, asdict(config) | made_from, kind)
        yield n, n
