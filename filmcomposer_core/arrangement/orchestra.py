"""The parts while they are being put together: tones by role, instrument and technique."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field

from filmcomposer_core.arrangement.desks import Desk
from filmcomposer_core.arrangement.ground import SAME_BEAT, Ground, Tone
from filmcomposer_core.arrangement.stand import Sketch
from filmcomposer_core.catalogue import instrument
from filmcomposer_core.contracts.score import Note

Key = tuple[str, str, str]


@dataclass(slots=True)
class Track:
    """One part in the making.

    ``theme`` holds the theme's own notes, which stay as they are; ``tones`` everything else.
    ``blocks`` are the indices of the blocks in which the part has a desk; ``tune`` says that it
    doubles the theme, ``gesture`` that it only marks hits.
    """

    role: str
    instrument: str
    technique: str
    theme: list[Note] = field(default_factory=list)
    tones: list[Tone] = field(default_factory=list)
    blocks: set[int] = field(default_factory=set)
    reasons: list[str] = field(default_factory=list)
    tune: bool = False
    gesture: bool = False


Orchestra = dict[Key, Track]


def seat_orchestra(
    ground: Ground, sketches: Sequence[Sketch], desks: Sequence[Sequence[Desk]], *, spare: str
) -> Orchestra:
    """Hand every desk its lines, block by block; desks of one key become one part.

    Parameters
    ----------
    spare : str
        The player of theme notes that no section's lead can take.
    """
    orchestra: Orchestra = {}
    leads: dict[int, Track] = {}
    for block, sketch, seated in zip(ground.blocks, sketches, desks, strict=True):
        for desk in seated:
            track = track_for(orchestra, desk.role, desk.instrument, desk.technique)
            track.blocks.add(block.index)
            add_reason(track, desk.reason)
            if desk.leads:
                leads[block.index] = track
                continue
            track.tune = track.tune or desk.lines == ("theme",)
            for line in desk.lines:
                track.tones += [
                    Tone(t.beat, t.length, t.pitch + desk.shift, t.accent)
                    for t in sketch.get(line, ())
                ]
    _hand_out_theme(ground, orchestra, leads, spare)
    return orchestra


def _hand_out_theme(
    ground: Ground, orchestra: Orchestra, leads: dict[int, Track], spare: str
) -> None:
    """Give every note of the theme to the lead of its block.

    Strays between the blocks go to the lead before them, or to the spare player if that one
    cannot reach them.
    """
    places = sorted(leads)
    starts = [ground.blocks[i].start for i in places]
    for note in ground.melody.notes:
        i = max(0, bisect.bisect_right(starts, note.beat + SAME_BEAT) - 1)
        track = leads[places[i]] if places else None
        if track is None or not _reaches(track.instrument, note.pitch):
            technique = instrument(spare).techniques[0].name
            track = track_for(orchestra, "melody", spare, technique)
        track.theme.append(note)


def _reaches(name: str, pitch: int) -> bool:
    player = instrument(name)
    return player.low <= pitch <= player.high


def track_for(
    orchestra: Orchestra, role: str, instrument: str, technique: str, *, gesture: bool = False
) -> Track:
    """Return the part of a key, made if it is new."""
    key = (role, instrument, technique)
    if key not in orchestra:
        orchestra[key] = Track(
            role=role, instrument=instrument, technique=technique, gesture=gesture
        )
    return orchestra[key]


def add_reason(track: Track, reason: str) -> None:
    """Note why a part exists, each reason once."""
    if reason and reason not in track.reasons:
        track.reasons.append(reason)
