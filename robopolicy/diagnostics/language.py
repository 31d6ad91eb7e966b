"""Whether the text encoder works, and whether what it encodes can be kept."""

import time
from collections.abc import Iterator

from data.common.atomic_io import check_writable
from data.common.errors import CannotWrite
from robopolicy.diagnostics.findings import Finding, Guarded
from robopolicy.policies.text.encoder import CACHE_VARIABLE, EncoderError, TextEncoder, default_cache


def cache() -> Iterator[Finding]:
    """Where encoded sentences are kept, so that the model need not be loaded for them again."""
    folder = default_cache()
    try:
        check_writable(folder)
    except CannotWrite as error:
        says = f"{folder} takes no files ({error.why}): sentences are encoded anew in every run"
        yield Finding("sentence cache", "note", says, f"export {CACHE_VARIABLE}=FOLDER")
    else:
        yield Finding("sentence cache", "ok", f"{folder} takes files")


def encoder() -> Iterator[Finding]:
    """The packaged model is there, is the official one, and reads a word."""
    try:
        reader = TextEncoder(cache_folder="")
    except EncoderError as error:
        what, _, fix = str(error).partition("; ")
        yield Finding("text encoder", "FAILS", what, fix)
        return
    start = time.perf_counter()
    width = reader.width
    taken = time.perf_counter() - start
    says = f"{reader.config.model}, SHA-256 {reader.sha256[:12]}... as it should be, {width} numbers a word"
    yield Finding("text encoder", "ok", f"{says}; loaded in {taken:.1f} s")


CHECKS = (
    Guarded("sentence cache", cache, f"export {CACHE_VARIABLE}=FOLDER"),
    Guarded("text encoder", encoder, "pip install --force-reinstall sentence-transformers transformers"),
)
