"""The text condition: what is seen and what music it asks for, in one line (Sec. 3.2, C.1)."""

from __future__ import annotations

import re
from typing import Final

from filmcomposer_core.contracts.description import Description, Label
from filmcomposer_core.contracts.labels import NULL
from filmcomposer_core.contracts.plan import CuePlan

#: Labels less sure than this are not said: a wrong word steers as well as a right one.
_SURE: Final = 0.35
_MODES: Final = {"ionian": "major", "aeolian": "minor"}
#: Clauses of an instrumentation that name what shall play, and those that name what shall not.
_PLAYING: Final = re.compile(r"^\s*(only|lead|colours|players|with)\s*:\s*", re.IGNORECASE)
_MOST_CHARS: Final = 600


def text_condition(description: Description, plan: CuePlan) -> str:
    """Return the words that the model hears.

    Parameters
    ----------
    description : Description
        What the clip shows and what music it asks for, and the user's brief.
    plan : CuePlan
        Gives the key.

    Returns
    -------
    str
        Music first (mood, genre, instruments, tempo, metre, key), then the user's own words as
        they wrote them, since the model keeps its ear for professional descriptions (C.1), then
        the scene in the terms of Table 6.

    Notes
    -----
    The words of MusicGen's training are short music descriptions; what is broad (the whole visual
    description) comes last and only where it is sure, as Sec. 4 found it too broad alone.
    """
    music = description.music
    genre = music.genre.value
    if music.second_genre.value != NULL:
        genre += f" and {music.second_genre.value}"
    first = plan.sections[0]
    bpm = round((music.bpm_low * music.bpm_high) ** 0.5)
    sentences = [
        _list(
            f"{music.mood.value} {genre} film music",
            _players(music.instrumentation.value),
            f"{music.tempo.value}, {bpm} bpm, {music.meter}",
            f"in {first.key} {_MODES.get(first.mode, first.mode)}",
        ),
        " ".join(description.brief.split()),
        _scene(description),
    ]
    text = " ".join(f"{s.rstrip('.')}." for s in sentences if s)
    return text if len(text) <= _MOST_CHARS else text[:_MOST_CHARS].rsplit(" ", 1)[0]


def _list(*parts: str) -> str:
    return ", ".join(part for part in parts if part.strip())


def _players(text: str) -> str:
    clauses = [clause for clause in text.split(";") if ":" not in clause or _PLAYING.match(clause)]
    names = [_PLAYING.sub("", clause).strip() for clause in clauses]
    return ", ".join(name for name in names if name and name != NULL)


def _scene(description: Description) -> str:
    seen = description.overall
    words = [
        _said(seen.setting),
        _said(seen.action),
        _said(seen.brightness, "{} light"),
        _said(seen.view_scale),
        _said(seen.emotion),
        _said(seen.theme),
    ]
    words = list(dict.fromkeys(word for word in words if word))
    return f"For a film scene: {', '.join(words)}" if words else ""


def _said(label: Label, form: str = "{}") -> str:
    known = label.value != NULL and label.confidence >= _SURE
    return form.format(label.value) if known else ""
