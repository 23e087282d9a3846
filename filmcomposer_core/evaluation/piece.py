"""The music that is measured: a leading line, parts and bars, from a cue or from a corpus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from filmcomposer_core.assessment.measures.chords import ChordSpan
from filmcomposer_core.assessment.measures.notes import Floats, Notes
from filmcomposer_core.assessment.subject import PlayedPart, Subject
from filmcomposer_core.catalogue import Instrument
from filmcomposer_core.contracts.scheme import measure_number
from filmcomposer_core.contracts.score import Controller
from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_core.timeline import Bar, Timeline

#: Roles of four voices from the top, as those of an arrangement are called.
VOICES: Final = ("melody", "counter", "pad", "bass")


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What one player, or one voice of a chorale, plays.

    ``player`` is None where no instrument is known; ``fader`` holds (beat, linear gain) points
    with straight lines between; ``doubled`` is the added power of doublings.
    """

    name: str
    notes: Notes
    player: Instrument | None = None
    controllers: tuple[Controller, ...] = ()
    fader: tuple[tuple[float, float], ...] = ()
    doubled: float = 0.0

    @property
    def pitched(self) -> bool:
        """Whether it plays pitches."""
        return self.player is None or self.player.pitched


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Music under measurement.

    ``line`` leads; ``roles`` holds the pitched notes by role. A tune has no ``voices``. ``chords``
    are the planned ones; ``phrases`` the bars in which the composer says that phrases begin.
    """

    line: Notes
    bars: tuple[Bar, ...]
    timeline: Timeline
    voices: tuple[Voice, ...] = ()
    roles: Mapping[str, Notes]
    chords: tuple[ChordSpan, ...] = ()
    phrases: tuple[int, ...] = ()
    idioms: tuple[str, ...] = ()

    @cached_property
    def pitched(self) -> Notes:
        """All pitched notes."""
        return joined([voice.notes for voice in self.voices if voice.pitched])

    @property
    def lines(self) -> Floats:
        """Bar lines in beats, shape (bars + 1,)."""
        return np.array([*(bar.start_beat for bar in self.bars), self.bars[-1].end_beat])

    @property
    def beats(self) -> int:
        """Whole beats up to the last bar line."""
        return max(1, int(np.ceil(self.lines[-1] - 1e-6)))

    def times_of(self, beats: Floats) -> Floats:
        """Return the times of beats in seconds."""
        return np.array([self.timeline.time_at(beat) for beat in beats.tolist()], dtype=np.float64)


def joined(groups: Sequence[Notes]) -> Notes:
    """Return the notes of several groups in order of onset, then pitch."""
    if not groups:
        return notes_from([])
    start = np.concatenate([g.start for g in groups])
    pitch = np.concatenate([g.pitch for g in groups])
    order = np.lexsort((pitch, start))
    return Notes(
        start[order],
        np.concatenate([g.end for g in groups])[order],
        pitch[order],
        np.concatenate([g.velocity for g in groups])[order],
    )


def notes_from(rows: Sequence[tuple[float, float, int]], *, velocity: int = 80) -> Notes:
    """Return notes from rows of beat, length and pitch, all equally loud."""
    table = np.array(sorted(rows), dtype=np.float64).reshape(-1, 3)
    return Notes(
        table[:, 0],
        table[:, 0] + table[:, 1],
        np.round(table[:, 2]).astype(np.int64),
        np.full(len(table), velocity, dtype=np.int64),
    )


def piece_of_cue(subject: Subject) -> Piece:
    """Return an arranged cue as it is measured.

    Parameters
    ----------
    subject : Subject
        Of the assessment, with an arrangement.
    """
    roles = {}
    for role in sorted({strand.part.role for strand in subject.strands}):
        members = [
            s.notes for s in subject.strands if s.part.role == role and s.player.pitched and s.notes
        ]
        if members:
            roles[role] = joined(members)
    return Piece(
        line=subject.line,
        bars=subject.bars,
        timeline=subject.timeline,
        voices=tuple(_voice(played, subject) for played in subject.parts or ()),
        roles=roles,
        chords=subject.chords,
        phrases=subject.melody.phrase_starts,
        idioms=subject.idioms,
    )


def _voice(played: PlayedPart, subject: Subject) -> Voice:
    fader: tuple[tuple[float, float], ...] = ()
    doublings = played.part.duplicates
    if played.track is not None:
        points = {measure_number(k): v for k, v in played.track.volume_envelope.items()}
        inside = sorted(n for n in points if 1 <= n <= len(subject.bars))
        fader = tuple((float(subject.lines[n - 1]), points[n]) for n in inside)
        doublings = played.track.duplicates or doublings
    return Voice(
        name=played.part.id,
        notes=played.notes,
        player=played.player,
        controllers=played.part.controllers,
        fader=fader,
        doubled=sum(copy.gain**2 for copy in doublings),
    )


def piece_of_lines(
    lines: Sequence[Notes], *, num: int, den: int, bpm: float = 100.0, lead: float = 0.0
) -> Piece:
    """Return a tune (one line) or a chorale (its voices from the top) as it is measured.

    Parameters
    ----------
    lines : sequence of Notes
        Beats as written, 0 = the first note or its pickup.
    num, den : int
        Signature throughout.
    bpm : float
        Quarter notes a minute.
    lead : float
        Beats of the pickup; they are put at the end of a bar of their own.
    """
    beats = num * 4.0 / den
    shift = beats - lead if lead > 1e-6 else 0.0
    moved = [Notes(n.start + shift, n.end + shift, n.pitch, n.velocity) for n in lines]
    timeline = Timeline((TempoPoint(time_s=0.0, bpm=bpm, ramp=False, num=num, den=den),))
    last = max((float(n.start.max()) for n in moved if len(n)), default=0.0)
    bars = timeline.bars_until(timeline.time_at(last + 1e-3))
    names = VOICES if len(moved) == len(VOICES) else tuple(f"voice {i}" for i in range(len(moved)))
    many = len(moved) > 1
    voices = tuple(Voice(name=n, notes=v) for n, v in zip(names, moved, strict=True))
    return Piece(
        line=moved[0],
        bars=bars,
        timeline=timeline,
        voices=voices if many else (),
        roles=dict(zip(names, moved, strict=True)) if many else {"melody": moved[0]},
    )
