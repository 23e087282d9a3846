"""Bach's four-part chorales of music21's corpus: voices in ticks, key and pauses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from music21 import chord, corpus, expressions, key, meter, note

from filmcomposer_core.composition.grid import TICKS

_VOICES: Final = 4
#: Steps of the mode whose signature is used -> whether its third is minor.
_SIGNATURES: Final = {0: False, 9: True, 2: True, 7: False, 4: True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chorale:
    """A chorale: soprano to bass as rows of (start, length, pitch); ticks from the first note.

    ``lines`` are the ticks of the bar lines and ``pauses`` those of the notes under a fermata.
    """

    number: str
    tonic: int
    minor: bool
    num: int
    den: int
    voices: tuple[tuple[tuple[int, int, int], ...], ...]
    lines: tuple[int, ...]
    pauses: tuple[int, ...]


def read_chorales() -> Iterator[Chorale]:
    """Yield those of the 371 chorales that have four voices and a plain final."""
    for score in corpus.chorales.Iterator(returnType="stream"):
        found = chorale_of(score)
        if found is not None:
            yield found


def chorale_of(score: Any) -> Chorale | None:
    """Return a score as a chorale; None where voices, key or metre are not as usual."""
    parts = list(score.parts)
    if len(parts) != _VOICES:
        return None
    flats = [part.flatten() for part in parts]
    signatures = list(flats[0].getElementsByClass(key.KeySignature))
    metres = list(flats[0].getElementsByClass(meter.TimeSignature))
    voices = tuple(_voice(flat) for flat in flats)
    if not signatures or not metres or not all(voices):
        return None
    tonic = voices[-1][-1][2] % 12
    minor = _SIGNATURES.get((tonic - 7 * int(signatures[0].sharps)) % 12)
    if minor is None:
        return None
    pauses = {
        _ticks(element.offset)
        for flat in flats
        for element in flat.notes
        if any(isinstance(mark, expressions.Fermata) for mark in element.expressions)
    }
    lines = [_ticks(measure.offset) for measure in parts[0].getElementsByClass("Measure")]
    return Chorale(
        number=str(score.metadata.number or score.metadata.title or ""),
        tonic=tonic,
        minor=minor,
        num=int(metres[0].numerator),
        den=int(metres[0].denominator),
        voices=voices,
        lines=tuple(lines),
        pauses=tuple(sorted(pauses)),
    )


def _ticks(quarters: Any) -> int:
    return round(float(quarters) * TICKS)


def _voice(flat: Any) -> tuple[tuple[int, int, int], ...]:
    row: list[tuple[int, int, int]] = []
    for element in flat.notes:
        if not isinstance(element, note.Note | chord.Chord):
            continue
        pitch = int(element.pitches[-1].midi)
        start, length = _ticks(element.offset), _ticks(element.quarterLength)
        tied = element.tie is not None and element.tie.type in ("stop", "continue")
        if tied and row and row[-1][2] == pitch:
            row[-1] = (row[-1][0], row[-1][1] + length, pitch)
        elif length > 0:
            row.append((start, length, pitch))
    return tuple(row)
