"""Modules that see states alone bring no engine in with them, and help starts without what is heavy."""

import subprocess
import sys

PURE = (
    "sim.state", "sim.desk.scene", "sim.desk.tasks.families", "sim.desk.tasks.geometry",
    "data.relabel.hindsight", "data.language.grammar", "data.store.reader", "data.samples.sampler",
    "robopolicy.policies.agent", "robopolicy.policies.checkpoint", "robopolicy.policies.loaded",
    "robopolicy.training.loop",
)  # fmt: skip
"""What predicates, describers, batches and policies are: they see states and hold no engine."""


def test_no_engine_comes_in_with_what_sees_states_alone() -> None:
    script = (
        "import sys; from importlib import import_module\n"
        "for name in sys.argv[1:]:\n"
        "    import_module(name)\n"
        "    engine = {'pybullet', 'pybullet_data'} & set(sys.modules)\n"
        "    assert not engine, f'{name} brings in {engine}'"
    )
    ran = subprocess.run([sys.executable, "-c", script, *PURE], check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def test_help_needs_neither_torch_nor_physics() -> None:
    script = (
        "import sys; from robopolicy.cli.main import main; main(['--help']); "
        "sys.exit(bool({'torch', 'pybullet', 'transformers'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
