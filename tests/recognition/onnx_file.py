"""Write the smallest network there is, without the onnx package: one operator, one input."""

from __future__ import annotations

_FLOAT = 1
_IR_VERSION, _OPSET = 8, 17


def one_operator(operator: str, *, size: int = 3) -> bytes:
    """Return an ONNX file whose output ``y`` is an operator of its input ``x``, float32 (size,)."""
    node = _text(1, "x") + _text(2, "y") + _text(4, operator)
    graph = _bytes(1, node) + _text(2, "g") + _bytes(11, _value("x", size))
    graph += _bytes(12, _value("y", size))
    return _number(1, _IR_VERSION) + _bytes(8, _number(2, _OPSET)) + _bytes(7, graph)


def _value(name: str, size: int) -> bytes:
    shape = _bytes(1, _number(1, size))
    return _text(1, name) + _bytes(2, _bytes(1, _number(1, _FLOAT) + _bytes(2, shape)))


def _number(field: int, value: int) -> bytes:
    """A protobuf field that holds a number below 128."""
    return bytes([field << 3, value])


def _bytes(field: int, data: bytes) -> bytes:
    assert len(data) < 128
    return bytes([field << 3 | 2, len(data)]) + data


def _text(field: int, text: str) -> bytes:
    return _bytes(field, text.encode())
