"""The sizes of an MT3 network, as its config.json gives them."""

from __future__ import annotations

from dataclasses import dataclass

from filmcomposer_core.contracts._check import STRICT, in_range
from filmcomposer_core.transcription.mt3.vocabulary import Vocabulary, vocabulary_of_size


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Sizes under the names of T5's configuration; the defaults are MT3's published ones.

    ``input_depth`` counts mel bands, ``segment_frames`` the frames of a segment: 0 stands for
    what was published with the vocabulary. Both are ours, config.json may lack them.
    """

    __pydantic_config__ = STRICT

    vocab_size: int = 1536
    d_model: int = 512
    d_kv: int = 64
    d_ff: int = 1024
    num_heads: int = 6
    num_layers: int = 8
    num_decoder_layers: int = 8
    layer_norm_epsilon: float = 1e-6
    feed_forward_proj: str = "gated-gelu"
    tie_word_embeddings: bool = False
    input_depth: int = 512
    segment_frames: int = 0

    def __post_init__(self) -> None:
        in_range("d_model", self.d_model, 8, 4096)
        in_range("d_kv", self.d_kv, 1, 512)
        in_range("d_ff", self.d_ff, 1, 16_384)
        in_range("num_heads", self.num_heads, 1, 64)
        in_range("num_layers", self.num_layers, 1, 64)
        in_range("num_decoder_layers", self.num_decoder_layers, 1, 64)
        in_range("layer_norm_epsilon", self.layer_norm_epsilon, 0.0, 1e-2)
        in_range("input_depth", self.input_depth, 8, 1024)
        in_range("segment_frames", self.segment_frames, 0, 2048)
        if self.d_model % 2:
            msg = f"d_model is {self.d_model}, must be even"
            raise ValueError(msg)
        if self.feed_forward_proj != "gated-gelu":
            msg = f"feed_forward_proj is {self.feed_forward_proj!r}, must be 'gated-gelu'"
            raise ValueError(msg)
        if self.tie_word_embeddings:
            msg = "tie_word_embeddings is true, must be false"
            raise ValueError(msg)
        if vocabulary_of_size(self.vocab_size) is None:
            msg = f"vocab_size is {self.vocab_size}, must be 1536 (MT3) or 1664 (its piano model)"
            raise ValueError(msg)

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary that has this size."""
        found = vocabulary_of_size(self.vocab_size)
        return found if found is not None else Vocabulary()

    @property
    def frames(self) -> int:
        """Frames of a segment: 256 in MT3, 512 in its piano model."""
        return self.segment_frames or (256 if self.vocabulary.ties else 512)
