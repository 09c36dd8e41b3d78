"""Pictures of a page have few colours: with a palette they take half. PNG as in https://www.w3.org/TR/png-3/."""

import struct
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_COLOURS = 256
EXACT, ROUGHLY = 64, 4  # colours that stay as they are; bits by which those of one kind may differ
_HEADER = struct.Struct(">IIBBBBB")
_EIGHT_BITS, _INDEXED = 8, 3
_CHANNELS = {2: 3, 6: 4}  # the type of colour -> bytes of a pixel; red, green and blue come first
Colour = bytes


def smaller(png: bytes) -> bytes:
    """Return the picture with as many colours as a palette has."""
    parts = list(chunks(png))
    width, height, depth, kind, *_, interlaced = _HEADER.unpack(parts[0][1])
    assert (depth, interlaced) == (_EIGHT_BITS, 0), "a browser writes no such picture"
    data = zlib.decompress(b"".join(content for name, content in parts if name == b"IDAT"))
    rows = [_colours(row, _CHANNELS[kind]) for row in _unfiltered(data, width * _CHANNELS[kind], _CHANNELS[kind])]
    palette, index = _palette(Counter(one for row in rows for one in row))
    indexed = b"".join(b"\0" + bytes(index[colour] for colour in row) for row in rows)
    header = _HEADER.pack(width, height, _EIGHT_BITS, _INDEXED, 0, 0, 0)
    written = [(b"IHDR", header), (b"PLTE", b"".join(palette)), (b"IDAT", zlib.compress(indexed, 9)), (b"IEND", b"")]
    return SIGNATURE + b"".join(chunk(name, content) for name, content in written)


def _palette(counts: Counter[Colour]) -> tuple[list[Colour], dict[Colour, int]]:
    """Return the colours that there are most, beside them one for each kind of the others; and where each is found."""
    often = [colour for colour, _ in counts.most_common(EXACT)]
    kinds: defaultdict[Colour, Counter[Colour]] = defaultdict(Counter)
    for colour in counts.keys() - set(often):
        kinds[bytes(value >> ROUGHLY for value in colour)][colour] = counts[colour]
    large = sorted(kinds.values(), key=Counter.total, reverse=True)[: MOST_COLOURS - EXACT]
    palette = [*often, *(kind.most_common(1)[0][0] for kind in large)]
    return palette, {colour: palette.index(_nearest(colour, palette)) for colour in counts}


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += length + 12


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _unfiltered(data: bytes, length: int, step: int) -> Iterator[bytes]:
    """Give the rows; each byte was written as the difference to what the row's filter foretells."""
    above = bytes(length)
    for begin in range(0, len(data), length + 1):
        row = bytearray(data[begin + 1 : begin + 1 + length])
        for n in range(length):
            left, corner = (row[n - step], above[n - step]) if n >= step else (0, 0)
            row[n] = (row[n] + _foretold(data[begin], left, above[n], corner)) % 256
        above = bytes(row)
        yield above


def _foretold(how: int, left: int, above: int, corner: int) -> int:
    if how == 4:  # Paeth's
        return min((left, above, corner), key=lambda value: abs(left + above - corner - value))
    return (0, left, above, (left + above) // 2)[how]


def _colours(row: bytes, step: int) -> list[Colour]:
    return [row[n : n + 3] for n in range(0, len(row), step)]


def _nearest(colour: Colour, palette: list[Colour]) -> Colour:
    return min(palette, key=lambda one: sum((a - b) ** 2 for a, b in zip(one, colour, strict=True)))
