"""The entry point of `robopolicy` and `python -m robopolicy`; signals are handled from here on."""

import sys

from robopolicy.common.signals import exit_code, ignore_signals, take_signals


def main() -> int:
    """Run the command line and return the exit code."""
    take_signals()
    try:
        from robopolicy.cli.main import main as run  # noqa: PLC0415 - takes a while, in which Ctrl-C may come
    except (KeyboardInterrupt, Exception) as error:
        code = exit_code(error)
        if code is None:
            raise
        return code
    code = run()
    ignore_signals()
    return code


if __name__ == "__main__":
    sys.exit(main())
