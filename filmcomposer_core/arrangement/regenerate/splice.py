"""Put new lines into a part: around what sounds across the borders, on the hits, in one bow."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass, replace

from filmcomposer_core.arrangement.chairs import Chair, Entry, seat_chairs
from filmcomposer_core.arrangement.endings import end_cue
from filmcomposer_core.arrangement.ground import SAME_BEAT, Ground, Tone
from filmcomposer_core.arrangement.guard import playable
from filmcomposer_core.arrangement.landing import keep_clear, land_tracks
from filmcomposer_core.arrangement.orchestra import Orchestra, track_for
from filmcomposer_core.arrangement.perform import play_entries
from filmcomposer_core.arrangement.regenerate.bow import bowed
from filmcomposer_core.arrangement.regenerate.harmony import joined
from filmcomposer_core.arrangement.regenerate.jobs import marks_hit
from filmcomposer_core.arrangement.regenerate.scene import Scene, notes_between
from filmcomposer_core.arrangement.settle import settle
from filmcomposer_core.contracts.score import DOUBLING, Note, Part
from filmcomposer_core.seeding import rng_for

#: Roles whose notes beyond the bars are struck with the last chord of the bars.
HELD = ("pad", "drone")
#: A new note shorter than this, in beats, is left out.
SHORTEST = 0.06


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """What was written: the ground with the theme as it is now, theme notes by part, and tones.

    Tones go by part, role and technique; ``written`` names part, role and phrase of all that was
    written.
    """

    ground: Ground
    theme: dict[str, list[Note]]
    tones: dict[tuple[str, str, str], list[Tone]]
    written: frozenset[tuple[str, str, int]]

    def anew(self, scene: Scene, part: Part, note: Note) -> bool:
        """Whether a note gives way to what was written."""
        if not scene.inside(note.beat):
            return False
        starts = [block.start for block in scene.blocks]
        place = bisect.bisect_right(starts, note.beat + SAME_BEAT) - 1
        if place < 0 or note.beat + SAME_BEAT >= scene.blocks[place].end:
            return False
        return (part.id, part.role_of(note), scene.blocks[place].index) in self.written


def write_part(scene: Scene, part: Part, lines: Lines, *, saved: Sequence[Note] = ()) -> Part:
    """Return a part with its new bars; the part itself where there is nothing new.

    Parameters
    ----------
    saved : sequence of Note
        Notes of the bars that stay, since a hit would be lost without them.
    """
    kept = _kept(scene, part, lines)
    kept += [note for note in dict.fromkeys(saved) if note not in kept]
    carried: list[Note] = []
    new: list[Note] = []
    for _ in range(2):
        carried = _carried(scene, part, lines, kept)
        new = _new_notes(scene, part, lines, [*kept, *carried])
        missed = _missed(scene, part, [*kept, *new])
        if not missed:
            break
        kept += missed
    new, carried = _tied(new, carried)
    notes = tuple(sorted([*kept, *carried, *new], key=lambda n: n.beat))
    if _same(part.notes, notes):
        return part
    written = replace(part, notes=notes)
    return replace(written, controllers=bowed(scene, lines.ground, part, written))


def _same(old: Sequence[Note], new: Sequence[Note]) -> bool:
    return {(n.beat, n.pitch, n.length) for n in old} == {(n.beat, n.pitch, n.length) for n in new}


def _kept(scene: Scene, part: Part, lines: Lines) -> list[Note]:
    """Return what stays as it is: all outside, roles without a job, drum strokes, what lasts on."""
    kept = []
    for note in part.notes:
        role = part.role_of(note)
        lasting = note.end > scene.end + SAME_BEAT and role not in HELD
        stroke = role == "percussion" and marks_hit(scene, part, note)
        if lasting or stroke or not lines.anew(scene, part, note):
            kept.append(note)
    return kept


def _carried(scene: Scene, part: Part, lines: Lines, kept: Sequence[Note]) -> list[Note]:
    """Return what pads and drones held beyond the bars, struck with the last chord in them."""
    places = scene.ground.spans_in(scene.start, scene.end)
    last = scene.ground.spans[places.stop - 1].beat if len(places) else scene.start
    found = []
    for note in notes_between(part.notes, scene.start, scene.end):
        lasting = note.end > scene.end + SAME_BEAT and part.role_of(note) in HELD
        if lasting and note not in kept and lines.anew(scene, part, note):
            beat = max(note.beat, last)
            found.append(replace(note, beat=beat, length=round(note.end - beat, 9)))
    return found


def _new_notes(scene: Scene, part: Part, lines: Lines, standing: Sequence[Note]) -> list[Note]:
    """Return the new notes: landed, playable, and out of the way of what stands."""
    ground = lines.ground
    orchestra = _orchestra(part, lines, standing)
    end_cue(ground, orchestra)
    hits = scene.hits_for(part)
    land_tracks(ground, orchestra, hits)
    for track in orchestra.values():
        track.tones = keep_clear(ground, track, scene.spots, hits)
        track.tones = playable(ground, track)
    chair = seat_chairs(ground, orchestra).get(part.instrument, Chair(part.instrument))
    fixed = [_entry(part, note) for note in standing]
    chair.entries = [entry for entry in chair.entries if scene.inside(entry.tone.beat)] + fixed
    settle(ground, chair)
    stand = {id(entry.note) for entry in fixed}
    chair.entries = [
        entry
        for entry in chair.entries
        if id(entry.note) not in stand or entry.note is None
        if scene.inside(entry.tone.beat) and entry.tone.length > SHORTEST
    ]
    rng = rng_for(scene.seed, "regenerate", "touch", part.id)
    played = play_entries(ground, chair, dynamics=scene.dynamics, idiom=scene.idiom, rng=rng)
    return [_plain(part, note) for note in played]


def _orchestra(part: Part, lines: Lines, standing: Sequence[Note]) -> Orchestra:
    """Return what was written for a part; the theme makes room for notes of it that stand."""
    orchestra: Orchestra = {}
    for (name, role, technique), tones in lines.tones.items():
        if name == part.id and tones:
            own = "melody" if role == DOUBLING else role
            track = track_for(orchestra, own, part.instrument, technique)
            track.tones += tones
            track.tune = role == DOUBLING
    stands = [note for note in standing if part.role_of(note) == "melody"]
    for note in lines.theme.get(part.id, ()):
        key = part.technique_of(note)
        free = _beside(note, stands)
        if free is not None:
            track_for(orchestra, "melody", part.instrument, key).theme.append(free)
    return orchestra


def _beside(note: Note, stands: Sequence[Note]) -> Note | None:
    """Return a note of the theme cut short before one that stands, None where that one sounds."""
    for other in stands:
        if other.beat <= note.beat + SAME_BEAT < other.end:
            return None
        if note.beat < other.beat < note.end - SAME_BEAT:
            note = replace(note, length=round(other.beat - note.beat, 9))
    return note


def _entry(part: Part, note: Note) -> Entry:
    tone = Tone(note.beat, note.length, note.pitch)
    return Entry(tone, part.role_of(note), part.technique_of(note), 0, note)


def _plain(part: Part, note: Note) -> Note:
    """Name role and technique only where they are not the part's own."""
    return replace(
        note,
        technique="" if note.technique == part.technique else note.technique,
        role="" if note.role == part.role else note.role,
    )


def _missed(scene: Scene, part: Part, notes: Sequence[Note]) -> list[Note]:
    """Return the old notes at strong hits that the part has struck and strikes no more."""
    missed = []
    for hit in scene.hits_inside:
        near = notes_between(part.notes, hit.beat - 1.0, hit.beat + 1.0)
        old = [n for n in near if scene.at(n.beat, hit.time_s) and scene.inside(n.beat)]
        if old and not scene.strikes(notes, hit.time_s):
            missed += [note for note in old if note not in missed]
    return missed


def _tied(new: Sequence[Note], carried: Sequence[Note]) -> tuple[list[Note], list[Note]]:
    """Tie what is carried on to the new note of its pitch before it."""
    left = list(new)
    rest = []
    for note in carried:
        tone = Tone(note.beat, note.length, note.pitch)
        found = joined([Tone(n.beat, n.length, n.pitch) for n in left], tone)
        place = next(
            (
                i
                for i, n in enumerate(left)
                if found is not None and (n.beat, n.pitch) == (found.beat, found.pitch)
            ),
            None,
        )
        if place is None:
            rest.append(note)
        else:
            left[place] = replace(left[place], length=round(note.end - left[place].beat, 9))
    return left, rest
