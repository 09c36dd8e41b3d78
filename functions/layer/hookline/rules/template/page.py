"""What is found in a template when it is read."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a template can't be used, ``at`` so many characters from its beginning."""

    at: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Read:
    """A name that is looked up, with what is looked up in it: ``event.title`` is (event, title)."""

    at: int
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A filter with arguments that are texts in quotes, as they are written."""

    at: int
    name: str
    arguments: tuple[str, ...]


@dataclass(slots=True)
class Page:
    """What was read. ``bounded`` is what MiniJinja is given."""

    bounded: str = ""
    is_readable: bool = True
    complaints: list[Fault] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    includes: list[Read] = field(default_factory=list)  # of templates: the path is the template's name
    calls: list[Call] = field(default_factory=list)
    bound: set[str] = field(default_factory=set)  # names that it gives to things itself

    def complain(self, at: float, sentence: str) -> None:
        """Note why the template can't be used."""
        self.complaints.append(Fault(int(at), sentence))
