"""Known scores of several kinds and how they sound: what the transcription benchmark listens to.

Tunes, chorales, keyboard and quartet movements come from music21's corpus (works in the public
domain); the synthesiser and soundfont are those of the product. What is hummed is made here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.signal import resample_poly

RATE = 22_050
#: Program, and how much of a piece is played, in quarter notes.
PIANO, FLUTE, VIOLIN, STRINGS, CHOIR, ORGAN = 0, 73, 40, 48, 52, 19
QUARTERS = 48.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A note of a score: quarter notes, MIDI pitch, program, velocity."""

    beat: float
    length: float
    pitch: int
    program: int
    velocity: int = 84


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A known score: notes by beat, its tempo in quarter notes a minute, its metre."""

    kind: str
    name: str
    bpm: float
    meter: str
    notes: tuple[Played, ...]
    hummed: bool = False

    def seconds(self) -> tuple[np.ndarray, np.ndarray]:
        """Return intervals, shape (notes, 2), seconds, and pitches, shape (notes,)."""
        beat = 60.0 / self.bpm
        spans = np.array([(n.beat * beat, (n.beat + n.length) * beat) for n in self.notes])
        return spans, np.array([n.pitch for n in self.notes])


def pieces() -> list[Piece]:
    """Return everything that is listened to."""
    airs = [_tune(number) for number in (11, 57, 103)]
    found = [
        Piece(kind="solo piano", name="C.P.E. Bach, H. 186", bpm=96.0, meter="4/4",
              notes=_work("cpebach/h186", (PIANO,), 24.0)),
        Piece(kind="solo piano", name="Joplin, Maple Leaf Rag", bpm=88.0, meter="2/4",
              notes=_work("joplin/maple_leaf_rag", (PIANO, PIANO), 32.0)),
    ]  # fmt: skip
    for number, (meter, bpm, notes) in enumerate(airs, start=1):
        name = f"air {number}"
        found += [
            Piece(kind="solo piano", name=name, bpm=bpm, meter=meter, notes=_on(notes, PIANO)),
            Piece(kind="flute", name=name, bpm=bpm, meter=meter, notes=_on(notes, FLUTE)),
            Piece(kind="strings", name=f"{name}, violin", bpm=bpm, meter=meter,
                  notes=_on(notes, VIOLIN)),
            Piece(kind="hummed", name=name, bpm=bpm, meter=meter, hummed=True,
                  notes=_on(tuple(_down(n) for n in notes), FLUTE)),
        ]  # fmt: skip
    for name, program in (
        ("bach/bwv66.6", ORGAN),
        ("bach/bwv269", CHOIR),
        ("bach/bwv10.7", STRINGS),
    ):
        found.append(
            Piece(kind="chorale", name=name, bpm=72.0, meter="4/4",
                  notes=_work(name, (program,) * 4, 32.0))
        )  # fmt: skip
    found.append(
        Piece(kind="strings", name="Haydn op. 74 no. 1, quartet", bpm=112.0, meter="4/4",
              notes=_work("haydn/opus74no1/movement1", (40, 40, 41, 42), 32.0))
    )  # fmt: skip
    found += [
        Piece(kind="dense mix", name=f"{name}, tutti", bpm=84.0, meter="4/4", notes=_tutti(name))
        for name in ("bach/bwv66.6", "bach/bwv269")
    ]
    return found


def _work(name: str, programs: Sequence[int], quarters: float) -> tuple[Played, ...]:
    from music21 import corpus

    score = corpus.parse(name)
    found = []
    for part, program in zip(score.parts, programs, strict=False):
        for item in part.flatten().stripTies().notes:
            beat, length = float(item.offset), float(item.quarterLength)
            if beat >= quarters or length <= 0:
                continue
            found += [
                Played(beat=beat, length=length, pitch=p.midi, program=program)
                for p in item.pitches
            ]
    return _clean(found)


def _clean(notes: Sequence[Played]) -> tuple[Played, ...]:
    """Drop unisons of one program and cut notes where their key is struck again."""
    found: dict[tuple[int, int], list[Played]] = {}
    for note in sorted(notes, key=lambda n: (n.beat, -n.length)):
        row = found.setdefault((note.program, note.pitch), [])
        if row and row[-1].beat == note.beat:
            continue
        if row and row[-1].beat + row[-1].length > note.beat:
            last = row.pop()
            row.append(
                Played(beat=last.beat, length=note.beat - last.beat, pitch=last.pitch,
                       program=last.program)
            )  # fmt: skip
        row.append(note)
    return tuple(
        sorted((n for row in found.values() for n in row), key=lambda n: (n.beat, n.pitch))
    )


def _tune(number: int) -> tuple[str, float, tuple[Played, ...]]:
    from music21 import corpus

    score = corpus.parse("airdsAirs/book1.abc", number=number)
    meter = score.recurse().getElementsByClass("TimeSignature").first().ratioString
    notes = [
        Played(beat=float(n.offset), length=float(n.quarterLength), pitch=n.pitch.midi, program=0)
        for n in score.flatten().stripTies().notes
        if not n.isChord and float(n.offset) < QUARTERS and float(n.quarterLength) > 0
    ]
    begin = notes[0].beat
    moved = tuple(
        Played(beat=n.beat - begin, length=n.length, pitch=n.pitch, program=0) for n in notes
    )
    return meter, 100.0 if meter.endswith("4") else 132.0, moved


def _on(notes: Sequence[Played], program: int) -> tuple[Played, ...]:
    return tuple(
        Played(beat=n.beat, length=n.length, pitch=n.pitch, program=program) for n in notes
    )


def _down(note: Played) -> Played:
    return Played(beat=note.beat, length=note.length, pitch=note.pitch - 12, program=note.program)


def _tutti(name: str) -> tuple[Played, ...]:
    """Give a chorale to strings, brass and woodwinds, in octaves, with timpani under it."""
    notes = _work(name, (STRINGS,) * 4, 24.0)
    more = [Played(beat=n.beat, length=n.length, pitch=n.pitch, program=61) for n in notes]
    tops: dict[float, Played] = {}
    for note in notes:
        tops[note.beat] = max(tops.get(note.beat, note), note, key=lambda n: n.pitch)
    more += [
        Played(beat=n.beat, length=n.length, pitch=n.pitch + 12, program=73) for n in tops.values()
    ]
    lows = {
        n.beat: min((m for m in notes if m.beat == n.beat), key=lambda m: m.pitch) for n in notes
    }
    more += [
        Played(beat=n.beat, length=n.length, pitch=n.pitch - 12, program=43)
        for n in lows.values()
        if n.pitch >= 40
    ]
    return _clean([*notes, *more])


def sound_of(piece: Piece) -> np.ndarray:
    """Return how a piece sounds, shape (samples,), float32, mono at ``RATE``."""
    return _hummed(piece) if piece.hummed else _rendered(piece)


def _rendered(piece: Piece) -> np.ndarray:
    from importlib import resources
    from pathlib import Path

    from filmcomposer_core.render.midi_bytes import SAMPLE_RATE, SynthNote, SynthScore
    from filmcomposer_core.render.render import SHIPPED_FONT
    from filmcomposer_core.render.soundfont import open_soundfont
    from filmcomposer_core.render.soundfont_cut import PlayedPreset, cut_soundfont
    from filmcomposer_core.render.synth import open_synth

    shipped = resources.files("filmcomposer_core").joinpath("data", "soundfont", SHIPPED_FONT)
    with resources.as_file(shipped) as path:
        font = open_soundfont(Path(path))
        programs = sorted({n.program for n in piece.notes})
        presets = {p: next(q for q in font.presets if q == (0, p)) for p in programs}
        cut = cut_soundfont(
            font,
            [
                PlayedPreset(
                    preset=presets[p],
                    keys=tuple(sorted({n.pitch for n in piece.notes if n.program == p})),
                    velocities=tuple(sorted({n.velocity for n in piece.notes})),
                )
                for p in programs
            ],
        )
    beat = 60.0 / piece.bpm * SAMPLE_RATE
    end = max(n.beat + n.length for n in piece.notes)
    score = SynthScore(
        length=round(end * beat) + SAMPLE_RATE,
        presets={i: i for i in range(len(programs))},
        notes=tuple(
            SynthNote(
                start=round(n.beat * beat),
                end=max(round(n.beat * beat) + 480, round((n.beat + n.length) * beat) - 240),
                key=n.pitch,
                velocity=n.velocity,
                channel=programs.index(n.program),
            )
            for n in piece.notes
        ),
    )
    synth = open_synth("auto", workers=1)
    try:
        sound = synth.play(cut.data, score).mean(axis=1)
    finally:
        synth.close()
    low = resample_poly(sound, RATE // 150, SAMPLE_RATE // 150)
    return (0.5 * low / max(1e-9, float(np.abs(low).max()))).astype(np.float32)


def _hummed(piece: Piece) -> np.ndarray:
    """Return a hum: scoops up into notes, vibrato, breath, notes a little early or late."""
    rng = np.random.default_rng(7)
    beat = 60.0 / piece.bpm
    total = max(n.beat + n.length for n in piece.notes) * beat + 1.0
    out = 0.002 * rng.standard_normal(round(total * RATE))
    for note in piece.notes:
        late = rng.normal(0.0, 0.012)
        start, length = max(0.0, note.beat * beat + late), note.length * beat * 0.94
        t = np.arange(round(length * RATE)) / RATE
        if not t.size:
            continue
        scoop = -rng.uniform(0.4, 1.6) * np.exp(-t / 0.03)
        vibrato = 0.3 * np.sin(2 * np.pi * 5.4 * t + rng.uniform(0, 6)) * np.clip(t / 0.3, 0, 1)
        key = note.pitch + rng.normal(0.0, 0.08) + scoop + vibrato
        phase = 2 * np.pi * np.cumsum(440.0 * 2.0 ** ((key - 69) / 12)) / RATE
        tone = sum(np.sin(k * phase) / k**1.8 for k in range(1, 8))
        envelope = np.minimum(1.0, t / 0.05) * np.minimum(1.0, (t[-1] - t) / 0.06)
        first = round(start * RATE)
        room = min(t.size, out.size - first)
        out[first : first + room] += 0.25 * (tone * envelope)[:room]
    return (0.5 * out / np.abs(out).max()).astype(np.float32)
