"""The theme varied: its long notes, its peak and its ends stay, what lies between is ornamented."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from filmcomposer_core.arrangement.ground import SAME_BEAT, Ground
from filmcomposer_core.arrangement.regenerate.ornaments import ORNAMENTS, Piece, Place
from filmcomposer_core.arrangement.regenerate.scene import ANSWER_S, Scene, tones_at
from filmcomposer_core.catalogue import Instrument
from filmcomposer_core.contracts.score import Note

#: A rest of this many beats ends a phrase.
REST = 1.0
#: No note is made shorter than this, in beats and in seconds.
SHORTEST_BEATS, SHORTEST_S = 0.25, 0.16
#: An ornament is this much softer than the note it adorns.
SOFTER = 5
#: How often a place of the theme stays plain.
PLAIN = 0.2
#: An onset this close to a strong hit, without being on it, would be a flam.
FLAM_S = 0.2


def vary_theme(
    scene: Scene,
    ground: Ground,
    notes: Sequence[Note],
    *,
    player: Instrument,
    rng: np.random.Generator,
) -> list[Note]:
    """Return the notes of the theme in the bars, varied as a composer varies a second verse.

    Parameters
    ----------
    notes : sequence of Note
        The theme's notes in the bars, in order of time.
    player : Instrument
        Whose range and agility hold.

    Returns
    -------
    list of Note
        First, last and highest notes of each phrase and all notes on hits stand where they stood.
        Between them thirds are filled, held notes turned, dotted, anticipated or broken, repeated
        notes joined. Equal places are treated alike, so that the motif stays a motif. Unchanged
        where nothing of this is possible.
    """
    pillars = _pillars(scene, notes)
    manner: dict[tuple[float, int, float], str] = {}
    varied = _played(scene, ground, notes, pillars, player, manner, rng, plain=PLAIN)
    if varied == list(notes):
        varied = _played(scene, ground, notes, pillars, player, {}, rng, plain=0.0)
    return varied


def _pillars(scene: Scene, notes: Sequence[Note]) -> set[int]:
    """Return the places whose notes do not move: ends of phrases, peaks, bar lines and hits."""
    found: set[int] = set()
    start = 0
    for i, note in enumerate(notes):
        last = i + 1 == len(notes) or notes[i + 1].beat - note.end >= REST
        if last:
            peak = max(range(start, i + 1), key=lambda k: (notes[k].pitch, -k))
            found |= {start, i, peak}
            start = i + 1
        bar = scene.ground.bar_at(note.beat)
        if abs(note.beat - bar.start) < SAME_BEAT:
            found.add(i)
        if scene.answers(note.beat):
            found.add(i)
    return found


def _played(
    scene: Scene,
    ground: Ground,
    notes: Sequence[Note],
    pillars: set[int],
    player: Instrument,
    manner: dict[tuple[float, int, float], str],
    rng: np.random.Generator,
    *,
    plain: float,
) -> list[Note]:
    found: list[Note] = []
    i = 0
    while i < len(notes):
        before = found[-1] if found and i and found[-1] == notes[i - 1] else None
        place = _place(scene, ground, notes, i, pillars, player, before)
        name = _ornament(scene, place, player, manner, rng, plain) if place else ""
        if place is None or not name:
            found.append(notes[i])
            i += 1
            continue
        pieces, used = ORNAMENTS[name](place) or ([], 1)
        found += _notes(place.note, pieces)
        i += used
    return found


def _place(
    scene: Scene,
    ground: Ground,
    notes: Sequence[Note],
    i: int,
    pillars: set[int],
    player: Instrument,
    before: Note | None,
) -> Place | None:
    """Return a note as a place to adorn; the last note of a phrase is none.

    ``before`` is the note before it where that one is as it was.
    """
    note = notes[i]
    after = notes[i + 1] if i + 1 < len(notes) else _next(ground, note)
    if after is None or after.beat - note.end >= REST:
        return None
    bpm = ground.timeline.bpm_at(ground.timeline.time_at(note.beat))
    least = max(SHORTEST_BEATS, max(SHORTEST_S, 1.1 / player.agility) * bpm / 60.0)
    chord, tones = tones_at(ground, note.beat)
    onbeat = abs(note.beat - round(note.beat)) < SAME_BEAT
    if not tones:
        return None
    return Place(
        note=note,
        before=before,
        fixed=i in pillars,
        after=after,
        tied=after.beat - note.end < 0.3,
        movable=i + 1 < len(notes) and i + 1 not in pillars,
        tones=tones,
        strong=chord if onbeat else tones,
        least=least,
    )


def _next(ground: Ground, note: Note) -> Note | None:
    found = ground.theme_in(note.end - SAME_BEAT, note.end + REST)
    return found[0] if found else None


def _ornament(
    scene: Scene,
    place: Place,
    player: Instrument,
    manner: dict[tuple[float, int, float], str],
    rng: np.random.Generator,
    plain: float,
) -> str:
    """Return what is done at a place: what was done at the last place like it, if it can be."""
    note, after = place.note, place.after
    bar = scene.ground.bar_at(note.beat)
    move = after.pitch - note.pitch if after else 0
    key = (round(note.length, 3), move, round(note.beat - bar.start, 3))
    able = [name for name in ORNAMENTS if _able(scene, place, player, name)]
    if key not in manner:
        chance = rng.random()
        manner[key] = able[int(rng.integers(len(able)))] if able and chance >= plain else ""
    return manner[key] if manner[key] in able else ""


def _able(scene: Scene, place: Place, player: Instrument, name: str) -> bool:
    found = ORNAMENTS[name](place)
    if found is None:
        return False
    pieces, _ = found
    if any(length < place.least - SAME_BEAT for _, length, _ in pieces):
        return False
    if not all(player.low <= pitch <= player.high for _, _, pitch in pieces):
        return False
    return all(_clear(scene, beat) for beat, _, _ in pieces[1:])


def _clear(scene: Scene, beat: float) -> bool:
    """Whether a new onset stays away from hits and from what music is to avoid."""
    time_s = scene.ground.timeline.time_at(beat)
    for spot in scene.spots_near(time_s, ANSWER_S):
        away = abs(spot.time_s - time_s)
        if spot.hit_class == "avoid":
            frames = max(1, spot.early_frames, spot.late_frames) + 0.5
            if away <= frames * scene.ground.frame_s:
                return False
        elif spot.strong and away < FLAM_S:
            return False
    return True


def _notes(old: Note, pieces: Sequence[Piece]) -> list[Note]:
    made = []
    for i, (beat, length, pitch) in enumerate(pieces):
        velocity = old.velocity if not i else max(1, old.velocity - SOFTER)
        made.append(
            replace(
                old,
                beat=round(beat, 9),
                length=round(length, 9),
                pitch=pitch,
                velocity=velocity,
            )
        )
    return made
