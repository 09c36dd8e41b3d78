"""The sentences of a digest, as many as there is room for."""

from collections.abc import Iterator

from hookline.digest.groups import Group, Groups, Name
from hookline.fit import cut

MOST_NAMED = 6  # groups; on a phone nobody reads on after so many
_SHARE_OF_LINES = 3  # a third of the text at most makes the first line shorter
_SHORTEST_LATEST = 40  # characters; less of a text says nothing


def head(begin: str, groups: Groups, sentence: str, lines: list[str], limit: int) -> str:
    """Return how many there are, what they are about and what became of others, with all that there is room for."""
    room = limit - min(sum(len(line) + 1 for line in lines), limit // _SHARE_OF_LINES)
    said = _first_line(begin, groups, sentence, room)
    for line in lines:
        if len(said) + 1 + len(line) <= limit:
            said += f"\n{line}"
    return said


def latest(text: str, room: int) -> str:
    """Return a line with the latest message, cut if it has to be, or nothing where that would be a scrap."""
    last = f"\nLatest: {text}"
    return cut(last, room) if text and room >= min(len(last), _SHORTEST_LATEST) else ""


def _first_line(begin: str, groups: Groups, sentence: str, room: int) -> str:
    ranked, said = groups.ranked(), begin
    for named, with_places in _ways(min(len(ranked), MOST_NAMED)):
        about = _about(ranked, named, groups.others, with_places=with_places)
        counted = f"{begin}: {about}" if about else begin
        # A colon before what is over would read as if that were all.
        said = f"{counted}{'. ' if ranked else ': '}{sentence}." if sentence else f"{counted}."
        if len(said) <= room:
            break
    return said


def _ways(groups: int) -> Iterator[tuple[int, bool]]:
    """Give how many groups are named, and whether with their places, the one that says most first."""
    for named in range(groups, 0, -1):
        yield named, True
        yield named, False
    yield 0, False


def _about(ranked: list[tuple[Name, Group]], named: int, others: int, *, with_places: bool) -> str:
    shown = [_group(name, group, with_places=with_places) for name, group in ranked[:named]]
    more = others + sum(group.times for _, group in ranked[named:])
    if not shown or not more:
        return ", ".join(shown)
    return f"{', '.join(shown)}, and {more} {'other' if more == 1 else 'others'}"


def _group(name: Name, group: Group, *, with_places: bool) -> str:
    resolved = " resolved" if name.is_resolved else ""
    times = f" x{group.times}" if group.times > 1 else ""
    places = f" ({group.places})" if with_places and group.places.first else ""
    return f"{name.title}{resolved}{times}{places}"
