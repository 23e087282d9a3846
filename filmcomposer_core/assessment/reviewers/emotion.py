"""The Emotion agent: do mode, chords, rhythm, instruments and techniques suit the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from filmcomposer_core.assessment.criteria import Finding, bars_text, pending, ramp, unjudged
from filmcomposer_core.assessment.measures.motion import motion_match
from filmcomposer_core.assessment.measures.notes import rank_correlation
from filmcomposer_core.assessment.measures.palettes import affinity
from filmcomposer_core.assessment.measures.playing import technique_fits
from filmcomposer_core.assessment.measures.rhythm import felt_beat
from filmcomposer_core.assessment.measures.tension import chord_tension
from filmcomposer_core.assessment.subject import Subject

#: Mode -> brightness, Locrian -3 to Lydian 3.
BRIGHTNESS: Final = {
    "lydian": 3.0, "ionian": 2.0, "major pentatonic": 2.0, "mixolydian": 1.0, "whole-tone": 1.0,
    "dorian": 0.0, "melodic minor": -0.5, "aeolian": -1.0, "minor pentatonic": -1.0,
    "harmonic minor": -1.5, "phrygian": -2.0, "octatonic": -3.0, "locrian": -3.0,
}  # fmt: skip
#: Idiom -> band of mean chord tension; all others 1 to 5.
_BANDS: Final = {
    "dread": (5.0, 8.0), "shock": (5.0, 8.0), "mystery": (5.0, 8.0), "wonder": (2.0, 4.0),
    "love": (2.0, 4.0), "march": (1.0, 3.0), "pastoral": (1.0, 3.0), "grief": (3.0, 5.0),
    "machine": (4.0, 6.0), "dream": (2.0, 5.0),
}  # fmt: skip
_ANY_BAND: Final = (1.0, 5.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmotionReview:
    """The findings of the Emotion agent."""

    findings: tuple[Finding, ...]


def review_emotion(subject: Subject, *, earlier: tuple[Finding, ...]) -> EmotionReview:
    """Judge criteria 15 to 19; 18 and 19 wait for the arrangement.

    Parameters
    ----------
    subject : Subject
        Theme or cue.
    earlier : tuple of Finding
        What the other agents found: rhythm that is not clear (criterion 11) is named where it
        keeps the music from following the picture.

    Returns
    -------
    EmotionReview
        Five findings.
    """
    return EmotionReview(
        findings=(
            _mode(subject),
            _chords(subject),
            _rhythm(subject, earlier),
            _instruments(subject) if subject.parts is not None else pending(18),
            _techniques(subject) if subject.parts is not None else pending(19),
        )
    )


def _mode(subject: Subject) -> Finding:
    sections = [s for s in subject.plan.sections if not s.silence]
    if not sections:
        return unjudged(15, "the whole cue is silent")
    values = [BRIGHTNESS[s.mode] for s in sections]
    used = float(np.average(values, weights=[s.bars for s in sections]))
    wanted = subject.description.music.mode_brightness
    away = abs(used - wanted)
    near = min(BRIGHTNESS, key=lambda mode: abs(BRIGHTNESS[mode] - wanted))
    names = ", ".join(dict.fromkeys(s.mode for s in sections))
    evidence = (
        f"Brightness of {names} is {used:+.1f}, the picture wants {wanted:+.1f}"
        " (Locrian -3 to Lydian +3)."
    )
    way = "brighter" if wanted > used else "darker"
    wish = f"15: take a {way} mode, such as {near}, and keep the theme"
    return Finding(id=15, score=ramp(away, 2.5, 1.0), evidence=evidence, wish=wish)


def _chords(subject: Subject) -> Finding:
    spans = subject.chords
    if not spans:
        return unjudged(16, "no chords are planned")
    tension: dict[int, list[float]] = {}
    for span in spans:
        value = chord_tension(span.chord, key=span.section.key, mode=span.section.mode)
        tension.setdefault(span.bar, []).append(value)
    bars = sorted(tension)
    values = np.array([np.mean(tension[bar]) for bar in bars])
    wanted = np.array([subject.plan.bar_tension[bar - 1] for bar in bars])
    low, high = _BANDS.get(subject.plan.idiom, _ANY_BAND)
    mean = float(values.mean())
    # Too calm is a smaller fault than too harsh: calm chords are coloured by the arrangement.
    band = ramp(low - mean, 4.0, 0.0) if mean < low else ramp(mean - high, 2.0, 0.0)
    evidence = f"Mean chord tension {mean:.1f}, {subject.plan.idiom} wants {low:g} to {high:g}"
    if len(bars) < 4 or np.ptp(wanted) < 0.15 or np.ptp(values) < 0.5:
        wish = f"16: {'colour the chords' if mean < low else 'take plainer chords'}"
        return Finding(id=16, score=band, evidence=evidence + ".", wish=wish)
    correlation = rank_correlation(values, wanted)
    score = (band + ramp(correlation, 0.0, 0.4)) / 2
    gaps = wanted - values / max(1e-9, float(values.max()))
    tense = [bars[i] for i in np.argsort(-gaps, kind="stable")[:3].tolist()]
    wish = f"16: recolour the chords of {bars_text(tense)} (sevenths, dominant, borrowed chords)"
    return Finding(
        id=16,
        score=score,
        evidence=f"{evidence}; rank correlation with the planned tension {correlation:+.2f}.",
        wish=wish,
    )


def _rhythm(subject: Subject, earlier: tuple[Finding, ...]) -> Finding:
    bars = subject.music_bars
    if not bars:
        return unjudged(17, "the whole cue is silent")
    begin, end = bars[0].start_s, subject.timeline.time_at(bars[-1].end_beat)
    felt = [felt_beat(bar) if bar.den >= 8 and bar.num % 3 == 0 else 1.0 for bar in bars]
    tempi = [
        subject.timeline.bpm_at(bar.start_s) / beat for bar, beat in zip(bars, felt, strict=True)
    ]
    tempo = float(np.mean(tempi))
    music = subject.description.music
    away = max(0.0, music.bpm_low / tempo - 1.0, tempo / music.bpm_high - 1.0)
    scores = [ramp(away, 0.25, 0.02)]
    words = [f"{tempo:.0f} felt beats a minute, {music.bpm_low:.0f} to {music.bpm_high:.0f} wanted"]
    wishes = (
        []
        if away < 0.08
        else [f"take {'a slower' if tempo > music.bpm_high else 'a faster'} tempo"]
    )
    onsets = subject.times_of(_onsets(subject))
    curves = subject.curves
    match = motion_match(onsets, curves.time_s, curves.motion, begin_s=begin, end_s=end)
    if match.varies and onsets.size >= 4:
        scores.append(ramp(match.correlation, 0.2, 0.5))
        words.append(
            f"onsets a second follow the motion with rank correlation {match.correlation:+.2f}"
        )
        if match.correlation < 0.35:
            wishes.append("write more notes where the picture moves and fewer where it is still")
    unclear = any(f.id == 11 and f.score is not None and f.score < 0.4 for f in earlier)
    cause = ", on a clearer pulse" if unclear else ""
    wish = "17: " + ("; ".join(wishes) or "change the density section by section") + cause
    return Finding(id=17, score=float(np.mean(scores)), evidence="; ".join(words) + ".", wish=wish)


def _onsets(subject: Subject) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    if subject.parts is None:
        return np.unique(subject.line.start)
    return np.unique(np.concatenate([np.zeros(0), *(p.notes.start for p in subject.parts)]))


def _instruments(subject: Subject) -> Finding:
    values: list[float] = []
    weights: list[float] = []
    wrong: list[str] = []
    for played in subject.parts or ():
        energy = float(np.sum(played.notes.length * (played.notes.velocity / 127.0) ** 2))
        value = affinity(played.player, idioms=subject.idioms)
        values.append(value)
        weights.append(energy)
        if value < 1.0 and energy:
            wrong.append(played.player.name)
    if not sum(weights):
        return unjudged(18, "nothing plays")
    mean = float(np.average(values, weights=weights))
    idioms = " and ".join(subject.idioms)
    evidence = (
        f"Instruments suit {idioms} by {mean:.2f} (1 = of its palette, 0.5 = neutral), weighted by"
        " energy."
    )
    wish = f"18: replace {', '.join(wrong[:3])} by instruments of the palette of {idioms}"
    return Finding(id=18, score=ramp(mean, 0.5, 0.8), evidence=evidence, wish=wish)


def _techniques(subject: Subject) -> Finding:
    total = good = 0
    worst: dict[str, int] = {}
    for played in subject.parts or ():
        starts = subject.times_of(played.notes.start)
        ends = subject.times_of(played.notes.end)
        lengths = (ends - starts).tolist()
        for technique, length in zip(played.techniques, lengths, strict=True):
            fits = technique_fits(
                technique, length, family=played.player.family, idioms=subject.idioms
            )
            total += 1
            good += fits
            if not fits:
                name = f"{played.name} ({technique.replace('_', ' ')})"
                worst[name] = worst.get(name, 0) + 1
    if not total:
        return unjudged(19, "nothing plays")
    found = good / total
    evidence = f"{found:.0%} of {total} notes have a technique that suits their length and idiom."
    names = ", ".join(sorted(worst, key=lambda name: -worst[name])[:3])
    wish = f"19: change the technique of {names}"
    return Finding(id=19, score=ramp(found, 0.7, 0.92), evidence=evidence, wish=wish)
