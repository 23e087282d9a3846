"""The theme as a Standard MIDI File."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Final

import mido

from filmcomposer_core.contracts.harmony import NO_CHORD
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.score import Melody, Note
from filmcomposer_core.contracts.tempo import TempoMap
from filmcomposer_core.notation.layout import bars_of, chord_marks, section_starts
from filmcomposer_core.notation.spelling import signature_of
from filmcomposer_core.timeline import Bar, Timeline, point_beats

TICKS_PER_BEAT: Final = 960
#: Text of the marker that stands where a phrase begins.
PHRASE: Final = "phrase"
#: A ramp becomes one step per quarter of a beat.
_RAMP_STEP_TICKS: Final = TICKS_PER_BEAT // 4
_SLOWEST_US: Final = (1 << 24) - 1
#: Key names that mido knows, from seven flats to seven sharps.
_MAJOR: Final = ["Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#"]
_MINOR: Final = [
    "Abm",
    "Ebm",
    "Bbm",
    "Fm",
    "Cm",
    "Gm",
    "Dm",
    "Am",
    "Em",
    "Bm",
    "F#m",
    "C#m",
    "G#m",
    "D#m",
    "A#m",
]

#: Tick, rank among events of one tick, event.
Event = tuple[int, int, mido.Message | mido.MetaMessage]


def melody_to_midi(
    melody: Melody,
    *,
    tempo_map: TempoMap,
    plan: CuePlan,
    more: Mapping[str, Sequence[Note]] | None = None,
) -> bytes:
    """Write the theme as a MIDI file of type 1.

    Parameters
    ----------
    melody : Melody
        The theme in beats from bar 1; a note keeps its place to the nearest 1/960 beat.
    tempo_map : TempoMap
        Gives tempi and signatures. A ramp is written as steps of a quarter beat whose ends lie on
        the map's own times (rounded to the file's microseconds, errors do not add up).
    plan : CuePlan
        Gives keys, chord symbols (text events) and sections (markers).
    more : mapping of str to sequence of Note, optional
        Further tracks by their names, each without overlaps of one pitch.

    Returns
    -------
    bytes
        Track 1 holds tempo, signatures, keys and texts, track 2 the notes, then come the further
        tracks. The same input gives the same bytes.
    """
    bars = bars_of(melody, tempo_map=tempo_map, plan=plan)
    others = more or {}
    last = [*melody.notes[-1:], *(note for notes in others.values() for note in notes)]
    end = max([_ticks(bars[-1].end_beat), *(_ticks(n.end) for n in last)])
    conductor = [
        *_tempo_events(tempo_map, end=end),
        *_signature_events(bars),
        *_plan_events(bars, plan=plan),
        *_phrase_events(bars, melody=melody),
    ]
    tracks = [
        _track("FilmComposer", conductor, end=end),
        _track("Melody", _note_events(melody.notes), end=end),
        *(_track(name, _chord_events(notes), end=end) for name, notes in others.items()),
    ]
    buffer = io.BytesIO()
    mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_BEAT, tracks=tracks).save(file=buffer)
    return buffer.getvalue()


def _ticks(beat: float) -> int:
    return round(beat * TICKS_PER_BEAT)


def _track(name: str, events: list[Event], *, end: int) -> mido.MidiTrack:
    track = mido.MidiTrack([mido.MetaMessage("track_name", name=name)])
    now = 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=max(0, end - now)))
    return track


def _tempo_events(tempo_map: TempoMap, *, end: int) -> list[Event]:
    timeline = Timeline(tempo_map.points)
    stops = [_ticks(beat) for beat in point_beats(tempo_map.points)] + [end]
    ticks = {0}
    for point, start, stop in zip(tempo_map.points, stops, stops[1:], strict=False):
        step = _RAMP_STEP_TICKS if point.ramp else max(1, stop - start)
        ticks |= set(range(start, min(stop, end), step))
    places = sorted(tick for tick in ticks if tick < end or tick == 0)
    events: list[Event] = []
    played_s, tempo_us = 0.0, 0
    for tick, after in zip(places, [*places[1:], max(end, places[-1] + 1)], strict=True):
        beats = (after - tick) / TICKS_PER_BEAT
        # Aim at the true time of the next step, so that rounding never adds up.
        wanted_s = timeline.time_at(after / TICKS_PER_BEAT) - played_s
        now_us = max(1, min(_SLOWEST_US, round(1e6 * wanted_s / beats)))
        if now_us != tempo_us:
            events.append((tick, 0, mido.MetaMessage("set_tempo", tempo=now_us)))
        tempo_us = now_us
        played_s += beats * now_us / 1e6
    return events


def _signature_events(bars: tuple[Bar, ...]) -> list[Event]:
    events: list[Event] = []
    before = (0, 0)
    for bar in bars:
        if (bar.num, bar.den) != before:
            before = (bar.num, bar.den)
            message = mido.MetaMessage(
                "time_signature", numerator=bar.num, denominator=bar.den, clocks_per_click=24
            )
            events.append((_ticks(bar.start_beat), 1, message))
    return events


def _plan_events(bars: tuple[Bar, ...], *, plan: CuePlan) -> list[Event]:
    events: list[Event] = []
    before = ""
    for start, section in section_starts(plan).items():
        if start > len(bars):
            break
        sign = signature_of(section.key, section.mode)
        name = (_MINOR if sign.minor else _MAJOR)[sign.sharps + 7]
        # The first key holds from the beginning, so that the lead-in has one too.
        tick = _ticks(bars[start - 1].start_beat) if before else 0
        if name != before:
            events.append((tick, 2, mido.MetaMessage("key_signature", key=name)))
        before = name
        label = f"section {section.id}: {section.function}".encode("latin1", "replace")
        place = _ticks(bars[start - 1].start_beat)
        events.append((place, 3, mido.MetaMessage("marker", text=label.decode("latin1"))))
    for marks in chord_marks(bars, plan=plan).values():
        for mark in marks:
            text = NO_CHORD if mark.chord.silent else mark.chord.symbol
            events.append((_ticks(mark.beat), 5, mido.MetaMessage("text", text=text)))
    return events


def _phrase_events(bars: tuple[Bar, ...], *, melody: Melody) -> list[Event]:
    known = [n for n in melody.phrase_starts if 1 <= n <= len(bars)]
    marker = mido.MetaMessage("marker", text=PHRASE)
    return [(_ticks(bars[n - 1].start_beat), 4, marker) for n in known]


def _note_events(notes: Sequence[Note]) -> list[Event]:
    events: list[Event] = []
    free = 0
    for note in notes:
        start = max(free, _ticks(note.beat))
        free = max(start + 1, _ticks(note.end))
        on = mido.Message("note_on", note=note.pitch, velocity=note.velocity)
        events.append((start, 1, on))
        events.append((free, 0, mido.Message("note_off", note=note.pitch, velocity=64)))
    return events


def _chord_events(notes: Sequence[Note]) -> list[Event]:
    rows: dict[int, list[Note]] = {}
    for note in sorted(notes, key=lambda n: n.beat):
        rows.setdefault(note.pitch, []).append(note)
    return [event for row in rows.values() for event in _note_events(row)]
