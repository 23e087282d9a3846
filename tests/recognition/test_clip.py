"""A CLIP-style model whose answers are known, through every form that exports have."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import numpy as np
import pytest

from filmcomposer_core.contracts.labels import ATTRIBUTES
from filmcomposer_core.errors import InputError
from filmcomposer_core.recognition.clip import find_labels, open_clip, prompts
from filmcomposer_core.recognition.clip_files import MOST_JSON_BYTES
from filmcomposer_core.recognition.finders import Team, notes_on, with_given
from tests.recognition import toy_clip
from tests.recognition.onnx_file import FLOAT, network, one_operator

BLUE = np.full((90, 160, 3), (255, 0, 0), np.uint8)
RED = np.full((90, 160, 3), (0, 0, 255), np.uint8)
JOINT = ("image_embeds", "text_embeds", "logits_per_image")


def share(attribute: str, label: str, scale: float) -> float:
    """The probability of a label in a blue picture, worked out from the words of its sentences."""
    fits = {}
    for name, sentences in prompts()[attribute].items():
        words = [set(sentence.split()) for sentence in sentences]
        blue = sum(bool({"sea", "ocean"} & each) for each in words)
        # The cosine of red and blue is -1/3.
        red = sum("kissing" in each for each in words)
        fits[name] = math.exp(scale * (blue - red / 3) / len(sentences))
    return fits[label] / sum(fits.values())


@pytest.mark.parametrize("answers", [JOINT, JOINT[2:], JOINT[:2]])
def test_a_network_for_both_gives_the_shares_worked_out_by_hand(
    tmp_path: Path, answers: tuple[str, ...]
) -> None:
    clip = open_clip(toy_clip.write_both(tmp_path / "toy", *answers))
    # Without logits the scale is the usual one.
    scale = toy_clip.SCALE if "logits_per_image" in answers else 100.0
    told = find_labels(clip, BLUE, 0.0)["setting"]
    for guess, label in zip(told, ("sea", "beach"), strict=False):
        assert guess.name == label
        assert guess.confidence == pytest.approx(share("setting", label, scale), abs=1e-3)
    assert len(told) == (2 if scale < 100 else 1)
    assert scale == 100 or 0.1 < told[0].confidence < 0.9
    assert find_labels(clip, RED, 0.0)["action"][0].name == "kiss"


def test_halves_give_the_same_as_the_network_for_both(tmp_path: Path) -> None:
    halves = open_clip(toy_clip.write_halves(tmp_path / "halves"))
    whole = open_clip(toy_clip.write_both(tmp_path / "whole", *JOINT[:2]))
    for picture in (BLUE, RED):
        found = find_labels(halves, picture, 0.0)
        assert found == find_labels(whole, picture, 0.0)
        assert set(found) == set(prompts())
    names = [use.name for use in halves.uses]
    assert names == ["halves/vision_model.onnx", "halves/text_model.onnx"]
    assert "halves (vision_model.onnx and text_model.onnx)" in halves.note


def test_a_file_may_be_named_and_brings_what_lies_beside_it(tmp_path: Path) -> None:
    folder = toy_clip.write_settings(tmp_path)
    (folder / "my-visual_int8.onnx").write_bytes(toy_clip.seeing())
    (folder / "my-textual_int8.onnx").write_bytes(toy_clip.reading())
    clip = open_clip(folder / "my-visual_int8.onnx")
    assert [use.name for use in clip.uses] == ["my-visual_int8.onnx", "my-textual_int8.onnx"]
    assert find_labels(clip, BLUE, 0.0)["setting"][0].name == "sea"
    (folder / "my-textual_int8.onnx").unlink()
    with pytest.raises(InputError, match=r"The network for sentences, my-textual_int8\.onnx, is"):
        open_clip(folder / "my-visual_int8.onnx")


def test_text_cards_are_not_shown_to_it(tmp_path: Path) -> None:
    assert find_labels(open_clip(toy_clip.write_halves(tmp_path / "a")), BLUE, 0.6) == {}


def test_the_halves_of_siglip_answer_by_another_name(tmp_path: Path) -> None:
    folder = toy_clip.write_halves(tmp_path / "a")
    pooled = toy_clip.seeing(answer="pooler_output")
    (folder / "onnx" / "vision_model.onnx").write_bytes(pooled)
    with pytest.raises(InputError, match=r"3 numbers \(pooler_output\) and .* \(text_embeds\)"):
        open_clip(folder)
    (folder / "onnx" / "text_model.onnx").write_bytes(toy_clip.reading("pooler_output"))
    assert find_labels(open_clip(folder), BLUE, 0.0)["setting"][0].name == "sea"


def test_sizes_that_are_fixed_are_kept_to(tmp_path: Path) -> None:
    """Halves that take two pictures at once, and seven sentences of sixty pieces."""
    folder = toy_clip.write_halves(tmp_path / "a")
    usual = find_labels(open_clip(folder), BLUE, 0.0)
    fixed = toy_clip.reading(rows=7, length=60)
    (folder / "onnx" / "text_model.onnx").write_bytes(fixed)
    (folder / "onnx" / "vision_model.onnx").write_bytes(toy_clip.seeing(rows=2))
    assert find_labels(open_clip(folder), BLUE, 0.0) == usual
    (folder / "onnx" / "text_model.onnx").write_bytes(toy_clip.reading(rows=7, length=9))
    with pytest.raises(InputError, match="sentences of 9 pieces, our longest has"):
        open_clip(folder)


NOTHING = network([("Identity", "x", "y")], [("x", FLOAT, [1])], [("y", FLOAT, [1])])
ODD = network([("Identity", "x", "y")], [("x", FLOAT, [1, 4, 9, 9])], [("y", FLOAT, [1, 4, 9, 9])])
FLAT = network(
    [("ReduceMean", "pixel_values", "image_embeds", {"keepdims": 0})],
    [toy_clip.PICTURES],
    [("image_embeds", FLOAT, [])],
)
ENDLESS = network(
    [
        ("GlobalAveragePool", "pixel_values", "pooled"),
        ("Flatten", "pooled", "flat"),
        ("Div", "flat none", "image_embeds"),
    ],
    [toy_clip.PICTURES],
    [("image_embeds", FLOAT, ["images", 3])],
    {"none": np.zeros(3, np.float32)},
)
FAILS = network(
    [("Reshape", "pixel_values shape", "image_embeds")],
    [toy_clip.PICTURES],
    [("image_embeds", FLOAT, ["images", 7])],
    {"shape": np.array([1, 7])},
)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("vision_model.onnx", b"", "empty or larger than"),
        ("vision_model.onnx", b"no network at all, but words", "is not an ONNX file"),
        ("vision_model.onnx", toy_clip.seeing()[:-40], "is not an ONNX file"),
        ("vision_model.onnx", one_operator("NoSuchOperator"), "cannot run .*vision_model"),
        ("vision_model.onnx", NOTHING, "asks for 'x', which is neither"),
        ("vision_model.onnx", ODD, "asks for 'x', which is neither"),
        ("vision_model.onnx", toy_clip.reading(), "input_ids and attention_mask, not pictures"),
        ("vision_model.onnx", toy_clip.both(), "takes .* pixel_values .*, not pictures"),
        ("text_model.onnx", toy_clip.seeing(), "takes pixel_values, not sentences"),
        ("vision_model.onnx", toy_clip.seeing(5), "5 numbers .* and text_model.onnx with 3"),
        ("vision_model.onnx", FLAT, "no rows of numbers"),
        ("vision_model.onnx", ENDLESS, "no rows of numbers"),
        ("vision_model.onnx", FAILS, "vision_model.onnx fails: "),
    ],
)
def test_a_network_that_is_none_is_refused_in_a_sentence(
    tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    folder = toy_clip.write_halves(tmp_path / "toy")
    (folder / "onnx" / name).write_bytes(data)
    with pytest.raises(InputError, match=said) as caught:
        open_clip(folder)
    assert caught.value.hint
    assert "\n" not in caught.value.message


def test_a_network_for_both_without_answers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="answers with text_embeds, not with image_embeds and"):
        open_clip(toy_clip.write_both(tmp_path / "a", "text_embeds"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"crop_size": {"height": 24, "width": 24}}, "24 x 24 pixels, but the network takes 32 x"),
        ({"size": {"shortest_edge": 16}}, "a middle larger than the picture"),
        ({"size": {"shortest_edge": 10**9}}, "cannot be made"),
        ({"size": {"longest_edge": 32}}, "cannot be made"),
        ({"size": "large"}, "cannot be made"),
        ({"image_std": [0.5, 0.5, 0.0]}, "not three colours"),
        ({"image_mean": [0.5]}, "not three colours"),
        ({"image_mean": [math.nan] * 3}, "without end"),
        ({"image_mean": None}, "cannot be made"),
        ({"rescale_factor": "small"}, "cannot be made"),
    ],
)
def test_settings_that_cannot_be_are_refused(tmp_path: Path, changes: object, said: str) -> None:
    folder = toy_clip.write_halves(tmp_path / "a")
    told = {**toy_clip.PREPROCESSOR, **changes}  # type: ignore[dict-item]
    (folder / "preprocessor_config.json").write_text(json.dumps(told), "utf-8")
    with pytest.raises(InputError, match=said):
        open_clip(folder)


def test_without_settings_it_is_done_as_for_openai_and_that_is_said(tmp_path: Path) -> None:
    folder = toy_clip.write_halves(tmp_path / "a")
    (folder / "preprocessor_config.json").unlink()
    clip = open_clip(folder)
    assert "it has no preprocessor_config.json" in clip.note
    assert (clip.how.height, clip.how.mean[0]) == (toy_clip.SIDE, 0.48145466)
    (folder / "preprocessor_config.json").write_text("[", "utf-8")
    with pytest.raises(InputError, match=r"preprocessor_config\.json: line 1"):
        open_clip(folder)
    (folder / "preprocessor_config.json").write_text("[]", "utf-8")
    with pytest.raises(InputError, match="holds no settings"):
        open_clip(folder)
    (folder / "preprocessor_config.json").write_bytes(b" " * (MOST_JSON_BYTES + 1))
    with pytest.raises(InputError, match="is larger than 32 MB"):
        open_clip(folder)


def test_without_onnxruntime_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = toy_clip.write_halves(tmp_path / "a")
    nobody = Team(ready=(), models=(), missing={})
    assert len(with_given(nobody, folder).models) == 2
    monkeypatch.setitem(sys.modules, "onnxruntime", None)  # Python's own word for 'not installed'
    alone = with_given(nobody, folder)
    assert (alone.ready, alone.models, alone.notes) == ((), (), ())
    assert notes_on(alone.missing) == (
        "Labels by your model are not looked for: onnxruntime is not installed.",
    )


def test_every_label_of_the_attributes_that_are_asked_has_its_sentences() -> None:
    asked = prompts()
    assert set(asked) == set(ATTRIBUTES) - {"hue"}
    for attribute, labels in asked.items():
        assert set(ATTRIBUTES[attribute]) - set(labels) <= {"null"}, attribute
        assert set(labels) <= set(ATTRIBUTES[attribute]), attribute
        sentences = [sentence for each in labels.values() for sentence in each]
        assert len(set(sentences)) == len(sentences)
        assert all(labels.values())
        for sentence in sentences:
            words = sentence.split(" ")
            assert len(words) <= 16
            assert all(word.isascii() and word.isalpha() and word.islower() for word in words)
