"""The Melody agent: chord progression, diversity, variation and repetition."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from filmcomposer_core.assessment.criteria import Finding, bars_text, ramp, unjudged
from filmcomposer_core.assessment.measures.bar_patterns import (
    motif_returns,
    repeated,
    share,
    units_of,
)
from filmcomposer_core.assessment.measures.chords import bigram_shares, diversity, minor_like
from filmcomposer_core.assessment.measures.transitions import progression_bits
from filmcomposer_core.assessment.reviewers.mode import ModeReview
from filmcomposer_core.assessment.subject import DISSONANT_IDIOMS, Subject

#: Bars with notes that a judgement of variation and repetition needs.
LEAST_BARS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class MelodyReview:
    """The findings, and the bars whose change of chord was hardest to follow."""

    findings: tuple[Finding, ...]
    odd_changes: tuple[int, ...]


def review_melody(subject: Subject, *, mode: ModeReview) -> MelodyReview:
    """Judge criteria 3 to 6.

    Parameters
    ----------
    subject : Subject
        Theme or cue.
    mode : ModeReview
        What the Mode agent found: an unclear mode is named as a cause of odd changes.

    Returns
    -------
    MelodyReview
        Four findings.
    """
    bits = progression_bits(subject.chords)
    odd = tuple(sorted({bar for value, bar in bits if value > 4.5}))
    findings = (
        _progression(subject, bits, odd, mode=mode),
        _diversity(subject),
        _variation(subject),
        _repetition(subject),
    )
    return MelodyReview(findings=findings, odd_changes=odd)


def _progression(
    subject: Subject, bits: list[tuple[float, int]], odd: tuple[int, ...], *, mode: ModeReview
) -> Finding:
    if not bits:
        return unjudged(3, "the chords never change")
    mean = float(np.mean([value for value, _ in bits]))
    worst, bar = max(bits)
    evidence = (
        f"{mean:.1f} bits per change over {len(bits)} changes (chorales 2.3 to 3.3); the oddest,"
        f" {worst:.1f} bits, leads into bar {bar}."
    )
    cause = "" if mode.clear else ", after the mode is clear"
    target = bars_text(list(odd) or [bar])
    wish = f"3: mend the change into {target} by a passing chord or a shared tone{cause}"
    fail, good = (7.0, 4.8) if subject.plan.idiom in DISSONANT_IDIOMS else (4.5, 3.3)
    return Finding(id=3, score=ramp(mean, fail, good), evidence=evidence, wish=wish)


def _diversity(subject: Subject) -> Finding:
    if not subject.chords:
        return unjudged(4, "no chords are planned")
    found = diversity(subject.chords)
    # A short cue has not the room of 16 chord places.
    room = min(1.0, (found.places / 16.0) ** 0.5)
    low, high = (2.0, 3.0) if subject.pedal else (3.0, 5.0)
    fail, good = max(0.0, low * room - 0.5), max(1.0, high * room)
    count = ramp(found.distinct, fail, good)
    spread = 1.0 if subject.pedal else ramp(found.top_share, 0.7, 0.45)
    if len(subject.chords) < 3:
        return unjudged(4, f"{len(subject.chords)} chord places are too few")
    evidence = (
        f"{found.distinct:.1f} distinct chords in {found.places:.0f} places; the commonest holds"
        f" {found.top_share:.0%} of the time."
    )
    minor = minor_like(subject.chords[0].section.mode)
    first, last = found.poorest
    few = "one chord" if found.distinct < 1.5 else f"only {found.distinct:.0f} chords"
    wish = f"4: {few} in bars {first}-{last}; use {'VI or iv' if minor else 'vi or ii'}"
    return Finding(id=4, score=(count + spread) / 2, evidence=evidence, wish=wish)


def _variation(subject: Subject) -> Finding:
    patterns = subject.patterns
    if len(patterns) < LEAST_BARS:
        return unjudged(5, f"{len(patterns)} bars with melody are too few to vary")
    flags = repeated([(p.rhythm, p.pitches) for p in patterns])
    exact = share(flags)
    scores = [ramp(exact, 0.6, 0.45)]
    words = f"{exact:.0%} of {len(patterns)} bars repeat an earlier bar exactly"
    pairs = bigram_shares(subject.chords)
    if pairs and not subject.pedal:
        distinct = float(np.mean(pairs))
        scores.append(ramp(distinct, 0.4, 0.6))
        words += f"; {distinct:.0%} of the pairs of chords differ"
    same = [p.number for p, flag in zip(patterns, flags, strict=True) if flag]
    if exact > 0.45:
        wish = f"5: vary {bars_text(same)}: sequence, inversion or a new ending"
    else:
        wish = "5: give the second half another order of chords"
    return Finding(id=5, score=float(np.mean(scores)), evidence=words + ".", wish=wish)


def _repetition(subject: Subject) -> Finding:
    units = units_of(subject.patterns)
    if len(subject.patterns) < LEAST_BARS or len(units) < LEAST_BARS:
        return unjudged(6, f"{len(subject.patterns)} bars with melody are too few to come back")
    flags = motif_returns(units)
    found = share(flags)
    same = [unit.number for unit, flag in zip(units, flags, strict=True) if flag]
    where = f" ({bars_text(same)})" if same else ""
    evidence = (
        f"{found:.0%} of {len(units)} units take up an earlier bar's rhythm and shape{where};"
        " tunes have 12% to 49%."
    )
    targets = [subject.patterns[0].number + 4 * k for k in range(1, 1 + len(subject.patterns) // 4)]
    played = {pattern.number for pattern in subject.patterns}
    where = bars_text([bar for bar in targets if bar in played] or [subject.patterns[-1].number])
    wish = f"6: restate the motif in {where}"
    return Finding(id=6, score=ramp(found, 0.08, 0.20), evidence=evidence, wish=wish)
