"""What each tensor of MusicGen-Melody is called in audiocraft and in transformers.

Both libraries hold the same network (Sec. 3.2): a decoder that gets the conditions prepended, one
embedding and one head for each codebook, linear projections of the text and of the chromagram to
the decoder's width, and EnCodec. They differ in names, and in that audiocraft keeps the weights of
queries, keys and values in one tensor, one below the other. What audiocraft recomputes, the window
of its chromagram, is no weight; T5 lies outside of its checkpoint unless it was trained too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

#: In audiocraft's checkpoint, the weights of T5 where they were trained too, and what
#: its chromagram computes.
TEXT_ENCODER: Final = "condition_provider.conditioners.description.t5."
CHROMA_BUFFERS: Final = "condition_provider.conditioners.self_wav.chroma."
CHROMA_WINDOW: Final = f"{CHROMA_BUFFERS}spec.window"
#: Where transformers keeps the parts.
TEXT: Final = "text_encoder."
CODEC: Final = "audio_encoder."
_AFFINE: Final = ("weight", "bias")
_CODEBOOK: Final = ("inited", "cluster_size", "embed", "embed_avg")
_LAYER: Final = (
    ("norm1", "self_attn_layer_norm", _AFFINE),
    ("self_attn.out_proj", "self_attn.out_proj", ("weight",)),
    ("norm2", "final_layer_norm", _AFFINE),
    ("linear1", "fc1", ("weight",)),
    ("linear2", "fc2", ("weight",)),
)
_WEIGHT_NORM: Final = "weight_norm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """A tensor of audiocraft and those of transformers that it holds, one below the other."""

    audiocraft: str
    transformers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodecBlocks:
    """What of EnCodec decides which tensors there are.

    ``ratios`` : how many times the rate changes; ``residual`` : blocks at each rate; ``lstm`` : its
    layers, 0 = none; ``shortcut`` : whether a block's way around has a convolution of its own;
    ``norm`` : ``weight_norm`` or ``time_group_norm``.
    """

    ratios: int
    residual: int
    lstm: int
    shortcut: bool
    norm: str
    codebooks: int


def language_model_ties(*, layers: int, codebooks: int) -> tuple[Tie, ...]:
    """Return the ties of the decoder and of the projections of its conditions.

    Parameters
    ----------
    layers : int
        Layers of the decoder.
    codebooks : int
        Tokens that it reads and says at each step.

    Returns
    -------
    tuple of Tie
    """
    found: list[Tie] = []
    for index in range(codebooks):
        found.append(_one(f"emb.{index}.weight", f"{_DECODER}.embed_tokens.{index}.weight"))
        found.append(_one(f"linears.{index}.weight", f"decoder.lm_heads.{index}.weight"))
    for index in range(layers):
        found.extend(_layer(f"transformer.layers.{index}", f"{_DECODER}.layers.{index}"))
    found.extend(_same("out_norm", f"{_DECODER}.layer_norm", _AFFINE))
    conditions = "condition_provider.conditioners"
    found.extend(_same(f"{conditions}.description.output_proj", "enc_to_dec_proj", _AFFINE))
    found.extend(_same(f"{conditions}.self_wav.output_proj", "audio_enc_to_dec_proj", _AFFINE))
    return tuple(found)


def codec_ties(blocks: CodecBlocks) -> tuple[Tie, ...]:
    """Return the ties of EnCodec: its encoder, its decoder and its codebooks.

    Parameters
    ----------
    blocks : CodecBlocks

    Returns
    -------
    tuple of Tie
    """
    found = [*_coder(blocks, "encoder"), *_coder(blocks, "decoder")]
    for index in range(blocks.codebooks):
        ours = f"{CODEC}quantizer.layers.{index}.codebook"
        found.extend(_same(f"quantizer.vq.layers.{index}._codebook", ours, _CODEBOOK))
    return tuple(found)


def text_encoder_ties(names: Sequence[str]) -> tuple[Tie, ...]:
    """Return the ties of a T5 that was trained too, for its names in transformers."""
    return tuple(_one(f"{TEXT_ENCODER}{name}", f"{TEXT}{name}") for name in names)


_DECODER: Final = "decoder.model.decoder"


def _one(audiocraft: str, transformers: str) -> Tie:
    return Tie(audiocraft=audiocraft, transformers=(transformers,))


def _same(audiocraft: str, transformers: str, ends: Sequence[str]) -> Iterator[Tie]:
    return (_one(f"{audiocraft}.{end}", f"{transformers}.{end}") for end in ends)


def _layer(audiocraft: str, transformers: str) -> Iterator[Tie]:
    rows = tuple(f"{transformers}.self_attn.{part}_proj.weight" for part in "qkv")
    yield Tie(audiocraft=f"{audiocraft}.self_attn.in_proj_weight", transformers=rows)
    for theirs, ours, ends in _LAYER:
        yield from _same(f"{audiocraft}.{theirs}", f"{transformers}.{ours}", ends)


def _coder(blocks: CodecBlocks, half: str) -> Iterator[Tie]:
    """Walk through one half: both libraries number its steps alike, activations among them."""
    for index, step in enumerate(_steps(blocks, half)):
        theirs, ours = f"{half}.model.{index}", f"{CODEC}{half}.layers.{index}"
        if step in ("conv", "convtr"):
            yield from _convolution(f"{theirs}.{step}", f"{ours}.conv", step, blocks.norm)
        elif step == "lstm":
            ends = [
                f"{kind}_{side}_l{layer}"
                for layer in range(blocks.lstm)
                for kind in _AFFINE
                for side in ("ih", "hh")
            ]
            yield from _same(f"{theirs}.lstm", f"{ours}.lstm", ends)
        elif step == "residual":
            inner = ["block.1", "block.3", *(["shortcut"] if blocks.shortcut else [])]
            for part in inner:
                where = f"{theirs}.{part}.conv"
                yield from _convolution(where, f"{ours}.{part}.conv", "conv", blocks.norm)


def _steps(blocks: CodecBlocks, half: str) -> list[str]:
    lstm = ["lstm"] if blocks.lstm else []
    residual = ["residual"] * blocks.residual
    if half == "encoder":
        down = [*residual, "activation", "conv"] * blocks.ratios
        return ["conv", *down, *lstm, "activation", "conv"]
    up = ["activation", "convtr", *residual] * blocks.ratios
    return ["conv", *lstm, *up, "activation", "conv"]


def _convolution(audiocraft: str, transformers: str, kind: str, norm: str) -> Iterator[Tie]:
    """Tie one convolution; a normed weight is kept as its length and its direction."""
    yield _one(f"{audiocraft}.{kind}.bias", f"{transformers}.bias")
    if norm == _WEIGHT_NORM:
        split = f"{transformers}.parametrizations.weight.original"
        yield _one(f"{audiocraft}.{kind}.weight_g", f"{split}0")
        yield _one(f"{audiocraft}.{kind}.weight_v", f"{split}1")
        return
    yield _one(f"{audiocraft}.{kind}.weight", f"{transformers}.weight")
    beside = transformers.removesuffix(".conv")
    yield from _same(f"{audiocraft}.norm", f"{beside}.norm", _AFFINE)
