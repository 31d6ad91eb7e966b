"""robopolicy doctor: check what is installed and whether everything works on this machine."""

from robopolicy.common.console import console
from robopolicy.diagnostics.doctor import DoctorConfig, findings

CONFIG = DoctorConfig
EXAMPLES = ("robopolicy doctor", "robopolicy doctor checkpoint=runs/train output=/data/runs")
OUTPUT = ""  # nothing is written to the output folder, so that a sweep need not change it


def run(config: DoctorConfig) -> int:
    """Say what is installed, what works here and what does not, each with its fix.

    A line says "ok"; or "note": an extra is absent, or something works less well; or "FAILS": a feature
    of the base install does not work, and then the exit code is 1. Nothing is changed or left behind.
    """
    failing = 0
    for finding in findings(config):
        console.print(str(finding))
        failing += finding.state == "FAILS"
    console.print()
    if failing:
        console.print(f"{failing} of these do{'es' if failing == 1 else ''} not work here.")
        return 1
    console.print("Everything that the base install does works here.")
    return 0
