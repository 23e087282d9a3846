"""The Mode agent: is the mode clear, is the tonality stable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from filmcomposer_core.assessment.criteria import Finding, bars_text, ramp, unjudged
from filmcomposer_core.assessment.measures.key_clarity import (
    key_clarity,
    key_correlations,
    pitch_class_weights,
    related_keys,
)
from filmcomposer_core.assessment.measures.notes import Bools, Floats, Notes
from filmcomposer_core.assessment.subject import Subject
from filmcomposer_core.contracts.harmony import (
    PITCH_NAMES,
    parse_pitch_class,
    scale_pitch_classes,
)
from filmcomposer_core.contracts.plan import Section

#: Modes that no major or minor key resembles.
_KEYLESS: Final = frozenset({"octatonic", "whole-tone"})
_WINDOW_BARS: Final = 4
#: Idioms whose harmony leaves the scale by design.
_CHROMATIC: Final = frozenset(
    {"dread", "dream", "shock", "mystery", "wonder", "chase", "sneak", "machine"}
)
#: Share of time on declared tones at which a window of such music is at home.
_DECLARED_HOME: Final = 0.85
#: Fewer notes than this say nothing about a key.
_LEAST_NOTES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeReview:
    """The findings, and for those who judge after: is the mode clear enough to build on."""

    findings: tuple[Finding, ...]
    clear: bool


def review_mode(subject: Subject) -> ModeReview:
    """Judge criteria 1 and 2.

    Parameters
    ----------
    subject : Subject
        Theme or cue.

    Returns
    -------
    ModeReview
        Two findings. The mode is clear if the first is not poor.

    Notes
    -----
    Clarity is the correlation of the pitch classes, by time, with the best of the 24 profiles of
    Krumhansl and Kessler or the declared mode's. For pedal idioms and scales without a key it is
    the share of time on declared tones, those of the scale and of the planned chord; idioms with
    chromatic harmony take the better of both, so that a planned mediant is no fault.
    """
    first = _clarity(subject)
    second = _stability(subject)
    return ModeReview(findings=(first, second), clear=first.unjudged or (first.score or 0.0) >= 0.4)


def _stretches(subject: Subject) -> list[tuple[Section, Notes, list[int]]]:
    """Return the notes of each run of sections in one key and mode, with their bars."""
    found: list[tuple[Section, Notes, list[int]]] = []
    runs: list[list[Section]] = []
    for section in subject.plan.sections:
        if runs and (runs[-1][0].key, runs[-1][0].mode) == (section.key, section.mode):
            runs[-1].append(section)
        else:
            runs.append([section])
    for run in runs:
        first, last = run[0].start, run[-1].start + run[-1].bars - 1
        if first > len(subject.bars):
            break
        begin = subject.bars[first - 1].start_beat
        end = subject.bars[min(last, len(subject.bars)) - 1].end_beat
        notes = subject.all_notes.between(begin, end)
        found.append((run[0], notes, list(range(first, last + 1))))
    return found


def _by_scale(subject: Subject, section: Section) -> bool:
    return subject.pedal or section.mode in _KEYLESS


def _declared(subject: Subject, section: Section, notes: Notes) -> Bools:
    """Return for each note whether the scale or the chord planned at its onset holds it."""
    inside: Bools = np.isin(notes.pitch % 12, scale_pitch_classes(section.key, section.mode))
    if not subject.chords or not len(notes):
        return inside
    starts, table = subject.chord_table
    index = np.maximum(np.searchsorted(starts, notes.start + 1 / 24, side="right") - 1, 0)
    return np.asarray(inside | table[index, notes.pitch % 12])


def _time_share(flags: Bools, notes: Notes) -> float:
    total = float(notes.length.sum())
    return float(notes.length[flags].sum()) / total if total > 0 else 1.0


def _clarity(subject: Subject) -> Finding:
    if not len(subject.all_notes) and subject.wants_melody:
        return Finding(
            id=1,
            score=0.0,
            at_most=0.0,
            evidence="There are no notes.",
            wish="1: write the melody first",
        )
    rows = [
        (*_judged(subject, section, notes), float(notes.length.sum()))
        for section, notes, _ in _stretches(subject)
        if len(notes) >= _LEAST_NOTES
    ]
    if not rows:
        return unjudged(1, f"{len(subject.all_notes)} notes make no key")
    score = float(np.average([row[0] for row in rows], weights=[row[2] for row in rows]))
    worst = min(rows, key=lambda row: row[0])[1]
    evidence = f"Weakest of {len(rows)} keys: {worst}." if len(rows) > 1 else f"{worst}."
    evidence = evidence[0].upper() + evidence[1:]
    return Finding(id=1, score=score, evidence=evidence, wish=_clarity_wish(subject))


def _judged(subject: Subject, section: Section, notes: Notes) -> tuple[float, str]:
    named = f"{section.key} {section.mode}"
    declared = _time_share(_declared(subject, section, notes), notes)
    words = f"{declared:.0%} of the time on tones of {named} or its planned chords"
    if _by_scale(subject, section):
        return ramp(declared, 0.6, 0.9), words
    weights = pitch_class_weights(notes)
    clarity = key_clarity(weights, tonic=parse_pitch_class(section.key), mode=section.mode)
    score = ramp(clarity.r, 0.6, 0.8)
    if subject.plan.idiom in _CHROMATIC:
        score = max(score, ramp(declared, 0.7, 0.95))
    return score, (
        f"pitch classes fit {clarity.name} with r {clarity.r:.2f} ({clarity.gap:+.2f} to the next"
        f" key), {words}"
    )


def _clarity_wish(subject: Subject) -> str:
    """Name the tones outside scale and chords and their bars, or ask for the tonic chord."""
    bars: list[int] = []
    tones: dict[int, int] = {}
    for section, notes, _ in _stretches(subject):
        outside = ~_declared(subject, section, notes)
        for pc in (notes.pitch[outside] % 12).tolist():
            tones[pc] = tones.get(pc, 0) + 1
        bars += subject.bar_numbers(notes.start[outside])
    home = subject.plan.sections[0]
    if tones:
        names = ", ".join(PITCH_NAMES[pc] for pc in sorted(tones, key=lambda pc: -tones[pc])[:3])
        return f"1: drop {names} in {bars_text(bars)}; they are foreign to {home.key} {home.mode}"
    return f"1: put degrees 1, 3 and 5 of {home.key} {home.mode} on strong beats"


def _stability(subject: Subject) -> Finding:
    stable, foreign, windows = 0, [], 0
    for section, notes, bars in _stretches(subject):
        homes = related_keys(parse_pitch_class(section.key), section.mode)
        for first in range(0, max(1, len(bars) - _WINDOW_BARS + 1), 2):
            numbers = [n for n in bars[first : first + _WINDOW_BARS] if n <= len(subject.bars)]
            if not numbers:
                continue
            begin, end = subject.lines[numbers[0] - 1], subject.lines[numbers[-1]]
            window = notes.between(float(begin), float(end))
            weights = pitch_class_weights(window)
            if np.count_nonzero(weights) < 3:
                continue
            windows += 1
            if _at_home(subject, section, window, weights, homes):
                stable += 1
            else:
                foreign += numbers
    if not windows:
        return unjudged(2, "no four bars hold three different tones")
    share = stable / windows
    evidence = f"{stable} of {windows} windows of 4 bars ({share:.0%}) are in or near the home key."
    home = subject.plan.sections[0]
    wish = f"2: bring {bars_text(foreign)} back to the scale of {home.key}" if foreign else ""
    return Finding(id=2, score=ramp(share, 0.6, 0.85), evidence=evidence, wish=wish)


def _at_home(
    subject: Subject, section: Section, window: Notes, weights: Floats, homes: frozenset[int]
) -> bool:
    chromatic = _by_scale(subject, section) or subject.plan.idiom in _CHROMATIC
    declared = _time_share(_declared(subject, section, window), window)
    if chromatic and declared >= _DECLARED_HOME:
        return True
    return section.mode not in _KEYLESS and int(np.argmax(key_correlations(weights))) in homes
