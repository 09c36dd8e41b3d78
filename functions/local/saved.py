"""Notices that a file was saved, once it is whole."""

from pathlib import Path

MOST_MISSED = 8  # looks that find nothing, until the file counts as gone: an editor may put another one there
Stamp = tuple[int, int, int] | None


class Saved:
    """Looks at one file; an editor may write it in place or put another one there."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._taken = self._seen = self._stamp()
        self._missed = 0

    def has_changed(self) -> bool:
        """Say once that the file is another one, or gone; two looks have to find the same: it may be half written."""
        before, self._seen = self._seen, self._stamp()
        self._missed = 0 if self._seen else self._missed + 1
        if self._seen == self._taken or self._seen != before or 0 < self._missed < MOST_MISSED:
            return False
        self._taken = self._seen
        return True

    def _stamp(self) -> Stamp:
        try:
            found = self._file.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino
