"""Completion in bash as it has to be for names with blanks in them, and for `--option=value`."""

import os
import re

# Typer's own, which is pinned; it leaves both out.
from typer._click.shell_completion import add_completion_class
from typer._completion_classes import BashComplete
from typer._completion_shared import Shells

_OBEYED = re.compile(r"([^\w@%+:,./=-])")  # what bash doesn't take as it stands


def register() -> None:
    """Let Typer use it; it has to be told after the commands are built, when it registers its own."""
    add_completion_class(Bash, Shells.bash.value)


class Bash(BashComplete):
    """Typer's completion, with what bash breaks words at put together again, and values written as bash reads them."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the cursor, and the beginning of the one at it."""
        args, incomplete = super().get_completion_args()
        return [arg for arg in args if arg != "="], "" if incomplete == "=" else incomplete

    def format_completion(self, item: object) -> str:
        """Return the value, with a backslash where one is needed; not within quotes that were opened."""
        value = str(getattr(item, "value", ""))
        words = os.environ["COMP_WORDS"].split("\n")
        at = int(os.environ["COMP_CWORD"])
        is_quoted = at < len(words) and words[at].startswith(('"', "'"))
        return value if is_quoted else _OBEYED.sub(r"\\\1", value)
