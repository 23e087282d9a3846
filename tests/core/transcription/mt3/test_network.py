"""The network: our arithmetic is that of T5's blocks, and a step is a row of the whole."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from filmcomposer_core.transcription.mt3.network import Mt3Network, frequencies
from filmcomposer_core.transcription.mt3.shape import Shape
from tests.fakes.tiny_mt3 import tiny_mt3

SHAPE = Shape(
    d_model=32, d_kv=8, d_ff=48, num_heads=3, num_layers=2, num_decoder_layers=3, input_depth=16
)


@pytest.fixture
def network() -> Mt3Network:
    found = tiny_mt3(SHAPE, seed=3)
    with torch.no_grad():
        for name, parameter in found.named_parameters():
            if name.endswith("layer_norm.weight"):
                parameter.copy_(torch.rand_like(parameter) + 0.5)
    return found


@torch.no_grad()
def test_it_counts_as_the_blocks_of_transformers_do(network: Mt3Network) -> None:
    frames, words = torch.randn(2, 11, 16), torch.randint(0, 1536, (2, 7))
    heard: Any = network.proj(frames) + network.encoder.pos_emb(0, 11)
    for block in network.encoder.block:
        heard = block(heard)[0]
    heard = network.encoder.final_layer_norm(heard)
    torch.testing.assert_close(network.encode(frames), heard, atol=1e-5, rtol=1e-4)
    mask = torch.full((7, 7), float("-inf")).triu(1)[None, None]
    hidden: Any = network.decoder_embed_tokens(words) + network.decoder.pos_emb(0, 7)
    for block in network.decoder.block:
        hidden = block(hidden, attention_mask=mask, encoder_hidden_states=heard)[0]
    logits = network.lm_head(network.decoder.final_layer_norm(hidden))
    torch.testing.assert_close(network(frames, words), logits, atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_step_by_step_is_all_at_once(network: Mt3Network) -> None:
    frames, words = torch.randn(3, 9, 16), torch.randint(0, 1536, (3, 12))
    memory = network.remember(network.encode(frames), length=12)
    rows = [network.step(words[:, at], at, memory) for at in range(12)]
    torch.testing.assert_close(
        torch.stack(rows, dim=1), network(frames, words), atol=1e-5, rtol=1e-4
    )


@torch.no_grad()
def test_words_do_not_see_what_follows_and_rows_do_not_see_each_other(
    network: Mt3Network,
) -> None:
    frames, words = torch.randn(2, 9, 16), torch.randint(0, 1536, (2, 8))
    before = network(frames, words)
    words[0, 5:] = 7
    after = network(frames, words)
    torch.testing.assert_close(after[0, :5], before[0, :5])
    torch.testing.assert_close(after[1], before[1])
    assert not torch.allclose(after[0, 5:], before[0, 5:])


def test_positions_are_the_published_ones(network: Mt3Network) -> None:
    """Sines, then cosines; from one turn in 2 pi frames to one in 2 pi times 10000."""
    rows = network.encoder.pos_emb(5, 3)
    assert rows.shape == (3, 32)
    rates = frequencies(32)
    assert float(rates[0]) == 1.0
    assert float(rates[-1]) == pytest.approx(1e-4)
    assert float(rows[2, 3]) == pytest.approx(float(torch.sin(7 * rates[3])))
    assert float(rows[2, 16 + 3]) == pytest.approx(float(torch.cos(7 * rates[3])))


def test_its_tensors_have_the_names_of_the_public_layout() -> None:
    with torch.device("meta"):
        network = Mt3Network(Shape())
    found = network.state_dict()
    assert found["proj.weight"].shape == (512, 512)
    assert found["decoder_embed_tokens.weight"].shape == found["lm_head.weight"].shape
    assert found["encoder.block.7.layer.0.SelfAttention.q.weight"].shape == (384, 512)
    assert found["decoder.block.7.layer.1.EncDecAttention.o.weight"].shape == (512, 384)
    assert found["encoder.block.0.layer.1.DenseReluDense.wi_1.weight"].shape == (1024, 512)
    assert found["decoder.block.0.layer.2.DenseReluDense.wo.weight"].shape == (512, 1024)
    assert found["encoder.pos_emb.inv_freq"].shape == (256,)
    assert "decoder.final_layer_norm.weight" in found
    assert not [name for name in found if "relative" in name]
    # The published file has 176 MB.
    size = sum(t.numel() * 4 for name, t in found.items() if "inv_freq" not in name)
    assert size / 1e6 == pytest.approx(183.5, abs=10)
