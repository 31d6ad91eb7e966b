import json
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from data.common.checksums import sealed
from data.language.held_out import train_objects
from robopolicy.evaluation.levels.base import LevelTrials
from robopolicy.evaluation.levels.controls import EMPTY
from robopolicy.evaluation.levels.synonym import SYNONYM
from robopolicy.evaluation.levels.unseen import PARAPHRASE, SEEN
from robopolicy.evaluation.plan import Plan
from robopolicy.evaluation.summary import SCHEMA, read_info, summary
from robopolicy.evaluation.trials.judges import FELL
from robopolicy.evaluation.trials.results import Result, rated
from robopolicy.evaluation.trials.trial import Command, Trial
from robopolicy.reporting.report import Curve, training_curve, write_report
from robopolicy.reporting.svg import Bar, bars, curve
from robopolicy.reporting.tables import lines_of
from robopolicy.reporting.videos import Film
from robopolicy.training.metrics import write_metrics
from sim.desk.scenes.sampler import SceneConfig, draw_scene
from sim.kinds.desk import DESK
from sim.task import Goal

VOID = {"meta", "img", "link", "br", "line", "rect", "path", "polyline"}


class Checker(HTMLParser):
    """Fails on tags that are not closed; collects what the page refers to."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.sources: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.sources += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(page: str) -> Checker:
    checker = Checker()
    checker.feed(str(page))
    assert not checker.open
    return checker


def info_in(folder: Path) -> dict:
    """An evaluation of 6 trials on two levels and a control, half of them successes."""
    scene = draw_scene(0, SceneConfig(objects=train_objects()))
    sentence = 'put "it" <there> & go'
    planned, results = [], {}
    for level in (SEEN, PARAPHRASE, EMPTY):
        tasks = enumerate(("lift", "push_left"))
        trials = tuple(Trial(level.name, i, (Command(sentence, (Goal(task, 0),)),)) for i, task in tasks)
        planned.append(LevelTrials(level, trials, (scene, scene)))
        still = np.zeros((9, 7), np.float32)
        results[level.key] = [
            Result(t, scene, t.task == "lift", 9, still, cause="" if t.task == "lift" else FELL)
            for t in trials
        ]
    info = summary(results, Plan(tuple(planned)), DESK)
    info["produced_by"] = {
        "commit": "abc", "code_sha256": "1" * 64, "checkpoint": "runs/<x>", "checkpoint_sha256": "0" * 64,
        "versions": {"torch": "2"}, "python": "3.11", "system": "Linux", "cpus": 2, "wall_s": 3.0,
        "rollouts_per_minute": 300.0, "config": {"seed": 0, "world": "nominal"},
    }  # fmt: skip
    (folder / "eval_info.json").write_text(json.dumps(sealed(info)))
    return info


def test_the_summary_counts_per_level_family_and_control(tmp_path: Path) -> None:
    info = info_in(tmp_path)
    half = {"n_episodes": 2, "n_success": 1, "pc_success": 50.0, "pc_success_ci95": [9.45, 90.55]}
    assert info["levels"] == {name: {**half, "n_fallen": 1} for name in ("seen", "paraphrase")}
    assert info["controls"] == {"empty": half}
    assert list(info["per_task"]) == ["lift", "push_left"]
    assert info["per_task"]["lift"]["paraphrase"]["n_success"] == 1
    assert info["per_task"]["push_left"]["seen"]["pc_success"] == 0.0
    assert len(info["episodes"]) == 4
    assert set(info["episodes"][0]) >= {"seed", "level", "task", "sentence", "success", "steps"}
    assert [episode["cause"] for episode in info["episodes"]] == ["", "fell", "", "fell"]
    assert [episode["control"] for episode in info["control_episodes"]] == ["empty", "empty"]
    assert info["schema"] == SCHEMA


def test_synonym_sentences_are_counted_by_how_their_words_were_chosen() -> None:
    scene = draw_scene(0, SceneConfig(objects=train_objects()))
    said = ("slam the drawer", "yank the drawer", "yank the hatch")
    trials = tuple(
        Trial("synonym", i, (Command(text, (Goal("open_drawer"),)),)) for i, text in enumerate(said)
    )
    results = [Result(t, scene, t.seed != 1, 9, np.zeros((9, 7), np.float32)) for t in trials]
    info = summary({"synonym": results}, Plan((LevelTrials(SYNONYM, trials, (scene,) * 3),)), DESK)
    assert list(info["synonym_words"]) == ["lot", "hand"]
    assert info["synonym_words"]["hand"] == rated([False, True])
    assert [(line.name, line.n, line.quiet) for line in lines_of(info)] == [
        ("synonym", 3, False),
        ("synonym: by words drawn by lot", 1, True),
        ("synonym: by words chosen", 2, True),
    ]


def test_the_report_is_one_well_formed_page_that_says_it_all(tmp_path: Path) -> None:
    info_in(tmp_path)
    (tmp_path / "unseen.gif").write_bytes(b"GIF89a")
    films = [Film("videos/a.mp4", "seen", "lift", 'put "it" <there> & go', success=False)]
    path = write_report(tmp_path, films, Curve([1, 2, 3], [3.0, 0.2, 0.1]), "unseen.gif")
    page = read(path.read_text())
    assert "2 of 4 rollouts failed: 2 not done, and what it was about fell out of reach" in page.text
    for text in ("seen", "paraphrase", "control: empty", "50.0 % [9.5, 90.5]", "1 of 2", "lift", "runs/<x>"):
        assert text in page.text
    assert page.text.count('put "it" <there> & go') == 3  # a film and two failures
    assert page.sources == ["data:image/gif;base64,R0lGODlh", "videos/a.mp4"]


def test_a_report_needs_neither_films_nor_curve(tmp_path: Path) -> None:
    info_in(tmp_path)
    page = read(write_report(tmp_path).read_text())
    assert page.sources == []
    assert "Training" not in page.text


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "no eval_info.json"),
        ("{", "damaged"),
        ("[]", "damaged"),
        (json.dumps(sealed({"schema": 99})), "not of schema"),
    ],
)
def test_a_report_of_nothing_is_refused(tmp_path: Path, content: str | None, says: str) -> None:
    if content is not None:
        (tmp_path / "eval_info.json").write_text(content)
    with pytest.raises(ValueError, match=says):
        read_info(tmp_path)


def test_bars_reach_as_far_as_their_rates() -> None:
    drawn = bars([Bar("half", 50, 40, 60, "1 of 2"), Bar("none", 0, 0, 20, "0 of 9", quiet=True)])
    assert 'width="260.0"' in drawn
    assert read(drawn).text.count("%") >= 6


def test_a_curve_survives_what_training_may_leave() -> None:
    assert curve([1], [2.0], "step", "loss") == ""
    assert curve([], [], "step", "loss") == ""
    read(curve([1, 2, 3], [5.0, float("nan"), 4.0], "step", "loss"))
    read(curve([1, 2], [1.0, 1.0], "step", "loss"))


def test_a_training_curve_is_read_where_training_left_it(tmp_path: Path) -> None:
    assert training_curve(tmp_path) is None
    write_metrics(tmp_path / "metrics.jsonl", [{"step": 1, "loss": 2.0}, {"step": 2, "loss": 1.0}])
    assert training_curve(tmp_path) == Curve([1.0, 2.0], [2.0, 1.0])


def test_replays_are_linked_with_what_was_said_and_how_it_ended(tmp_path: Path) -> None:
    info_in(tmp_path)
    kept = [Film("replays/a.html", "seen", "lift", "up <with> it", ok) for ok in (True, False)]
    page = read(write_report(tmp_path, replays=kept).read_text())
    assert page.sources.count("replays/a.html") == 2
    assert "up <with> it" in page.text


def test_a_failure_of_no_family_is_listed_last_with_all_that_was_said(tmp_path: Path) -> None:
    info = info_in(tmp_path)
    first = info["episodes"][0]
    spoken = {**first, "task": "", "success": False, "cause": FELL, "sentences": ["hello there", "well done"]}
    info["episodes"].insert(0, spoken)
    (tmp_path / "eval_info.json").write_text(json.dumps(sealed(info)))
    write_report(tmp_path)
    page = (tmp_path / "report.html").read_text()
    assert page.index("hello there / well done") > page.rindex("push_left")


def test_without_trials_of_one_act_there_is_no_table_of_families(tmp_path: Path) -> None:
    info = info_in(tmp_path)
    assert "Families" in read(write_report(tmp_path).read_text()).text
    (tmp_path / "eval_info.json").write_text(json.dumps(sealed(info | {"per_task": {}})))
    assert "Families" not in read(write_report(tmp_path).read_text()).text
