"""A family and a kind of policy are an entry each: nobody else knows their names."""

import ast

import pytest

from sim.desk.tasks.families import TASKS
from sim.desk.tasks.task import Task
from tests.test_imports import MODULES, ROOT, nodes_in


def test_only_the_module_of_a_familys_group_names_it() -> None:
    named_in = {task.name: set[str]() for task in TASKS}
    for path in MODULES:
        constants = (node.value for node in nodes_in(path) if isinstance(node, ast.Constant))
        for name in {value for value in constants if isinstance(value, str)} & named_in.keys():
            named_in[name].add(str(path.relative_to(ROOT)))
    for name, modules in named_in.items():
        modules.discard("robopolicy/policies/formats.py")  # what the codes of old checkpoints meant, for ever
        assert len(modules) == 1, (name, modules)
        assert modules.pop().startswith("sim/desk/tasks/"), name


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_familys_siblings_exist(task: Task) -> None:
    names = {each.name for each in TASKS} - {task.name}
    assert {sibling for _, sibling in task.contrasts} <= names


def test_only_the_registry_asks_which_kind_or_head_a_policy_has() -> None:
    asking = set()
    for path in (path for path in MODULES if path.is_relative_to(ROOT / "robopolicy")):
        for text in (ast.unparse(node) for node in nodes_in(path) if isinstance(node, ast.Compare)):
            if any(f"{name} ==" in text or f"{name} !=" in text for name in ("conditioning", ".head")):
                asking.add(path.name)
    assert not asking
