"""What training reads, as it lies on disk, against everything that is held out."""

from pathlib import Path

import numpy as np
import pytest

from data.language.grammar import Grammar
from data.language.held_out import colour_and_shape, is_held_out_object
from data.language.splits import SPLITS, goal_split, held_out_words_in, why_held_out
from data.play.collection import PlayConfig, collect
from data.store.reader import Dataset, open_dataset
from data.store.segments import Segment, read_segments
from data.trials.chains import read_chains
from data.trials.pairs import draw_pairs
from robopolicy.training.relabelling import RelabelConfig, relabel_dataset
from sim.desk.layouts import LAYOUTS
from sim.desk.scenes.sampler import SceneConfig, draw_scene_for
from sim.desk.tasks.families import TASKS
from sim.goal_draw import CannotDraw
from sim.kinds.desk import DESK
from sim.task import Goal


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("play")
    for _ in collect(PlayConfig(minutes=4, seed=7), folder, workers=1):
        pass
    for _ in relabel_dataset(folder, RelabelConfig(sentences=8)):
        pass
    return folder


@pytest.fixture(scope="module")
def dataset(described: Path) -> Dataset:
    return open_dataset(described, DESK)


@pytest.fixture(scope="module")
def segments(described: Path) -> list[Segment]:
    return read_segments(described, DESK)[0]


def trained_on(segments: list[Segment]) -> set[str]:
    return {sentence for s in segments for sentence in (*s.sentences, *s.forbidding)}


@pytest.mark.long
def test_no_scene_of_the_play_holds_a_held_out_thing(dataset: Dataset) -> None:
    names = {name for i in range(dataset.n_episodes) for name in dataset.scene(i).names}
    assert len(names) > 10
    assert not any(is_held_out_object(*colour_and_shape(name)) for name in names)


@pytest.mark.long
def test_no_segment_pairs_what_is_held_out(dataset: Dataset, segments: list[Segment]) -> None:
    goals = [(Goal(s.task, s.object, s.other), dataset.scene(s.episode).names) for s in segments]
    assert len(goals) > 80
    assert {goal_split(goal, names) for goal, names in goals} == {"train"}


@pytest.mark.long
def test_no_sentence_contains_a_held_out_word(segments: list[Segment]) -> None:
    sentences = trained_on(segments)
    assert len(sentences) > 500
    assert not [sentence for sentence in sentences if held_out_words_in(sentence)]


@pytest.mark.long
def test_no_sentence_that_an_unseen_level_asks_with_was_trained_on(segments: list[Segment]) -> None:
    trained = trained_on(segments)
    rng = np.random.default_rng(0)
    asked = 0
    for split in SPLITS:
        if split.name not in ("paraphrase", "synonym", "object"):
            continue
        grammar = Grammar(split.name)
        for seed, task in enumerate(TASKS * 2):
            try:
                scene, goal = draw_scene_for(
                    task.name, seed, SceneConfig(objects=split.objects), split.allows
                )
            except CannotDraw:
                continue  # the furniture has no held-out things
            said = grammar.describe(goal, scene.names, rng, 20)
            asked += len(said)
            assert not trained.intersection(said)
    assert asked > 1500


@pytest.mark.long
def test_no_sentence_of_a_chain_or_of_a_minimal_pair_was_trained_on(segments: list[Segment]) -> None:
    trained = trained_on(segments)
    assert any(s.forbidding for s in segments)
    assert not trained & {sentence for chain in read_chains() for sentence in chain.sentences}
    pairs = draw_pairs(0, 100, 3, tuple(LAYOUTS))
    assert not trained & {sentence for pair in pairs for sentence in pair.sentences}


@pytest.mark.long
def test_the_door_for_sentences_by_people_stops_what_the_grammar_may_not_say() -> None:
    names = ("red cube", "blue bar", "pink puck")
    assert why_held_out("yank the drawer open", Goal("open_drawer"), names)
    assert why_held_out("open the drawer", Goal("open_drawer"), names) is None
