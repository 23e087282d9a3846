"""What an action asks the composer before the work begins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from filmcomposer_core.errors import DawError
from filmcomposer_reaper.adapter.dialogs import ask_fields
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.cue.records import FILM, CueRecord
from filmcomposer_reaper.tracks.changes import Change

MOST_THEMES = 8
#: Changes named in a question.
MOST_CHANGES = 12
MOST_SEED = 999_999_999
#: The record's part with what the composer has answered.
WISHES = "wishes"
BRIEF = "What music? (may stay empty)"
EMBEDDED, MUSICGEN = "embedded", "musicgen"
BY_WHOM = "By: embedded; or musicgen; or a melody model's name"
#: The record's list of changes that the user has said shall stay.
KEPT = "kept"


def ask_wishes(
    reaper: Reaper, record: CueRecord, title: str, *, themes: int = 0
) -> dict[str, Any] | None:
    """Ask for brief and seed, and with ``themes`` for how many and by whom.

    None if the user cancels. A theme is by the embedded composer, or a melody model: the installed
    one (``musicgen``), or one of several by name or folder.

    What was answered last stands in the fields.

    Raises
    ------
    DawError
        For a number that is none.
    """
    before = record.parts.setdefault(WISHES, {})
    fields = [
        (BRIEF, str(before.get("brief", ""))),
        ("Seed (a new number: new music)", str(before.get("seed", 1))),
    ]
    if themes:
        fields.append((f"How many themes (1 to {MOST_THEMES})", str(themes)))
        fields.append((BY_WHOM, str(before.get("by", EMBEDDED))))
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
        before["by"] = found[3].strip() or EMBEDDED
        wishes |= _engine(before["by"])
    return wishes


def _engine(by: str) -> dict[str, str]:
    """Return the settings of who composes."""
    if by.lower() == EMBEDDED:
        return {"engine": EMBEDDED}
    named = "" if by.lower() == MUSICGEN else by
    return {"engine": MUSICGEN, "melody_model": named}


def ask_brief(reaper: Reaper, record: CueRecord, title: str) -> dict[str, Any] | None:
    """Ask for the brief where nobody has yet been asked for this cue's; None if the user cancels.

    Tempo and metre follow from it, so it is asked for before maps are fitted; Compose theme and
    Score selected video ask anew.
    """
    before = record.parts.setdefault(WISHES, {})
    if "brief" in before:
        return {}
    # What was answered where nothing came of it is not in the project.
    key = f"brief.{record.id}"
    found = ask_fields(reaper, title, [(BRIEF, reaper.recall(key))], width=380)
    if found is None:
        return None
    before["brief"] = found[0].strip()
    reaper.remember(key, before["brief"])
    return {"brief": before["brief"]}


def _number(what: str, text: str, low: int, high: int) -> int:
    if text.strip().isdecimal() and low <= int(text) <= high:
        return int(text)
    which = f"from {low} to {high}" if high < MOST_SEED else "such as 7, nine digits at most"
    raise DawError(f'The {what} is "{text.strip()}".', f"Write a whole number {which}.")


def changed_words(changes: Iterable[Change]) -> list[str]:
    """Return in words what could be taken back of the user's changes."""
    return [change.words for change in changes if not change.stays]


def known_kept(reaper: Reaper, record: CueRecord) -> set[str]:
    """Return the changes that stay without a question: the user has said so, or work has used them.

    What work has used that writes nothing into the project is known until REAPER closes.
    """
    kept = record.parts.setdefault(FILM, {}).get(KEPT, ())
    return {*kept, *reaper.recall(f"{KEPT}.{record.id}").split("\n")}


def note_kept(reaper: Reaper, record: CueRecord, words: Sequence[str]) -> None:
    """Note changes that stay from now on."""
    if words:
        kept = sorted(known_kept(reaper, record) - {""} | set(words))
        record.parts[FILM][KEPT] = kept
        reaper.remember(f"{KEPT}.{record.id}", "\n".join(kept))


def forget_kept(reaper: Reaper, record: CueRecord) -> None:
    """Have the user asked again about each of their changes."""
    record.parts.setdefault(FILM, {})[KEPT] = []
    reaper.forget(f"{KEPT}.{record.id}")


def listed_changes(changes: Sequence[str]) -> str:
    r"""Return the user's changes for the question whether they stay, each once.

    >>> listed_changes(["Harp: its notes", "Harp: its notes", "Tuba: its fader or pan"])
    'Harp: its notes\nTuba: its fader or pan'
    """
    each = list(dict.fromkeys(changes))
    more = [f"... and {len(each) - MOST_CHANGES} more"] if len(each) > MOST_CHANGES else []
    return "\n".join([*each[:MOST_CHANGES], *more])
