"""Words and numbers of an RPP line (facts i1)."""

from __future__ import annotations

import math
import re

from tests.fakes.reaper.faults import Misuse

_WORD = re.compile(r"""("[^"]*"|'[^']*'|`[^`]*`)(?=\s|$)|\S+""")


def words(line: str) -> list[str]:
    """Return the words of a line, without their quotes."""
    return [m[0][1:-1] if m[1] is not None else m[0] for m in _WORD.finditer(line)]


def quoted(word: str) -> str:
    """Return a word as it stands in a line (i1, file seen).

    Bare when it has no space and no quote and is not empty; else in ``"``, in ``'`` when it holds
    a ``"``, in a backtick when it holds both, and a backtick of its own becomes ``'`` then.
    """
    if "\n" in word or "\r" in word:
        raise Misuse(f"{word!r} has a line break: the project file cannot hold it (i1)")
    if word and not re.search(r"[\s\"'`]", word):
        return word
    if '"' not in word:
        return f'"{word}"'
    if "'" not in word:
        return f"'{word}'"
    return "`" + word.replace("`", "'") + "`"


def with_word(line: str, index: int, word: str) -> str:
    """Return a line with one word replaced and all else as it was; zeros fill a gap."""
    found = list(_WORD.finditer(line))
    if index < len(found):
        return line[: found[index].start()] + quoted(word) + line[found[index].end() :]
    return " ".join([line, *["0"] * (index - len(found)), quoted(word)])


def number(value: float, places: int = 14) -> str:
    """Return a number as REAPER writes one: plain decimals, no needless zeros (i1, file seen)."""
    if not math.isfinite(value):
        raise Misuse(f"{value!r} cannot stand in a project")
    text = f"{value:.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
