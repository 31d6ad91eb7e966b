"""What enters as data: bad values are named, and nothing counts twice."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.play.collection import PlayConfig, play_unit
from data.store.annotations import read_annotations
from data.store.concat import SameDataset, open_described
from data.store.episode import CannotRead, DatasetDamaged
from data.store.reader import open_dataset
from data.store.segments import (
    BadSegment,
    OtherSegments,
    Segment,
    check_segments,
    read_segments,
    segments_path,
)
from data.store.writer import DatasetWriter
from robopolicy.cli.main import main
from sim.kinds.desk import DESK
from tests.described import EPISODES, FRAMES, at, described_play, put, relabel, rewrite
from tests.fuzzing import fuzz

NOBODY = 65534


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return described_play(tmp_path_factory.mktemp("sound") / "play")


@pytest.fixture
def play(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "play"))


# -- values ----------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize(
    ("column", "row", "value", "says"),
    [
        ("action", 7, np.nan, r"in episode 0 the actions of step 7 are nan"),
        ("action", 160, 1.5, r"in episode 1 the actions of step 10 are 1.5"),
        ("observation.state", 3, np.inf, r"positions of the hand of step 3 are inf"),
        ("observation.state", 3, 0.1, r"orientation of the hand of step 3 is not a unit quaternion"),
        ("observation.environment_state", 3, 0.5, r"sizes of the objects differ"),
        ("timestamp", 3, 0.0, r"times must go up"),
        ("index", 3, 10**9, r"frames are not those"),
    ],
)
def test_a_value_that_was_never_recorded_stops_relabelling_and_training_in_a_sentence(
    play: Path, tmp_path: Path, column: str, row: int, value: float, says: str, capsys, injected
) -> None:
    rewrite(play / FRAMES, put(column, at(row, value)))
    with pytest.raises(DatasetDamaged, match=says):
        list(open_dataset(play, DESK).episodes())
    assert main(["relabel", f"dataset={play}"]) == 2
    assert FRAMES in "".join(capsys.readouterr().err.split())
    if column == "action":
        assert main(["train", f"dataset={play}", f"output={tmp_path / 'out'}"]) == 2
        assert not (tmp_path / "out/model.safetensors").exists()
    injected("values that can't be in a well-formed parquet", "rewrote the file", 1)


@pytest.mark.parametrize(
    "change",
    [
        {"stop": 10**9},
        {"start": -1},
        {"episode": 99},
        {"object": 99},
        {"task": "fly"},
        {"sentences": []},
        {"sentences": [" "]},
    ],
)
def test_a_segment_of_what_there_is_not_is_named_with_its_file(play: Path, change: dict, injected) -> None:
    path = segments_path(play)
    table = pq.read_table(path)
    rows = table.to_pylist()
    rows[0] |= change
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
    with pytest.raises((DatasetDamaged, OtherSegments), match="lang_segments"):
        open_described([play], DESK)
    injected("segments out of range, of no family, or without words", "rewrote the file", 1)


SEGMENTS = st.builds(
    Segment,
    st.integers(-2, 9) | st.none() | st.text(max_size=2),
    st.integers(-2, 200) | st.floats(),
    st.integers(-2, 200) | st.just(10**9),
    st.sampled_from(["lift", "stack", "open_drawer", "fly", ""]),
    st.integers(-2, 7) | st.none(),
    st.integers(-2, 7),
    st.lists(st.text(max_size=3), max_size=2).map(tuple),
)


def passes_only_if_it_can_be_learned_from(segment: Segment) -> None:
    lengths, objects = [150] * 4, [3, 1, 5, 2]
    try:
        check_segments([segment], lengths, objects, DESK)
    except BadSegment:
        return
    assert 0 <= segment.start < segment.stop <= lengths[segment.episode]
    arguments = {"lift": 1, "stack": 2, "open_drawer": 0}[segment.task]
    named = (segment.object, segment.other)
    assert all(0 <= value < objects[segment.episode] for value in named[:arguments])
    assert named[arguments:] == (-1,) * (2 - arguments)
    assert segment.sentences
    assert all(said.strip() for said in segment.sentences)


@given(SEGMENTS)
@pytest.mark.long
def test_a_segment_passes_only_if_it_can_be_learned_from(segment: Segment) -> None:
    passes_only_if_it_can_be_learned_from(segment)


@pytest.mark.faults
def test_none_of_thousands_of_segments_passes_that_cannot_be_learned_from(injected) -> None:
    times = fuzz(passes_only_if_it_can_be_learned_from, SEGMENTS, pure=True)
    injected("a segment of any values", "drawn by hypothesis, around what there is in the dataset", times)


# -- grown, doubled, unreadable --------------------------------------------------------------------


@pytest.mark.long
def test_play_that_came_after_the_relabelling_is_left_out_and_said_to_be(play: Path, tmp_path: Path) -> None:
    before = open_described([play], DESK)
    config = PlayConfig(minutes=1, episode_steps=150)
    with DatasetWriter(play, config, kind=DESK) as writer:
        writer.commit(play_unit(config, 1))
    joined, segments = open_described([play], DESK)
    assert segments == before[1]
    assert joined.n_episodes == before[0].n_episodes == len(list(joined.episodes()))
    assert joined.undescribed == {play: 8}
    relabel(play)
    assert open_described([play], DESK)[0].undescribed == {}


def test_sentences_of_other_play_are_refused(play: Path, tmp_path: Path) -> None:
    config = PlayConfig(minutes=1, episode_steps=150, seed=5)
    with DatasetWriter(tmp_path / "other", config, kind=DESK) as writer:
        writer.commit(play_unit(config, 0))
    shutil.copy(segments_path(play), segments_path(tmp_path / "other"))
    with pytest.raises(OtherSegments, match="of other play"):
        open_described([tmp_path / "other"], DESK)


def test_relabelling_before_the_first_episode_is_stored_says_so(tmp_path: Path, capsys) -> None:
    with DatasetWriter(tmp_path, PlayConfig(), kind=DESK):
        assert main(["relabel", f"dataset={tmp_path}"]) == 2
    assert "no episode yet" in " ".join(capsys.readouterr().err.split())
    assert not segments_path(tmp_path).exists()


def test_play_of_one_step_is_described_and_no_training_on_it_or_on_none_begins(
    sound: Path, tmp_path: Path, capsys, injected
) -> None:
    whole = open_dataset(sound, DESK).episode(0)
    short = whole._replace(states=whole.states.at(slice(2)), actions=whole.actions[:1])
    for name, records in (("none", []), ("one", [short])):
        with DatasetWriter(tmp_path / name, PlayConfig(), kind=DESK) as writer:
            for record in records:
                writer.append(record)
        assert main(["relabel", f"dataset={tmp_path / name}"]) == (0 if records else 2)
        capsys.readouterr()
        assert main(["train", f"dataset={tmp_path / name}", f"output={tmp_path / 'out'}"]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
    assert not (tmp_path / "out").exists()
    injected("a dataset of no episode, or of one step", "relabelled and trained on", 2)


def test_the_same_play_never_counts_twice(play: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(play)
    for again in (play, play.parent / "." / "x" / ".." / play.name, tmp_path / "link"):
        with pytest.raises(SameDataset, match="same dataset"):
            open_described([play, again], DESK)


@pytest.mark.parametrize("name", ["meta/info.json", FRAMES, EPISODES, "meta/lang_segments.parquet"])
def test_what_may_not_be_read_is_not_called_damaged(play: Path, name: str, injected) -> None:
    if os.geteuid():
        pytest.skip("only root can become somebody else")
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(shutil.copytree(play, Path(parent) / "play"))
        Path(parent).chmod(0o755)
        (folder / name).chmod(0)
        os.seteuid(NOBODY)
        try:
            with pytest.raises(CannotRead, match=f"can't read .*{name}.*Permission denied"):
                list(open_described([folder], DESK)[0].episodes())
        finally:
            os.seteuid(0)
    injected("a file of a dataset that may not be read", "mode 0, read as nobody", 1)


def test_an_error_of_the_disk_is_not_called_damage(play: Path) -> None:
    (play / "meta/info.json").unlink()
    (play / "meta/info.json").mkdir()
    with pytest.raises(CannotRead, match=r"info\.json"):
        open_dataset(play, DESK)


def test_two_processes_that_describe_the_same_play_lose_no_sentence(play: Path, injected) -> None:
    one = read_segments(play, DESK)[0][0]
    code = (
        "import sys; from pathlib import Path\n"
        "from data.store.annotations import annotate; from sim.task import Goal\n"
        "from sim.kinds.desk import DESK\n"
        f"goal = Goal({one.task!r}, {one.object}, {one.other})\n"
        f"for i in range(20): annotate(Path(sys.argv[1]), {one.episode}, {one.start}, {one.stop}, goal,"
        " f'do the thing {i}', sys.argv[2], DESK)"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(play), who]) for who in ("ann", "ben")]
    assert [process.wait(300) for process in running] == [0, 0]
    assert len(read_annotations(play, DESK)) == 41
    injected("two processes add sentences to the same play", "two at once, 20 sentences each", 1)
