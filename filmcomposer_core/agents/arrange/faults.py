"""Faults that several roles may make, in the words in which a model is told of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from filmcomposer_core.arrangement.heed import MOST_WHY

#: So much of a name or text of a reply is repeated.
SHOWN = 40
MOST_TEXT = 700
_MOST_NAMES = 20
#: Schema of a reason: as much of it as is kept.
REASON = {"type": "string", "maxLength": MOST_WHY}


def unknown(field: str, given: Iterable[str], there: Iterable[str], what: str) -> list[str]:
    """Return a fault for each key of a field that names nothing there is."""
    names = list(there)
    known = ", ".join(names[:_MOST_NAMES]) + (", ..." if len(names) > _MOST_NAMES else "")
    wrong = (key for key in given if key not in names)
    return [f"{field}: there is no {what} {key[:SHOWN]!r}; there are {known}" for key in wrong]


def text_fault(field: str, text: str) -> list[str]:
    """Return what is wrong with a text that has to say something, and briefly."""
    if not text.strip():
        return [f"{field} is empty"]
    if len(text) > MOST_TEXT:
        return [f"{field} has {len(text)} characters, say it in {MOST_TEXT}"]
    return []


def miscounted(field: str, given: Mapping[str, int], right: Mapping[str, int]) -> list[str]:
    """Return a fault for each count that is not right, without giving the answer away."""
    return [
        f"{field}: {key} is {value}; count again"
        for key, value in given.items()
        if key in right and value != right[key]
    ]
