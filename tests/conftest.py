"""For all tests: no network, one thread per process; how much is fuzzed; what is known of faults."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.reliability import Fault, document

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

_ANY = {"deadline": None, "suppress_health_check": list(HealthCheck)}
settings.register_profile("fast", max_examples=200, derandomize=True, database=None, **_ANY)
settings.register_profile("faults", max_examples=10_000, **_ANY)
settings.register_profile("overnight", max_examples=1_000_000, **_ANY)
settings.load_profile(os.environ.get("ROBOPOLICY_FUZZ", "fast"))

_FAULT = "fault"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--reliability", metavar="FILE", help="write the table of faults injected into FILE")


@pytest.fixture
def injected(request: pytest.FixtureRequest) -> Callable[..., None]:
    """`injected(fault, how, times, lost)`: a row of docs/reliability.md, if the test passes."""

    def note(fault: str, how: str, times: int, lost: str = "nothing") -> None:
        request.node.user_properties.append((_FAULT, Fault(fault, how, times, lost)._asdict()))

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    path = config.getoption("reliability")
    if not path:
        return
    passed = [report for report in terminalreporter.stats.get("passed", []) if report.when == "call"]
    faults = [Fault(**value) for report in passed for key, value in report.user_properties if key == _FAULT]
    failed = [
        report.nodeid for kind in ("failed", "error") for report in terminalreporter.stats.get(kind, [])
    ]
    Path(path).write_text(document(faults, failed))
    terminalreporter.write_line(f"written: {path}")
