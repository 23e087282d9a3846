"""What an action asks the composer before the work begins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from filmcomposer_core.errors import DawError
from filmcomposer_reaper.adapter.dialogs import ask_fields
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.cue.records import CueRecord

MOST_THEMES = 8
#: Changes named in a question.
MOST_CHANGES = 12
MOST_SEED = 999_999_999


def ask_wishes(
    reaper: Reaper, record: CueRecord, title: str, *, themes: int = 0
) -> dict[str, Any] | None:
    """Ask for brief and seed, and with ``themes`` for how many; None if the user cancels.

    What was answered last stands in the fields.

    Raises
    ------
    DawError
        For a number that is none.
    """
    before = record.parts.setdefault("wishes", {})
    fields = [
        ("What music? (may stay empty)", str(before.get("brief", ""))),
        ("Seed (a new number: new music)", str(before.get("seed", 1))),
    ]
    if themes:
        fields.append((f"How many themes (1 to {MOST_THEMES})", str(themes)))
    found = ask_fields(reaper, title, fields, width=380)
    if found is None:
        return None
    wishes: dict[str, Any] = {
        "brief": found[0].strip(),
        "seed": _number("seed", found[1], 0, MOST_SEED),
    }
    before.update(wishes)
    if themes:
        wishes["candidates"] = _number("number of themes", found[2], 1, MOST_THEMES)
    return wishes


def _number(what: str, text: str, low: int, high: int) -> int:
    if text.strip().isdecimal() and low <= int(text) <= high:
        return int(text)
    which = f"from {low} to {high}" if high < MOST_SEED else "such as 7, nine digits at most"
    raise DawError(f'The {what} is "{text.strip()}".', f"Write a whole number {which}.")


def listed_changes(changes: Sequence[str]) -> str:
    r"""Return the user's changes for the question whether they stay, each once.

    >>> listed_changes(["Harp: its notes", "Harp: its notes", "Tuba: its fader or pan"])
    'Harp: its notes\nTuba: its fader or pan'
    """
    each = list(dict.fromkeys(changes))
    more = [f"... and {len(each) - MOST_CHANGES} more"] if len(each) > MOST_CHANGES else []
    return "\n".join([*each[:MOST_CHANGES], *more])
