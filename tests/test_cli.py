"""The command line as a person meets it: `ran` gives the exit code, the output and the complaints."""

from pathlib import Path

import pytest

from robopolicy.cli import main as cli
from robopolicy.cli.main import VERBS, main


@pytest.fixture
def ran(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        out = capfd.readouterr()
        return code, out.out, out.err

    return run


def test_help_lists_every_verb(ran) -> None:
    for arguments in ((), ("--help",), ("-h",), ("help",)):
        code, out, err = ran(*arguments)
        assert (code, err) == (0, "")
        assert all(f"  {verb.name} " in out for verb in VERBS)
        assert max(map(len, out.splitlines())) <= 110


@pytest.mark.parametrize("verb", [verb.name for verb in VERBS])
def test_every_verb_explains_its_options(ran, verb: str) -> None:
    code, out, err = ran(verb, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(f"robopolicy {verb}: ")
    assert "examples:" in out
    assert max(map(len, out.splitlines())) <= 110


@pytest.mark.parametrize("verb", [verb.name for verb in VERBS])
def test_every_option_of_every_verb_says_what_it_is(ran, verb: str) -> None:
    table = ran(verb, "--help")[1].partition("options:\n")[2].partition("\n\n")[0]
    silent = [
        line
        for line in table.splitlines()
        if line.strip() and "=" in line.split()[0] and len(line.split()) == 1
    ]
    following = table.splitlines()
    for line in silent:  # a long default has its words on the next line
        at = following.index(line)
        assert at + 1 < len(following), line
        assert following[at + 1].startswith("      "), line


def test_the_version_can_be_asked_for(ran) -> None:
    assert ran("--version")[1].startswith("0.")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["tsks"], "did you mean tasks?"),
        (["tasks", "sentence=3"], "did you mean sentences?"),
        (["tasks", "sentences=lots"], "sentences: Value 'lots'"),
        (["tasks", "seed=-1"], "seed must be at least 0"),
        (["play", "minutes=0"], "minutes must be above 0"),
        (["play", "scene.n_objects=9"], "a whole number from 1 to 5"),
        (["play", "seed=-1"], "seed must be at least 0"),
        (["play", "dataset=/dev/null"], "/dev/null"),
        (["relabel", "dataset=nowhere"], "no dataset in nowhere"),
        (["relabel", "sentences=0"], "sentences must be at least 1"),
        (["train", "dataset=nowhere"], "no dataset in nowhere"),
        (["train", "policy.chnk=3"], "did you mean policy.chunk?"),
        (
            ["evaluate", "checkpoint=expert", "levels=seen", "n=1", "output=/dev/null"],
            "can't write to /dev/null",
        ),
        (["evaluate", "checkpoint=nowhere"], "no checkpoint"),
        (["demo", "play.minute=3"], "did you mean play.minutes?"),
        (["tasks", "open"], "'open' is not an option"),
        (["tasks", "--multi"], "no flag is called '--multi'"),
        (["tasks", "families=[opn_drawer]"], "did you mean open_drawer"),
        (["tasks", "level=sean"], "did you mean seen"),
        (["tasks", "sentences=1,2"], "add --multirun"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(ran, arguments: list[str], says: str) -> None:
    code, out, err = ran(*arguments)
    assert code == 2
    assert out == ""
    assert says in err
    assert err.startswith("robopolicy: ")
    assert "Traceback" not in err
    assert len(err.splitlines()) == 1


def test_tasks_lists_families_with_sentences(ran) -> None:
    code, out, _ = ran("tasks", "families=[open_drawer,stack]", "sentences=2")
    assert code == 0
    assert "open_drawer" in out
    assert "stack" in out
    assert "push_left" not in out
    assert len(out.splitlines()) >= 5


def test_tasks_lists_the_families_of_another_world(ran) -> None:
    code, out, _ = ran("tasks", "env=examples.pucks:PUCKS", "sentences=1")
    assert code == 0
    assert {line.split()[0] for line in out.splitlines()[1:]} == {"shove_left", "park"}
    code, _, err = ran("tasks", "env=examples.pucks:PUCKS", "families=[lift]")
    assert code == 2
    assert "shove_left" in err


@pytest.mark.parametrize("level", ["paraphrase", "synonym", "composition", "object"])
def test_tasks_lists_sentences_of_every_level(ran, level: str) -> None:
    assert ran("tasks", f"level={level}", "families=lift")[0] == 0


def test_cfg_prints_the_configuration_and_does_nothing(ran) -> None:
    for flag in (("--cfg",), ("--cfg", "job"), ("-c", "job")):
        code, out, _ = ran("tasks", "sentences=7", *flag)
        assert code == 0
        assert "sentences: 7" in out.splitlines()
        assert "open_drawer" not in out


def test_multirun_runs_every_combination_and_tells_which(ran) -> None:
    code, out, _ = ran("tasks", "families=lift,stack", "seed=0,1", "sentences=1", "--multirun")
    assert code == 0
    assert out.count("tasks families=") == 4
    assert "families=[stack] seed=1" in out
    assert len(list(Path("runs/multirun/tasks").glob("*/*"))) >= 4
    assert not Path("outputs").exists()


def test_multirun_goes_on_after_a_refused_run_and_says_so(ran) -> None:
    code, out, err = ran("tasks", "families=opn_drawer,stack", "sentences=1", "-m")
    assert code == 2
    assert "did you mean open_drawer" in err
    assert "Traceback" not in err
    assert "stack" in out


def test_multirun_refuses_a_typo_before_anything_runs(ran) -> None:
    code, out, err = ran("tasks", "sentence=1,2", "--multirun")
    assert (code, out) == (2, "")
    assert "did you mean sentences?" in err


def test_a_single_run_leaves_no_folder_behind(ran, tmp_path: Path) -> None:
    ran("tasks", "families=lift")
    assert not list(tmp_path.iterdir())


def test_free_words_become_the_sentence() -> None:
    verb = next(verb for verb in VERBS if verb.name == "command")
    flags, overrides, words = cli._split_arguments(["seed=3", "open", "the drawer", "--", "a=b", "-x"])
    assert (flags, overrides, words) == (set(), ["seed=3"], ["open", "the drawer", "a=b", "-x"])
    assert cli._words_as_option(verb, words) == {"sentence": "open the drawer a=b -x"}


def test_ctrl_c_says_that_nothing_is_lost(ran, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(arguments: list[str]) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_dispatch", interrupted)
    code, _, err = ran("demo")
    assert code == 130
    assert "goes on from there" in err


def test_an_error_of_the_program_is_not_dressed_up_as_the_users(ran, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(arguments: list[str]) -> int:
        raise ValueError("a bug")

    monkeypatch.setattr(cli, "_dispatch", broken)
    with pytest.raises(ValueError, match="a bug"):
        ran("demo")
