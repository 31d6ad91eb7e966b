"""Several datasets as one."""

from pathlib import Path

import numpy as np
import pytest

from data.play.collection import PlayConfig, collect
from data.store.concat import open_described
from data.store.episode import NoDataset
from data.store.reader import open_dataset
from robopolicy.training.relabelling import RelabelConfig, relabel_dataset
from sim.kinds.desk import DESK


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    made = []
    for seed in (1, 2):
        folder = tmp_path_factory.mktemp(f"play{seed}")
        for _ in collect(PlayConfig(minutes=2, seed=seed, episode_steps=150), folder, workers=1):
            pass
        for _ in relabel_dataset(folder, RelabelConfig(sentences=1)):
            pass
        made.append(folder)
    return made


@pytest.mark.long
def test_segments_of_a_second_dataset_speak_of_its_own_episodes(folders: list[Path]) -> None:
    (one, first), (two, second) = (open_described([folder], DESK) for folder in folders)
    both, segments = open_described(folders, DESK)
    assert both.n_episodes == one.n_episodes + two.n_episodes
    assert [s._replace(episode=s.episode - one.n_episodes) for s in segments[len(first) :]] == second
    assert segments[: len(first)] == first
    records = list(both.episodes())
    for segment in segments[len(first) :]:
        own = open_dataset(folders[1], DESK).episode(segment.episode - one.n_episodes)
        assert np.array_equal(records[segment.episode].actions, own.actions)


@pytest.mark.long
def test_a_folder_without_play_is_refused(folders: list[Path], tmp_path: Path) -> None:
    with pytest.raises(NoDataset):
        open_described([folders[0], tmp_path], DESK)
