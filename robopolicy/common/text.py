"""File names made of sentences."""

import re
import zlib


def slug(text: str) -> str:
    """A sentence as part of a file name: at most 60 lower-case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60] or "command"


def own_slug(text: str) -> str:
    """As `slug`, with a checksum, so that different texts get different names."""
    return f"{slug(text)}-{zlib.crc32(text.encode()):08x}"
