"""Real tunes against the same tunes with random pitches, and with their parts in disorder."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from filmcomposer_core.contracts.score import Melody
from tests.core.assessment import material
from tests.core.assessment.material import Tune, scores, theme


@pytest.fixture(scope="module")
def tunes() -> list[Tune]:
    import music21

    folder = Path(music21.__file__).parent / "corpus" / "oneills1850"
    return material.tunes(folder, most=15)


def mean_scores(tunes: list[Tune], melodies: list[Melody]) -> dict[int, float]:
    found = []
    for tune, melody in zip(tunes, melodies, strict=True):
        bars = round(tune.melody.notes[-1].end / (tune.num * 4 / tune.den)) + 1
        plan = material.plan(
            " | ".join([tune.key] * bars), key=tune.key, mode=tune.mode, idiom="travel"
        )
        tempo_map = material.tempo_map(tune.num, tune.den)
        found.append(scores(theme(melody=melody, plan=plan, tempo_map=tempo_map)))
    return {n: float(np.mean([each[n] for each in found])) for n in (1, 2, 6, 11, 13, 14)}


def random_pitches(tune: Tune, rng: np.random.Generator) -> Melody:
    pitches = [note.pitch for note in tune.melody.notes]
    drawn = rng.integers(min(pitches), max(pitches) + 1, len(pitches)).tolist()
    notes = zip(tune.melody.notes, drawn, strict=True)
    return Melody(notes=tuple(dataclasses.replace(note, pitch=pitch) for note, pitch in notes))


def shuffled_lengths(tune: Tune, rng: np.random.Generator) -> Melody:
    order = rng.permutation(len(tune.melody.notes)).tolist()
    notes = []
    now = 0.0
    for place, index in enumerate(order):
        length = tune.melody.notes[index].length
        old = tune.melody.notes[place]
        notes.append(dataclasses.replace(old, beat=now, length=length))
        now += length
    return Melody(notes=tuple(notes))


def test_there_are_fifteen_tunes(tunes: list[Tune]) -> None:
    assert len(tunes) == 15


def test_real_tunes_have_clear_stable_keys_and_motifs_that_return(tunes: list[Tune]) -> None:
    rng = np.random.default_rng(11)
    real = mean_scores(tunes, [tune.melody for tune in tunes])
    random = mean_scores(tunes, [random_pitches(tune, rng) for tune in tunes])
    assert real[1] > random[1] + 0.4
    assert real[2] > random[2] + 0.4
    assert real[6] > random[6] + 0.4
    assert min(real[n] for n in (1, 2, 6)) > 0.7


def test_real_rhythm_is_clearer_than_the_same_lengths_in_disorder(tunes: list[Tune]) -> None:
    rng = np.random.default_rng(12)
    varied = [tune for tune in tunes if len({n.length for n in tune.melody.notes}) >= 3]
    assert len(varied) >= 8
    real = mean_scores(varied, [tune.melody for tune in varied])
    shuffled = mean_scores(varied, [shuffled_lengths(tune, rng) for tune in varied])
    assert real[11] > shuffled[11] + 0.25
    assert real[14] > shuffled[14] + 0.25
    assert real[11] > 0.7
