"""Notices that a file was saved, once it is whole."""

from pathlib import Path

Stamp = tuple[int, int, int] | None


class Saved:
    """Looks at one file; an editor may write it in place or put another one there."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._taken = self._seen = self._stamp()

    def has_changed(self) -> bool:
        """Say once that the file is another one, when two looks found the same: it may be half written."""
        before, self._seen = self._seen, self._stamp()
        if self._seen in {self._taken, None} or self._seen != before:
            return False
        self._taken = self._seen
        return True

    def _stamp(self) -> Stamp:
        try:
            found = self._file.stat()
        except OSError:
            return None  # between two of an editor's steps there may be none
        return found.st_mtime_ns, found.st_size, found.st_ino
