from pathlib import Path

import pytest
from rich.progress import Progress

from robopolicy.common.stages import OtherSettings, Report, Stage, TimeLeft, _Bar, run_stages


def stages_of(log: list[str], play: int = 1, table: int = 1, stop: str = "") -> list[Stage]:
    def doing(name: str):
        def run(report: Report) -> None:
            report(1, 2)
            if name == stop:
                raise KeyboardInterrupt
            log.append(name)

        return run

    return [
        Stage("play", play, doing("play")),
        Stage("train", 1, doing("train")),
        Stage("evaluate", table, doing("evaluate"), redo=True),
    ]


def test_stages_run_once_in_order(tmp_path: Path) -> None:
    log: list[str] = []
    run_stages(stages_of(log), tmp_path)
    run_stages(stages_of(log), tmp_path)
    assert log == ["play", "train", "evaluate"]


def test_an_interrupted_stage_runs_again_and_finished_ones_do_not(tmp_path: Path) -> None:
    log: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        run_stages(stages_of(log, stop="train"), tmp_path)
    run_stages(stages_of(log), tmp_path)
    assert log == ["play", "train", "evaluate"]


def test_work_of_other_settings_is_not_overwritten(tmp_path: Path) -> None:
    log: list[str] = []
    run_stages(stages_of(log), tmp_path)
    with pytest.raises(OtherSettings, match="output=ANOTHER_FOLDER"):
        run_stages(stages_of(log, play=2), tmp_path)
    assert log == ["play", "train", "evaluate"]


def test_a_begun_stage_of_other_settings_is_not_overwritten_either(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_stages(stages_of([], stop="play"), tmp_path)
    with pytest.raises(OtherSettings):
        run_stages(stages_of([], play=2), tmp_path)


def test_a_stage_that_may_be_redone_is_redone_with_new_settings(tmp_path: Path) -> None:
    log: list[str] = []
    run_stages(stages_of(log), tmp_path)
    run_stages(stages_of(log, table=2), tmp_path)
    assert log == ["play", "train", "evaluate", "evaluate"]


def test_a_damaged_memory_is_as_none(tmp_path: Path) -> None:
    log: list[str] = []
    run_stages(stages_of(log), tmp_path)
    (tmp_path / "stages.json").write_text("{")
    run_stages(stages_of(log), tmp_path)
    assert log == ["play", "train", "evaluate"] * 2


def test_the_time_left_does_not_count_what_an_earlier_run_did(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("robopolicy.common.stages.time.monotonic", lambda: now[0])
    with Progress(disable=True) as progress:
        task = progress.add_task("train", total=None)
        bar = _Bar(progress, task)
        bar.report(90, 100)
        assert TimeLeft().render(progress.tasks[0]).plain == "left  -:--"
        now[0] = 60.0
        bar.report(95, 100)
        assert TimeLeft().render(progress.tasks[0]).plain == "left  1:00"
        now[0] = 80.0
        assert TimeLeft().render(progress.tasks[0]).plain == "left  0:40"
        now[0] = 300.0
        assert TimeLeft().render(progress.tasks[0]).plain == "left  0:00"
