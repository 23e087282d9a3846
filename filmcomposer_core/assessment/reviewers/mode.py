"""The Mode agent: is the mode clear, is the tonality stable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from filmcomposer_core.assessment.criteria import Finding, bars_text, ramp, unjudged
from filmcomposer_core.assessment.measures.key_clarity import (
    Clarity,
    key_clarity,
    key_correlations,
    pitch_class_weights,
    related_keys,
    share_in_scale,
)
from filmcomposer_core.assessment.measures.notes import Floats, Notes
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
    Krumhansl and Kessler or the declared mode's; for pedal idioms and scales without a key it is
    the share of time on the declared scale.
    """
    first = _clarity(subject)
    second = _stability(subject)
    return ModeReview(findings=(first, second), clear=(first.score or 0.0) >= 0.4)


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


def _clarity(subject: Subject) -> Finding:
    if not len(subject.all_notes) and subject.wants_melody:
        return Finding(
            id=1, score=0.0, evidence="There are no notes.", wish="1: write the melody first"
        )
    if len(subject.all_notes) < _LEAST_NOTES:
        return unjudged(1, f"{len(subject.all_notes)} notes make no key")
    scores: list[float] = []
    beats: list[float] = []
    words: list[str] = []
    for section, notes, _ in _stretches(subject):
        if len(notes) < _LEAST_NOTES:
            continue
        weights = pitch_class_weights(notes)
        inside = share_in_scale(weights, key=section.key, mode=section.mode)
        named = f"{section.key} {section.mode}"
        if _by_scale(subject, section):
            scores.append(ramp(inside, 0.6, 0.9))
            words.append(f"{inside:.0%} of the time on the scale of {named}")
        else:
            tonic = parse_pitch_class(section.key)
            clarity = key_clarity(weights, tonic=tonic, mode=section.mode)
            scores.append(ramp(clarity.r, 0.6, 0.8))
            words.append(_clarity_words(clarity, named=named, inside=inside))
        beats.append(float(weights.sum()))
    if not scores:
        return unjudged(1, "no section has enough notes for a key")
    score = float(np.average(scores, weights=beats))
    worst = scores.index(min(scores))
    evidence = f"Weakest of {len(words)}: {words[worst]}." if len(words) > 1 else words[0] + "."
    return Finding(id=1, score=score, evidence=evidence, wish=_clarity_wish(subject))


def _clarity_words(clarity: Clarity, *, named: str, inside: float) -> str:
    return (
        f"pitch classes fit {clarity.name} with r {clarity.r:.2f} ({clarity.gap:+.2f} to the next"
        f" key), {inside:.0%} of the time on the declared {named}"
    )


def _clarity_wish(subject: Subject) -> str:
    """Name the tones outside the scale and their bars, or ask for the chord of the tonic."""
    bars: list[int] = []
    tones: dict[int, float] = {}
    for section, notes, _ in _stretches(subject):
        scale = scale_pitch_classes(section.key, section.mode)
        outside = ~np.isin(notes.pitch % 12, scale)
        for pc in (notes.pitch[outside] % 12).tolist():
            tones[pc] = tones.get(pc, 0.0) + 1
        index = np.searchsorted(subject.lines, notes.start[outside] + 1e-6, side="right")
        bars += index.tolist()
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
            begin = subject.bars[numbers[0] - 1].start_beat
            weights = pitch_class_weights(
                notes.between(begin, subject.bars[numbers[-1] - 1].end_beat)
            )
            if np.count_nonzero(weights) < 3:
                continue
            windows += 1
            if _at_home(weights, section, homes, by_scale=_by_scale(subject, section)):
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


def _at_home(weights: Floats, section: Section, homes: frozenset[int], *, by_scale: bool) -> bool:
    if by_scale:
        return share_in_scale(weights, key=section.key, mode=section.mode) >= 0.8
    return int(np.argmax(key_correlations(weights))) in homes
