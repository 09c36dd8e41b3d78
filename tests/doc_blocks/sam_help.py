"""What the SAM CLI says that its commands take, each with ``--help``: printed as JSON, by SAM's own Python."""

import contextlib
import io
import json
import sys

from samcli.cli.main import cli


def said(command: str) -> str:
    """Return the help of a command; of one that there isn't, nothing."""
    printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.TextIOWrapper(io.BytesIO())):
        try:
            cli.main([*command.split(), "--help"], prog_name="sam")
        except SystemExit as ended:
            if ended.code:
                return ""
    printed.seek(0)
    return printed.read()


print(json.dumps({command: said(command) for command in sys.argv[1:]}))  # noqa: T201
