"""Which other files an ONNX file wants to be read with it, found without running it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

#: Fields of the messages of ONNX in which tensors may stand, by message and field number: what
#: they hold (onnx.proto). All others are passed over.
_HOLDS: Final = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {13: "entry"},
}
_KEY, _VALUE = 1, 2
_LOCATION: Final = b"location"
_GRAPH: Final = 7
_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5
_MOST_VARINT: Final = 10


def external_files(data: memoryview) -> tuple[str, ...]:
    """Return the paths that a network says its weights lie at.

    Parameters
    ----------
    data : memoryview
        The whole ONNX file.

    Returns
    -------
    tuple of str
        As written in the file, each once; none if it holds all its weights itself.

    Raises
    ------
    ValueError
        If this is no ONNX file.

    Notes
    -----
    Written for files of unknown origin: every message that a reader of protobuf would look into is
    looked into, whatever their order, and what cannot be told is refused.
    """
    found: dict[str, None] = {}
    waiting = [("model", data)]
    has_graph = False
    while waiting:
        kind, message = waiting.pop()
        fields = list(_fields(message))
        if kind == "entry":
            if any(number == _KEY and bytes(value) == _LOCATION for number, value in fields):
                paths = (bytes(value) for number, value in fields if number == _VALUE)
                found |= {path.decode("utf-8"): None for path in paths}
            continue
        has_graph = has_graph or (kind == "model" and any(n == _GRAPH for n, _ in fields))
        inner = _HOLDS[kind]
        waiting += [(inner[number], value) for number, value in fields if number in inner]
    if not has_graph:
        raise ValueError("there is no graph")
    return tuple(sorted(found))


def _fields(message: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Yield number and content of the fields that hold bytes; numbers are passed over."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        kind = tag & 7
        if kind == _BYTES:
            size, at = _varint(message, at)
            yield tag >> 3, message[at : at + size]
            at += size
        elif kind == _VARINT:
            _, at = _varint(message, at)
        elif kind in (_EIGHT, _FOUR):
            at += 8 if kind == _EIGHT else 4
        else:
            raise ValueError(f"field {tag >> 3} is of an unknown kind")
    if at > len(message):
        raise ValueError("the file is cut short")


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """Return a number of seven bits a byte, the lowest first, and where it ends."""
    value = 0
    for place, byte in enumerate(message[at : at + _MOST_VARINT]):
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, at + place + 1
    raise ValueError("a number does not end")
