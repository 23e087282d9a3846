"""Take the PP-OCRv4 text detector and reader out of the rapidocr-onnxruntime wheel, unchanged.

Usage: ``python -m tools.models.text rapidocr_onnxruntime-1.4.4-py3-none-any.whl OUT_FOLDER``
"""

from __future__ import annotations

import argparse
import zipfile
from pathlib import Path

from tools.models import onnx_tools

MODELS = {
    "ocr_det.onnx": "rapidocr_onnxruntime/models/ch_PP-OCRv4_det_infer.onnx",
    "ocr_rec.onnx": "rapidocr_onnxruntime/models/ch_PP-OCRv4_rec_infer.onnx",
}


def take(wheel: Path, out: Path) -> None:
    """Write the two models byte for byte."""
    with zipfile.ZipFile(wheel) as archive:
        for name, member in MODELS.items():
            (out / name).write_bytes(archive.read(member))
            onnx_tools.report(name, (out / name).stat().st_size)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    take(args.wheel, args.out)
