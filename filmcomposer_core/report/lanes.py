"""The lanes of the timeline as SVG, all on one time axis."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.clip import Curves, Shot
from filmcomposer_core.contracts.daw_plan import DawPlan, MidiItemOp, TempoOp, TrackOp
from filmcomposer_core.contracts.felt_tempo import tempo_words
from filmcomposer_core.contracts.harmony import key_words
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.report import ReportHit
from filmcomposer_core.report.seen import PICTURE_H, PICTURE_W
from filmcomposer_core.report.sound import SoundPicture
from filmcomposer_core.timeline import Timeline

#: Most points of a drawn curve, most labelled bars.
MAX_POINTS = 2000
MAX_BARS = 200
#: Times are kept to a billionth of a second.
ROUNDING_S = 1e-6
#: A letter of a label at most, and how far a label stands from its mark, pixels.
_LETTER_W, _LETTER_H, _GAP = 6.4, 12, 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """Seconds to pixels: ``width`` pixels for ``length_s`` seconds."""

    length_s: float
    width: float

    def x(self, time_s: float) -> float:
        """Return the place of a time in pixels, to a tenth."""
        return round(time_s / max(self.length_s, 1e-9) * self.width, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One lane: its title, a note on its scale under the title, height in pixels, SVG content."""

    title: str
    height: int
    svg: str
    note: str = ""


def _curve(axis: Axis, times: Iterable[float], values: NDArray[np.float64], height: int) -> str:
    """Return the path of an area under a curve with values of 0 to 1."""
    points = [
        f"{axis.x(t)},{height - v * (height - 4):.1f}" for t, v in zip(times, values, strict=True)
    ]
    if not points:
        return ""
    first, last = points[0].split(",")[0], points[-1].split(",")[0]
    return f"M{first},{height}L" + "L".join(points) + f"L{last},{height}Z"


def _thinned(
    times: NDArray[np.float64], values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Keep the highest value of each group so that peaks stay visible."""
    step = -(-len(values) // MAX_POINTS)
    groups = range(0, len(values), step)
    kept = np.array([g + int(np.argmax(values[g : g + step])) for g in groups], dtype=int)
    return times[kept], values[kept]


def contact_sheet(axis: Axis, shots: Sequence[Shot], pictures: Collection[int]) -> Lane:
    """Return a picture per shot at its place, as many as fit without covering one another.

    ``pictures`` are the numbers, from 1, of the shots whose picture is stored on the page.
    """
    out, free = [], -1.0
    for number, shot in enumerate(shots, start=1):
        x = axis.x(shot.start_s)
        room = axis.x(shot.end_s) - x
        if number in pictures and x >= free:
            out.append(
                f'<use href="#shot{number}" x="{x}" y="2">'
                f"<title>Shot {number}, {shot.start_s:.2f} to {shot.end_s:.2f} s, "
                f"{escape(shot.hue)}, {escape(shot.brightness)}</title></use>"
            )
            free = x + min(PICTURE_W, max(room, PICTURE_W * 0.6)) + 2
    for shot in shots:
        out.append(f'<path class="cut {shot.cut}" d="M{axis.x(shot.start_s)},0V{PICTURE_H + 4}"/>')
    return Lane(title="Picture", height=PICTURE_H + 4, svg="".join(out))


def motion(axis: Axis, curves: Curves, shots: Sequence[Shot]) -> Lane:
    """Return the motion curve with the cuts."""
    height = 70
    scale = float(np.quantile(curves.motion, 0.995)) if curves.motion.size else 0.0
    values = np.clip(curves.motion / scale, 0, 1) if scale > 0 else np.zeros_like(curves.motion)
    times, values = _thinned(curves.time_s, values)
    cuts = "".join(f'<path class="cut" d="M{axis.x(s.start_s)},0V{height}"/>' for s in shots[1:])
    area = f'<path class="motion" d="{_curve(axis, times, values, height)}"/>'
    note = f"up to {scale:.2f} widths/s" if scale > 0 else ""
    return Lane(title="Motion", height=height, svg=area + cuts, note=note)


def hits(axis: Axis, found: Sequence[ReportHit]) -> Lane:
    """Return a mark per hit, as tall as its weight, in the colour of its verdict.

    Strong hits are labelled on the side where no other mark and no other label is; where both
    sides are taken the label is left to the mark's tooltip.
    """
    height = 74
    marks = [_Mark(x=axis.x(hit.time_s), top=height - 8 - _weight(hit) * 4.4) for hit in found]
    out: list[str] = []
    taken: list[_Box] = []
    for hit, mark in zip(found, marks, strict=True):
        title = escape(f"{hit.timecode}  {hit.name}: {_off(hit)}")
        out.append(
            f'<g class="hit {hit.colour}"><title>{title}</title>'
            f'<path d="M{mark.x},{height}V{mark.top:.1f}"/>'
            f'<circle cx="{mark.x}" cy="{mark.top:.1f}" r="4"/></g>'
        )
    for hit, mark in zip(found, marks, strict=True):
        box = _free_box(mark, _off(hit), axis, marks, taken) if hit.strong else None
        if box is not None:
            taken.append(box)
            out.append(f'<text x="{box.left:.1f}" y="{box.base:.1f}">{_off(hit)}</text>')
    return Lane(title="Hits", height=height, svg="".join(out))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    x: float
    top: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Box:
    """Where a label stands: from left to right, on the base line of its letters."""

    left: float
    right: float
    base: float


def _weight(hit: ReportHit) -> float:
    return 10.0 if hit.weight == "MUST" else float(hit.weight)


def _off(hit: ReportHit) -> str:
    off = hit.frames_off_midi
    return "nothing near" if off is None else f"{round(off, 1) + 0.0:+.1f} frames"


def _free_box(
    mark: _Mark, text: str, axis: Axis, marks: Sequence[_Mark], taken: Sequence[_Box]
) -> _Box | None:
    """Return the room for a label to the right or the left of its mark, None if there is none."""
    width = _LETTER_W * len(text)
    for left in (mark.x + _GAP, mark.x - _GAP - width):
        box = _Box(left=left, right=left + width, base=mark.top + 4)
        inside = box.left >= 0 and box.right <= axis.width
        apart = all(
            box.right < o.left or o.right < box.left or abs(o.base - box.base) > _LETTER_H
            for o in taken
        )
        if inside and apart and not any(_crosses(other, box) for other in marks if other != mark):
            return box
    return None


def _crosses(mark: _Mark, box: _Box) -> bool:
    reaches = mark.top - 4 <= box.base + 2
    return reaches and box.left - 5 <= mark.x <= box.right + 5


def tempo(axis: Axis, timeline: Timeline, *, first_bar: int = 1) -> Lane:
    """Return the tempo with bar lines and numbers; bars before the first only fill time."""
    height = 56
    bars = timeline.bars_until(axis.length_s)
    begin_s = min(axis.length_s, bars[min(first_bar, len(bars)) - 1].start_s)
    times = np.array(
        sorted({b.start_s for b in bars} | {p.time_s for p in timeline.points} | {axis.length_s})
    )
    times = times[(times >= begin_s) & (times <= axis.length_s)]
    # A bar line worked out in beats may lie a rounding before the point that stands on it.
    bpm = np.array([timeline.bpm_at(t + ROUNDING_S) for t in times])
    low, high = float(bpm.min()) * 0.9, float(bpm.max()) * 1.1
    scale = (height - 18) / (high - low)
    path = "M" + "L".join(
        f"{axis.x(t)},{height - (v - low) * scale:.1f}" for t, v in zip(times, bpm, strict=True)
    )
    every = max(1, -(-len(bars) // MAX_BARS), round(28 * len(bars) / axis.width))
    lines = "".join(
        f'<path class="bar" d="M{axis.x(b.start_s)},0V{height}"/>'
        f'<text class="bar" x="{axis.x(b.start_s) + 2}" y="10">{b.number}</text>'
        for b in bars
        if (b.number - 1) % every == 0
    )
    note = tempo_words(float(bpm.min()), float(bpm.max()), 1.0)
    svg = f'{lines}<path class="tempo" d="{path}"/>'
    return Lane(title="Tempo", height=height, svg=svg, note=note)


def sections(axis: Axis, plan: CuePlan, timeline: Timeline) -> Lane:
    """Return the sections of the plan as blocks, darker with tension."""
    height = 52
    bars = {bar.number: bar for bar in timeline.bars_until(axis.length_s)}
    out = []
    for section in plan.sections:
        start = bars.get(section.start)
        if start is None:
            continue
        after = bars.get(section.start + section.bars)
        x, end = axis.x(start.start_s), axis.x(after.start_s if after else axis.length_s)
        title = escape(f"{section.id} {section.function}: {section.chords} ({section.texture})")
        tone = "" if section.key == "" else key_words(section.key, section.mode)
        out.append(
            f'<g><title>{title}</title><rect class="section {section.function}" x="{x}" y="2" '
            f'width="{max(1.0, end - x - 1):.1f}" height="{height - 4}" '
            f'fill-opacity="{0.25 + 0.6 * section.tension:.2f}"/>'
            f'<svg x="{x}" y="0" width="{max(1.0, end - x - 1):.1f}" height="{height}">'
            f'<text x="5" y="18">{escape(section.function)}</text>'
            f'<text x="5" y="32" class="dim">{escape(tone)}</text>'
            f'<text x="5" y="45" class="dim">{escape(section.dynamic)}</text></svg></g>'
        )
    return Lane(title="Sections", height=height, svg="".join(out))


def piano_rolls(axis: Axis, plan: DawPlan) -> list[Lane]:
    """Return a lane per part with its notes."""
    timeline = Timeline(next(op.points for op in plan.operations if isinstance(op, TempoOp)))
    names = {op.id: op.name for op in plan.operations if isinstance(op, TrackOp)}
    lanes = []
    for number, item in enumerate(o for o in plan.operations if isinstance(o, MidiItemOp)):
        if not item.notes:
            continue
        low = min(n.pitch for n in item.notes) - 1
        high = max(n.pitch for n in item.notes) + 1
        height = int(min(90, max(26, 2.2 * (high - low))))
        step = height / (high - low)
        marks = []
        for note in item.notes:
            x = axis.x(timeline.time_at(note.beat))
            width = max(1.0, axis.x(timeline.time_at(note.beat + note.length)) - x - 0.3)
            y = (high - note.pitch - 0.5) * step
            marks.append(f"M{x},{y:.1f}h{width:.1f}v{max(1.5, step * 0.9):.1f}h-{width:.1f}z")
        svg = f'<path class="notes tone{number % 6}" d="{"".join(marks)}"/>'
        lanes.append(Lane(title=names.get(item.track, item.name), height=height, svg=svg))
    return lanes


def loudness(axis: Axis, sound: SoundPicture) -> Lane:
    """Return the waveform with short-term loudness over it."""
    height = 70
    columns = np.arange(len(sound.peaks))
    edge = [
        f"{c / len(columns) * axis.width:.1f},{height / 2 - p * height / 2:.1f}"
        for c, p in zip(columns, sound.peaks, strict=True)
    ]
    back = [
        f"{c / len(columns) * axis.width:.1f},{height / 2 + p * height / 2:.1f}"
        for c, p in zip(columns[::-1], sound.peaks[::-1], strict=True)
    ]
    wave = f'<path class="wave" d="M{"L".join([*edge, *back])}Z"/>'
    step = -(-len(sound.loudness_lufs) // MAX_POINTS) or 1
    values = list(enumerate(sound.loudness_lufs))[::step]
    line = "L".join(
        f"{axis.x(min(axis.length_s, t + 0.5))},{height * min(1.0, max(0.0, -v / 60)):.1f}"
        for t, v in values
    )
    peak = max(sound.loudness_lufs, default=-70.0)
    note = f"loudest second {peak:.1f} LUFS"
    return Lane(
        title="Mix", height=height, svg=f'{wave}<path class="lufs" d="M{line}"/>', note=note
    )
