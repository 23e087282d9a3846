"""The orchestra as the Harmony agent hears it: can it be played, do the parts go together."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from filmcomposer_core.assessment.criteria import Finding, bars_text, ramp, unjudged
from filmcomposer_core.assessment.measures.notes import Floats, Notes, notes_of
from filmcomposer_core.assessment.measures.playing import playability
from filmcomposer_core.assessment.measures.texture import (
    resting_share,
    role_overlap,
    theme_margins,
)
from filmcomposer_core.assessment.subject import PlayedPart, Subject
from filmcomposer_core.contracts.scheme import measure_number

#: Parts rest in cues longer than this, if there are enough of them.
_RESTING_FROM_S: Final = 30.0
_RESTING_PARTS: Final = 4
_EXPRESSION: Final = 11
#: The best score of an orchestration with notes that no player has.
_UNPLAYABLE: Final = 0.2


def review_orchestration(subject: Subject) -> Finding:
    """Judge criterion 9: range, comfort, speed, hands and breath of every part."""
    total = unplayable = outside = strained = 0
    words: list[str] = []
    for played in subject.parts or ():
        notes = played.notes
        starts, ends = subject.times_of(notes.start), subject.times_of(notes.end)
        found = playability(notes, starts, ends, played.player)
        if not played.player.pitched:
            continue
        total += found.notes
        unplayable += found.unplayable
        outside += found.uncomfortable
        hard = min(found.notes, found.too_fast + found.too_thick + found.breathless)
        strained += hard
        name = played.name
        low, high = played.player.low, played.player.high
        if found.unplayable:
            words.append(f"{name} has {found.unplayable} notes outside {low}-{high}")
        elif found.notes and found.uncomfortable > 0.1 * found.notes:
            words.append(f"{name} is {found.uncomfortable / found.notes:.0%} outside its comfort")
        elif found.notes and hard > 0.05 * found.notes:
            why = {
                found.too_fast: "too fast",
                found.too_thick: "too many at once",
                found.breathless: "without breath",
            }
            words.append(f"{name} has {hard} notes {why[max(why)]}")
    if not total:
        return unjudged(9, "no pitched part plays")
    score = ramp(outside / total, 0.15, 0.05) * (1.0 - min(0.7, 3.0 * strained / total))
    at_most = _UNPLAYABLE if unplayable else 1.0
    score = min(score, at_most)
    evidence = (
        f"{unplayable} of {total} notes unplayable, {outside / total:.0%} outside the comfortable"
        f" range, {strained / total:.0%} too fast, too thick or without breath."
    )
    named = "; ".join(words[:3]) or "spread the notes over more players"
    wish = f"9: {named}: shift by octaves or split the part"
    return Finding(id=9, score=score, evidence=evidence, wish=wish, at_most=at_most)


def review_collaboration(subject: Subject) -> Finding:
    """Judge criterion 10: crowding of registers, margin of the theme, rests of the parts."""
    parts = [played for played in subject.parts or () if len(played.notes)]
    pitched = [played for played in parts if played.player.pitched]
    if len(pitched) < 2:
        return unjudged(10, "one part plays alone")
    strands = [strand for strand in subject.strands if strand.player.pitched]
    overlap, crowded = role_overlap(_by_role(strands))
    scores = [ramp(overlap, 0.35, 0.15)]
    words = [f"{overlap:.0%} of the notes share a third of an octave with another role"]
    wishes = []
    if overlap > 0.2:
        worst = sorted(crowded, key=lambda beat: -crowded[beat])[:8]
        numbers = subject.bar_numbers(np.array(worst) + 0.5)
        wishes.append(f"move inner parts out of the way in {bars_text(numbers)}")
    margin = _margin(subject, strands)
    if margin is not None:
        scores.append(ramp(margin[0], 2.0, 4.0))
        words.append(f"the theme stands {margin[0]:.1f} dB above the others in its octave")
        if margin[0] < 3.4:
            wishes.append(f"bring the theme out in {bars_text(margin[1])}")
    rest = _rest(subject, parts)
    if rest is not None:
        scores.append(ramp(rest, 0.1, 0.25) * ramp(rest, 0.9, 0.6))
        words.append(f"parts rest in {rest:.0%} of the bars")
        if rest < 0.2:
            wishes.append("let parts rest in turn")
    wish = "10: " + "; ".join(wishes or ["thin the texture and alternate"])
    score = float(np.mean(scores))
    return Finding(id=10, score=score, evidence="; ".join(words) + ".", wish=wish)


def _by_role(parts: list[PlayedPart]) -> dict[str, Notes]:
    roles = sorted({played.part.role for played in parts})
    return {
        role: notes_of(n for played in parts if played.part.role == role for n in played.part.notes)
        for role in roles
    }


def _margin(subject: Subject, parts: list[PlayedPart]) -> tuple[float, list[int]] | None:
    theme = [played for played in parts if played.part.role == "melody"]
    others = [played for played in parts if played.part.role != "melody"]
    if not theme or not others:
        return None
    loudest = max(theme, key=lambda played: float(played.notes.length.sum()))
    values = theme_margins(
        (loudest.notes, _levels(loudest, subject)),
        [(played.notes, _levels(played, subject)) for played in others],
        lines=subject.lines,
    )
    known = ~np.isnan(values)
    if not known.any():
        return None
    low = (np.flatnonzero(known & (np.nan_to_num(values) < 4.0)) + 1).tolist()
    return float(np.median(values[known])), low


def _levels(played: PlayedPart, subject: Subject) -> Floats:
    """Level of each note in dB from velocity, expression (CC 11) and the fader of the scheme."""
    notes = played.notes
    levels = 40.0 * np.log10(np.maximum(notes.velocity, 1) / 127.0)
    points = [c for c in played.part.controllers if c.number == _EXPRESSION]
    if points:
        index = np.searchsorted([c.beat for c in points], notes.start + 1e-6, side="right") - 1
        values = np.array([points[max(0, i)].value for i in index.tolist()])
        levels = levels + 40.0 * np.log10(np.maximum(values, 1) / 127.0)
    if played.track and played.track.volume_envelope:
        gains = {measure_number(k): v for k, v in played.track.volume_envelope.items()}
        numbers = sorted(n for n in gains if n <= len(subject.bars)) or [1]
        beats = [subject.lines[n - 1] for n in numbers]
        faders = np.interp(notes.start, beats, [gains.get(n, 1.0) for n in numbers])
        levels = levels + 20.0 * np.log10(np.maximum(faders, 1e-3))
    result: Floats = levels
    return result


def _rest(subject: Subject, parts: list[PlayedPart]) -> float | None:
    bars = subject.music_bars
    if not bars or len(parts) < _RESTING_PARTS:
        return None
    seconds = subject.timeline.time_at(bars[-1].end_beat) - bars[0].start_s
    if math.isnan(seconds) or seconds <= _RESTING_FROM_S:
        return None
    lines = np.array([*(bar.start_beat for bar in bars), bars[-1].end_beat])
    return resting_share([played.notes for played in parts], lines=lines)
