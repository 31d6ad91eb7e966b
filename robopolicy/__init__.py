"""Learning and asking: text encoder, policies, training, evaluation, command line.

    import robopolicy

    policy = robopolicy.load("benchmark")

What is offered here is loaded when it is first asked for, so that `import robopolicy` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from robopolicy.policies.base.condition import GoalState
    from robopolicy.policies.base.intent import Intent
    from robopolicy.policies.loaded import LoadedPolicy, load

__all__ = ["GoalState", "Intent", "LoadedPolicy", "load"]

_HOMES = {
    "GoalState": "robopolicy.policies.base.condition",
    "Intent": "robopolicy.policies.base.intent",
    "LoadedPolicy": "robopolicy.policies.loaded",
    "load": "robopolicy.policies.loaded",
}
"""Name -> the module that has it."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'robopolicy' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(_HOMES[name]), name)
