"""Batches drawn from segments of play."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from data.samples.batches import SampleConfig
from data.samples.object_tracker import Tracker
from data.samples.sampler import Samples, TooFewSegments
from data.store.episode import EpisodeRecord
from data.store.segments import Segment
from sim.desk.constants import FIXTURES
from sim.desk.scene import Scene, Thing
from sim.desk.sensors import sense
from sim.kinds.desk import DESK
from sim.observation import Observation
from sim.randomize.dynamics import Dynamics
from sim.state import HAND_DIM, QUAT, SIZE, THING_DIM, State

LENGTH, CHUNK = 20, 4
FAMILIES = tuple(task.name for task in DESK.tasks)
HOLD = len(FAMILIES)
SMALL = SampleConfig(segments=16, instants=4, sentences=16)


def toy_episode(index: int, n_objects: int) -> EpisodeRecord:
    """Frame t of episode i has action 0 = i / 100 + t / 1000, and the hand at that x."""
    code = (index / 100 + np.arange(LENGTH + 1) / 1000).astype(np.float32)
    things = tuple(
        Thing(colour, "cube", (0.04, 0.04, 0.04), (0.5, 0.0, 0.02), 0.0)
        for colour in ("red", "green", "blue")[:n_objects]
    )
    hand = np.zeros((LENGTH + 1, HAND_DIM))
    hand[:, 0], hand[:, QUAT], hand[:, 7] = code, (1, 0, 0, 0), 0.08
    rows = np.zeros((LENGTH + 1, n_objects + len(FIXTURES), THING_DIM))
    rows[..., QUAT], rows[:, :n_objects, SIZE] = (0, 0, 0, 1), 0.04
    scene = Scene(index, "right_handed", things, (0.0, 0.0, 0.0, 0.0), False)
    states = State(hand, rows, (*scene.names, *FIXTURES), n_objects)
    return EpisodeRecord(scene, states, np.repeat(code[:LENGTH, None], 7, 1))


class Toy:
    kind = DESK
    n_episodes = 3

    def episodes(self) -> Iterator[EpisodeRecord]:
        return (toy_episode(i, n) for i, n in enumerate((3, 2, 1)))


SEGMENTS = [
    Segment(
        0, 2, 9, "open_drawer", -1, -1, ("open the drawer", "pull it open"), forbidding=("do not open it",)
    ),
    *[Segment(1, 5, 20, "lift", 1, -1, ("lift the green cube",)) for _ in range(50)],
    Segment(0, 0, 3, "stack", 2, 0, ("put the blue cube on the red cube",)),
    Segment(2, 18, 20, "put_in_drawer", 0, -1, ("put it in the drawer",)),
]


def toy_samples(config: SampleConfig = SMALL) -> Samples:
    return Samples(Toy(), SEGMENTS, CHUNK, config)


def test_a_batch_has_the_shapes_it_says():
    batch = toy_samples().batch(0, 0)
    assert batch.observation.proprio.shape == (16, 4, 8)
    assert batch.observation.entities.shape == (16, 4, 10, 12)
    assert batch.observation.mask.shape == (16, 4, 10)
    assert batch.actions.shape == (16, 4, CHUNK, 7)
    assert batch.valid.shape == (16, 4, CHUNK)
    assert batch.names.shape == (16, 10)


def test_everything_in_a_row_belongs_together():
    samples = toy_samples()
    of_family = {segment.task: segment for segment in SEGMENTS}
    for step in range(10):
        batch = samples.batch(0, step)
        for i in range(len(batch.sentence)):
            segment = of_family[FAMILIES[batch.family[i]]]
            assert samples.sentences[batch.sentence[i]] in segment.sentences
            names = DESK.spec.names(toy_episode(0, (3, 2, 1)[segment.episode]).scene.names)
            assert tuple(samples.names[j] for j in batch.names[i]) == names
            frames = np.rint((batch.observation.proprio[i, :, 0] - segment.episode / 100) * 1000).astype(int)
            assert (frames >= segment.start).all()
            assert (frames < segment.stop).all()
            for r, frame in enumerate(frames):
                inside = np.arange(frame, frame + CHUNK) < segment.stop
                assert batch.valid[i, r].tolist() == inside.astype(float).tolist()
                expected = segment.episode / 100 + np.arange(frame, frame + CHUNK)[inside] / 1000
                assert np.allclose(batch.actions[i, r, inside, 0], expected, atol=1e-6)


def test_rows_of_the_things_are_those_of_the_goal():
    batch = toy_samples().batch(0, 0)
    rows = {FAMILIES[f]: (t, o) for f, t, o in zip(batch.family, batch.target, batch.other, strict=True)}
    expected = {"open_drawer": (5, -1), "lift": (1, -1), "stack": (2, 0), "put_in_drawer": (0, 5)}
    assert rows == expected


def test_a_batch_is_a_function_of_seed_and_step():
    first, again = toy_samples().batch(3, 7), toy_samples().batch(3, 7)
    assert all(np.array_equal(a, b) for a, b in zip(first[1:], again[1:], strict=True))
    other = toy_samples().batch(3, 8)
    assert not np.array_equal(first.actions, other.actions)


def test_rare_families_are_drawn_more_often_than_they_occur():
    share = []
    for balance in (1.0, 0.0):
        samples = toy_samples(SampleConfig(segments=64, instants=1, balance=balance))
        drawn = np.concatenate([samples.batch(0, step).family for step in range(20)])
        share.append(np.mean(drawn == FAMILIES.index("lift")))
    assert share[0] > 0.85
    assert 0.15 < share[1] < 0.35


def test_sentences_come_with_what_they_ask_for():
    samples = toy_samples(SampleConfig(sentences=64, forbidding=0.5))
    of_family = {segment.task: segment for segment in SEGMENTS}
    forbidden = 0
    for step in range(5):
        batch = samples.sentence_batch(0, step)
        for sentence, family, names in zip(batch.sentence, batch.family, batch.names, strict=True):
            text = samples.sentences[sentence]
            if family == HOLD:
                assert text == "do not open it"
                forbidden += 1
            else:
                segment = of_family[FAMILIES[family]]
                assert text in segment.sentences
                things = DESK.spec.names(toy_episode(0, (3, 2, 1)[segment.episode]).scene.names)
                assert tuple(samples.names[i] for i in names) == things
    assert forbidden > 5


def test_a_fraction_of_the_labels_is_part_of_every_larger_one():
    described = [toy_samples(SampleConfig(label_fraction=f)).described for f in (0.1, 0.5, 1.0)]
    assert [int(d.sum()) for d in described] == [1, 2, 3]
    assert (described[0] <= described[1]).all()


def test_nobody_reads_the_sentences_of_episodes_that_are_not_described():
    samples = toy_samples(SampleConfig(label_fraction=0.5))
    kept = [s for s in SEGMENTS if samples.described[s.episode]]
    assert set(samples.sentences) == {t for s in kept for t in (*s.sentences, *s.forbidding)}
    assert len(samples) == len(kept) < len(SEGMENTS)


def test_play_that_nobody_described_is_learned_from_without_a_sentence():
    samples = toy_samples()
    one = np.ones(2, np.int64)
    samples.add_inferred(
        2 * one, np.array([3, 6]), np.array([12, 18]), FAMILIES.index("push_left") * one, 0 * one, -one
    )
    assert samples.n_segments == len(samples) + 2
    drawn = [samples.batch(0, step) for step in range(20)]
    mine = [batch.family == FAMILIES.index("push_left") for batch in drawn]
    assert sum(rows.sum() for rows in mine) > 5
    for batch, rows in zip(drawn, mine, strict=True):
        assert ((batch.sentence < 0) == rows).all()
    told = np.concatenate([samples.sentence_batch(0, step).family for step in range(20)])
    assert FAMILIES.index("push_left") not in told


def test_the_end_states_of_a_segment_are_its_first_and_last_view():
    ends = toy_samples().frames.end_states(*(np.array(column) for column in ((1, 2), (5, 3), (12, 20))))
    frames = [np.rint(seen.proprio[:, 0] * 1000).astype(int).tolist() for seen in (ends.before, ends.after)]
    assert frames == [[15, 23], [22, 39]]  # the very last state has no frame: the one before stands for it


def test_part_of_the_play_is_its_first_episodes_and_nothing_of_the_others():
    some = toy_samples(SampleConfig(segments=8, instants=4, sentences=8, play_fraction=0.5))
    assert (some.n_episodes, len(some.frames), len(some)) == (2, 40, 52)
    assert "put it in the drawer" not in some.sentences


def test_motions_join_views_of_one_episode_only():
    before, actions, after = toy_samples().frames.motions()
    code = [np.rint(column[:, 0] * 1000).astype(int) for column in (before, actions, after)]
    assert len(code[0]) == 3 * (LENGTH - 1)
    assert (code[0] == code[1]).all()
    assert (code[2] == code[0] + 1).all()


def test_as_arrived_an_action_is_what_came_of_it_at_the_arm():
    late = Dynamics(latency=2, action_scale=0.5, control_yaw=np.pi / 2)

    class Late(Toy):
        def episodes(self) -> Iterator[EpisodeRecord]:
            return (r._replace(scene=replace(r.scene, dynamics=late)) for r in super().episodes())

    sent = Samples(Late(), SEGMENTS, CHUNK, SMALL).frames.motions()[1]
    came = Samples(Late(), SEGMENTS, CHUNK, SMALL, with_memory=True).frames.motions()[1]
    per_episode = LENGTH - 1
    assert (came[:2, :6] == 0).all()  # nothing has arrived yet
    np.testing.assert_allclose(came[2:per_episode, 0], -0.5 * sent[: per_episode - 2, 1], atol=1e-6)
    np.testing.assert_allclose(came[2:per_episode, 1], 0.5 * sent[: per_episode - 2, 0], atol=1e-6)
    np.testing.assert_allclose(came[2:per_episode, 6], sent[: per_episode - 2, 6], atol=1e-6)


@pytest.mark.parametrize("fraction", [0.0, -0.1, 1.5])
@pytest.mark.parametrize("name", ["label_fraction", "play_fraction"])
def test_an_impossible_fraction_is_refused(name, fraction):
    with pytest.raises(ValueError, match=f"{name} must be above 0 and at most 1"):
        SampleConfig(**{name: fraction})


def test_nothing_to_learn_from_is_told():
    with pytest.raises(TooFewSegments, match="no segments"):
        Samples(Toy(), [], CHUNK)
    with pytest.raises(TooFewSegments, match="another dataset"):
        Samples(Toy(), [SEGMENTS[0]._replace(episode=9)], CHUNK)


def test_play_is_learned_from_as_its_sensor_saw_it():
    record = toy_episode(0, 3)
    scene = replace(record.scene, dynamics=Dynamics(position_noise=0.01, dropout=0.2))

    class Noisy:
        kind = DESK
        n_episodes = 1

        def episodes(self) -> Iterator[EpisodeRecord]:
            return iter([record._replace(scene=scene)])

    seen, plain = sense(record.states, scene), sense(record.states, record.scene)
    _, entities = Samples(Noisy(), SEGMENTS[:1], CHUNK, SMALL).frames.views(0)
    assert np.array_equal(entities, seen.entities[:LENGTH])
    _, entities = Samples(Toy(), SEGMENTS, CHUNK, SMALL).frames.views(0)
    assert np.array_equal(entities, plain.entities[:LENGTH])
    assert not np.array_equal(seen.entities, plain.entities)


def test_with_a_memory_play_is_learned_from_as_a_tracker_followed_it():
    records = []
    for index, (length, noise) in enumerate([(20, 0.004), (12, 0.004), (20, 0.0), (20, 0.002)]):
        toy = toy_episode(index, 3)
        states = toy.states.at(slice(length + 1))
        states = states._replace(hand=states.hand + 0.3 * np.eye(HAND_DIM)[2])  # away from the things
        scene = replace(toy.scene, dynamics=Dynamics(position_noise=noise, dropout=noise and 0.2))
        records.append(EpisodeRecord(scene, states, toy.actions[:length]))

    class Mixed:
        kind = DESK
        n_episodes = len(records)

        def episodes(self) -> Iterator[EpisodeRecord]:
            return iter(records)

    samples = Samples(Mixed(), SEGMENTS[:1], CHUNK, SMALL, with_memory=True)
    for index, record in enumerate(records):
        seen, tracker = sense(record.states, record.scene), Tracker(1, DESK.spec)
        live = [
            tracker.see(Observation(*(field[None, t] for field in seen))) for t in range(len(record.actions))
        ]
        followed = np.concatenate([view.entities for view in live])
        np.testing.assert_allclose(samples.frames.views(index)[1], followed, atol=1e-6)
        noisy = record.scene.dynamics.position_noise > 0
        assert np.array_equal(followed, seen.entities[: len(followed)]) != noisy
