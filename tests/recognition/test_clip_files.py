from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from filmcomposer_core.errors import InputError
from filmcomposer_core.recognition import clip_files
from filmcomposer_core.recognition.clip_files import clip_mark, find_clip
from filmcomposer_core.recognition.onnx_data import external_files
from tests.recognition import toy_clip
from tests.recognition.onnx_file import FLOAT, entry, field, network, node, tensor

WEIGHT = {"w": np.ones(3, np.float32)}
IN, OUT = ("x", FLOAT, [3]), ("y", FLOAT, [3])


def outside(path: str) -> bytes:
    return network([("Mul", "x w", "y")], [IN], [OUT], WEIGHT, {"w": path})


def names(given: Path) -> list[str]:
    return [file.name for file in find_clip(given).all]


def test_the_layouts_of_exports_are_found(tmp_path: Path) -> None:
    halves = toy_clip.write_halves(tmp_path / "halves")
    found = ["vision_model.onnx", "text_model.onnx", "tokenizer.json", "preprocessor_config.json"]
    assert names(halves) == found
    # Both forms in one folder: the halves are quicker.
    (halves / "onnx" / "model.onnx").write_bytes(b"data")
    assert names(halves) == found
    whole = toy_clip.write_both(tmp_path / "whole")
    assert names(whole) == ["model.onnx", *found[2:]]
    (whole / "model.onnx").rename(whole / "model_quantized.onnx")
    assert names(whole)[0] == "model_quantized.onnx"
    (whole / "model_fp16.onnx").write_bytes(toy_clip.both())
    with pytest.raises(InputError, match=r"several networks: model_fp16\.onnx, model_quant"):
        find_clip(whole)
    assert names(whole / "model_fp16.onnx")[0] == "model_fp16.onnx"


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    folder = toy_clip.write_halves(tmp_path / "a")
    for given, said in (
        (tmp_path / "none", r"does not exist\."),
        (tmp_path, "holds neither vision_model.onnx nor model.onnx"),
        (folder / "tokenizer.json", "is not an .onnx file"),
    ):
        with pytest.raises(InputError, match=said) as caught:
            find_clip(given)
        assert caught.value.hint
    (folder / "tokenizer.json").unlink()
    with pytest.raises(InputError, match=r"has no tokenizer\.json beside it"):
        find_clip(folder)


def test_every_file_counts_wherever_it_lies(tmp_path: Path) -> None:
    one, other = (toy_clip.write_halves(tmp_path / name) for name in ("one", "other"))
    mark = clip_mark(one)
    assert clip_mark(other) == mark
    for file in find_clip(one).all:
        was = file.read_bytes()
        # White space at the end changes no JSON; in a network it is one more weight.
        file.write_bytes(was + b" " if file.suffix == ".json" else toy_clip.seeing(4))
        assert clip_mark(one) != mark, file
        file.write_bytes(was)
        os.utime(file, ns=(0, file.stat().st_mtime_ns + 10**9))
        assert clip_mark(one) == mark


def test_weights_beside_a_network_belong_to_it(tmp_path: Path) -> None:
    folder = toy_clip.write_both(tmp_path / "a")
    (folder / "model.onnx").write_bytes(outside("model.onnx_data"))
    with pytest.raises(InputError, match=r"The file of weights, model\.onnx_data, is not beside"):
        find_clip(folder)
    (folder / "model.onnx_data").write_bytes(b"one")
    assert names(folder)[:2] == ["model.onnx", "model.onnx_data"]
    mark = clip_mark(folder)
    (folder / "model.onnx_data").write_bytes(b"two")
    assert clip_mark(folder) != mark


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "../secret", "a/../../secret", "..\\secret", "C:\\a", "C:a", "\\a", ""],
)
def test_weights_elsewhere_are_never_read(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret").write_bytes(b"data")
    folder = toy_clip.write_both(tmp_path / "a")
    (folder / "model.onnx").write_bytes(outside(path))
    with pytest.raises(InputError, match=r"wants to read the file .* not in its folder"):
        find_clip(folder)


def test_links_out_of_the_folder_are_refused(tmp_path: Path) -> None:
    folder = toy_clip.write_both(tmp_path / "a")
    (tmp_path / "secret").write_bytes(b"data")
    (folder / "weights").symlink_to(tmp_path / "secret")
    (folder / "model.onnx").write_bytes(outside("weights"))
    with pytest.raises(InputError, match="weights of the vision model is a link that leads out"):
        find_clip(folder)


def test_too_large_a_model_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clip_files, "MOST_BYTES", 100_000)
    folder = toy_clip.write_both(tmp_path / "a")
    (folder / "model.onnx").write_bytes(outside("weights"))
    (folder / "weights").write_bytes(bytes(90_000))
    assert find_clip(folder).weights == (folder / "weights",)
    (folder / "weights").write_bytes(bytes(100_000))
    with pytest.raises(InputError, match=r"has 0\.0 GB\. At most 0\.0 GB can be used"):
        find_clip(folder)
    (folder / "model.onnx").write_bytes(bytes(100_001))
    with pytest.raises(InputError, match=r"empty or larger than 0\.0 GB"):
        find_clip(folder)


def test_paths_are_found_wherever_a_tensor_may_stand() -> None:
    held = tensor("w", WEIGHT["w"], "hidden")
    graph = field(5, held)
    attributes = {
        "tensor": field(5, held), "tensors": field(10, held), "graph": field(6, graph),
        "graphs": field(11, graph), "sparse": field(22, field(1, held)),
        "sparse tensors": field(23, field(2, held)),
    }  # fmt: skip
    empty = field(7, field(2, "g"))
    models = {
        "sparse": field(7, field(15, field(1, held))),
        "function": empty + field(25, field(7, node("Constant", "", "c") + field(5, held))),
        "training": empty + field(20, field(1, graph)),
        "twice": field(7, graph) + empty,
    }
    for kind, attribute in attributes.items():
        models[kind] = field(7, field(1, field(4, "If") + field(5, attribute)))
    models["function"] = empty + field(25, field(7, field(5, attributes["tensor"])))
    for kind, model in models.items():
        assert external_files(memoryview(model)) == ("hidden",), kind


def test_the_order_and_number_of_the_words_of_a_path_do_not_hide_it() -> None:
    key, path = field(1, "location"), field(2, "hidden")
    for words in (
        key + path,
        path + key,
        key + path + field(2, "shown"),
        field(1, "a") + key + path,
    ):
        model = field(7, field(5, field(13, words)))
        assert "hidden" in external_files(memoryview(model))
    other = field(7, field(5, field(13, entry("offset", "8"))))
    assert external_files(memoryview(other)) == ()


def test_a_network_that_holds_all_its_weights_names_no_file() -> None:
    assert external_files(memoryview(toy_clip.both())) == ()


@pytest.mark.parametrize(
    "data",
    [b"", b"\x3a", b"\x3a\x05ab", b"\x3b\x00", b"\xff" * 20, field(1, 8), field(7, "no graph")],
)
def test_what_is_no_network_is_told(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        external_files(memoryview(data))
