"""Read the text of REAPER project files, also those that REAPER has saved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from filmcomposer_core.errors import DawError

_WORD = re.compile(r"\"([^\"]*)\"|'([^']*)'|`([^`]*)`|(\S+)")
_HINT = "Save the project in REAPER again, as a project file (.RPP)."
_DEEPEST = 64


@dataclass(slots=True, kw_only=True)
class Block:
    """A block of a project: its words, then lines and blocks in their order."""

    words: tuple[str, ...]
    children: list[Block | tuple[str, ...]] = field(default_factory=list)

    @property
    def tag(self) -> str:
        """What kind of block it is."""
        return self.words[0] if self.words else ""

    def blocks(self, tag: str) -> Iterator[Block]:
        """Yield the blocks of a kind directly inside."""
        return (c for c in self.children if isinstance(c, Block) and c.tag == tag)

    def lines(self, key: str) -> Iterator[tuple[str, ...]]:
        """Yield the lines that begin with a key, directly inside."""
        return (c for c in self.children if isinstance(c, tuple) and c[:1] == (key,))

    def line(self, key: str) -> tuple[str, ...]:
        """Return the words behind a key, empty if there is no such line."""
        return next((words[1:] for words in self.lines(key)), ())


def read_rpp(text: str, *, where: str) -> Block:
    r"""Read a project file.

    Parameters
    ----------
    text : str
        The whole file.
    where : str
        Its name, for messages.

    Returns
    -------
    Block
        The ``REAPER_PROJECT`` block.

    Raises
    ------
    DawError
        If it is no project file, or breaks off.

    Examples
    --------
    >>> project = read_rpp('<REAPER_PROJECT 0.1\n  TEMPO 75 4 4\n>', where="x.rpp")
    >>> project.line("TEMPO")
    ('75', '4', '4')
    """
    outer = Block(words=())
    open_blocks = [outer]
    for line in text.removeprefix("\ufeff").splitlines():
        line = line.strip()
        if line.startswith("<") and len(open_blocks) <= _DEEPEST:
            inner = Block(words=_words(line[1:]))
            open_blocks[-1].children.append(inner)
            open_blocks.append(inner)
        elif line == ">" and len(open_blocks) > 1:
            open_blocks.pop()
        elif line:
            open_blocks[-1].children.append((line,) if line[0] == "|" else _words(line))
    found = list(outer.blocks("REAPER_PROJECT"))
    if not found:
        msg = f"{where} is no REAPER project."
        raise DawError(msg, _HINT)
    if len(open_blocks) > 1:
        msg = f"{where} breaks off in the middle."
        raise DawError(msg, _HINT)
    return found[0]


def _words(line: str) -> tuple[str, ...]:
    return tuple(next((g for g in m.groups() if g is not None), "") for m in _WORD.finditer(line))
