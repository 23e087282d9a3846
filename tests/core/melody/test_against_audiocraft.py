"""Our own chromagram and loop against what audiocraft said with the same weights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from filmcomposer_core.contracts.take import Stroke, TakeRequest
from filmcomposer_core.melody.chroma import MELODY_FFT, MELODY_HOP, chromagram, strongest
from filmcomposer_core.melody.convert import convert_checkpoint
from filmcomposer_core.melody.decode import Decoder
from filmcomposer_core.melody.delay import delayed, undelayed
from filmcomposer_core.melody.generate import MelodyEngine
from filmcomposer_core.melody.model import RhythmMusicgen
from filmcomposer_core.melody.sampling import guided
from tests.core.melody import parity

RATE = 32_000


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RhythmMusicgen]:
    root = tmp_path_factory.mktemp("against")
    made = convert_checkpoint(parity.write_audiocraft(root / "theirs"), root / "ours").folder
    return load(made)


def load(folder: Path) -> RhythmMusicgen:
    from transformers import MusicgenMelodyForConditionalGeneration

    found = MusicgenMelodyForConditionalGeneration.from_pretrained(folder)
    return RhythmMusicgen(found.eval(), None)


def test_the_chromagram_is_audiocrafts() -> None:
    said = parity.said("chroma")
    found = strongest(chromagram(parity.tunes(), rate=RATE, n_fft=MELODY_FFT, hop=MELODY_HOP))
    assert torch.equal(found, said[:, : found.shape[1]])


@torch.no_grad()
def test_the_conditions_and_the_decoder_give_audiocrafts_logits(model: RhythmMusicgen) -> None:
    tokens = parity.given("tokens")
    for kind, sound, mask in (
        ("", parity.tunes(), parity.given("text_mask")),
        ("null_", None, torch.zeros_like(parity.given("text_mask"))),
    ):
        rhythm = model.rhythm_prefix(sound, len(tokens), seconds=1.0)
        prefix = torch.cat([rhythm, model.text_prefix(parity.given("text"), mask, 2)], dim=1)
        decoder = Decoder(model.musicgen, static=False)
        last = decoder.start(prefix, tokens[:, :, :10], length=prefix.shape[1] + 20)
        steps = [last, *(decoder.step(tokens[:, :, at]) for at in range(10, tokens.shape[2]))]
        wanted = parity.said(f"{kind}logits")[:, :, 9:]
        assert (torch.stack(steps, dim=2) - wanted).abs().max() < 1e-4


@torch.no_grad()
def test_our_loop_writes_the_tokens_that_audiocraft_finds_likeliest(model: RhythmMusicgen) -> None:
    wanted = parity.said("greedy")
    count, books, frames = wanted.shape
    nothing = model.text_prefix(None, None, count)
    given = torch.cat([model.rhythm_prefix(parity.tunes(), count, seconds=1.0), nothing], dim=1)
    null = torch.cat([model.rhythm_prefix(None, count, seconds=0.0), nothing], dim=1)
    steps = delayed(torch.zeros_like(wanted), pad=model.pad)
    decoder = Decoder(model.musicgen, static=False)
    logits = decoder.start(
        torch.cat([given, null]), steps[:, :, :1].repeat(2, 1, 1), length=given.shape[1] + 40
    )
    for at in range(1, steps.shape[2]):
        drawn = guided(logits, 3.0).argmax(-1)
        frame = at - 1 - torch.arange(books)
        steps[:, :, at] = torch.where((frame >= 0) & (frame < frames), drawn, steps[:, :, at])
        logits = decoder.step(steps[:, :, at].repeat(2, 1))
    assert wanted.float().std() > 5
    assert torch.equal(undelayed(steps), wanted)


def test_a_converted_model_makes_the_takes_of_its_source(published: Path, tmp_path: Path) -> None:
    strokes = (Stroke(time_s=0.1, strength=1.0, pitches=(9,)),)
    request = TakeRequest(text="strings", strokes=strokes, duration_s=0.5, seeds=(1, 2))
    # Its T5 is as wide as its decoder: transformers has no projection there, audiocraft has one.
    there = convert_checkpoint(published, tmp_path / "there").folder
    back = convert_checkpoint(there, tmp_path / "back").folder
    one, other = (MelodyEngine(at, device="cpu").generate(request) for at in (published, back))
    assert [take.sound.tobytes() for take in one] == [take.sound.tobytes() for take in other]
