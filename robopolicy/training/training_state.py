"""The state of a training at a step, on disk and in memory."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from data.common.atomic_io import write_atomic
from data.common.settings import dotted
from robopolicy.common.console import warn
from robopolicy.common.errors import UserError
from robopolicy.common.provenance import code_hash
from robopolicy.common.tensors import load_sealed, save_sealed


class OtherTraining(UserError):
    """The folder holds the state of a training that cannot be continued."""


class TrainingState:
    """Weights, their moving average, and the optimiser; `state.safetensors` in a folder.

    `identity` (JSON types) says what is trained on what: a state is only continued with the same. The state
    before the last is kept too, in case that the last is damaged.
    """

    def __init__(
        self, model: nn.Module, optimiser: torch.optim.AdamW, folder: Path, identity: Mapping[str, Any]
    ) -> None:
        self.model, self.optimiser = model, optimiser
        self.average: dict[str, Tensor] = {k: v.detach().clone() for k, v in model.state_dict().items()}
        self.done = 0
        self._path, self._before = folder / "state.safetensors", folder / "state.before.safetensors"
        self._identity = json.loads(json.dumps(identity))
        self._named = {name: p for name, p in model.named_parameters() if p.requires_grad}
        self._live: list[Tensor] = list(self._named.values())
        self._kept = [self.average[name] for name in self._named]

    def step(self, loss: Tensor, rate: float, clip: float, decay: float) -> bool:
        """One step of the optimiser, then of the moving average (shorter in the beginning).

        False, and nothing has changed, if the loss or its gradient is not finite.
        """
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(self._live, clip)
        if not (loss.isfinite().all() and norm.isfinite()):
            return False
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.optimiser.step()
        self.done += 1
        now = min(decay, (1 + self.done) / (10 + self.done))
        with torch.no_grad():
            torch._foreach_lerp_(self._kept, self._live, 1 - now)
        return True

    def save(self, done: int) -> None:
        """Write the state after `done` steps."""
        tensors = {f"model.{k}": v for k, v in self.model.state_dict().items()}
        tensors |= {f"average.{k}": v for k, v in self.average.items()}
        for name, parameter in self._named.items():
            for key, value in self.optimiser.state[parameter].items():
                tensors[f"{key}.{name}"] = value
        notes = {"done": str(done), "identity": json.dumps(self._identity), "code": code_hash()}
        content = save_sealed({k: v.detach().cpu().contiguous() for k, v in tensors.items()}, notes)
        if self._path.exists():
            self._path.replace(self._before)
        write_atomic(self._path, content)

    def resume(self) -> int:
        """Load what is in the folder; steps done, 0 if there is nothing. Raises `OtherTraining`.

        Warns of a damaged state, and loads the one before it.
        """
        there = [path for path in (self._path, self._before) if path.exists()]
        for path in there:
            stored = load_sealed(path.read_bytes())
            if stored is None:
                warn(f"{path} is damaged, or was written by an earlier version")
                continue
            tensors, notes = stored
            done, identity = int(notes["done"]), json.loads(notes["identity"])
            if identity != self._identity:
                raise OtherTraining(
                    f"{path.parent.parent} holds a training of {done} steps "
                    f"with {self._difference(identity)}; "
                    "say output=ANOTHER_FOLDER, or remove it"
                )
            if notes["code"] != code_hash() and done:
                warn(f"the first {done} steps in {path.parent.parent} were trained by other code")
            self._take(tensors)
            self.done = done
            if path == self._before:  # so that it is not replaced by what is damaged
                self._path.unlink(missing_ok=True)
                warn(f"training goes on from the state before, that of step {done}")
            return done
        if there:
            raise OtherTraining(f"nothing is left of the training; remove {there[0].parent} to train anew")
        return 0

    def _take(self, tensors: Mapping[str, Tensor]) -> None:
        self.model.load_state_dict({k[6:]: v for k, v in tensors.items() if k.startswith("model.")})
        for name, value in self.average.items():
            value.copy_(tensors[f"average.{name}"])
        for name, parameter in self._named.items():
            if f"step.{name}" not in tensors:  # what is never trained has no state
                continue
            self.optimiser.state[parameter] = {
                "step": tensors[f"step.{name}"],
                "exp_avg": tensors[f"exp_avg.{name}"].to(parameter.device),
                "exp_avg_sq": tensors[f"exp_avg_sq.{name}"].to(parameter.device),
            }

    def _difference(self, other: Mapping[str, Any]) -> str:
        """The first thing that is not the same, in words."""
        mine, theirs = dotted(self._identity), dotted(other)
        for key in sorted(mine.keys() | theirs.keys()):
            if mine.get(key) != theirs.get(key):
                name = key.removeprefix("config.")
                return "other data" if key == "data" else f"{name}={theirs.get(key)}, not {mine.get(key)}"
        return "other settings"
