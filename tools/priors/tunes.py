"""Tunes and chorales of music21's corpus in one plain form: bars, ticks and scale steps."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import music21
from music21 import abcFormat

from filmcomposer_core.composition.grid import TICKS, metric_strength

#: Folders of the corpus whose melodies are in the public domain, and whence they are.
SETS: Final = {
    "oneills1850": "O'Neill, Music of Ireland: 1850 Melodies (1903)",
    "ryansMammoth": "Ryan's Mammoth Collection (1883)",
    "airdsAirs": "Aird, Selection of Airs (1782-1801)",
    "miscFolk": "Colonial American fife tunes; Northumbrian Minstrelsy (1882)",
}
#: Who typed the tunes, as the Z: fields of the files have it.
TRANSCRIBERS: Final = (
    "Ivan Bradley", "Jack Campin", "John Chambers", "Ray Davies", "Chris Falt", "Stephen Foy",
    "Ted Hastings", "Michael Hogan", "Tom Keays", "Michael D. Long", "Henrik Norbeck",
    "Trish O'Neil", "Norbert Paap", "Dan G. Petersen", "mvhplank", "Bob Puckette",
    "Bob Safranek", "Nick Terhorst", "Robert Thorpe", "John B. Walsh", "Dave Wooldridge",
    "A. Lee Worman",
)  # fmt: skip
#: Words in the N: field of an air that is played slowly.
_SLOW: Final = re.compile(r"slow|tender|plaintive|mournful|feeling|expression|lament|sad", re.I)
_METRES: Final = {
    "C": (4, 4), "C|": (4, 4), "4/4": (4, 4), "2/4": (2, 4), "3/4": (3, 4), "6/8": (6, 8),
    "9/8": (9, 8), "12/8": (12, 8), "3/8": (3, 8),
}  # fmt: skip
_MINOR: Final = ("m", "min", "minor", "dor", "dorian", "phr", "phrygian", "aeo", "aeolian")
_KEY: Final = re.compile(r"^([A-G])([#b]?)\s*([A-Za-z]*)")
_LETTERS: Final = "CDEFGAB"
_LEAST_NOTES: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class TuneNote:
    """A note: bar (0 = upbeat), offset and length in ticks, MIDI pitch, steps above the tonic."""

    bar: int
    offset: int
    length: int
    pitch: int
    height: int
    strength: float
    after_rest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tune:
    """A melody; ``odd`` are the bars that are not as long as the metre says."""

    title: str
    source: str
    kind: str
    num: int
    den: int
    minor: bool
    notes: tuple[TuneNote, ...]
    odd: frozenset[int] = frozenset()

    @property
    def bar_ticks(self) -> int:
        """Length of a bar in ticks."""
        return TICKS * 4 * self.num // self.den

    @property
    def settled(self) -> bool:
        """Whether the tune ends on the tonic that its key names."""
        return self.notes[-1].height % 7 == 0

    @property
    def bars(self) -> int:
        """Number of the last bar."""
        return self.notes[-1].bar


def corpus_root() -> Path:
    """Return the folder of music21's corpus."""
    return Path(str(music21.__file__)).parent / "corpus"


def read_tunes(sets: Sequence[str] = tuple(SETS)) -> list[Tune]:
    """Return the tunes of some sets, in the order of files and numbers.

    Parameters
    ----------
    sets : sequence of str
        Names of :data:`SETS`.

    Returns
    -------
    list of Tune
        Those of one voice, a known key and metre, and 24 notes and more.
    """
    tunes: list[Tune] = []
    for name in sets:
        for path in sorted((corpus_root() / name).glob("*.abc")):
            tunes += tunes_of(path.read_text("utf-8", errors="replace"), source=name)
    return tunes


def tunes_of(text: str, *, source: str) -> Iterator[Tune]:
    """Yield the tunes of an ABC file."""
    for part in re.split(r"(?m)^(?=X:)", text):
        if not part.startswith("X:") or re.search(r"(?m)^V:|\[V:", part):
            continue
        handler = abcFormat.ABCHandler()
        try:
            handler.process(part)
        except (abcFormat.ABCHandlerException, abcFormat.ABCTokenException, ValueError, KeyError):
            continue
        tune = _tune(handler.tokens, source)
        if tune is not None:
            yield tune


def _tune(tokens: Sequence[Any], source: str) -> Tune | None:
    fields = _fields(tokens)
    metre = _METRES.get(fields.get("M", "C").split("%")[0].strip())
    key = _KEY.match(fields.get("K", ""))
    if metre is None or key is None:
        return None
    word = key[3].lower()
    minor = word in _MINOR or (word == "" and key[0].endswith("m"))
    segments = _segments(tokens)
    if segments is None:
        return None
    ticks = TICKS * 4 * metre[0] // metre[1]
    notes, odd = _placed(segments, ticks, metre, _LETTERS.index(key[1]))
    if len(notes) < _LEAST_NOTES or notes[-1].bar < 4:
        return None
    slow = source == "oneills1850" and bool(_SLOW.search(fields.get("N", "")))
    return Tune(
        title=fields.get("T", ""),
        source=source,
        kind="slow" if slow else "folk",
        num=metre[0],
        den=metre[1],
        minor=minor,
        notes=tuple(notes),
        odd=frozenset(odd),
    )


def _fields(tokens: Sequence[Any]) -> dict[str, str]:
    """Return the first value of each header field; remarks (N:) are joined."""
    fields: dict[str, str] = {}
    for token in tokens:
        if isinstance(token, abcFormat.ABCMetadata):
            name, _, value = token.src.partition(":")
            value = value.strip()
            if name == "N":
                fields["N"] = fields.get("N", "") + " " + value
            else:
                fields.setdefault(name.strip(), value)
    return fields


#: Length in ticks, MIDI pitch and letter height (C4 = 28), or None for both in a rest.
_Event = tuple[int, int | None, int]


def _segments(tokens: Sequence[Any]) -> list[list[_Event]] | None:
    """Return what stands between bar lines; None where lengths are finer than a tick."""
    segments: list[list[_Event]] = [[]]
    for token in tokens:
        if isinstance(token, abcFormat.ABCBar):
            if segments[-1]:
                segments.append([])
        elif isinstance(token, abcFormat.ABCChord):
            return None
        elif isinstance(token, abcFormat.ABCNote) and not token.inGrace:
            event = _event(token)
            if event is None:
                return None
            _add(segments, event, tied=token.tie in ("stop", "continue"))
    return [segment for segment in segments if segment]


def _event(token: Any) -> _Event | None:
    tuplet = token.activeTuplet
    ticks = token.quarterLength * TICKS * float(tuplet.tupletMultiplier() if tuplet else 1)
    length = round(ticks)
    if length <= 0 or abs(ticks - length) > 0.4:
        return None
    if token.isRest or not token.pitchName:
        return length, None, 0
    pitch = music21.pitch.Pitch(token.pitchName)
    octave = pitch.octave if pitch.octave is not None else 4
    return length, int(pitch.midi), 7 * octave + _LETTERS.index(pitch.step)


def _add(segments: list[list[_Event]], event: _Event, *, tied: bool) -> None:
    """Add an event; a tied one is held, which inside a bar means one longer note."""
    segment = segments[-1]
    if tied and segment and segment[-1][1] == event[1]:
        segment[-1] = (segment[-1][0] + event[0], event[1], event[2])
    else:
        segment.append(event)


def _placed(
    segments: Sequence[list[_Event]], ticks: int, metre: tuple[int, int], tonic: int
) -> tuple[list[TuneNote], set[int]]:
    notes: list[TuneNote] = []
    odd: set[int] = set()
    rested = False
    for bar, start, segment in _bars(segments, ticks):
        if start + sum(length for length, _, _ in segment) != ticks or start:
            odd.add(bar)
        at = start
        for length, pitch, height in segment:
            if pitch is None:
                rested = True
            else:
                strength = metric_strength(at, num=metre[0], den=metre[1])
                notes.append(
                    TuneNote(
                        bar=bar, offset=at, length=length, pitch=pitch,
                        height=height - tonic - 28, strength=strength, after_rest=rested,
                    )
                )  # fmt: skip
                rested = False
            at += length
    return notes, odd


def _bars(segments: Sequence[list[_Event]], ticks: int) -> Iterator[tuple[int, int, list[_Event]]]:
    """Yield number, first tick and events of each bar; halves around a repeat sign are joined."""
    lengths = [sum(length for length, _, _ in segment) for segment in segments]
    bar, i = 1, 0
    if lengths and lengths[0] < ticks:
        yield 0, ticks - lengths[0], segments[0]
        i = 1
    while i < len(segments):
        joined = i + 1 < len(segments) and lengths[i] + lengths[i + 1] == ticks
        yield bar, 0, [*segments[i], *segments[i + 1]] if joined else segments[i]
        i += 2 if joined else 1
        bar += 1


def steps_of(tune: Tune) -> list[int]:
    """Return the moves of a tune in steps of the scale."""
    return [b.height - a.height for a, b in itertools.pairwise(tune.notes)]
