"""The Rhythm agent: clear, steady, varied and repeated rhythm."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np

from filmcomposer_core.assessment.criteria import Finding, bars_text, ramp, unjudged
from filmcomposer_core.assessment.measures.bar_patterns import (
    WINDOW,
    repeated,
    share,
    window_entropy,
)
from filmcomposer_core.assessment.measures.rhythm import (
    bar_autocorrelation,
    metre_changes,
    metre_words,
    on_beat,
    strong_weak_ratio,
    tempo_spread,
)
from filmcomposer_core.assessment.subject import Subject

_LEAST_ONSETS: Final = 4
_LEAST_BARS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class RhythmReview:
    """The findings of the Rhythm agent."""

    findings: tuple[Finding, ...]


def review_rhythm(subject: Subject, *, earlier: tuple[Finding, ...]) -> RhythmReview:
    """Judge criteria 11 to 14.

    Parameters
    ----------
    subject : Subject
        Theme or cue.
    earlier : tuple of Finding
        What Mode, Melody and Harmony found: a motif that does not come back (criterion 6) is
        named as the cause of rhythm that does not.

    Returns
    -------
    RhythmReview
        Four findings.
    """
    return RhythmReview(
        findings=(_clear(subject), _steady(subject), _varied(subject), _again(subject, earlier))
    )


def _clear(subject: Subject) -> Finding:
    line = subject.line
    if len(line) < _LEAST_ONSETS:
        if not len(line) and subject.wants_melody:
            return Finding(
                id=11,
                score=0.0,
                at_most=0.0,
                evidence="There are no onsets.",
                wish="11: write notes",
            )
        return unjudged(11, f"{len(line)} onsets make no rhythm")
    flags = on_beat(line.start, subject.bars)
    beats = share(flags)
    scores = [ramp(beats, 0.2, 0.35)]
    words = [f"{beats:.0%} of the onsets fall on a beat"]
    ratio = strong_weak_ratio(line, subject.bars)
    if not np.isnan(ratio):
        scores.append(ramp(ratio, 0.95, 1.2))
        words.append(f"notes on beats last {ratio:.2f} times the others")
    starts = line.start if subject.parts is None else _all_onsets(subject)
    again = bar_autocorrelation(starts, subject.bars)
    if not np.isnan(again):
        scores.append(ramp(again, 0.2, 0.4))
        words.append(f"onsets of successive bars correlate by {again:.2f}")
    off = line.start[~np.array(flags, dtype=bool)]
    numbers = subject.bar_numbers(off)
    common = [number for number, _ in Counter(numbers).most_common(6)]
    where = f" in {bars_text(common)}" if common else ""
    wish = f"11: put long notes on strong beats{where}; keep one pulse"
    return Finding(id=11, score=float(np.mean(scores)), evidence="; ".join(words) + ".", wish=wish)


def _all_onsets(subject: Subject) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    parts = subject.parts or ()
    return np.unique(np.concatenate([np.zeros(0), *(played.notes.start for played in parts)]))


def _steady(subject: Subject) -> Finding:
    bars = subject.music_bars
    if len(bars) < 2:
        return unjudged(12, "less than two bars")
    starts = np.array([bar.start_s for bar in bars])
    ends = np.array([subject.timeline.time_at(bar.end_beat) for bar in bars])
    tempi = np.array([bar.beats for bar in bars]) * 60.0 / (ends - starts)
    spread = tempo_spread(tempi)
    changes = metre_changes(bars)
    score = (ramp(spread, 0.10, 0.04) + ramp(changes, 4.0, 1.0)) / 2
    evidence = (
        f"The tempo of bars varies by {spread:.1%} (written ritardandi apart); {metre_words(bars)}."
    )
    wish = "12: fit the hits with less warping of the tempo and fewer odd bars"
    return Finding(id=12, score=score, evidence=evidence, wish=wish)


def _varied(subject: Subject) -> Finding:
    patterns = subject.patterns
    if len(patterns) < _LEAST_BARS:
        return unjudged(13, f"{len(patterns)} bars with melody are too few to vary")
    keys = [p.rhythm for p in patterns]
    found = window_entropy(keys)
    # Eight bars cannot hold as many bits as the sixteen that the figures were taken from.
    room = min(1.0, np.log2(len(keys)) / np.log2(WINDOW))
    distinct = len(set(keys))
    evidence = f"{distinct} rhythms in {len(keys)} bars, entropy {found:.2f} bits."
    same = [p.number for p, flag in zip(patterns, repeated(keys), strict=True) if flag]
    where = bars_text(same[3::4] or same[-1:]) if same else "the last bar"
    wish = f"13: give {where} another rhythm"
    return Finding(id=13, score=ramp(found, 0.8 * room, 1.2 * room), evidence=evidence, wish=wish)


def _again(subject: Subject, earlier: tuple[Finding, ...]) -> Finding:
    patterns = subject.patterns
    if len(patterns) < _LEAST_BARS:
        return unjudged(14, f"{len(patterns)} bars with melody are too few to come back")
    flags = repeated([p.rhythm for p in patterns])
    found = share(flags)
    score = ramp(found, 0.15, 0.25) if found <= 0.85 else ramp(found, 0.95, 0.85)
    evidence = (
        f"{found:.0%} of {len(patterns)} bars have an earlier bar's rhythm (usual: 25 to 85)."
    )
    motif = any(f.id == 6 and f.score is not None and f.score < 0.4 for f in earlier)
    if found > 0.85:
        wish = "14: use more than one bar rhythm"
    else:
        new = [p.number for p, flag in zip(patterns[1:], flags[1:], strict=True) if not flag]
        cause = " with the motif itself" if motif else ""
        wish = f"14: take up the first bar's rhythm in {bars_text(new[1::2] or new)}{cause}"
    return Finding(id=14, score=score, evidence=evidence, wish=wish)
