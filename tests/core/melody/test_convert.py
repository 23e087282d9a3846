from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from filmcomposer_core.errors import Cancelled, DiskError, InputError
from filmcomposer_core.melody.audiocraft_files import CODEC_FILE, LANGUAGE_FILE, write_checkpoint
from filmcomposer_core.melody.convert import convert_checkpoint
from filmcomposer_core.melody.melody_folder import CONFIG, WEIGHTS, read_part, write_safetensors
from filmcomposer_core.melody.tensors import with_projection, without_projection
from tests.core.melody import parity

#: The largest difference of logits and sound that is called the same; the report has it too.
TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return parity.write_audiocraft(tmp_path_factory.mktemp("theirs") / "tiny")


@pytest.fixture(scope="module")
def ours(theirs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return convert_checkpoint(theirs, tmp_path_factory.mktemp("ours") / "tiny").folder


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    from transformers.utils import logging

    before = logging.get_verbosity()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    yield
    logging.set_verbosity(before)


def load(folder: Path) -> Any:
    from transformers import MusicgenMelodyForConditionalGeneration

    model, told = MusicgenMelodyForConditionalGeneration.from_pretrained(
        folder, output_loading_info=True
    )
    assert not any(told.values())
    return model.eval()


@torch.no_grad()
def logits(model: Any, kind: str) -> torch.Tensor:
    """Return the logits for the inputs that audiocraft got, with its own chromagram."""
    mask = parity.given("text_mask")
    tokens = parity.given("tokens")
    found = model(
        input_ids=parity.given("text"),
        attention_mask=torch.zeros_like(mask) if kind else mask,
        input_features=parity.said(f"{kind}chroma"),
        decoder_input_ids=tokens.reshape(-1, tokens.shape[-1]),
    ).logits[:, -tokens.shape[-1] :]
    return found.reshape(*tokens.shape, -1)


def far(one: torch.Tensor, other: torch.Tensor) -> float:
    assert one.shape == other.shape
    return float((one - other).abs().max())


@pytest.mark.parametrize("kind", ["", "null_"])
def test_the_converted_model_gives_audiocrafts_logits(ours: Path, kind: str) -> None:
    said = parity.said(f"{kind}logits")
    assert said.std() > 0.5
    assert far(logits(load(ours), kind), said) < TOLERANCE


def test_text_and_chromagram_both_reach_the_logits(ours: Path) -> None:
    # Otherwise the test above would pass with a model that is deaf to one of them.
    model, mask = load(ours), parity.given("text_mask")
    tokens = parity.given("tokens")
    shape = {"decoder_input_ids": tokens.reshape(-1, tokens.shape[-1])}
    with torch.no_grad():
        said = [
            model(input_ids=parity.given("text"), attention_mask=one, input_features=two, **shape)
            .logits[:, -tokens.shape[-1] :]
            for one in (mask, torch.zeros_like(mask))
            for two in (parity.said("chroma"), parity.said("null_chroma"))
        ]  # fmt: skip
    assert all(far(a, b) > 100 * TOLERANCE for a in said for b in said if a is not b)


@torch.no_grad()
def test_the_converted_codec_says_what_audiocrafts_says(ours: Path) -> None:
    codec = load(ours).audio_encoder
    sound = codec.decode(parity.given("codes")[None], [None]).audio_values
    assert far(sound, parity.said("sound")) < TOLERANCE


@pytest.mark.parametrize(
    "pair",
    [
        ("transformer.layers.0.norm1.weight", "transformer.layers.0.norm2.weight"),
        ("emb.0.weight", "emb.1.weight"),
        ("transformer.layers.1.norm2.bias", "out_norm.bias"),
    ],
)
def test_no_two_tensors_can_be_exchanged_unnoticed(tmp_path: Path, pair: tuple[str, str]) -> None:
    weights = parity.language_weights()
    weights[pair[0]], weights[pair[1]] = weights[pair[1]], weights[pair[0]]
    swapped = parity.write_audiocraft(tmp_path / "swapped", language=weights)
    made = convert_checkpoint(swapped, tmp_path / "made").folder
    assert far(logits(load(made), ""), parity.said("logits")) > 10 * TOLERANCE


def test_there_and_back_every_bit_is_kept(theirs: Path, ours: Path, tmp_path: Path) -> None:
    back = convert_checkpoint(ours, tmp_path / "back")
    assert back.layout == "audiocraft"
    for file in (LANGUAGE_FILE, CODEC_FILE):
        one, other = (torch.load(at / file, weights_only=True) for at in (theirs, back.folder))
        assert one["best_state"].keys() == other["best_state"].keys()
        for name, held in one["best_state"].items():
            assert torch.equal(held, other["best_state"][name]), name
    again = convert_checkpoint(back.folder, tmp_path / "again")
    assert (again.layout, again.tensors) == ("transformers", len(read_part(ours).weights))
    for name in (WEIGHTS, CONFIG, "generation_config.json", "preprocessor_config.json"):
        assert (again.folder / name).read_bytes() == (ours / name).read_bytes(), name
    assert (again.folder / "tokenizer.json").is_file()


def test_half_precision_stays_half(tmp_path: Path) -> None:
    halves = {name: one.half() for name, one in parity.language_weights().items()}
    source = parity.write_audiocraft(tmp_path / "half", language=halves)
    made = convert_checkpoint(source, tmp_path / "made").folder
    part = read_part(made)
    assert part.config["dtype"] == "float16"
    assert part.weights["decoder.lm_heads.0.weight"].dtype == torch.float16


def test_a_text_encoder_that_was_trained_too_comes_from_the_checkpoint(tmp_path: Path) -> None:
    settings = parity.settings(LANGUAGE_FILE)
    settings["conditioners"]["description"]["t5"]["finetune"] = True
    prefix = "condition_provider.conditioners.description.t5."
    trained = {f"{prefix}{name}": one + 1 for name, one in parity.weights("t5").items()}
    trained[f"{prefix}encoder.embed_tokens.weight"] = trained[f"{prefix}shared.weight"]
    source = parity.write_audiocraft(tmp_path / "trained")
    write_checkpoint(source / LANGUAGE_FILE, parity.language_weights() | trained, settings)
    part = read_part(convert_checkpoint(source, tmp_path / "made").folder)
    wanted = parity.weights("t5")["shared.weight"] + 1
    assert torch.equal(part.weights["text_encoder.shared.weight"], wanted)


def test_missing_parts_are_taken_from_another_model(
    ours: Path, theirs: Path, tmp_path: Path
) -> None:
    # A run of training: the decoder alone, EnCodec only by name.
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / LANGUAGE_FILE).write_bytes((theirs / LANGUAGE_FILE).read_bytes())
    torch.save({"pretrained": "facebook/encodec_32khz"}, alone / CODEC_FILE)
    with pytest.raises(InputError, match="text encoder t5-base is not beside the checkpoint"):
        convert_checkpoint(alone, tmp_path / "made")
    parity.write_t5(alone / parity.T5)
    with pytest.raises(InputError, match="codec facebook/encodec_32khz is not beside"):
        convert_checkpoint(alone, tmp_path / "made")
    made = convert_checkpoint(alone, tmp_path / "made", parts=ours).folder
    assert (made / WEIGHTS).read_bytes() == (ours / WEIGHTS).read_bytes()


def test_names_that_older_versions_gave_are_known(theirs: Path, ours: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(ours, old)
    renamed = {
        name.replace(".parametrizations.weight.original0", ".weight_g").replace(
            ".parametrizations.weight.original1", ".weight_v"
        ): one
        for name, one in read_part(ours).weights.items()
    }
    renamed["text_encoder.encoder.embed_tokens.weight"] = renamed[
        "text_encoder.shared.weight"
    ].clone()
    renamed["decoder.model.decoder.embed_positions.weights"] = torch.zeros(2048, 32)
    write_safetensors(old / WEIGHTS, renamed)
    made = convert_checkpoint(old, tmp_path / "made").folder
    for file in (LANGUAGE_FILE, CODEC_FILE):
        one, other = (torch.load(at / file, weights_only=True) for at in (theirs, made))
        for name, held in one["best_state"].items():
            assert torch.equal(held, other["best_state"][name]), name


def without(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda weights: weights.__delitem__(name)


def with_more(name: str, shape: tuple[int, ...]) -> Callable[[dict[str, Any]], None]:
    return lambda weights: weights.__setitem__(name, torch.zeros(shape))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (without("out_norm.bias"), "lacks out_norm.bias"),
        (with_more("transformer.layers.0.linear1.bias", (96,)), "has besides .*linear1.bias"),
        (with_more("transformer.layers.2.norm1.bias", (32,)), "has besides .*layers.2.norm1"),
        (with_more("out_norm.weight", (31,)), r"layer_norm.weight .*\(31,\).* say \(32,\)"),
        (with_more("transformer.layers.0.self_attn.in_proj_weight", (95, 32)), "not 3 parts"),
    ],
)
def test_weights_that_do_not_fit_are_named(
    tmp_path: Path, change: Callable[[dict[str, Any]], None], sentence: str
) -> None:
    weights = parity.language_weights()
    change(weights)
    source = parity.write_audiocraft(tmp_path / "odd", language=weights)
    with pytest.raises(InputError, match=sentence):
        convert_checkpoint(source, tmp_path / "made")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["odd"]


def test_a_projection_is_left_out_only_if_it_changes_nothing() -> None:
    weights = {"audio_enc_to_dec_proj.weight": torch.ones(3, 12)}
    given = with_projection(weights, 3)
    assert torch.equal(given["enc_to_dec_proj.weight"] @ torch.arange(3.0), torch.arange(3.0))
    assert without_projection(given).keys() == weights.keys()
    assert with_projection(given, 3).keys() == given.keys()
    for name in ("enc_to_dec_proj.weight", "enc_to_dec_proj.bias"):
        turned = {**given, name: given[name] + 0.5}
        assert without_projection(turned).keys() == given.keys()


def test_a_cut_off_folder_of_transformers_is_refused(ours: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut"
    cut.mkdir()
    (cut / CONFIG).write_bytes((ours / CONFIG).read_bytes())
    with pytest.raises(InputError, match=r"holds no model\.safetensors"):
        convert_checkpoint(cut, tmp_path / "made")
    (cut / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(InputError, match="as a pickle only"):
        convert_checkpoint(cut, tmp_path / "made")
    whole = (ours / WEIGHTS).read_bytes()
    (cut / WEIGHTS).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"model\.safetensors is cut off or damaged"):
        convert_checkpoint(cut, tmp_path / "made")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"model_type": "musicgen"}, "of the kind musicgen, not musicgen_melody"),
        ({"decoder": {"hidden_size": "wide"}}, "settings of the model are not possible"),
        ({"decoder": {}}, "lacks decoder.model.decoder.layers.1|has the shape|lacks"),
    ],
)
def test_settings_that_do_not_fit_are_refused(
    ours: Path, tmp_path: Path, change: dict[str, Any], sentence: str
) -> None:
    odd = tmp_path / "odd"
    odd.mkdir()
    config = json.loads((ours / CONFIG).read_text("utf-8")) | change
    (odd / CONFIG).write_text(json.dumps(config), "utf-8")
    (odd / WEIGHTS).write_bytes((ours / WEIGHTS).read_bytes())
    with pytest.raises(InputError, match=sentence):
        convert_checkpoint(odd, tmp_path / "made")


def test_a_source_that_is_none_is_said(ours: Path, theirs: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        convert_checkpoint(tmp_path / "nothing", tmp_path / "made")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InputError, match=r"holds neither state_dict\.bin nor config\.json"):
        convert_checkpoint(empty, tmp_path / "made")
    (empty / CONFIG).write_bytes((ours / CONFIG).read_bytes())
    (empty / LANGUAGE_FILE).write_bytes((theirs / LANGUAGE_FILE).read_bytes())
    with pytest.raises(InputError, match="holds both layouts already"):
        convert_checkpoint(empty, tmp_path / "made")


def test_what_is_there_is_not_written_over(theirs: Path, tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("mine", "utf-8")
    with pytest.raises(InputError, match="exists already"):
        convert_checkpoint(theirs, tmp_path)
    assert (tmp_path / "kept.txt").read_text("utf-8") == "mine"


@pytest.mark.parametrize("at", [0.0, 0.2, 0.5, 0.6, 0.99])
def test_stopped_half_way_nothing_is_left(theirs: Path, tmp_path: Path, at: float) -> None:
    def progress(fraction: float, message: str = "") -> None:
        if fraction >= at:
            raise Cancelled(message)

    with pytest.raises(Cancelled):
        convert_checkpoint(theirs, tmp_path / "made", progress=progress)
    assert not list(tmp_path.iterdir())


def test_a_disk_that_refuses_is_said(theirs: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(DiskError, match=r"made could not be written"):
        convert_checkpoint(theirs, tmp_path / "file" / "made")
    with pytest.raises(DiskError, match=r"x\.bin could not be written"):
        write_checkpoint(tmp_path / "none" / "x.bin", {}, {})
    with pytest.raises(DiskError, match=r"x\.safetensors could not be written"):
        write_safetensors(tmp_path / "none" / "x.safetensors", {"a": torch.ones(1)})


def test_a_rhythm_conditioner_is_not_lost_unsaid(ours: Path, tmp_path: Path) -> None:
    trained = tmp_path / "trained"
    shutil.copytree(ours, trained)
    (trained / "rhythm_conditioner.safetensors").write_bytes(b"")
    with pytest.raises(InputError, match=r"has a rhythm conditioner .* audiocraft no place"):
        convert_checkpoint(trained, tmp_path / "made")


def test_what_was_made_is_told_in_a_line(theirs: Path, tmp_path: Path) -> None:
    made = convert_checkpoint(theirs, tmp_path / "made")
    wanted = f"{tmp_path / 'made'}: {made.tensors} tensors, 0.09"
    assert str(made).startswith(wanted)
    assert str(made).endswith(" million parameters, in the layout of transformers")


def test_the_licence_goes_along(theirs: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    parity.write_audiocraft(source)
    (source / "filmcomposer.toml").write_text('licence = "CC0"\n', "utf-8")
    made = convert_checkpoint(source, tmp_path / "made").folder
    assert (made / "filmcomposer.toml").read_text("utf-8") == 'licence = "CC0"\n'
