"""The buttons of one toolbar in reaper-menu.ini.

Button ``N`` is all entries whose key ends in ``_N``: ``item_N=<command> <text>``, mostly
``icon_N``, and what else REAPER writes (such as ``tbf_N``). They move together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from installer import ini

TITLE = "FilmComposer"
#: Marks, in a record's lines, a line that ours took the place of.
WAS = "was "

NUMBERED = re.compile(r"([a-z_]+)_(\d+)", re.IGNORECASE)
#: Which default layout REAPER knows; it adds that to any toolbar.
_REAPERS_OWN = "default"

#: What stands before the number -> value, such as item -> "_RS... Score".
Button = dict[str, str]


def command(button: Button) -> str:
    """Return what a button starts: a number, ``_RS...``, or -1 for a gap."""
    return button["item"].partition(" ")[0]


def title(file: ini.Ini, section: str) -> str | None:
    """Return a toolbar's title."""
    at = file.find(section, "title")
    entry = None if at is None else file.lines[at].entry
    return entry[1] if entry else None


def entries(file: ini.Ini, section: str) -> set[tuple[str, str]]:
    """Return the entries of a section, but for what REAPER adds by itself."""
    lines = (file.lines[at] for at in file.span(section) or ())
    found = (line.entry for line in lines if not is_reapers_own(line))
    return {(entry[0].lower(), entry[1]) for entry in found if entry}


def is_reapers_own(line: ini.Line) -> bool:
    """Whether REAPER adds such a line to any toolbar by itself."""
    return line.entry is not None and line.entry[0].lower() == _REAPERS_OWN


def buttons_of(file: ini.Ini, section: str) -> dict[int, Button]:
    """Return a toolbar's buttons by number; entries of a number without an item are none."""
    found: dict[int, Button] = {}
    for at in file.span(section) or ():
        entry = file.lines[at].entry
        numbered = NUMBERED.fullmatch(entry[0]) if entry else None
        if entry and numbered:
            found.setdefault(int(numbered[2]), {}).setdefault(numbered[1].lower(), entry[1])
    return {at: button for at, button in sorted(found.items()) if "item" in button}


def take_out(file: ini.Ini, section: str, commands: set[str]) -> None:
    """Take the buttons of these commands out and number the others without gaps."""
    buttons = buttons_of(file, section)
    kept = [at for at, button in buttons.items() if command(button) not in commands]
    new = {at: number for number, at in enumerate(kept)}
    # An entry without a button that would come to belong to one goes as well.
    doomed = (buttons.keys() - kept) | (set(new.values()) - buttons.keys())
    for at in reversed(file.span(section) or ()):
        line = file.lines[at]
        numbered = NUMBERED.fullmatch(line.entry[0]) if line.entry else None
        number = int(numbered[2]) if numbered else -1
        if number in doomed:
            file.delete(at)
        elif new.get(number, number) != number:
            body = re.sub(rb"_\d+(?=[ \t]*=)", b"_%d" % new[number], line.body, count=1)
            file.lines[at] = ini.Line(body=body, end=line.end)


def put_button(file: ini.Ini, section: str, number: int, button: Button) -> None:
    """Give a button other values."""
    for kind, value in button.items():
        at = file.find(section, f"{kind}_{number}")
        if at is not None:
            file.lines[at] = file.lines[at].with_value(value)


def add_buttons(file: ini.Ini, section: str, buttons: Sequence[Button]) -> None:
    """Put buttons behind a toolbar's last one."""
    first = max(buttons_of(file, section), default=-1) + 1
    numbers = range(first, first + len(buttons))
    for at in reversed(file.span(section) or ()):
        entry = file.lines[at].entry
        numbered = NUMBERED.fullmatch(entry[0]) if entry else None
        if numbered and int(numbered[2]) in numbers:
            file.delete(at)
    span = file.span(section)
    if span is not None:
        texts = [
            f"{k}_{n}={b[k]}"
            for k in ("icon", "item")
            for n, b in zip(numbers, buttons, strict=True)
        ]
        file.insert(file.end_of(span), texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What of a toolbar is ours.

    Parameters
    ----------
    header : bool
        Whether we made the section.
    was : str or None
        The title that ours took the place of.
    buttons : sequence of Button
        Our buttons as we wrote them.
    out : frozenset of str
        Commands of buttons that the user took out.
    numbers : mapping
        Command -> number in the toolbar; 0, 1, 2 ... in the order of buttons if left out.
    """

    header: bool = False
    was: str | None = None
    buttons: Sequence[Button] = ()
    out: frozenset[str] = frozenset()
    numbers: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, lines: Iterable[str]) -> Record:
        """Read `Toolbar.added`."""
        header, was, out = False, None, set()
        numbered: dict[int, Button] = {}
        for line in lines:
            key, equals, value = line.partition("=")
            found = NUMBERED.fullmatch(key)
            if line.startswith("["):
                header = True
            elif line.startswith(WAS):
                was = value
            elif not equals:
                out.add(line)
            elif found:
                numbered.setdefault(int(found[2]), {})[found[1].lower()] = value
        buttons = {at: button for at, button in sorted(numbered.items()) if "item" in button}
        return cls(
            header=header,
            was=was,
            buttons=tuple(buttons.values()),
            out=frozenset(out),
            numbers={command(button): at for at, button in buttons.items()},
        )

    @property
    def commands(self) -> set[str]:
        """The commands of all our buttons, in place or taken out."""
        return {*map(command, self.buttons), *self.out}

    @property
    def entries(self) -> set[tuple[str, str]]:
        """The entries that the section has if nobody changed it."""
        entries = {(key.lower(), value) for key, value in self.numbered()}
        return {*entries, ("title", TITLE), *(("out", command) for command in self.out)}

    def lines(self, section: str) -> tuple[str, ...]:
        """Return `Toolbar.added`."""
        return (
            *([f"[{section}]"] if self.header else []),
            *(f"{key}={value}" for key, value in self.numbered()),
            f"title={TITLE}",
            *([f"{WAS}title={self.was}"] if self.was is not None else []),
            *sorted(self.out),
        )

    def numbered(self) -> list[tuple[str, str]]:
        """Return the entries of the buttons in REAPER's order: all icons, then all items."""
        placed = [(self.numbers.get(command(b), at), b) for at, b in enumerate(self.buttons)]
        return [(f"{k}_{at}", b[k]) for k in ("icon", "item") for at, b in placed if k in b]
