"""robopolicy evaluate: success rates on levels of unseen commands, with intervals and controls."""

import os
from collections.abc import Mapping
from pathlib import Path

from rich.live import Live
from rich.progress import track

from robopolicy.common.console import console
from robopolicy.evaluation.evaluate import Evaluation, evaluate
from robopolicy.evaluation.levels.registry import asked
from robopolicy.evaluation.reference import EXPERT
from robopolicy.evaluation.tally import Tally
from robopolicy.evaluation.trials.config import EvaluateConfig
from robopolicy.policies.checkpoint import folder_of
from robopolicy.policies.results_card import write_card
from robopolicy.reporting.report import training_curve, write_report
from robopolicy.reporting.tables import failures_of, family_table, level_table, live_table, markdown_table
from robopolicy.reporting.videos import chosen, films_of
from robopolicy.viewer.drawing.rollout_replays import replays_of
from robopolicy.viewer.extras import need

CONFIG = EvaluateConfig
EXAMPLES = (
    "robopolicy evaluate levels=paraphrase,pairs,chain n=1000",
    "robopolicy evaluate checkpoint=runs/train levels=seen,synonym",
    "robopolicy evaluate commands=mine.yaml levels=yours failures=3",
    "robopolicy evaluate levels=synonym replays=2",
    "robopolicy evaluate checkpoint=runs/a,runs/b --multirun",
)


def run(config: EvaluateConfig) -> None:
    """Evaluate with a live table, then write report, films and replays."""
    if config.replays:
        need("viser")  # raises before the rollouts, not after
    with Live(console=console, refresh_per_second=4, transient=True) as live:

        def tick(tallies: Mapping[str, Tally], per_minute: float) -> None:
            live.update(live_table(tallies, per_minute))

        def and_then(evaluation: Evaluation) -> None:
            live.stop()
            _show(config, evaluation)

        evaluate(config, tick, and_then=and_then)


def _show(config: EvaluateConfig, evaluation: Evaluation) -> None:
    """Write films, replay pages, the report and the model card, and print the tables."""
    folder, (info, results) = Path(config.output), evaluation
    workers = config.workers or os.cpu_count() or 1
    filmed = [level.key for level in asked(config) if level.filmed]
    wanted = chosen(results, filmed, config.videos, config.failures)
    made = films_of(wanted, folder, workers, config.kind)
    films = list(track(made, "filming", len(wanted), console=console, transient=True)) if wanted else []
    wanted = chosen(results, filmed, config.replays, config.replays)
    kept = replays_of(wanted, folder, workers, config.kind)
    pages = list(track(kept, "keeping", len(wanted), console=console, transient=True)) if wanted else []
    write_report(folder, films, training_curve(folder_of(config.checkpoint)), replays=pages)
    if config.card and config.checkpoint != EXPERT:
        write_card(folder_of(config.checkpoint), markdown_table(info), config.kind)
    families = ["", family_table(info)] if info["per_task"] else []
    console.print(level_table(info), *families, "", failures_of(info), "")
    console.print(f"written: {folder / 'eval_info.json'}, {folder / 'report.html'}")
