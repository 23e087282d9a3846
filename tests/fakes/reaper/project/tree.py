"""A lossless tree of RPP text.

The library ``rpp`` is not used here: it drops the quotes that REAPER wrote (``"7.66/linux"`` comes
back bare, ``''`` as ``""``) and takes a second for 20,000 lines.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from tests.fakes.reaper.project.text import number, quoted, with_word, words

_serial = itertools.count(1)
#: Where the lines of an item's first take begin (i6, files seen: always with NAME).
TAKE_KEYS = frozenset({"NAME", "VOLPAN", "SOFFS", "PLAYRATE", "CHANMODE", "GUID"})


class Line:
    """One line without its indent; ``serial`` grows in the order of making."""

    __slots__ = ("address", "parent", "serial", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.parent: Block | None = None
        self.address = 0
        self.serial = next(_serial)

    @property
    def key(self) -> str:
        """The first word."""
        return self.text.split(maxsplit=1)[0] if self.text.strip() else ""

    def words(self) -> list[str]:
        """Return all words, the key first."""
        return words(self.text)

    def word(self, index: int, default: str = "") -> str:
        """Return one word; the key is word 0."""
        found = self.words()
        return found[index] if index < len(found) else default

    def number(self, index: int, default: float = 0.0) -> float:
        """Return one word as a number; ``-1:U`` reads as -1."""
        found = self.words()
        return float(found[index].partition(":")[0]) if index < len(found) else default

    def put(self, index: int, value: str | float) -> None:
        """Write one word, the others stay as they are."""
        word = value if isinstance(value, str) else number(value)
        self.text = with_word(self.text, index, word)

    def remove(self) -> None:
        """Take this out of the tree."""
        assert self.parent is not None
        self.parent.body.remove(self)
        self.parent = None


class Block(Line):
    """``<TAG ...`` with its lines; ``text`` is the head without ``<``."""

    __slots__ = ("body", "memo")

    def __init__(self, text: str, body: list[Line] | None = None) -> None:
        super().__init__(text)
        #: What was read from the body, for who alone writes to it.
        self.memo: object = None
        self.body: list[Line] = []
        for child in body or []:
            self.add(child)

    def add(self, child: Line, index: int | None = None) -> None:
        """Put a child in, at the end where no index is given."""
        child.parent = self
        self.body.insert(len(self.body) if index is None else index, child)

    def lines(self, key: str) -> Iterator[Line]:
        """Yield the direct lines (not blocks) of a key."""
        for child in self.body:
            if not isinstance(child, Block) and child.key == key:
                yield child

    def line(self, key: str) -> Line | None:
        """Return the first line of a key."""
        return next(self.lines(key), None)

    def blocks(self, *tags: str) -> list[Block]:
        """Return the direct blocks of these tags."""
        return [c for c in self.body if isinstance(c, Block) and c.key in tags]

    def block(self, *tags: str) -> Block | None:
        """Return the first direct block of these tags."""
        return next(iter(self.blocks(*tags)), None)

    def read(self, key: str, index: int, default: str = "") -> str:
        """Return a word of the first line of a key."""
        line = self.line(key)
        return default if line is None else line.word(index, default)

    def read_number(self, key: str, index: int, default: float = 0.0) -> float:
        """Return a number of the first line of a key."""
        line = self.line(key)
        return default if line is None else line.number(index, default)

    def write(self, key: str, index: int, value: str | float, template: str = "") -> None:
        """Write a word of the first line of a key; the line is made where there is none."""
        line = self.line(key)
        if line is None:
            line = Line(template or key)
            self.add_line(line)
        line.put(index, value)

    def add_line(self, line: Line) -> None:
        """Put a line in, before the first block."""
        first = next((i for i, c in enumerate(self.body) if isinstance(c, Block)), None)
        self.add(line, first)

    def place(self, child: Line) -> int:
        """Return where a child stands (by identity)."""
        return next(i for i, c in enumerate(self.body) if c is child)

    def remove_child(self, child: Line) -> None:
        """Take a child out (by identity)."""
        del self.body[self.place(child)]
        child.parent = None

    def walk(self) -> Iterator[Line]:
        """Yield this and all below."""
        yield self
        for child in self.body:
            if isinstance(child, Block):
                yield from child.walk()
            else:
                yield child


class Take(Block):
    """The lines of one take in an item: no brackets; ``text`` is empty for the first take."""

    __slots__ = ()


def head(tag: str, *more: str) -> str:
    """Return a line of a key and words that need quoting."""
    return " ".join([tag, *map(quoted, more)])


def parse(text: str) -> Block:
    """Return the tree of a project or a chunk.

    Raises
    ------
    ValueError
        When the brackets do not match.
    """
    open_blocks: list[Block] = []
    for raw in text.split("\n"):
        line = raw.rstrip("\r").lstrip(" \t")
        if line.startswith("<"):
            block = Block(line[1:])
            if open_blocks:
                open_blocks[-1].add(block)
            open_blocks.append(block)
        elif line.rstrip() == ">":
            if not open_blocks:
                raise ValueError("a '>' too many")
            closed = open_blocks.pop()
            if closed.key == "ITEM":
                part_takes(closed)
            if not open_blocks:
                return closed
        elif line:
            if not open_blocks:
                raise ValueError(f"{line!r} stands outside of a block")
            open_blocks[-1].add(Line(line))
    raise ValueError("a block is not closed")


def part_takes(item: Block) -> None:
    """Gather an item's lines into takes (i6: further takes begin with a line ``TAKE``)."""
    body, item.body = item.body, []
    take: Take | None = None
    for child in body:
        if not isinstance(child, Block) and child.key == "TAKE":
            take = Take(child.text)
            item.add(take)
        elif take is None and (
            child.key == "SOURCE" if isinstance(child, Block) else child.key in TAKE_KEYS
        ):
            take = Take("")
            item.add(take)
            take.add(child)
        else:
            (item if take is None else take).add(child)


def dump(block: Block, *, newline: str = "\n", indent: bool = False) -> str:
    """Return the text of a tree; chunks of REAPER are not indented (unverified), files are."""
    found: list[str] = []
    _dump(block, 0, 2 if indent else 0, found)
    return newline.join([*found, ""])


def _dump(block: Block, depth: int, step: int, into: list[str]) -> None:
    here, inner = " " * (depth * step), " " * ((depth + 1) * step)
    if isinstance(block, Take):
        inner = here
        depth -= 1
        if block.text:
            into.append(here + block.text)
    else:
        into.append(f"{here}<{block.text}")
    for child in block.body:
        if isinstance(child, Block):
            _dump(child, depth + 1, step, into)
        else:
            into.append(inner + child.text)
    if not isinstance(block, Take):
        into.append(f"{here}>")


def copy(block: Block) -> Block:
    """Return a tree of its own with the same text."""
    made = type(block)(block.text)
    for child in block.body:
        made.add(copy(child) if isinstance(child, Block) else Line(child.text))
    return made
