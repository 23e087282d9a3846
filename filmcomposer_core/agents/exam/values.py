"""An answer of a role in plain values by name, as the conditions of a case speak of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from filmcomposer_core.agents.exam.cases import Value
from filmcomposer_core.agents.reading import read_json
from filmcomposer_core.catalogue import catalogue
from filmcomposer_core.contracts.scheme import measure_number
from filmcomposer_core.contracts.speech import Speech

YES: Final = "yes"
NO: Final = "no"
Answer = Mapping[str, Any]


def own_answer(speech: Speech, fields: Sequence[str]) -> Answer:
    """Return an answer without what theory filled in.

    Parameters
    ----------
    speech : Speech
    fields : sequence of str
        Names of the fields of the answer.

    Returns
    -------
    mapping
        Fields of the answer; of a model's those entries that are its own, and an empty table where
        it gave the field and nothing of it.
    """
    if not speech.model:
        return speech.answer
    own: dict[str, Any] = {}
    for entry in speech.theirs:
        name, _, key = entry.partition(".")
        value = speech.answer[name]
        if isinstance(value, dict):
            own.setdefault(name, {})[key] = value[key]
        else:
            own[name] = value
    if own:
        data, _ = read_json(speech.replies[-1], tuple(fields))
        given = [name for name in fields if isinstance((data or {}).get(name), dict)]
        own = {**{name: {} for name in given}, **own}
    return own


def values_of(
    answer: Answer, names: Iterable[str], *, present: Mapping[str, str]
) -> dict[str, Value]:
    """Return the values of an answer that a case speaks of; what the answer lacks is missing.

    Parameters
    ----------
    answer : mapping
        From :func:`own_answer`.
    names : iterable of str
        ``score.3``, ``harmonies.2``, ``dynamic.2``, ``soften.pad.2``, ``duplicate.pad.2``,
        ``instrument.melody``, ``uses.brass``, ``gain.horns.4``, ``pan.horns``, ``reverb.horns``,
        ``lower.horns``, ``technique.horns``.
    present : mapping of str to str
        The technique that each part has; who changes none keeps it.
    """
    found: dict[str, Value] = {}
    for name in names:
        kind, _, rest = name.partition(".")
        reader = _READERS.get(kind)
        value = reader(answer, rest) if reader else None
        if kind == "technique" and value is None and "techniques" in answer:
            value = present.get(rest)
        if value is not None:
            found[name] = value
    return found


def _score(answer: Answer, rest: str) -> Value | None:
    scores = answer.get("scores", {})
    value = scores.get(rest)
    return value.get("score") if isinstance(value, dict) else value


def _of_measure(field: str) -> Callable[[Answer, str], Value | None]:
    def read(answer: Answer, rest: str) -> Value | None:
        value: Value | None = answer.get(field, {}).get(f"measure{rest}")
        return value

    return read


def _listed(field: str) -> Callable[[Answer, str], Value | None]:
    """Return a reader of measures by track: a track that is not named has none."""

    def read(answer: Answer, rest: str) -> Value | None:
        if field not in answer:
            return None
        track, _, measure = rest.rpartition(".")
        return YES if int(measure) in answer[field].get(track, ()) else NO

    return read


def _instrument(answer: Answer, rest: str) -> Value | None:
    """Return who plays in the first seat of a role."""
    for seat, player in answer.get("players", {}).items():
        if seat.rstrip("0123456789") == rest:
            value: Value = player["instrument"]
            return value
    return None


def _uses(answer: Answer, rest: str) -> Value | None:
    players = answer.get("players", {})
    if not players:
        return None
    ids = {player["instrument"] for player in players.values()}
    families = {catalogue()[name].family for name in ids if name in catalogue()}
    return YES if rest in ids | families else NO


def _gain(answer: Answer, rest: str) -> Value | None:
    """Return a gain at a downbeat; between points the fader moves in a straight line."""
    part, _, measure = rest.rpartition(".")
    points = {
        measure_number(key): gain for key, gain in answer.get("volume", {}).get(part, {}).items()
    }
    if not points:
        return None
    numbers = sorted(points)
    return float(np.interp(int(measure), numbers, [points[n] for n in numbers]))


def _by_part(field: str) -> Callable[[Answer, str], Value | None]:
    def read(answer: Answer, rest: str) -> Value | None:
        value: Value | None = answer.get(field, {}).get(rest)
        return value

    return read


def _lower(answer: Answer, rest: str) -> Value | None:
    """Return whether Volume is sent back to lower a part: whether the remark names it."""
    if "send_back" not in answer:
        return None
    remark = str(answer["send_back"].get("Volume", "")).lower()
    return YES if rest.lower() in remark else NO


_READERS: Final[dict[str, Callable[[Answer, str], Value | None]]] = {
    "score": _score,
    "harmonies": _of_measure("harmonies"),
    "dynamic": _of_measure("dynamics"),
    "soften": _listed("soften"),
    "duplicate": _listed("duplicate"),
    "instrument": _instrument,
    "uses": _uses,
    "gain": _gain,
    "pan": _by_part("panning"),
    "reverb": _by_part("reverb"),
    "lower": _lower,
    "technique": _by_part("techniques"),
}
