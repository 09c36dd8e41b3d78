"""Where the command `hookline` starts: it takes a moment to load, and whoever stops it then sees no traceback."""

import sys

STOPPED = 130  # what shells say of a program that Ctrl-C has ended


def main() -> None:
    """Run the command line."""
    try:
        from local.cli import main as call

        call()
    except KeyboardInterrupt:
        sys.exit(STOPPED)
