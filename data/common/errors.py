"""What a person is told of an error: one sentence, if it is theirs or their disk's to put right.

Every error of this project that a person can cause is a subclass of ValueError defined in one of its
three packages.
"""

import errno

from sim.common.printable import shortened, visible

LONGEST = 600  # characters of a message
OUR_PACKAGES = ("sim", "data", "robopolicy")
_DISK = frozenset(
    getattr(errno, name)
    for name in ("ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM", "ENOTDIR", "EISDIR", "EEXIST", "EIO",
                 "ENAMETOOLONG", "EFBIG", "ELOOP", "EMFILE", "ENOMEM")
)  # fmt: skip


class CannotWrite(OSError, ValueError):
    """The disk, or who may write to it; `why` is what the system says of it."""

    def __init__(self, path: object, error: OSError) -> None:
        self.why = error.strerror or str(error)
        super().__init__(
            f"can't write to {path} ({self.why}); what was stored before is safe: "
            "put that right and give the same command again, or give another folder"
        )


def is_users(error: BaseException) -> bool:
    """Whether an error is one of ours about input, to be told without a traceback."""
    return isinstance(error, ValueError) and type(error).__module__.partition(".")[0] in OUR_PACKAGES


def sentence_of(error: BaseException) -> str | None:
    """The sentence; None if the error is the program's own, whose traceback is wanted."""
    if is_users(error):
        return _brief(error)
    if not isinstance(error, OSError) or error.errno not in _DISK:
        return None
    if error.filename is None:  # it may be the standard output
        return _brief(
            f"the disk, or the system, refuses ({error.strerror or error}); what was finished is kept"
        )
    return _brief(f"cannot use {error.filename} ({error.strerror}); what was finished is kept")


def _brief(says: object) -> str:
    """In one line of moderate length."""
    return shortened(visible(str(says)), LONGEST)
