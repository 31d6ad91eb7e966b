"""What people type as a sentence arrives as it was typed, or is refused in one sentence."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some
from omegaconf import DictConfig

from data.language.lexicon import normalise
from data.language.sentence import LONGEST, BadSentence, checked
from robopolicy.cli.main import VERBS, _split_arguments, _words_as_option
from robopolicy.common.hydra_bridge.compose import as_yaml, build, composed, load
from robopolicy.common.hydra_bridge.overrides import split_sentences
from robopolicy.runtime.scene_request import SceneRequest
from robopolicy.runtime.session import CommandConfig
from robopolicy.viewer.live.shared import SharedState
from sim.kinds.desk import DESK
from tests.doors import takes_or_refuses
from tests.fuzzing import fuzz
from tests.test_printable import ANY_TEXT

COMMAND = next(verb for verb in VERBS if verb.name == "command")
TYPED = some.text(some.characters(exclude_categories=("Cs",)), min_size=1, max_size=60).filter(str.strip)


def _arrives(text: str, tree: DictConfig) -> None:
    """As words, and as an option, whatever is in it."""
    _, overrides, words = _split_arguments(["seed=1", "--", text])
    assert overrides == ["seed=1"]
    rest, typed = split_sentences([f"sentence={text}"], CommandConfig)
    assert rest == []
    assert build(CommandConfig, tree, typed).sentence == text
    assert build(CommandConfig, tree, _words_as_option(COMMAND, words)).sentence == text


@pytest.fixture(scope="module")
def tree() -> DictConfig:
    return composed("command", CommandConfig, [])


@given(TYPED)
def test_any_sentence_arrives_as_it_was_typed(tree: DictConfig, text: str) -> None:
    _arrives(text, tree)


@pytest.mark.faults
def test_very_many_sentences_arrive_as_they_were_typed(tree: DictConfig, injected) -> None:
    times = fuzz(lambda text: _arrives(text, tree), TYPED, pure=True)
    injected("a sentence of any characters", "drawn by hypothesis, as words and as an option", times)


@pytest.mark.parametrize(
    "text",
    [
        "lift ${oc.env:HOME}", "${x}", "${", "\\${x}", "???", "null", "'", "a\\",
        "{object} [x] (y), a=b", "-x", "open it\nand shut it", "[" * 60,
    ],
)  # fmt: skip
def test_what_means_something_to_a_parser_is_a_sentence_like_any_other(text: str) -> None:
    for given_ in ((["seed=1"], {"sentence": text}), ([f"sentence={text}"], {})):
        assert load("command", CommandConfig, *given_).sentence == text


def test_other_options_are_interpolated_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHERE", "there")
    assert load("command", CommandConfig, ["output=${oc.env:WHERE}/films"]).output == "there/films"


def test_the_configuration_that_is_printed_has_the_sentence_as_it_was_typed() -> None:
    assert "sentence: lift ${x}\n" in as_yaml("command", CommandConfig, ["sentence=lift ${x}"])


def _heard(text: str) -> None:
    normalise(text)
    assert takes_or_refuses(CommandConfig, text)


@given(ANY_TEXT)
def test_any_text_is_a_command_or_is_refused_in_one_sentence(text: str) -> None:
    _heard(text)


@pytest.mark.faults
def test_very_many_texts_are_commands_or_are_refused_in_one_sentence(injected) -> None:
    times = fuzz(_heard, ANY_TEXT, share=2, pure=True)
    injected("a command of any text", "drawn by hypothesis, lone surrogates too", times)


def test_a_sentence_has_one_longest_length_at_every_door(tmp_path: Path) -> None:
    longest, longer = "x" * LONGEST, "x" * (LONGEST + 1)
    shared = SharedState(SceneRequest(DESK).scene(), "none", 2, DESK)
    for door in (checked, shared.submit, lambda text: CommandConfig(sentence=text)):
        door(longest)
        with pytest.raises(BadSentence, match=f"at most {LONGEST} characters"):
            door(longer)


@pytest.mark.parametrize(
    ("typed", "says"),
    [(b"lift it " * 10**6, "at most 500 characters"), (b"lift \xff\xfe\n", "bytes that are no text")],
)
@pytest.mark.long
def test_what_comes_through_a_pipe_is_read_as_far_as_it_can_be(typed: bytes, says: str, injected) -> None:
    program = (
        "from sim.common.printable import forgive_encodings\n"
        "from robopolicy.cli.verbs.command import _lines\n"
        "from data.language.sentence import checked\n"
        "forgive_encodings()\n"
        "try:\n"
        "    for line in _lines(''): checked(line)\n"
        "except ValueError as error:\n"
        "    print(error)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], input=typed, capture_output=True, check=False, timeout=60
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert says in ran.stdout.decode()
    assert len(ran.stdout) < 600
    injected("a pipe of what is no sentence", "eight million characters, and bytes that are no text", 1)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(BadSentence, match="no text"):
        checked(b"lift \xff".decode("utf-8", "surrogateescape"))
