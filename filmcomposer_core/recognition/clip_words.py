"""Sentences to the numbers that a CLIP-style model reads, by the ``tokenizer.json`` beside it.

Our own sentences are of lower-case letters and single spaces, so that the rules by which
tokenizers clean, split and lower-case text change nothing in them. What is left to do is small: the
package ``tokenizers`` (12 MB, and with it a client for a download site) is not needed for it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from filmcomposer_core.contracts import codec
from filmcomposer_core.errors import InputError

#: What ends a word in the vocabulary of CLIP, and what begins one in that of SigLIP.
_END, _BEGIN = "</w>", "▁"
#: The first and last piece of a sentence in CLIP; SigLIP has only a last one, which also fills up.
_FIRST, _LAST, _LAST_OF_SIGLIP = "<|startoftext|>", "<|endoftext|>", "</s>"
#: SigLIP was trained on sentences filled up to this length, and answers from the last place.
SIGLIP_LENGTH: Final = 64
_KINDS: Final = (
    "The tokenizers of CLIP (BPE with </w>) and of SigLIP (Unigram) can be used; give the "
    "tokenizer.json that belongs to the model."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """Sentences as numbers, not yet of one length; ``length`` is the one they must have, or 0."""

    rows: tuple[tuple[int, ...], ...]
    filler: int
    length: int


def encode(sentences: Sequence[str], tokenizer: Path) -> Encoded:
    """Turn sentences of lower-case letters and single spaces into numbers.

    Parameters
    ----------
    sentences : sequence of str
    tokenizer : Path
        A ``tokenizer.json`` of CLIP (byte-pair encoding) or of SigLIP (unigrams).

    Returns
    -------
    Encoded

    Raises
    ------
    InputError
        If the file cannot be read or is of another kind.

    Notes
    -----
    Byte-pair encoding: Sennrich et al., arXiv 1508.07909. Unigrams: Kudo, arXiv 1804.10959.
    """
    try:
        model = codec.parse_json(tokenizer.read_text("utf-8"), where=str(tokenizer))["model"]
        if isinstance(model["vocab"], dict) and model.get("end_of_word_suffix") == _END:
            return _clip(sentences, model)
        if isinstance(model["vocab"], list) and model.get("type", "Unigram") == "Unigram":
            return _siglip(sentences, model["vocab"])
    except InputError:
        raise
    except OSError as exc:
        raise InputError(f"{tokenizer} cannot be read: {exc.strerror}.", _KINDS) from exc
    except KeyError as exc:
        raise InputError(f"{tokenizer} has no {exc} in its vocabulary.", _KINDS) from exc
    except (AttributeError, IndexError, TypeError, ValueError, OverflowError) as exc:
        raise InputError(f"{tokenizer} is damaged.", _KINDS) from exc
    raise InputError(f"{tokenizer} is of a kind that is not known here.", _KINDS)


def _clip(sentences: Sequence[str], model: Mapping[str, Any]) -> Encoded:
    vocabulary: dict[str, int] = model["vocab"]
    # Older files write a pair as one text.
    pairs = (pair.split(" ") if isinstance(pair, str) else pair for pair in model["merges"])
    ranks = {(one, other): rank for rank, (one, other) in enumerate(pairs)}
    pieces = {
        word: tuple(int(vocabulary[piece]) for piece in merged(word, ranks))
        for word in sorted({word for sentence in sentences for word in sentence.split()})
    }
    first, last = int(vocabulary[_FIRST]), int(vocabulary[_LAST])
    rows = tuple(
        (first, *(number for word in sentence.split() for number in pieces[word]), last)
        for sentence in sentences
    )
    return Encoded(rows=rows, filler=last, length=0)


def merged(word: str, ranks: Mapping[tuple[str, str], int]) -> list[str]:
    """Join the letters of a word by pairs, the pair that ranks first each time.

    Examples
    --------
    >>> merged("sees", {("e", "e"): 0, ("ee", "s</w>"): 2, ("s", "ee"): 1})
    ['see', 's</w>']
    """
    parts = [*word[:-1], word[-1] + _END]
    while True:
        pairs = list(pairwise(parts))
        best = min(pairs, key=lambda pair: ranks.get(pair, math.inf), default=None)
        if best is None or best not in ranks:
            return parts
        joined: list[str] = []
        for part in parts:
            if joined and (joined[-1], part) == best:
                joined[-1] += part
            else:
                joined.append(part)
        parts = joined


def _siglip(sentences: Sequence[str], vocabulary: Sequence[Sequence[Any]]) -> Encoded:
    numbers = {str(piece): number for number, (piece, _) in enumerate(vocabulary)}
    scores = {str(piece): float(score) for piece, score in vocabulary}
    last = numbers[_LAST_OF_SIGLIP]
    rows = tuple(
        (*(numbers[piece] for piece in likeliest(_BEGIN + s.replace(" ", _BEGIN), scores)), last)
        for s in sentences
    )
    return Encoded(rows=rows, filler=last, length=SIGLIP_LENGTH)


def likeliest(text: str, scores: Mapping[str, float]) -> list[str]:
    """Cut a text into the pieces whose scores have the greatest sum.

    Raises
    ------
    KeyError
        If it cannot be cut into pieces that are known.

    Examples
    --------
    >>> likeliest("▁cat", {"▁": -1.0, "c": -4.0, "at": -2.0, "▁c": -2.0, "a": -1.0, "t": -1.5})
    ['▁c', 'at']
    """
    longest = max(map(len, scores), default=0)
    best: list[tuple[float, list[str]] | None] = [(0.0, [])]
    for end in range(1, len(text) + 1):
        ways = []
        for start in range(max(0, end - longest), end):
            before, piece = best[start], text[start:end]
            if before is not None and piece in scores:
                ways.append((before[0] + scores[piece], [*before[1], piece]))
        best.append(max(ways, key=lambda way: way[0], default=None))
    whole = best[-1]
    if whole is None:
        raise KeyError(text)
    return whole[1]
