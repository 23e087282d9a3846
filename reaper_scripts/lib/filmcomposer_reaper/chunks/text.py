"""The text rules of REAPER's state chunks: words of a line, numbers, nested blocks.

``<TAG words`` opens a block, a lone ``>`` closes it, anything else is ``KEY words``. A word with
blanks or quotes stands in whichever of three quote marks it does not hold; there are no escapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from filmcomposer_core.errors import DawError

_WORD = re.compile(r"""("[^"]*"|'[^']*'|`[^`]*`)(?=\s|$)|\S+""")
#: How a line may begin that opens or closes a block, or that is indented or empty.
_BRACKETS = frozenset({"<", ">", " ", "\t", "\r", ""})
#: Digits after the point that REAPER keeps in every place, and that anybody hears.
PLACES = 6


class ChunkFault(DawError):
    """A chunk is cut off, or its brackets do not match."""


def words(line: str) -> list[str]:
    """Return the words of a line without their quotes, the key first.

    Examples
    --------
    >>> words('NAME "Violins I"')
    ['NAME', 'Violins I']
    """
    return [m[0][1:-1] if m[1] is not None else m[0] for m in _WORD.finditer(line)]


def key(line: str) -> str:
    """Return the first word of a line: a key, or ``<TAG``.

    Examples
    --------
    >>> key("  <VOLENV2"), key("PT 0 1 0"), key("")
    ('<VOLENV2', 'PT', '')
    """
    found = line.split(None, 1)
    return found[0] if found else ""


def with_words(line: str, given: str, places: Sequence[int]) -> str:
    """Return a line with some of its words taken from another line, all else as it was.

    Examples
    --------
    >>> with_words("MUTESOLO 0 2 0", "MUTESOLO 1 0 0", (1,))
    'MUTESOLO 1 2 0'
    """
    found, other = list(_WORD.finditer(line)), list(_WORD.finditer(given))
    for place in sorted(places, reverse=True):
        if place < len(found) and place < len(other):
            here = found[place]
            line = line[: here.start()] + other[place][0] + line[here.end() :]
    return line


def plain(word: str) -> str:
    """Return a word, a number in one way of writing whatever the way it was written.

    Examples
    --------
    >>> plain("0.50000000000"), plain("-0"), plain("-1:U")
    ('0.5', '0', '-1:U')
    """
    try:
        text = f"{float(word):.{PLACES}f}".rstrip("0").rstrip(".")
    except ValueError:
        return word
    return "0" if text == "-0" else text


def number(line: str, place: int, default: float = 0.0) -> float:
    """Return a word of a line as a number; the default where it is none."""
    found = words(line)
    try:
        return float(found[place])
    except (IndexError, ValueError):
        return default


def shown(value: float) -> str:
    """Return a number as a chunk holds it: plain decimals."""
    text = f"{value:.12f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def spans(lines: Sequence[str], start: int = 1) -> tuple[list[tuple[int, int]], int]:
    """Return where the direct children of a block lie, and where it is closed.

    Parameters
    ----------
    lines : sequence of str
        From the line that opens the block on.
    start : int
        The line after it.

    Raises
    ------
    ChunkFault
        When the block is not closed: the chunk is cut off.
    """
    found: list[tuple[int, int]] = []
    depth = 0
    first = start
    for i in range(start, len(lines)):
        text = lines[i]
        if text[:1] not in _BRACKETS:  # nearly every line
            if not depth:
                found.append((i, i + 1))
            continue
        text = text.strip()
        if text[:1] == "<":
            if not depth:
                first = i
            depth += 1
        elif text == ">":
            if not depth:
                return found, i
            depth -= 1
            if not depth:
                found.append((first, i + 1))
        elif not depth and text:
            found.append((i, i + 1))
    msg = "REAPER gave a state chunk that is not closed (it is larger than 4 MiB)."
    raise ChunkFault(msg, "Freeze or remove a plug-in that keeps samples in the project.")


def children(lines: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the direct children of a block, each as its lines."""
    for start, end in spans(lines)[0]:
        yield lines[start:end]
