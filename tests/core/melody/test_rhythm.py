"""From spots to the prefix of the decoder."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from filmcomposer_core.contracts.take import Stroke
from filmcomposer_core.melody.chroma import (
    MELODY_FFT,
    MELODY_HOP,
    chromagram,
    peaks_and_level,
    strongest,
)
from filmcomposer_core.melody.conditioner import RhythmConditioner
from filmcomposer_core.melody.conditioner_config import RhythmConfig
from filmcomposer_core.melody.rhythm_sound import rhythm_sound

RATE = 32_000


@pytest.mark.parametrize(("pitch", "hertz"), [(9, 440.0), (0, 261.63), (6, 369.99), (9, 880.0)])
def test_a_tone_is_its_pitch_class(pitch: int, hertz: float) -> None:
    time = torch.arange(2 * RATE) / RATE
    chroma = chromagram(
        torch.sin(2 * torch.pi * hertz * time)[None], rate=RATE, n_fft=MELODY_FFT, hop=MELODY_HOP
    )
    assert chroma.shape == (1, 1 + 2 * RATE // MELODY_HOP, 12)
    assert strongest(chroma)[0, 4].tolist() == [float(i == pitch) for i in range(12)]


def test_strokes_sound_when_and_as_loud_as_they_are() -> None:
    strokes = (Stroke(time_s=0.5, strength=1.0, pitches=(0,)), Stroke(time_s=1.5, strength=0.2))
    sound = rhythm_sound(strokes, duration_s=3.0, rate=RATE)
    assert sound.shape == (3 * RATE,)
    assert not sound[: RATE // 2].any()
    loud = np.abs(sound[RATE // 2 : RATE]).max()
    soft = np.abs(sound[3 * RATE // 2 : 2 * RATE]).max()
    assert loud > 2 * soft > 0
    assert np.abs(sound).max() <= 1.0


def test_spots_are_where_they_were_in_the_prefix() -> None:
    config = RhythmConfig(width=8, positions=50)
    conditioner = RhythmConditioner(config)
    sound = rhythm_sound(
        [Stroke(time_s=2.0, strength=1.0, pitches=(7,))], duration_s=4.0, rate=RATE
    )
    chroma = conditioner.chroma_of(torch.from_numpy(sound)[None])
    assert chroma.shape == (1, 200, 12)
    level = chroma.sum(dim=-1)[0]
    # The spectrum looks 64 ms around itself: 3 frames of 20 ms.
    assert int((level > 0.05).nonzero()[0]) in range(97, 101)
    assert int(level.argmax()) in range(99, 106)
    prefix, mask = conditioner(chroma)
    assert prefix.shape == (1, 50, 8)
    assert mask.all()
    moved = (prefix[0] - conditioner.project.bias).norm(dim=-1)
    assert int(moved.argmax()) == 25


def test_what_lies_behind_the_sound_is_masked() -> None:
    conditioner = RhythmConditioner(RhythmConfig(width=8, positions=50))
    prefix, mask = conditioner(torch.rand(2, 81, 12))
    assert mask.sum(dim=1).tolist() == [21, 21]
    assert not prefix[:, 21:].any()
    assert prefix[:, :21].any(dim=-1).all()


def test_longer_sounds_are_cut_and_precomputed_chromagrams_serve_as_well() -> None:
    conditioner = RhythmConditioner(RhythmConfig(width=8, positions=10))
    sound = torch.rand(1, 3 * RATE)
    chroma = conditioner.chroma_of(sound)
    whole, _ = conditioner(chroma)
    cut, _ = conditioner(chroma[:, :40])
    assert torch.equal(whole, cut)


def test_the_gradient_reaches_the_projection() -> None:
    conditioner = RhythmConditioner(RhythmConfig(width=8, positions=10))
    prefix, _ = conditioner(torch.rand(1, 40, 12))
    prefix.square().sum().backward()
    assert conditioner.project.weight.grad is not None
    assert conditioner.project.weight.grad.abs().sum() > 0


def test_silence_has_no_level() -> None:
    chroma = chromagram(torch.zeros(1, RATE), rate=RATE, n_fft=4096, hop=640)
    assert not peaks_and_level(chroma).any()
    assert peaks_and_level(chroma).isfinite().all()
