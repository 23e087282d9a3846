"""The name of a marker: ``WEIGHT CLASS | text``, as a user may have typed it."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Literal

from filmcomposer_core.contracts.spots import HIT_CLASSES
from filmcomposer_core.spotting.csv_table import parse_number

_HEAD = re.compile(
    r"(?P<weight>must(?=\s)|[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e-?\d+)?)\s*(?P<class>[^\W\d]+)",
    re.IGNORECASE,
)
FORM = "WEIGHT CLASS | text"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkerName:
    """What a name says; None = as it was. ``fault`` says what is wrong with its form."""

    text: str
    weight: float | Literal["MUST"] | None = None
    hit_class: str | None = None
    fault: str = ""


def plain_text(text: str) -> str:
    """Return a text with every stretch of white space as one blank."""
    return " ".join(text.split())


def parse_marker_name(name: str) -> MarkerName:
    """Read the name of a marker.

    Parameters
    ----------
    name : str
        ``8 downbeat | door``, ``MUST beat | ...``; the weight may have a decimal comma, case and
        spaces do not matter, and without a bar weight and class may stand alone, before it
        the class: ``avoid | dialogue``.

    Returns
    -------
    MarkerName
        A name of another form is text as a whole. So is one whose weight or class is wrong, which
        then has a ``fault``.

    Examples
    --------
    >>> parse_marker_name("7,5 Beat|door").weight
    7.5
    """
    whole = plain_text(name)
    head, bar, text = whole.partition("|")
    match = _HEAD.fullmatch(head.strip())
    if match is None:
        if not bar:
            return MarkerName(text=whole)
        if not head:
            return MarkerName(text=text.strip())
        if head.strip().lower() in HIT_CLASSES:
            return MarkerName(text=text.strip(), hit_class=head.strip().lower())
        return MarkerName(text=whole, fault=_half(head.strip()))
    weight, hit_class = _weight(match["weight"]), match["class"].lower()
    fault = _fault(match["weight"], weight, hit_class)
    if fault:
        # Without a bar it is hardly meant as a form: "12 monkeys".
        return MarkerName(text=whole, fault=fault if bar else "")
    return MarkerName(text=text.strip(), weight=weight, hit_class=hit_class)


def _weight(text: str) -> float | Literal["MUST"] | None:
    if text.upper() == "MUST":
        return "MUST"
    number = parse_number(text)
    return number if number is not None and 0.0 <= number <= 10.0 else None


def _fault(said: str, weight: float | str | None, hit_class: str) -> str:
    if weight is None:
        return f"the weight {said} is not 0 to 10 or MUST"
    if hit_class not in HIT_CLASSES:
        near = difflib.get_close_matches(hit_class, HIT_CLASSES, n=1)
        guess = f" (did you mean {near[0]}?)" if near else ""
        return f"{hit_class}{guess} is none of the classes {', '.join(HIT_CLASSES)}"
    return ""


def _half(head: str) -> str:
    """Say what is missing where only a weight stands before the bar."""
    weight = head.upper() == "MUST" or parse_number(head) is not None
    return "it has a weight and no class" if weight else ""
