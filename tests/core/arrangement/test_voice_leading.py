"""Voices: faults between the outer voices, common tones, ranges, low intervals."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from filmcomposer_core.arrangement.ground import Ground
from filmcomposer_core.arrangement.lay_ground import lay_ground
from filmcomposer_core.arrangement.voice_leading import Voices, edge_cost, lead_voices
from filmcomposer_core.arrangement.voicings import RANGES, Voicings, voicings
from filmcomposer_core.contracts.harmony import parse_chord
from filmcomposer_core.contracts.score import Melody
from tests.core.arrangement.cues import Cue, random_cue, sample


def ground_of(cue: Cue) -> Ground:
    return lay_ground(
        plan=cue.plan,
        melody=cue.melody,
        tempo_map=cue.tempo_map,
        curves=cue.curves,
        duration_s=cue.duration_s,
    )


def outer_faults(voices: tuple[Voices, ...]) -> int:
    faults = 0
    for a, b in pairwise(voices):
        moved = (b[0] - a[0]) * (b[3] - a[3]) > 0
        kind, after = (a[3] - a[0]) % 12, (b[3] - b[0]) % 12
        faults += moved and kind == after and kind in (0, 7)
    return faults


def led(chords: str, *, key: str = "C", mode: str = "ionian") -> tuple[Voices, ...]:
    cue = sample()
    bars = len(chords.split("|"))
    section = replace(cue.plan.sections[0], bars=bars, chords=chords, key=key, mode=mode)
    plan = replace(cue.plan, sections=(section,), bar_tension=(0.4,) * bars)
    short = replace(cue, plan=plan, melody=Melody(notes=()), duration_s=2.0 * bars + 4)
    return lead_voices(ground_of(short))


def test_the_sample_has_no_parallels_between_outer_voices():
    assert outer_faults(lead_voices(ground_of(sample()))) == 0


@pytest.mark.parametrize("number", range(12))
def test_random_progressions_have_no_parallels_between_outer_voices(number):
    ground = ground_of(random_cue(number))
    assert outer_faults(lead_voices(ground)) == 0


def test_progressions_that_invite_parallels_have_none():
    for chords in ("C | Dm | Em | F | G | Am", "Am | G | F | E7 | Am", "C | Bb | Ab | Bb | C"):
        assert outer_faults(led(chords)) == 0


def test_common_tones_are_held():
    voices = led("C | Am | F | C")
    held = [len(set(a[1:]) & set(b[1:])) for a, b in pairwise(voices)]
    assert min(held) >= 1


def test_the_same_chord_is_not_voiced_anew():
    voices = led("C | C | C | C")
    assert len(set(voices)) == 1


def test_every_voice_keeps_to_its_range_and_the_chord():
    ground = ground_of(random_cue(8))
    for span, found in zip(ground.spans, lead_voices(ground), strict=True):
        for pitch, (low, high) in zip(found, RANGES, strict=True):
            assert low <= pitch <= high
            assert pitch % 12 in {*span.chord.pitch_classes, span.chord.bass}
        assert found[0] < found[1] < found[2] < found[3]


def test_a_written_bass_is_kept_and_a_cadence_stands_in_root_position():
    voices = led("C/E | F | G7 | C")
    assert voices[0][0] % 12 == 4
    assert voices[-1][0] % 12 == 0


def test_the_leading_tone_rises_and_the_seventh_falls():
    voices = led("G7 | C")
    for before, after in zip(voices[0][1:], voices[1][1:], strict=True):
        if before % 12 == 11:
            assert after - before in (1, -4)
        if before % 12 == 5:
            assert after - before in (-1, 0)


def test_chords_hold_their_third():
    for symbol in ("C", "Am", "G7", "Bdim", "Fmaj7"):
        chord = parse_chord(symbol)
        best = voicings(chord, 0, inversions=False).pitches[0] % 12
        assert chord.pitch_classes[1] in best


def test_the_pad_stays_away_from_the_theme():
    ground = ground_of(sample())
    voices = lead_voices(ground)
    low = min(n.pitch for n in ground.theme_in(0.0, 16.0))
    tops = [v[3] for span, v in zip(ground.spans, voices, strict=True) if span.beat < 16]
    assert sum(tops) / len(tops) < low + 2


def test_parallel_octaves_cost_more_than_any_leap():
    def one(*pitches: int) -> Voicings:
        return Voicings(
            pitches=np.array([pitches]), costs=np.zeros(1), leading=-1, tonic=0, seventh=-1
        )

    parallel = edge_cost(one(48, 55, 64, 72), one(50, 57, 65, 74))
    contrary = edge_cost(one(48, 55, 64, 72), one(50, 53, 57, 69))
    assert parallel[0, 0] > 100 > contrary[0, 0]
