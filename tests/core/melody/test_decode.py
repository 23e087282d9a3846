"""The quick decoder does what the model's own does."""

from __future__ import annotations

import pytest
import torch

from filmcomposer_core.contracts.take import TakeRequest
from filmcomposer_core.melody.decode import Decoder
from filmcomposer_core.melody.delay import delayed, undelayed
from filmcomposer_core.melody.generate import MelodyEngine
from tests.fakes.tiny_musicgen import CODEBOOKS, RATE, VOCABULARY, WIDTH, tiny_musicgen


@pytest.mark.parametrize("static", [False, True])
def test_step_by_step_gives_the_logits_of_the_whole(static: bool) -> None:
    model = tiny_musicgen()
    torch.manual_seed(4)
    prefix = torch.randn(3, 7, WIDTH)
    steps = torch.randint(0, VOCABULARY + 1, (3, CODEBOOKS, 9))
    with torch.inference_mode():
        out = model.decoder(input_ids=steps.reshape(-1, 9), encoder_hidden_states=prefix).logits
        whole = out.reshape(3, CODEBOOKS, -1, VOCABULARY)[:, :, 7:]
    quick = Decoder(model, static=static)
    found = [quick.start(prefix, steps[:, :, :4], length=7 + 9)]
    found += [quick.step(steps[:, :, at]) for at in range(4, 9)]
    torch.testing.assert_close(torch.stack(found, dim=2), whole[:, :, 3:], rtol=1e-4, atol=1e-4)
    with torch.inference_mode():
        again = model.decoder(input_ids=steps.reshape(-1, 9), encoder_hidden_states=prefix).logits
    torch.testing.assert_close(again, out)


def test_joined_weights_are_held_once() -> None:
    model = tiny_musicgen()
    Decoder(model, static=False)
    layer = model.decoder.model.decoder.layers[0].self_attn
    storages = {p.weight.untyped_storage().data_ptr() for p in (layer.q_proj, layer.k_proj)}
    assert len(storages) == 1


@pytest.mark.parametrize("guidance", [1.0, 3.0])
def test_the_likeliest_tokens_are_those_of_transformers(
    melody_engine: MelodyEngine, guidance: float
) -> None:
    request = TakeRequest(
        text="sad slow strings", strokes=(), duration_s=0.6, seeds=(1,), condition="text",
        guidance=guidance, temperature=0.0,
    )  # fmt: skip
    (take,) = melody_engine.generate(request)
    words = melody_engine._tokenizer(["sad slow strings"], return_tensors="pt")
    theirs = melody_engine._model.musicgen.generate(
        **words, do_sample=False, guidance_scale=guidance, max_new_tokens=30 + CODEBOOKS - 1
    )
    sound = torch.from_numpy(take.sound)
    assert sound.shape[0] == round(0.6 * RATE)
    torch.testing.assert_close(theirs[0, 0, : sound.shape[0]], sound, rtol=1e-4, atol=1e-5)


def test_the_delay_pattern_is_undone() -> None:
    codes = torch.randint(0, 9, (2, 4, 5))
    steps = delayed(codes, pad=99)
    assert torch.equal(undelayed(steps), codes)
    # By hand: the second codebook begins a step later, and what is left over is padding.
    assert steps[0, 1, :2].tolist() == [99, 99]
    assert torch.equal(steps[0, 1, 2:7], codes[0, 1])
    assert (steps == 99).sum() == 2 * 4 * 4
