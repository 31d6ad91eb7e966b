"""Seeds and random generators: one stream for each purpose.

    rng = rng_of("sentence", seed)             # a generator; more numbers: rng_of("sensor", seed, block)
    seeds = seeds_of("paraphrase", 0, 1000)    # seeds of the scenes of an evaluation
    seed = play_seed(sequence)                 # seed of a scene of play

By construction no scene of play has the seed of an evaluation's scene. Those of released trials (the first
`RELEASED` of each level, seed 0) and of shipped chains are skipped by play, and so are the `RETRIES` seeds
after each, which a trial tries where a scene does not suit it; all other trials have seeds above play's. A
test shows that the released play met none of the skipped ones.

Streams of different purposes are fed to NumPy's `SeedSequence` as different words, with these exceptions,
which the released figures need as they are: a purpose whose tag is None has no word of its own, so a
"batch" and the "sentences" of an episode share a stream where both their numbers are equal.
"""

import zlib
from collections.abc import Collection
from functools import cache

import numpy as np

_TAGS: dict[str, int | None] = {
    "scene": None,  # seed; seed, number of the family it is drawn for
    "batch": None,  # seed, step; seed, step, 1
    "described": None,  # 0
    "sentences": None,  # seed, episode
    "confidence": None,  # seed; seed, number
    "control": None,  # seed, number of trials
    "chain": None,  # seed, number; seed, number, length
    "effects": None,  # seed of a chain's scene
    "examples": None,  # seed
    "sensor": 0x5E25E,  # seed; seed, block
}
"""Purposes whose word is not the CRC of their name, and their numbers."""

EVALUATIONS = ("seen", "paraphrase", "synonym", "composition", "object", "yours", "pairs")
"""Levels whose first trials were released while their seeds were among those of play, which leaves them out.
This list is closed: all seeds of any other level are above those of play."""

RELEASED = 1000  # trials of a level in the released tables
RETRIES = 20  # seeds that a trial may try, its own included
BEYOND = 2**32  # play's seeds are below it


def rng_of(purpose: str, seed: int, *numbers: int) -> np.random.Generator:
    """The generator of a purpose: a function of the purpose, the seed and the numbers."""
    tag = _TAGS.get(purpose, zlib.crc32(purpose.encode()))
    return np.random.default_rng([seed, *([] if tag is None else [tag]), *numbers])


def play_sequence(seed: int, unit: int) -> np.random.SeedSequence:
    """The seed sequence from which a unit of play spawns those of its episodes."""
    return np.random.SeedSequence([seed, unit])


def play_seed(sequence: np.random.SeedSequence, taken: Collection[int] = ()) -> int:
    """The seed of a scene of play: below `BEYOND`, and none of a released trial's or of those taken."""
    words = (int(word) for word in sequence.generate_state(16))
    return next(word for word in words if word not in taken and not is_reserved(word))


def is_reserved(seed: int) -> bool:
    """Whether a released trial has this seed, or may go on to it."""
    return any(seed - later in _released() for later in range(RETRIES))


def seeds_of(level: str, seed: int, n: int) -> list[int]:
    """n seeds of scenes, different for each level; of 33 bits at most, which any reader takes."""
    root = np.random.SeedSequence([seed, zlib.crc32(level.encode())])
    words = [int(word) for word in root.generate_state(n) >> 1]
    released = RELEASED if seed == 0 and level in EVALUATIONS else 0
    return [word if i < released else BEYOND + word for i, word in enumerate(words)]


@cache
def _released() -> frozenset[int]:
    return frozenset(seed for level in EVALUATIONS for seed in seeds_of(level, 0, RELEASED))
