"""Names of files that are made of what somebody wrote."""

import re
import zlib


def slug(text: str) -> str:
    """A sentence as part of a file name."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60] or "command"


def own_slug(text: str) -> str:
    """As `slug`, and never the same for two texts."""
    return f"{slug(text)}-{zlib.crc32(text.encode()):08x}"
