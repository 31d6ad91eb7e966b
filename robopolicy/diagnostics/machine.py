"""What the machine has: cores, memory, disk, and folders that can be written to."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from data.common.atomic_io import check_writable
from data.common.errors import CannotWrite
from robopolicy.common.provenance import cores
from robopolicy.diagnostics.findings import Finding

GB = 1e9
MEMORY = 2.0  # GB that should be free: two worker processes of an evaluation take 1.5
DISK = 2.0  # GB that should be free: `robopolicy demo` writes 0.3, the cache of sentences grows to 2
MEMINFO = Path("/proc/meminfo")


def processors() -> Iterator[Finding]:
    """Cores that this process may use; collections and evaluations start one worker for each."""
    yield Finding("cores", "ok", f"{cores()}; play and evaluations start a worker process for each")


def memory() -> Iterator[Finding]:
    """Free memory, where the system says it."""
    free = free_memory()
    if free is None:
        yield Finding("memory", "ok", "this system does not say how much is free")
    elif free < MEMORY:
        fix = "workers=1 for play and evaluations, or close other programs"
        yield Finding("memory", "note", f"{free:.1f} GB free, {MEMORY:g} are wanted", fix)
    else:
        yield Finding("memory", "ok", f"{free:.1f} GB free")


def folders(output: Path) -> Iterator[Finding]:
    """Whether runs can be written to the output folder and beside it, and how much room there is."""
    for name, folder in (("this folder", Path.cwd()), ("output", output)):
        try:
            check_writable(folder)
        except CannotWrite as error:
            fix = "cd to a folder of yours, or say output=FOLDER to each command"
            yield Finding(name, "FAILS", f"{folder} takes no files ({error.why})", fix)
        else:
            yield Finding(name, "ok", f"{folder} takes files")
    nearest = next(path for path in (output, *output.absolute().parents) if path.exists())
    free = shutil.disk_usage(nearest).free / GB
    if free < DISK:
        fix = "free some, or say output=FOLDER on another disk"
        yield Finding("disk", "note", f"{free:.1f} GB free, {DISK:g} are wanted", fix)
    else:
        yield Finding("disk", "ok", f"{free:.0f} GB free")


def free_memory() -> float | None:
    """GB that programs can have without swapping, as Linux says; None elsewhere."""
    if not MEMINFO.exists():
        return None
    for line in MEMINFO.read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024 / GB
    return None
