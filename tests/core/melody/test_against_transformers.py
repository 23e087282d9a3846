"""The published way to hear a tune: our chromagram and loop beside those of transformers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from transformers.audio_utils import chroma_filter_bank, spectrogram, window_function

from filmcomposer_core.contracts.take import Stroke, TakeRequest
from filmcomposer_core.melody.chroma import (
    MELODY_FFT,
    MELODY_HOP,
    chroma_filters,
    chromagram,
    strongest,
)
from filmcomposer_core.melody.generate import MelodyEngine
from filmcomposer_core.melody.rhythm_sound import rhythm_sound
from tests.fakes.tiny_musicgen import CODEBOOKS, RATE

STROKES = tuple(
    Stroke(time_s=0.3 * i, strength=0.9, pitches=((2 * i) % 12, (2 * i + 7) % 12)) for i in range(9)
)


def test_the_filters_are_those_of_the_extractor() -> None:
    theirs = chroma_filter_bank(
        sampling_rate=RATE, num_frequency_bins=MELODY_FFT, tuning=0, num_chroma=12
    )
    np.testing.assert_allclose(chroma_filters(RATE, MELODY_FFT).numpy(), theirs, atol=1e-6)


@pytest.mark.parametrize("seconds", [0.2, 2.7])
def test_the_chromagram_is_that_of_the_extractors_arithmetic(seconds: float) -> None:
    sound = rhythm_sound(STROKES, duration_s=seconds, rate=RATE)
    ours = chromagram(torch.from_numpy(sound)[None], rate=RATE, n_fft=MELODY_FFT, hop=MELODY_HOP)
    missing = max(0, MELODY_FFT - sound.size)
    padded = np.pad(sound, (missing // 2, missing - missing // 2))
    window = window_function(MELODY_FFT, "hann")
    power = spectrogram(
        padded, window, frame_length=MELODY_FFT, hop_length=MELODY_HOP, power=2.0, center=True
    ) / np.sum(window**2)
    bank = chroma_filter_bank(
        sampling_rate=RATE, num_frequency_bins=MELODY_FFT, tuning=0, num_chroma=12
    )
    theirs = (bank @ power).T
    assert ours.shape[1:] == theirs.shape
    np.testing.assert_allclose(ours[0].numpy(), theirs, rtol=1e-3, atol=1e-6)
    assert strongest(ours)[0].argmax(dim=-1).tolist() == theirs.argmax(axis=-1).tolist()


def test_under_words_and_a_tune_the_likeliest_tokens_are_those_of_transformers(
    melody_engine: MelodyEngine,
) -> None:
    request = TakeRequest(
        text="sad slow strings", strokes=STROKES, duration_s=0.9, seeds=(1,), temperature=0.0
    )
    (take,) = melody_engine.generate(request)
    heard = torch.from_numpy(rhythm_sound(STROKES, duration_s=0.9, rate=RATE))[None]
    words = melody_engine._tokenizer(["sad slow strings"], return_tensors="pt")
    theirs = melody_engine._model.musicgen.generate(
        **words,
        input_features=strongest(
            chromagram(heard, rate=RATE, n_fft=MELODY_FFT, hop=MELODY_HOP)
        ),
        do_sample=False, guidance_scale=3.0, max_new_tokens=45 + CODEBOOKS - 1,
    )  # fmt: skip
    sound = getattr(take, "sound", None)
    sound = take.audio if sound is None else sound
    torch.testing.assert_close(
        theirs[0, 0, : sound.size], torch.from_numpy(sound), rtol=1e-4, atol=1e-5
    )
