"""Where each part of a file stands: places sentences about it at line and column."""

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from hookline.errors import Problem, Severity

Path = tuple[int | str, ...]
LONGEST_EXCERPT = 500  # characters; a file may be a single line
_BREAKS = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # as YAML counts lines
_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)*[\"']?")  # of a text: an anchor, a tag, its quote
_ENOUGH = 3  # signs that make sure
_BLOCK_STYLES = ("|", ">")  # they begin on the line after their mark


@dataclass(slots=True)
class Tree:
    """The data of a file, and the place of every key and item in it."""

    name: str
    text: str = ""
    data: Any = None
    nodes: dict[Path, yaml.Node] = field(default_factory=dict)
    names: dict[Path, yaml.Node] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _lines: list[str] = field(default_factory=list)

    def problem(self, path: Path, sentence: str, *, at_name: bool = False, severity: Severity = "error") -> Problem:
        """Place a sentence at the path, or at its nearest parent that is in the file."""
        while path not in self.nodes and path:
            path = path[:-1]
        node = self.names.get(path) if at_name else self.nodes.get(path)
        return self.at(node or self.nodes.get(path), sentence, severity)

    def warning(self, path: Path, sentence: str, *, at_name: bool = False) -> Problem:
        """Place a sentence about what can be used as it is."""
        return self.problem(path, sentence, at_name=at_name, severity="warning")

    def within(self, path: Path, offset: int, sentence: str, severity: Severity = "error") -> Problem:
        """Place a sentence inside the text at the path, so many characters from its beginning."""
        node = self.nodes.get(path)
        if not isinstance(node, yaml.ScalarNode):
            return self.problem(path, sentence, severity=severity)
        last = len(node.value.rstrip()) - 1  # what is missing at the end is missing behind that
        found = self._found(node, min(offset, last))
        if found is None:
            return self.at(node, sentence, severity)
        return self.placed(found[0], found[1] + (offset > last), sentence, severity)

    def at(self, node: yaml.Node | yaml.Event | None, sentence: str, severity: Severity = "error") -> Problem:
        """Place a sentence at a node; without one at the file's beginning."""
        mark = node.start_mark if node else None
        return self.placed(mark.line if mark else 0, mark.column if mark else 0, sentence, severity)

    def placed(self, line: int, column: int, sentence: str, severity: Severity = "error") -> Problem:
        """Place a sentence at line and column, which count from 0 here."""
        return Problem(self.name, line + 1, column + 1, sentence, self._line(line)[:LONGEST_EXCERPT], severity)

    def _line(self, line: int) -> str:
        if not self._lines:
            self._lines = _BREAKS.split(self.text.removeprefix("\ufeff"))
        return self._lines[line] if line < len(self._lines) else ""

    def _found(self, node: yaml.ScalarNode, offset: int) -> tuple[int, int] | None:
        """Return line and column of a text's sign. Quotes, indentation and folding change blanks only, escapes more."""
        if offset < 0:
            return None
        before, wanted = len(_inked(node.value[:offset])), _inked(node.value[offset:])[:_ENOUGH]
        line, column = node.start_mark.line, node.start_mark.column
        if node.style in _BLOCK_STYLES:
            line, column = line + 1, 0
        elif properties := _PROPERTIES.match(self._line(line), column):
            column = properties.end()
        while line <= node.end_mark.line:
            written = self._line(line)
            inked = [n for n in range(column, len(written)) if not written[n].isspace()]
            if before < len(inked):
                is_same = _inked(written[inked[before] :]).startswith(wanted)
                return (line, inked[before]) if is_same else None
            before, line, column = before - len(inked), line + 1, 0
        return None


def _inked(text: str) -> str:
    return "".join(text.split())
