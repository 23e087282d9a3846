from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core.errors import InputError
from filmcomposer_core.recognition.clip_words import SIGLIP_LENGTH, encode, likeliest, merged

CLIP = {
    "vocab": {
        "c": 0, "a": 1, "t": 2, "t</w>": 3, "a</w>": 4, "at</w>": 5, "cat</w>": 6, "ca": 7,
        "<|startoftext|>": 8, "<|endoftext|>": 9,
    },
    "merges": ["a t</w>", "c at</w>", "c a"], "end_of_word_suffix": "</w>",
}  # fmt: skip
SIGLIP = {
    "type": "Unigram",
    "vocab": [["<pad>", 0.0], ["</s>", 0.0], ["▁", -3.0], ["▁a", -1.0], ["▁c", -2.5], ["at", -2.0],
              ["▁ca", -2.0], ["t", -4.0], ["c", -5.0], ["a", -5.0]],
}  # fmt: skip


def written(folder: Path, model: object) -> Path:
    path = folder / "tokenizer.json"
    path.write_text(json.dumps({"model": model}), "utf-8")
    return path


def test_clip_joins_pairs_in_the_order_of_its_list(tmp_path: Path) -> None:
    found = encode(("a cat", "ca"), written(tmp_path, CLIP))
    # "a t</w>" comes before "c a", so that "cat" becomes one piece; "ca" has no pair to join.
    assert found.rows == ((8, 4, 6, 9), (8, 0, 4, 9))
    assert (found.filler, found.length) == (9, 0)
    pairs = {**CLIP, "merges": [pair.split() for pair in CLIP["merges"]]}  # type: ignore[union-attr]
    assert encode(("a cat", "ca"), written(tmp_path, pairs)) == found


def test_siglip_takes_the_likeliest_pieces_and_fills_up(tmp_path: Path) -> None:
    found = encode(("a cat",), written(tmp_path, SIGLIP))
    # "▁c" + "at" is -4.5, "▁ca" + "t" is -6.
    assert found.rows == ((3, 4, 5, 1),)
    assert (found.filler, found.length) == (1, SIGLIP_LENGTH)


@given(st.text("abc", min_size=1, max_size=8), st.dictionaries(
    st.tuples(*[st.sampled_from(["a", "b", "c", "ab", "bc", "c</w>", "a</w>"])] * 2),
    st.integers(0, 9), max_size=8,
))  # fmt: skip
def test_pieces_of_a_word_make_the_word(word: str, ranks: dict[tuple[str, str], int]) -> None:
    parts = merged(word, ranks)
    assert "".join(parts) == f"{word}</w>"
    # Nothing is left that could be joined.
    assert not any(pair in ranks for pair in pairwise(parts))


@given(st.text("ab", min_size=1, max_size=7), st.dictionaries(
    st.text("ab", min_size=2, max_size=4), st.floats(-9, 0), max_size=6,
))  # fmt: skip
def test_no_other_cut_is_likelier(text: str, longer: dict[str, float]) -> None:
    scores = {"a": -3.0, "b": -4.0, **longer}
    best = likeliest(text, scores)
    assert "".join(best) == text
    cuts = [
        [text[i:j] for i, j in zip([0, *places], [*places, len(text)], strict=True)]
        for mask in range(2 ** (len(text) - 1))
        if (places := [k + 1 for k in range(len(text) - 1) if mask >> k & 1]) is not None
    ]
    sums = [sum(scores[p] for p in cut) for cut in cuts if all(p in scores for p in cut)]
    assert sum(scores[piece] for piece in best) == pytest.approx(max(sums))


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ({"type": "BPE", "vocab": {"a": 0}, "merges": []}, "of a kind that is not known"),
        ({"type": "WordPiece", "vocab": {"a": 0}}, "of a kind that is not known"),
        ({**CLIP, "vocab": {"a": 0}}, r"has no 'a</w>' in its vocabulary"),
        ({**CLIP, "merges": ["a b c"]}, "is damaged"),
        ({**CLIP, "merges": None}, "is damaged"),
        ({"type": "Unigram", "vocab": [["</s>", 0.0]]}, "has no '▁a▁cat' in its vocabulary"),
        ({"type": "Unigram", "vocab": [7]}, "is damaged"),
        ({"type": "Unigram", "vocab": []}, "has no '</s>' in its vocabulary"),
        ([], "is damaged"),
        ({}, "has no 'vocab' in its vocabulary"),
    ],
)
def test_another_tokenizer_is_refused(tmp_path: Path, model: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        encode(("a cat",), written(tmp_path, model))


@pytest.mark.parametrize("data", [b"{", b"\xff\xfe", b"[" * 100_000, b"7", b"{}"])
def test_a_broken_tokenizer_is_told(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"tokenizer\.json"):
        encode(("a cat",), path)
