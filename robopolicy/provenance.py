"""What produced a figure: commit, checkpoint, versions, machine."""

import hashlib
import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = (
    "robopolicy", "torch", "pybullet", "numpy", "gymnasium", "sentence-transformers", "hydra-core", "pyarrow",
)  # fmt: skip


def commit() -> str:
    """The commit of the checkout that this runs from, with "+" if files were changed since; "" if none."""
    root = Path(__file__).resolve().parent.parent
    if not (root / ".git").exists():
        return ""
    try:
        head = _git(root, "rev-parse", "HEAD")
        changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.SubprocessError):
        return ""
    return head + ("+" if changed else "")


def folder_hash(folder: Path) -> str:
    """SHA-256 over the names and contents of a checkpoint's config and weights."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        ours = path.suffix == ".safetensors" or (path.suffix == ".json" and path.name != "confidence.json")
        if ours and path.is_file():
            digest.update(path.name.encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def environment() -> dict[str, Any]:
    """Versions and machine, without anything that names it."""
    return {
        "commit": commit(),
        "versions": {name: _version(name) for name in PACKAGES},
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cpus": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=root, capture_output=True, text=True, timeout=10, check=True
    )
    return done.stdout.strip()
