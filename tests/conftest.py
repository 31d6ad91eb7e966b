"""For all tests: no network, one thread per process; how much is fuzzed; what is known of faults."""

import logging
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.fuzzing import CASES, profile
from tests.reliability import Fault, Outcome, document

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
for _number, _handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(_number) is signal.SIG_IGN:  # as in a job in the background, or under nohup
        signal.signal(_number, _handler)

_ANY = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
for _name, _cases in CASES.items():
    settings.register_profile(_name, max_examples=_cases, derandomize=_name == "fast", **_ANY)
settings.load_profile(profile())

_FAULT = "fault"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--reliability", metavar="FILE", help="run what injects faults, and write a page about it into FILE"
    )


@pytest.fixture
def injected(request: pytest.FixtureRequest) -> Callable[..., None]:
    """`injected(fault, how, times, lost)`: a row of docs/reliability.md, if the test passes."""

    def note(fault: str, how: str, times: int, lost: str = "nothing") -> None:
        request.node.user_properties.append((_FAULT, Fault(fault, how, times, lost)._asdict()))

    return note


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """For the page: the tests that inject, fast or not."""
    if not config.getoption("reliability"):
        return
    injecting = [item for item in items if _injects(item)]
    config.hook.pytest_deselected(items=[item for item in items if not _injects(item)])
    items[:] = injecting


def _injects(item: pytest.Item) -> bool:
    return item.get_closest_marker("faults") is not None or "injected" in getattr(item, "fixturenames", ())


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    path = config.getoption("reliability")
    if not path:
        return
    if exitstatus not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        terminalreporter.write_line(f"not written, for the tests did not come to an end: {path}")
        return
    Path(path).write_text(document(_outcome(terminalreporter.stats)))
    terminalreporter.write_line(f"written: {path}")


def _outcome(stats: dict[str, list]) -> Outcome:
    passed = [report for report in stats.get("passed", []) if report.when == "call"]
    failed = [report.nodeid for kind in ("failed", "error") for report in stats.get(kind, [])]
    return Outcome(
        [Fault(**value) for report in passed for key, value in report.user_properties if key == _FAULT],
        failed,
        [report.longrepr[2].removeprefix("Skipped: ") for report in stats.get("skipped", [])],
        [report.wasxfail.removeprefix("reason: ") for report in stats.get("xfailed", [])],
    )


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """Hydra leaves its level, and a handler on a stream that is closed when the next test logs."""
    root = logging.getLogger()
    level = root.level
    yield
    root.setLevel(level)
    root.handlers[:] = [one for one in root.handlers if type(one) is not logging.StreamHandler]
