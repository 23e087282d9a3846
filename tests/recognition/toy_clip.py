"""A CLIP-style model small enough to know its answers by heart.

A picture is its mean colour; a sentence is the sum of what stands for its words: ``WORDS`` stand
for a colour each, all others for nothing. So a blue picture fits "sea" with cosine 1.
"""

from __future__ import annotations

import json
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import numpy as np

from tests.recognition.onnx_file import FLOAT, INT64, network

BLUE, RED = (-1.0, -1.0, 1.0), (1.0, -1.0, -1.0)
WORDS = {"sea": BLUE, "ocean": BLUE, "kissing": RED}
SIDE = 32
#: How far the logits of the network for both are apart where the cosines are 1 apart.
SCALE = 4.0
PREPROCESSOR = {
    "size": {"shortest_edge": SIDE}, "crop_size": {"height": SIDE, "width": SIDE},
    "do_center_crop": True, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5],
}  # fmt: skip
PICTURES = ("pixel_values", FLOAT, ["images", 3, SIDE, SIDE])
SENTENCES = ("input_ids", INT64, ["texts", "length"])
MASK = ("attention_mask", INT64, ["texts", "length"])


def tokenizer() -> dict[str, Any]:
    """A ``tokenizer.json`` of CLIP's kind: letters, and the words that mean something."""
    pieces = [*ascii_lowercase, *(f"{letter}</w>" for letter in ascii_lowercase)]
    merges = []
    for word in WORDS:
        parts = [*word[:-1], f"{word[-1]}</w>"]
        for n in range(1, len(parts)):
            merges.append(("".join(parts[:n]), parts[n]))
    merges = list(dict.fromkeys(merges))
    pieces += dict.fromkeys("".join(pair) for pair in merges)
    pieces += ["<|startoftext|>", "<|endoftext|>"]
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    model = {"type": "BPE", "vocab": vocabulary, "merges": [" ".join(m) for m in merges]}
    return {"model": {**model, "end_of_word_suffix": "</w>"}}


def meanings() -> np.ndarray:
    """What each piece stands for, shape (pieces, 3)."""
    vocabulary = tokenizer()["model"]["vocab"]
    table = np.zeros((len(vocabulary), 3), np.float32)
    for word, colour in WORDS.items():
        table[vocabulary[f"{word}</w>"]] = colour
    return table


_SEE = [
    ("GlobalAveragePool", "pixel_values", "pooled"),
    ("Flatten", "pooled", "flat"),
    # No picture is without any direction, not even a grey one.
    ("Add", "flat nearly_none", "seen"),
    ("LpNormalization", "seen", "image_embeds", {"axis": 1, "p": 2}),
]
_READ = [
    ("Gather", "meanings input_ids", "each"),
    ("Cast", "attention_mask", "there", {"to": FLOAT}),
    ("Unsqueeze", "there last", "weights"),
    ("Mul", "each weights", "counted"),
    ("ReduceSum", "counted second", "read", {"keepdims": 0}),
    ("LpNormalization", "read", "text_embeds", {"axis": 1, "p": 2}),
]
_COMPARE = [
    ("Transpose", "text_embeds", "turned", {"perm": [1, 0]}),
    ("MatMul", "image_embeds turned", "cosines"),
    ("Mul", "cosines scale", "logits_per_image"),
]
_SEEING = {"nearly_none": np.full(3, 1e-6, np.float32)}


def _reading() -> dict[str, np.ndarray]:
    return {"meanings": meanings(), "last": np.array([2]), "second": np.array([1])}


def seeing(size: int = 3, answer: str = "image_embeds", rows: int | str = "images") -> bytes:
    """The half for pictures; with another size it answers with a longer row."""
    weights, nodes = dict(_SEEING), list(_SEE)
    if size != 3:
        weights["more"] = np.ones((3, size), np.float32)
        nodes = [*nodes[:3], ("MatMul", "seen more", "wide"), ("Identity", "wide", "image_embeds")]
    nodes[-1] = (nodes[-1][0], nodes[-1][1], answer, *nodes[-1][3:])
    pictures = (*PICTURES[:2], [rows, *PICTURES[2][1:]])
    return network(nodes, [pictures], [(answer, FLOAT, [rows, size])], weights)


def reading(
    answer: str = "text_embeds",
    rows: int | str = "texts",
    length: int | str = "length",
    table: np.ndarray | None = None,
) -> bytes:
    """The half for sentences; ``table`` makes its words stand for other colours."""
    weights = _reading() | ({} if table is None else {"meanings": table})
    nodes = [*_READ[:-1], ("LpNormalization", "read", answer, {"axis": 1, "p": 2})]
    inputs = [(name, kind, [rows, length]) for name, kind, _ in (SENTENCES, MASK)]
    return network(nodes, inputs, [(answer, FLOAT, [rows, 3])], weights)


def both(*answers: str) -> bytes:
    """The network for both, with the answers that are named."""
    sides = {
        "image_embeds": ["images", 3], "text_embeds": ["texts", 3],
        "logits_per_image": ["images", "texts"],
    }  # fmt: skip
    weights = {**_SEEING, **_reading(), "scale": np.array(SCALE, np.float32)}
    outputs = [(name, FLOAT, sides[name]) for name in answers or sides]
    inputs = [SENTENCES, PICTURES, MASK]
    return network([*_SEE, *_READ, *_COMPARE], inputs, outputs, weights)


def write_halves(folder: Path) -> Path:
    """Write a folder as transformers.js has it."""
    (folder / "onnx").mkdir(parents=True)
    (folder / "onnx" / "vision_model.onnx").write_bytes(seeing())
    (folder / "onnx" / "text_model.onnx").write_bytes(reading())
    return write_settings(folder)


def write_both(folder: Path, *answers: str) -> Path:
    """Write a folder as optimum has it."""
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(both(*answers))
    return write_settings(folder)


def write_settings(folder: Path) -> Path:
    (folder / "preprocessor_config.json").write_text(json.dumps(PREPROCESSOR), "utf-8")
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer()), "utf-8")
    return folder
