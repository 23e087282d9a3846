"""Edit REAPER's ini files without touching a byte that is not ours.

A file is a list of lines, each with its own line end. Whatever an edit does not name stays as it
is: byte-order mark, mixed line ends, a missing final line end, comments, bytes that are not UTF-8
(held as surrogates, PEP 383). Where a section or a key stands twice, the first one counts, as in
REAPER. Removing what was added gives the file back byte for byte.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from installer.errors import SetupError

BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_LINE = re.compile(rb"([^\n]*?)(\r?\n|\Z)")
_HEADER = re.compile(rb"[ \t]*\[([^\]]*)\]")
_ENTRY = re.compile(rb"([ \t]*)([^=]*?)([ \t]*=[ \t]*)(.*?)([ \t\r]*)\Z", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: its text and its line end (CRLF, LF, or nothing at the end of the file)."""

    body: bytes
    end: bytes

    @property
    def text(self) -> str:
        """The text without the line end."""
        return decode(self.body)

    @property
    def blank(self) -> bool:
        """Whether nothing but white space stands here."""
        return not self.body.strip()

    @property
    def header(self) -> str | None:
        """The section name, if the line opens a section."""
        found = _HEADER.match(self.body)
        return decode(found[1].strip()) if found else None

    @property
    def entry(self) -> tuple[str, str] | None:
        """Key and value, if the line holds an entry; a comment starts with a semicolon."""
        found = _ENTRY.match(self.body)
        if found is None or not found[2] or found[2].startswith((b";", b"[")):
            return None
        return decode(found[2]), decode(found[4])

    def with_value(self, value: str) -> Line:
        """Return the line with another value; spelling and spaces stay."""
        found = _ENTRY.match(self.body)
        if found is None:
            raise ValueError(f"not an entry: {self.body!r}")
        return Line(body=found[1] + found[2] + found[3] + encode(value) + found[5], end=self.end)


@dataclass(slots=True, kw_only=True)
class Ini:
    """A file taken apart, to be edited in place and put together again.

    Parameters
    ----------
    bom : bytes
        The byte-order mark, or nothing.
    lines : list of Line
        All lines.
    newline : bytes
        The line end that new lines get.
    """

    bom: bytes
    lines: list[Line]
    newline: bytes

    def joined(self) -> bytes:
        """Return the file."""
        return self.bom + b"".join(line.body + line.end for line in self.lines)

    def span(self, section: str) -> range | None:
        """Return where the first section of this name stands, header included, or None."""
        wanted = section.lower()
        starts = [at for at, line in enumerate(self.lines) if line.header is not None]
        for at, following in pairwise([*starts, len(self.lines)]):
            if (self.lines[at].header or "").lower() == wanted:
                return range(at, following)
        return None

    def end_of(self, span: range) -> int:
        """Return the place behind the last line of a section that is not blank."""
        return max(at for at in span if not self.lines[at].blank) + 1

    def find(self, section: str, key: str) -> int | None:
        """Return the line of a key in the first section of this name, or None."""
        for at in self.span(section) or ():
            entry = self.lines[at].entry
            if entry and entry[0].lower() == key.lower():
                return at
        return None

    def insert(self, at: int, texts: Sequence[str]) -> None:
        """Put new lines before line ``at``; a file without final line end stays one."""
        for offset, text in enumerate(texts):
            place = at + offset
            end = self.newline
            if place and place == len(self.lines) and not self.lines[-1].end:
                # A bare CR here would melt into one line end with LF.
                cut = b"\r\n" if self.lines[-1].body.endswith(b"\r") else self.newline
                self.lines[-1] = Line(body=self.lines[-1].body, end=cut)
                end = b""
            self.lines.insert(place, Line(body=encode(text), end=end))

    def delete(self, at: int) -> None:
        """Take a line out; a file without final line end stays one."""
        gone = self.lines.pop(at)
        if not gone.end and self.lines:
            self.lines[-1] = Line(body=self.lines[-1].body, end=b"")


def decode(data: bytes) -> str:
    """Return bytes as text; what is not UTF-8 becomes surrogates."""
    return data.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """Return text as the bytes it came from."""
    return text.encode("utf-8", "surrogateescape")


def parse(data: bytes, newline: str | None = None) -> Ini:
    """Take a file apart.

    Parameters
    ----------
    data : bytes
        The file, empty if there is none.
    newline : str, optional
        The line end for a file that has none yet; this system's own by default.

    Raises
    ------
    SetupError
        If the file is UTF-16.
    """
    if data.startswith(_UTF16):
        raise SetupError(
            "A settings file of REAPER is saved as UTF-16, which REAPER itself never writes.",
            "Save it as UTF-8 in a text editor and run this again.",
        )
    bom = BOM if data.startswith(BOM) else b""
    body = data[len(bom) :]
    lines = [Line(body=m[1], end=m[2]) for m in _LINE.finditer(body) if m[0]]
    ends = [line.end for line in lines if line.end]
    if ends:
        # A tie goes to the end that comes first.
        chosen = max(dict.fromkeys(ends), key=ends.count)
    else:
        chosen = (os.linesep if newline is None else newline).encode()
    return Ini(bom=bom, lines=lines, newline=chosen)


def has_section(data: bytes, section: str) -> bool:
    """Whether a section of this name is there, however empty."""
    return parse(data).span(section) is not None


def get(data: bytes, section: str, key: str) -> str | None:
    """Return the value of a key without the spaces around it, or None."""
    ini = parse(data)
    at = ini.find(section, key)
    entry = None if at is None else ini.lines[at].entry
    return entry[1] if entry else None


def set_key(
    data: bytes, section: str, key: str, value: str, *, newline: str | None = None
) -> bytes:
    """Return the file with a key set: in place, else last in its section, else in a new section.

    Parameters
    ----------
    data : bytes
        The file.
    section, key, value : str
        One line each. Names are found whatever their case; spaces around a value are dropped.
    newline : str, optional
        See `parse`.

    Raises
    ------
    ValueError
        If a name or the value cannot stand in an ini file.
    """
    value = value.strip(" \t\r")
    _check(section, key, value)
    ini = parse(data, newline)
    at = ini.find(section, key)
    if at is not None:
        entry = ini.lines[at].entry
        if entry and entry[1] == value:
            return data
        ini.lines[at] = ini.lines[at].with_value(value)
        return ini.joined()
    span = ini.span(section)
    if span is None:
        # No empty line before it: it could not be told from one of the user's at removal.
        ini.insert(len(ini.lines), [f"[{section}]", f"{key}={value}"])
    else:
        ini.insert(ini.end_of(span), [f"{key}={value}"])
    return ini.joined()


def remove_key(data: bytes, section: str, key: str, *, keep_section: bool = False) -> bytes:
    """Return the file without a key, and without its section if that holds nothing else.

    Parameters
    ----------
    data : bytes
        The file.
    section, key : str
        Names, in any case.
    keep_section : bool
        Keep the section's header even if nothing is left (it was there, empty, before).
    """
    ini = parse(data)
    at = ini.find(section, key)
    if at is None:
        return data
    ini.delete(at)
    span = ini.span(section)
    if not keep_section and span and all(ini.lines[i].blank for i in span[1:]):
        ini.delete(span[0])
    return ini.joined()


def _check(section: str, key: str, value: str) -> None:
    """Raise ValueError for what would be read back as something else."""
    bad = set("\r\n\0")
    if not section.strip() or section != section.strip() or bad & set(section) or "]" in section:
        raise ValueError(f"not a section name: {section!r}")
    if not key or key != key.strip(" \t") or bad & set(key) or "=" in key or key[0] in ";[":
        raise ValueError(f"not a key: {key!r}")
    if bad & set(value):
        raise ValueError(f"not a value of one line: {value!r}")
