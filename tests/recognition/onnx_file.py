"""Write small networks without the onnx package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

FLOAT, INT64 = 1, 7
_IR_VERSION, _OPSET = 8, 17
_TYPES = {np.dtype(np.float32): FLOAT, np.dtype(np.int64): INT64}
#: Kinds of attributes (onnx.proto).
_INT, _INTS = 2, 7
Value = tuple[str, int, Sequence[int | str]]


def one_operator(operator: str, *, size: int = 3) -> bytes:
    """Return an ONNX file whose output ``y`` is an operator of its input ``x``, float32 (size,)."""
    return network([(operator, "x", "y")], [("x", FLOAT, [size])], [("y", FLOAT, [size])])


def network(
    nodes: Sequence[tuple[Any, ...]],
    inputs: Sequence[Value],
    outputs: Sequence[Value],
    weights: Mapping[str, np.ndarray] | None = None,
    outside: Mapping[str, str] | None = None,
) -> bytes:
    """Return an ONNX file.

    ``nodes`` are tuples of operator, names in, names out (each parted by spaces) and attributes;
    the weights named in ``outside`` are said to lie in a file of that path.
    """
    graph = b"".join(field(1, node(*each)) for each in nodes) + field(2, "g")
    for name, array in (weights or {}).items():
        graph += field(5, tensor(name, array, (outside or {}).get(name)))
    graph += b"".join(field(11, value(*each)) for each in inputs)
    graph += b"".join(field(12, value(*each)) for each in outputs)
    return field(1, _IR_VERSION) + field(8, field(2, _OPSET)) + field(7, graph)


def node(operator: str, into: str, out: str, attributes: Mapping[str, Any] | None = None) -> bytes:
    names = [field(1, name) for name in into.split()] + [field(2, name) for name in out.split()]
    told = [field(5, attribute(*each)) for each in (attributes or {}).items()]
    return b"".join([*names, field(4, operator), *told])


def attribute(name: str, value: int | Sequence[int]) -> bytes:
    if isinstance(value, int):
        return field(1, name) + field(3, value) + field(20, _INT)
    return field(1, name) + b"".join(field(8, n) for n in value) + field(20, _INTS)


def tensor(name: str, array: np.ndarray, path: str | None = None) -> bytes:
    data = b"".join(field(1, n) for n in array.shape)
    data += field(2, _TYPES[array.dtype]) + field(8, name)
    if path is None:
        return data + field(9, array.tobytes())
    return data + field(13, entry("location", path)) + field(14, 1)


def entry(key: str, text: str) -> bytes:
    return field(1, key) + field(2, text)


def value(name: str, kind: int, sides: Sequence[int | str]) -> bytes:
    shape = b"".join(field(1, field(1 if isinstance(n, int) else 2, n)) for n in sides)
    return field(1, name) + field(2, field(1, field(1, kind) + field(2, shape)))


def field(number: int, content: int | str | bytes) -> bytes:
    """A protobuf field: a number, or text or bytes with their length."""
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    data = content.encode() if isinstance(content, str) else content
    return varint(number << 3 | 2) + varint(len(data)) + data


def varint(number: int) -> bytes:
    digits = []
    while number > 0x7F:
        digits.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*digits, number])
