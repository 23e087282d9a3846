"""The networks of a CLIP-style model: what they take and answer, told by what they say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.errors import InputError
from filmcomposer_core.networks import CannotRunError, Session, failures, start_session

Floats = NDArray[np.float64]

#: Types of numbers that pictures and words may be asked for in.
_FLOATS: Final = {"tensor(float)": np.float32, "tensor(float16)": np.float16}
_INTEGERS: Final = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}
_COLOURS: Final = 3
#: Names under which exports answer (optimum, transformers.js), the surest first. SigLIP's halves
#: answer with ``pooler_output``; in CLIP that is not what pictures and sentences have in common.
PICTURE_ANSWERS: Final = ("image_embeds", "pooler_output")
SENTENCE_ANSWERS: Final = ("text_embeds", "pooler_output")
LOGITS: Final = "logits_per_image"
_HINT: Final = (
    "Export it for zero-shot image classification (pixel_values and input_ids in, image_embeds and "
    "text_embeds out)."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """An input: its name, what numbers it takes, and its sides, 0 where any length will do."""

    name: str
    numbers: Any
    sides: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A network that is ready: ``takes`` holds its inputs for "picture", "words" and their "mask".

    ``answers`` are the names of what it can be asked for, with the number of sides of each (0:
    it does not say).
    """

    file: Path
    session: Session = field(repr=False)
    takes: Mapping[str, Taken]
    answers: Mapping[str, int]


def open_network(file: Path) -> Network:
    """Open an ONNX file.

    Raises
    ------
    InputError
        If it cannot be run, or asks for other things than pictures and words.
    MissingDependencyError
        If onnxruntime is not installed.
    """
    try:
        session = start_session(str(file))
    except CannotRunError as exc:
        raise InputError(f"{exc} {file}.", _HINT) from exc
    found: dict[str, Taken] = {}
    for node in session.get_inputs():
        kind = _kind(node)
        if not kind or kind in found:
            msg = f"{file} asks for {node.name!r}, which is neither a picture nor words."
            raise InputError(msg, _HINT)
        numbers = (_FLOATS | _INTEGERS)[node.type]
        sides = tuple(n if isinstance(n, int) and n > 0 else 0 for n in node.shape)
        found[kind] = Taken(name=node.name, numbers=numbers, sides=sides)
    answers = {node.name: len(node.shape or ()) for node in session.get_outputs()}
    return Network(file=file, session=session, takes=found, answers=answers)


def _kind(node: Any) -> str:
    """Say what an input is for, empty if it cannot be told."""
    sides = len(node.shape or ())
    if sides == 4 and node.type in _FLOATS:
        # A name in place of a number says that any will do.
        return "" if isinstance(node.shape[1], int) and node.shape[1] != _COLOURS else "picture"
    if sides == 2 and node.type in _INTEGERS and "position" not in node.name:
        return "mask" if "mask" in node.name else "words"
    return ""


def answer_of(network: Network, names: Sequence[str]) -> str:
    """Return which answer holds one row of numbers for each picture or sentence.

    Raises
    ------
    InputError
        If that cannot be told.
    """
    rows = [name for name, sides in network.answers.items() if sides == 2]
    named = [name for name in names if network.answers.get(name) in (0, 2)]
    if named or len(rows) == 1:
        return (named or rows)[0]
    raise wrong_answers(network, names[0])


def wrong_answers(network: Network, wanted: str) -> InputError:
    """Return the error that a network cannot be asked for what is wanted."""
    msg = f"{network.file} answers with {', '.join(network.answers)}, not with {wanted}."
    return InputError(msg, _HINT)


def ask(network: Network, feed: Mapping[str, Any], names: Sequence[str]) -> list[Floats]:
    """Run a network.

    Parameters
    ----------
    network : Network
    feed : mapping of str to ndarray
        What it takes, by name.
    names : sequence of str
        The answers that are wanted.

    Returns
    -------
    list of ndarray, each of shape (rows, numbers)

    Raises
    ------
    InputError
        If it fails, or answers with what are no rows of numbers.
    """
    try:
        found = network.session.run(list(names), feed)
    except failures() as exc:
        reason = str(exc).split(" : ")[-1].strip().splitlines()[0].rstrip(".")
        raise InputError(f"{network.file} fails: {reason}.", _HINT) from exc
    answers = [np.asarray(one, np.float64) for one in found]
    if any(one.ndim != 2 or not one.size or not np.isfinite(one).all() for one in answers):
        raise InputError(f"{network.file} answers with what are no rows of numbers.", _HINT)
    return answers
