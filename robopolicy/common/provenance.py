"""What produced a result: the commit, a hash of the code, versions of libraries, the kind of machine."""

import hashlib
import os
import platform
import subprocess
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = (
    "robopolicy", "torch", "pybullet", "numpy", "gymnasium", "sentence-transformers", "hydra-core", "pyarrow",
)  # fmt: skip
ENGINES = ("pybullet", "pybullet-arm64")  # distributions of the module pybullet; the second is a fork
SOURCES = ("sim", "data", "robopolicy")
DECISIVE = ("torch", "pybullet", "numpy")  # packages whose version may change a rollout


def commit() -> str:
    """The commit of the checkout that this runs from, with "+" if files were changed since; "" if none."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return ""
    try:
        head = _git(root, "rev-parse", "HEAD")
        changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.SubprocessError):
        return ""
    return head + ("+" if changed else "")


@cache
def code_hash() -> str:
    """SHA-256 over the installed sources of the three packages and the JSON files that `data` reads.

    It tells two versions apart where the commit cannot: in a changed checkout, and where there is none.
    """
    root, digest = Path(__file__).resolve().parents[2], hashlib.sha256()
    for path in sorted(path for name in SOURCES for path in (root / name).rglob("*.py")):
        _add(digest, path.relative_to(root).as_posix(), path)
    for path in sorted((root / "data").rglob("*.json")):
        _add(digest, path.relative_to(root).as_posix(), path)
    return digest.hexdigest()


@cache
def program() -> dict[str, Any]:
    """What decides a rollout besides its settings: the code and the libraries it runs on."""
    versions = {name: _version(name) for name in DECISIVE} | {"python": platform.python_version()}
    return {"code": code_hash(), "versions": versions}


def environment() -> dict[str, Any]:
    """Commit, versions and kind of machine, as JSON; nothing in it names the machine or its user."""
    return {
        "commit": commit(),
        "code_sha256": code_hash(),
        "versions": {name: _version(name) for name in PACKAGES},
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cpus": cores(),
    }


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _version(name: str) -> str:
    """The installed version of a package; "" if there is none. Of PyBullet's fork, with the fork's name."""
    for found in ENGINES if name == "pybullet" else (name,):
        with suppress(PackageNotFoundError):
            return version(found) if found == name else f"{found} {version(found)}"
    return ""


def _add(digest: Any, name: str, path: Path) -> None:
    """Add a file's name and contents to a hash."""
    digest.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())


def _git(root: Path, *arguments: str) -> str:
    """What a git command prints."""
    done = subprocess.run(
        ["git", *arguments], cwd=root, capture_output=True, text=True, timeout=10, check=True
    )
    return done.stdout.strip()
