from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core.melody.audiocraft_files import CODEC_FILE, LANGUAGE_FILE
from filmcomposer_core.melody.audiocraft_names import (
    CodecBlocks,
    Tie,
    codec_ties,
    language_model_ties,
    text_encoder_ties,
)
from tests.core.melody import parity

BLOCKS = st.builds(
    CodecBlocks,
    ratios=st.integers(1, 6),
    residual=st.integers(0, 3),
    lstm=st.integers(0, 2),
    shortcut=st.booleans(),
    norm=st.sampled_from(["weight_norm", "time_group_norm"]),
    codebooks=st.integers(1, 8),
)


def once_each(ties: tuple[Tie, ...]) -> None:
    theirs = Counter(tie.audiocraft for tie in ties)
    ours = Counter(name for tie in ties for name in tie.transformers)
    assert max(theirs.values()) == 1
    assert max(ours.values()) == 1


@given(layers=st.integers(1, 48), codebooks=st.integers(1, 8))
def test_every_tensor_of_the_decoder_has_one_name_on_each_side(layers: int, codebooks: int) -> None:
    ties = language_model_ties(layers=layers, codebooks=codebooks)
    once_each(ties)
    # An embedding and a head a codebook, eight tensors a layer, a norm and two projections.
    assert len(ties) == 2 * codebooks + 8 * layers + 6


@given(blocks=BLOCKS)
def test_every_tensor_of_the_codec_has_one_name_on_each_side(blocks: CodecBlocks) -> None:
    ties = codec_ties(blocks)
    once_each(ties)
    convolutions = 2 * (2 + blocks.ratios * (1 + blocks.residual * (2 + blocks.shortcut)))
    each = 3 if blocks.norm == "weight_norm" else 4
    assert len(ties) == each * convolutions + 2 * 4 * blocks.lstm + 4 * blocks.codebooks


def test_the_names_are_those_of_the_checkpoints_that_audiocraft_wrote() -> None:
    language = language_model_ties(layers=2, codebooks=4)
    assert {tie.audiocraft for tie in language} == set(parity.weights(LANGUAGE_FILE))
    blocks = CodecBlocks(
        ratios=4, residual=1, lstm=2, shortcut=False, norm="weight_norm", codebooks=4
    )
    assert {tie.audiocraft for tie in codec_ties(blocks)} == set(parity.weights(CODEC_FILE))


def test_queries_keys_and_values_stand_in_this_order() -> None:
    joined = [tie for tie in language_model_ties(layers=1, codebooks=1) if tie.transformers[1:]]
    prefix = "decoder.model.decoder.layers.0.self_attn"
    wanted = tuple(f"{prefix}.{part}_proj.weight" for part in "qkv")
    assert [tie.transformers for tie in joined] == [wanted]


def test_a_trained_text_encoder_keeps_its_names() -> None:
    (tie,) = text_encoder_ties(["shared.weight"])
    assert tie.transformers == ("text_encoder.shared.weight",)
    assert tie.audiocraft == "condition_provider.conditioners.description.t5.shared.weight"
