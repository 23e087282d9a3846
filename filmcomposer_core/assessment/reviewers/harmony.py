"""The Harmony agent: harmonious, rich, well orchestrated, and instruments that go together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from filmcomposer_core.assessment.criteria import Finding, bars_text, pending, ramp, unjudged
from filmcomposer_core.assessment.measures.consonance import (
    melody_fit,
    ninth_clashes,
    parallels,
    plain_beats,
)
from filmcomposer_core.assessment.measures.key_clarity import pitch_class_weights
from filmcomposer_core.assessment.measures.notes import Bools, Floats, Ints, Notes, sounding
from filmcomposer_core.assessment.measures.texture import (
    bars_with_sound,
    mean_classes,
    pitch_class_entropy,
)
from filmcomposer_core.assessment.reviewers.melody import MelodyReview
from filmcomposer_core.assessment.reviewers.mode import ModeReview
from filmcomposer_core.assessment.reviewers.orchestra import (
    review_collaboration,
    review_orchestration,
)
from filmcomposer_core.assessment.subject import DISSONANT_IDIOMS, Subject
from filmcomposer_core.contracts.harmony import scale_pitch_classes

#: Idioms in which chords glide in parallel on purpose.
_PLANING: Final = frozenset({"dream", "wonder", "machine"})


@dataclass(frozen=True, slots=True, kw_only=True)
class HarmonyReview:
    """The findings of the Harmony agent."""

    findings: tuple[Finding, ...]


def review_harmony(subject: Subject, *, mode: ModeReview, melody: MelodyReview) -> HarmonyReview:
    """Judge criteria 7 to 10; 9 and 10 wait for the arrangement.

    Parameters
    ----------
    subject : Subject
        Theme or cue.
    mode : ModeReview
        Whether the mode is clear: if not, dissonance is named as its consequence.
    melody : MelodyReview
        Bars with odd changes of chord, which are named where notes clash there too.

    Returns
    -------
    HarmonyReview
        Four findings.
    """
    classes = _classes(subject)
    chords = _chord_classes(subject)
    if subject.parts is None:
        findings = (
            _theme_harmonious(subject, mode=mode, melody=melody),
            _theme_rich(subject, _classes(subject, whole=True) | chords),
            pending(9),
            pending(10),
        )
    else:
        findings = (
            _cue_harmonious(subject, classes, chords, mode=mode, melody=melody),
            _cue_rich(subject, _classes(subject, whole=True)),
            review_orchestration(subject),
            review_collaboration(subject),
        )
    return HarmonyReview(findings=findings)


def _classes(subject: Subject, *, whole: bool = False) -> Bools:
    notes = subject.all_notes
    columns = notes.pitch % 12
    return sounding(notes, columns=columns, width=12, beats=subject.beats, whole=whole)


def _chord_classes(subject: Subject) -> Bools:
    rows = np.zeros((subject.beats, 12), dtype=np.bool_)
    for span in subject.chords:
        first, last = int(np.ceil(span.start - 1e-6)), int(np.ceil(span.end - 1e-6))
        rows[first:last, list(span.chord.pitch_classes)] = True
    return rows


def _cause(bars: list[int], *, mode: ModeReview, melody: MelodyReview) -> str:
    if not mode.clear:
        return " (the mode is not clear)"
    shared = sorted(set(bars) & set(melody.odd_changes))
    return f" (the chords of {bars_text(shared)} are hard to follow)" if shared else ""


def _theme_harmonious(subject: Subject, *, mode: ModeReview, melody: MelodyReview) -> Finding:
    if not len(subject.line) or not subject.chords:
        if subject.wants_melody:
            return Finding(
                id=7,
                score=0.0,
                at_most=0.0,
                evidence="There is no melody.",
                wish="7: write a melody",
            )
        return unjudged(7, "no melody is planned")
    fit = melody_fit(subject.line, subject.chords)
    if np.isnan(fit.share):
        return unjudged(7, "melody and chords never sound together")
    if subject.plan.idiom in DISSONANT_IDIOMS:
        score, name = ramp(fit.in_scale, 0.6, 0.9), f"{fit.in_scale:.0%} of the melody in its scale"
    else:
        score = ramp(fit.share, 0.5, 0.8) * 0.8 ** min(4, fit.clashes)
        name = f"{fit.share:.0%} of the melody on chord tones or passing tones"
    bars = list(fit.bad_bars)
    where = f", foreign notes in {bars_text(bars)}" if bars else ""
    evidence = f"{name}; {fit.clashes} clashes by a semitone{where}."
    cause = _cause(bars, mode=mode, melody=melody)
    wish = f"7: move the foreign notes in {bars_text(bars)} by step{cause}" if bars else ""
    return Finding(id=7, score=score, evidence=evidence, wish=wish)


def _theme_rich(subject: Subject, classes: Bools) -> Finding:
    if not len(subject.line) and not subject.chords:
        return unjudged(8, "nothing sounds")
    low, high = (1.2, 2.2) if subject.pedal else (2.2, 3.0)
    per_beat = mean_classes(classes)
    weights = pitch_class_weights(subject.line) + classes.sum(axis=0)
    entropy = pitch_class_entropy(weights)
    fail, good = (0.8, 1.8) if subject.pedal else (2.0, 2.5)
    score = (ramp(per_beat, low, high) + ramp(entropy, fail, good)) / 2
    if len(subject.music_bars) < 2:
        return unjudged(8, "one bar is too short to be rich")
    evidence = (
        f"{per_beat:.1f} pitch classes on a beat; entropy of pitch classes {entropy:.2f} bits."
    )
    return Finding(id=8, score=score, evidence=evidence, wish="8: use sevenths and more degrees")


def _cue_harmonious(
    subject: Subject, classes: Bools, chords: Bools, *, mode: ModeReview, melody: MelodyReview
) -> Finding:
    busy = classes.any(axis=1)
    if not busy.any():
        return unjudged(7, "nothing pitched sounds on a beat")
    dissonant = subject.plan.idiom in DISSONANT_IDIOMS
    good_beats: Bools
    if dissonant:
        good_beats = np.asarray(~(classes & ~(chords | _scale_classes(subject))).any(axis=1))
        name, good = "within the declared scale and chords", 0.9
    else:
        good_beats = np.asarray(plain_beats(classes) | ~(classes & ~chords).any(axis=1))
        name, good = "plain chords", 0.85
    plain = float(good_beats[busy].mean())
    score = ramp(plain, 0.6, good)
    pitches = subject.all_notes.pitch
    rows = sounding(subject.all_notes, columns=pitches, width=128, beats=subject.beats)
    clashes: Bools = np.asarray(ninth_clashes(rows, chords) & ~good_beats)
    rate = 0.0 if dissonant else float(clashes[busy].mean())
    faults, moves = _outer_parallels(subject)
    score *= (1.0 - min(0.5, 2.0 * rate)) * (1.0 - 0.5 * faults / max(1, moves))
    bad: Floats = np.flatnonzero(busy & (~good_beats | clashes)).astype(np.float64) + 0.5
    bars = subject.bar_numbers(bad)
    evidence = (
        f"{plain:.0%} of {int(busy.sum())} beats are {name}; {int(clashes[busy].sum())} clash by a"
        f" semitone; {faults} parallel fifths or octaves in {moves} moves of the outer voices."
    )
    cause = _cause(bars, mode=mode, melody=melody)
    if bars:
        wish = f"7: revoice {bars_text(bars)}; move foreign notes by step{cause}"
    else:
        wish = "7: move bass and melody in opposite directions"
    return Finding(id=7, score=score, evidence=evidence, wish=wish)


def _scale_classes(subject: Subject) -> Bools:
    rows = np.zeros((subject.beats, 12), dtype=np.bool_)
    for bar in subject.music_bars:
        section = subject.plan.section_at(bar.number)
        if section is not None:
            first, last = int(np.ceil(bar.start_beat - 1e-6)), int(np.ceil(bar.end_beat - 1e-6))
            rows[first:last, list(scale_pitch_classes(section.key, section.mode))] = True
    return rows


def _outer_parallels(subject: Subject) -> tuple[int, int]:
    if set(subject.idioms) & _PLANING:
        return 0, 0
    beats = np.array([int(np.ceil(span.start - 1e-6)) for span in subject.chords], dtype=np.int64)
    beats = np.unique(beats[beats < subject.beats])
    bass = _voice(subject, "bass", lowest=True)
    if bass is None or not beats.size:
        return 0, 0
    top = _voice_of(subject.line, subject.beats, lowest=False)
    return parallels(top[beats], bass[beats])


def _voice(subject: Subject, role: str, *, lowest: bool) -> Ints | None:
    rows = [
        _voice_of(played.notes, subject.beats, lowest=lowest)
        for played in subject.strands
        if played.part.role == role and played.player.pitched
    ]
    if not rows:
        return None
    table = np.array(rows)
    table[table < 0] = 999
    result: Ints = table.min(axis=0)
    result[result == 999] = -1
    return result


def _voice_of(notes: Notes, beats: int, *, lowest: bool) -> Ints:
    rows = sounding(notes, columns=notes.pitch, width=128, beats=beats)
    edge = rows.argmax(axis=1) if lowest else 127 - rows[:, ::-1].argmax(axis=1)
    result: Ints = np.where(rows.any(axis=1), edge, -1).astype(np.int64)
    return result


def _cue_rich(subject: Subject, classes: Bools) -> Finding:
    per_beat = mean_classes(classes)
    bars = len(subject.bars)
    roles: dict[str, Bools] = {}
    for played in subject.strands:
        row = bars_with_sound(played.notes, lines=subject.lines)
        role = played.part.role
        roles[role] = roles.get(role, np.zeros(bars, dtype=np.bool_)) | row
    if not roles or per_beat == 0:
        return Finding(
            id=8, score=0.0, at_most=0.0, evidence="Nothing sounds.", wish="8: write the parts"
        )
    table = np.array(list(roles.values())).sum(axis=0)
    mean_roles = float(table[table > 0].mean())
    low, high = (1.2, 2.2) if subject.pedal else (2.2, 3.0)
    many = 2.0 if subject.pedal else 3.0
    score = (ramp(per_beat, low, high) + ramp(mean_roles, 1.0, many)) / 2
    evidence = f"{per_beat:.1f} pitch classes on a beat; {mean_roles:.1f} roles play in a bar."
    thin = (np.flatnonzero((table > 0) & (table < many)) + 1).tolist()
    where = f" in {bars_text(thin)}" if thin else ""
    wish = f"8: add inner motion, sevenths or a counter-melody{where}"
    return Finding(id=8, score=score, evidence=evidence, wish=wish)
