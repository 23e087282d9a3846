"""From logits to tokens."""

from __future__ import annotations

import torch

from filmcomposer_core.melody.sampling import generators, guided, sampled

CPU = torch.device("cpu")


def test_guidance_by_hand() -> None:
    logits = torch.tensor([[[2.0, 0.0]], [[1.0, 1.0]]])
    assert guided(logits, 3.0).tolist() == [[[4.0, -2.0]]]
    assert torch.equal(guided(logits, 1.0), logits)


def test_tokens_come_as_often_as_the_softmax_says() -> None:
    logits = torch.tensor([2.0, 1.0, 0.0, -8.0]).expand(1, 20_000, 4)
    for temperature in (1.0, 2.0):
        drawn = sampled(logits, top_k=0, temperature=temperature, chance=generators([3], CPU))
        share = torch.bincount(drawn.flatten(), minlength=4) / 20_000
        wanted = (logits[0, 0] / temperature).softmax(dim=0)
        # Four standard deviations of a share of 20,000 draws are 0.014.
        torch.testing.assert_close(share, wanted, rtol=0.0, atol=0.015)


def test_only_the_likeliest_few_come() -> None:
    logits = torch.tensor([1.0, 3.0, 2.0, 0.0]).expand(1, 500, 4)
    drawn = sampled(logits, top_k=2, temperature=5.0, chance=generators([3], CPU))
    assert set(drawn.flatten().tolist()) == {1, 2}
    assert (sampled(logits, top_k=1, temperature=5.0, chance=generators([3], CPU)) == 1).all()
    assert (sampled(logits, top_k=0, temperature=0.0, chance=generators([3], CPU)) == 1).all()


def test_chance_belongs_to_the_candidate() -> None:
    logits = torch.randn(3, 4, 64)
    together = sampled(logits, top_k=9, temperature=1.0, chance=generators([5, 6, -7], CPU))
    for row, seed in enumerate([5, 6, -7]):
        alone = sampled(
            logits[row : row + 1], top_k=9, temperature=1.0, chance=generators([seed], CPU)
        )
        assert torch.equal(alone[0], together[row])
