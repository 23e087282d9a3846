"""How loud each note is played, and how a phrase swells: velocities and expression (CC 11)."""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from filmcomposer_core.arrangement.chairs import Chair
from filmcomposer_core.arrangement.desks import STRUCK
from filmcomposer_core.arrangement.gestures import STRONG
from filmcomposer_core.arrangement.ground import Block, Ground, GroundBar
from filmcomposer_core.arrangement.hits import Hit
from filmcomposer_core.arrangement.idioms import Idiom
from filmcomposer_core.arrangement.loudness import Curve, Loudness, loudness_of
from filmcomposer_core.catalogue import Instrument
from filmcomposer_core.contracts.score import DOUBLING, Controller, Note

EXPRESSION = 11
#: Decimals of a beat that the score keeps, as its file does.
DECIMALS = 9
#: Velocity of a role against the theme.
ROLE_VELOCITY = {
    "melody": 2, "counter": -9, "bass": -4, "drone": -11, "pad": -12, "motion": -10,
    "percussion": -5, "colour": -8,
}  # fmt: skip
SOFTEST, LOUDEST = 12, 124
#: Who plays along with the theme stays this much under it.
BESIDE = -7
#: Where a phrase and a held chord are loudest, as a share of their length.
PEAK = 0.6
#: Expression of phrase start and end against its peak.
START, END = 0.86, 0.82
#: Velocity as a share of its range at level 0, and what a full level adds: as the theme's.
FLOOR, DEPTH = 0.12, 0.82
#: Sounds without expression stand a little back; the others take this much of it in their attack.
STRUCK_SHARE, BITE = 0.94, 0.3
#: A phrase's curve is over this many beats before the bar line, where the next begins.
BEFORE_LINE = 0.03
#: A strong hit is struck no softer than this, however quiet its section.
HIT_LEAST = 88
#: A point of expression that a ramp misses by less than this is left out; steps of a long ramp.
COARSE, LONGEST_RAMP = 0.012, 12


def play_entries(
    ground: Ground,
    chair: Chair,
    *,
    dynamics: Sequence[str],
    idiom: Idiom,
    rng: np.random.Generator,
    loud: Loudness | None = None,
) -> tuple[Note, ...]:
    """Give every tone its velocity; the theme's notes keep theirs.

    Parameters
    ----------
    dynamics : sequence of str
        Marks by measure, from measure 1.
    rng : numpy.random.Generator
        A human unevenness of about three steps.
    loud : Loudness, optional
        Of the whole cue, where it is known already.

    Returns
    -------
    tuple of Note
        Theme and own tones together, by beat and pitch, each with its role and technique.
    """
    uneven = rng.normal(0.0, 2.5, len(chair.entries))
    loud = loud or loudness_of(ground, dynamics)
    played = []
    for entry, off in zip(chair.entries, uneven, strict=True):
        if entry.note is not None:
            played.append(replace(entry.note, technique=entry.technique, role="melody"))
            continue
        tone = entry.tone
        bar = ground.bar_at(tone.beat)
        value = 22 + 92 * (FLOOR + DEPTH * loud.level(tone.beat)) + ROLE_VELOCITY[entry.role]
        value += _metre(bar, tone.beat) * idiom.metre + float(np.clip(off, -5, 5))
        if entry.role == "melody":
            value = min(value, _theme_velocity(ground, tone.beat) + BESIDE)
        value = value * _followed(chair.player, loud.swell(tone.beat)) + tone.accent
        value = max(value, HIT_LEAST) if tone.accent >= STRONG else value
        played.append(
            Note(
                beat=round(tone.beat, DECIMALS),
                length=round(tone.length, DECIMALS),
                pitch=tone.pitch,
                velocity=max(SOFTEST, min(LOUDEST, round(value))),
                technique=entry.technique,
                role=DOUBLING if entry.role == "melody" else entry.role,
            )
        )
    return tuple(sorted(played, key=lambda n: (n.beat, n.pitch)))


def _theme_velocity(ground: Ground, beat: float) -> float:
    """Return how loud the theme is at a beat, any loudness where it rests."""
    notes = ground.theme_over(beat, beat + 0.01)
    return float(notes[-1].velocity) if notes else float(LOUDEST)


def _followed(player: Instrument, swell_db: float) -> float:
    """Return what the picture makes of a stroke: all where no expression can, else its bite."""
    if player.family in STRUCK:
        return STRUCK_SHARE * math.pow(10.0, swell_db / 40.0)
    return math.pow(10.0, BITE * swell_db / 40.0)


def _metre(bar: GroundBar, beat: float) -> float:
    inside = beat - bar.start
    unit = 1.5 if bar.den == 8 and bar.num % 3 == 0 else 1.0
    if inside < 0.02:
        return 6.0
    if abs(inside - (bar.end - bar.start) / 2) < 0.02:
        return 3.0
    if abs(inside / unit - round(inside / unit)) < 0.02:
        return 1.0
    return 0.0 if abs(inside * 2 - round(inside * 2)) < 0.02 else -3.0


def shape_phrases(
    ground: Ground,
    player: Instrument,
    notes: Sequence[Note],
    *,
    dynamics: Sequence[str],
    hits: Sequence[Hit],
    loud: Loudness | None = None,
) -> tuple[Controller, ...]:
    """Return the expression of a part: an arch over each phrase, swelling with the picture.

    The arches are the part's, whatever its notes do, so that roles do not pull it to and fro. The
    last chord fades. Struck and plucked instruments have none; their rolls swell into their ends.
    """
    if player.family in STRUCK:
        return _rolls(notes)
    loud = loud or loudness_of(ground, dynamics)
    starts = [note.beat for note in notes]
    points: list[Controller] = []
    for index, block in enumerate(ground.blocks):
        low, high = bisect.bisect_left(starts, block.start), bisect.bisect_left(starts, block.end)
        if low < high:
            end = max(note.end for note in notes[low:high])
            here = [h for h in hits if h.block.index == index] if len(hits) < 40 else []
            points += _arch(ground, block, starts[low], end, loud, here)
    return _sparse(points)


def _rolls(notes: Sequence[Note]) -> tuple[Controller, ...]:
    """Swell over every roll; the next stroke has the full level again."""
    points: list[Controller] = []
    before = ""
    for note in notes:
        if note.technique == "roll":
            points += _swell(note)
        elif before == "roll":
            points.append(Controller(beat=note.beat, number=EXPRESSION, value=127))
        before = note.technique
    return _sparse(points)


def _swell(note: Note) -> list[Controller]:
    return [
        Controller(beat=note.beat, number=EXPRESSION, value=34, ramp=True),
        Controller(beat=note.beat + 0.6 * note.length, number=EXPRESSION, value=62, ramp=True),
        Controller(beat=note.end, number=EXPRESSION, value=122),
    ]


def _arch(
    ground: Ground,
    block: Block,
    start: float,
    end: float,
    loud: Loudness,
    hits: Sequence[Hit],
) -> list[Controller]:
    """Rise to the peak of the phrase and fall; strong hits jump just before their beat."""
    peak = start + PEAK * (end - start)
    if block.last and ground.plan.ending != "cut-off":
        peak = min(peak, max(start, ground.final))
    last = min(end, block.end) - BEFORE_LINE
    inner, shares = loud.over(start, last)
    beats = np.concatenate([[start], inner, [max(last, start + 1e-3)]])
    levels = np.concatenate([[loud.share(start)], shares, [loud.share(last)]])
    arch = np.interp(beats, [start, peak, end], [START, 1.0, _end_share(ground, block)])
    points = _bends(beats, levels * arch)
    if end > block.end + 0.02:
        points.append((end, _end_share(ground, block) * loud.share(last)))
    for hit in hits:
        if start + 0.3 < hit.beat < end - 0.3 and hit.gesture not in ("touch", "turn"):
            points.append((hit.beat - 0.04, min(1.0, 1.12 * loud.share(hit.beat))))
    points.sort()
    return [
        Controller(
            beat=max(0.0, beat), number=EXPRESSION, value=_cc(value), ramp=i + 1 < len(points)
        )
        for i, (beat, value) in enumerate(points)
    ]


def _bends(beats: Curve, values: Curve) -> list[tuple[float, float]]:
    """Return the points of a curve that a straight line through its neighbours would miss."""
    keep = [0]
    for i in range(1, len(beats) - 1):
        first = keep[-1]
        share = (beats[i] - beats[first]) / (beats[i + 1] - beats[first])
        drawn = values[first] + share * (values[i + 1] - values[first])
        far = i - first >= LONGEST_RAMP
        if far or abs(drawn - values[i]) > COARSE:
            keep.append(i)
    keep.append(len(beats) - 1)
    return [(float(beats[i]), float(values[i])) for i in keep]


def _end_share(ground: Ground, block: Block) -> float:
    if not block.last:
        return END
    return {"cut-off": 1.0, "button": 0.9}.get(ground.plan.ending, 0.45)


def _cc(value: float) -> int:
    return max(1, min(127, math.floor(127 * value + 0.5)))


def _sparse(points: Sequence[Controller]) -> tuple[Controller, ...]:
    """Return the points in order, one a beat, without repeats of a steady value."""
    kept: list[Controller] = []
    rounded = [replace(point, beat=round(point.beat, DECIMALS)) for point in points]
    for point in sorted(rounded, key=lambda c: c.beat):
        if kept and abs(kept[-1].beat - point.beat) < 1e-6:
            kept[-1] = point
        elif not (kept and kept[-1].value == point.value and not kept[-1].ramp and not point.ramp):
            kept.append(point)
    return tuple(kept)
