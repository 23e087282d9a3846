"""The pieces of an update as tensors, with what is left out for guidance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import torch
from torch import Tensor

from filmcomposer_core.seeding import rng_for
from filmcomposer_core.training.cache import TokenCache
from filmcomposer_core.training.order import chosen
from filmcomposer_core.training.pieces import Piece
from filmcomposer_core.training.prompts import sentence, words_at
from filmcomposer_core.training.recipe import MUSIC_PARTS, PICTURE_PARTS, Recipe
from filmcomposer_core.training.samples import Samples

_IGNORED: Final = -100
_MOST_WORDS: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some pieces side by side, the shorter ones filled up.

    ``codes`` (rows, codebooks, frames), int64, is -100 behind a piece's end; ``chroma`` is (rows,
    frames, 12), ``frames`` (rows,) how many of them are the piece's. ``ids`` and ``mask`` (rows,
    words) are of the text encoder. ``hears_words`` and ``hears_rhythm`` (rows,), float32, are 0
    where a condition is left out, ``hides`` (rows,) the share of its own tokens that is not heard.
    """

    codes: Tensor
    chroma: Tensor
    frames: Tensor
    ids: Tensor
    mask: Tensor
    hears_words: Tensor
    hears_rhythm: Tensor
    hides: Tensor

    def to(self, device: torch.device) -> Batch:
        """Return it on a device."""
        return Batch(**{f.name: getattr(self, f.name).to(device) for f in fields(self)})

    def swapped(self) -> Batch:
        """Return it with each piece's rhythm exchanged for its neighbour's."""
        return replace(self, chroma=self.chroma.roll(1, 0), frames=self.frames.roll(1, 0))


class Feeder:
    """Makes the batches of a run: the same for the same seed and update.

    Parameters
    ----------
    cache : TokenCache
    samples : Samples
        Give the words.
    tokenizer : Any
        Of the text encoder.
    recipe : Recipe
    """

    def __init__(self, cache: TokenCache, samples: Samples, tokenizer: Any, recipe: Recipe) -> None:
        self.cache = cache
        self.samples = samples
        self._tokenizer = tokenizer
        self._recipe = recipe

    def at(self, step: int, pieces: Sequence[Piece], *, rank: int = 0, ranks: int = 1) -> Batch:
        """Return the share of a process of an update."""
        recipe = self._recipe
        picked = chosen(step, count=len(pieces), batch=recipe.batch, seed=recipe.seed)
        rows = range(rank, recipe.batch, ranks)
        chances = [rng_for(recipe.seed, "training", "piece", step, row) for row in rows]
        here = [pieces[picked[row]] for row in rows]
        texts = [
            words_at(self.samples.words(piece.sample), recipe, step, chance)
            for piece, chance in zip(here, chances, strict=True)
        ]
        drawn = torch.tensor([chance.random() for chance in chances])
        both, words = recipe.drop_both, recipe.drop_both + recipe.drop_words
        rhythm = words + recipe.drop_rhythm
        no_words = drawn < words
        no_rhythm = (drawn < both) | ((drawn >= words) & (drawn < rhythm))
        hides = [c.random() * (c.random() < recipe.drop_tokens) for c in chances]
        return self._batch(
            here, texts, (~no_words).float(), (~no_rhythm).float(), torch.tensor(hides)
        )

    def whole(self, pieces: Sequence[Piece]) -> Batch:
        """Return pieces with all words and nothing left out."""
        texts = [
            sentence(self.samples.words(p.sample), music=MUSIC_PARTS, picture=PICTURE_PARTS)
            for p in pieces
        ]
        ones = torch.ones(len(pieces))
        return self._batch(pieces, texts, ones, ones, torch.zeros(len(pieces)))

    def _batch(
        self,
        pieces: Sequence[Piece],
        texts: list[str],
        hears_words: Tensor,
        hears_rhythm: Tensor,
        hides: Tensor,
    ) -> Batch:
        tokens = [self.cache.get(piece) for piece in pieces]
        longest = max(one.codes.shape[1] for one in tokens)
        codes = torch.full((len(tokens), tokens[0].codes.shape[0], longest), _IGNORED)
        chroma = torch.zeros(len(tokens), max(one.chroma.shape[0] for one in tokens), 12)
        for row, one in enumerate(tokens):
            codes[row, :, : one.codes.shape[1]] = torch.from_numpy(one.codes.astype("int64"))
            chroma[row, : one.chroma.shape[0]] = torch.from_numpy(one.chroma)
        said = self._tokenizer(
            texts, return_tensors="pt", padding=True, truncation=True, max_length=_MOST_WORDS
        )
        return Batch(
            codes=codes,
            chroma=chroma,
            frames=torch.tensor([one.chroma.shape[0] for one in tokens]),
            ids=said.input_ids,
            mask=said.attention_mask,
            hears_words=hears_words,
            hears_rhythm=hears_rhythm,
            hides=hides,
        )
