"""What an action asks the composer before the work begins."""

from __future__ import annotations

from typing import Any

from filmcomposer_core.errors import DawError
from filmcomposer_reaper.adapter.dialogs import ask_fields
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.cue.records import CueRecord

MOST_THEMES = 8
MOST_SEED = 2**63 - 1


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
        ("Seed (another one, another cue)", str(before.get("seed", 1))),
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
    other = any(before.get(name) not in (None, wish) for name, wish in wishes.items())
    before.update(wishes)
    if themes:
        wishes["candidates"] = _number("number of themes", found[2], 1, MOST_THEMES)
        if other:  # the theme that was chosen before would stay in the place of the new ones
            wishes["discard"] = ["compose"]
    return wishes


def _number(what: str, text: str, low: int, high: int) -> int:
    if not (text.strip().isdecimal() and low <= int(text) <= high):
        msg = f'The {what} is "{text}".'
        raise DawError(msg, f"Write a whole number from {low} to {high}.")
    return int(text)
