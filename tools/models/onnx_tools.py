"""Small changes to ONNX files that several of the conversions share."""

from __future__ import annotations

import sys

import numpy as np
import onnx
from onnx import helper, numpy_helper


def store_half(model: onnx.ModelProto, lossy: bool = False, least: int = 256) -> onnx.ModelProto:
    """Store float32 weights as float16 with a Cast behind them.

    The arithmetic stays float32 (onnxruntime folds the casts when it loads the model). A source
    that held float16 weights loses nothing.

    Parameters
    ----------
    model : ModelProto
        Changed in place.
    lossy : bool
        Also store weights that float16 does not hold exactly.
    least : int
        Tensors with fewer elements stay as they are.
    """
    graph, casts = model.graph, []
    for tensor in graph.initializer:
        value = numpy_helper.to_array(tensor)
        if value.dtype != np.float32 or value.size < least:
            continue
        with np.errstate(over="ignore"):
            half = value.astype(np.float16)
        if not np.isfinite(half).all() or not (lossy or np.array_equal(half, value)):
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(half, f"{name}_half"))
        casts.append(helper.make_node("Cast", [f"{name}_half"], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    return model


def report(*what: object) -> None:
    """Write one line about a conversion."""
    sys.stdout.write(" ".join(map(str, what)) + "\n")
