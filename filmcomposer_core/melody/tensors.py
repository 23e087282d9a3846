"""Rename the tensors of one library into those of the other; say what is missing or too many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from filmcomposer_core.errors import InputError

if TYPE_CHECKING:
    from torch import Tensor

    from filmcomposer_core.melody.audiocraft_names import Tie

#: So many tensors are named in a sentence.
_NAMED: Final = 4
#: The projection of the text, and that of the chromagram beside it.
PROJECTION: Final = "enc_to_dec_proj.weight"
_BIAS: Final = "enc_to_dec_proj.bias"
_BESIDE: Final = "audio_enc_to_dec_proj.weight"
_OTHER: Final = "Give a whole MusicGen-Melody; other models work with audiocraft itself."


def to_transformers(
    weights: Mapping[str, Tensor], ties: Iterable[Tie], where: Path
) -> dict[str, Tensor]:
    """Rename audiocraft's tensors; one that holds several is cut into them, row by row.

    Parameters
    ----------
    weights : mapping
        Tensors by audiocraft's names.
    ties : iterable of Tie
    where : Path
        The file, for messages.

    Returns
    -------
    dict
        Tensors by transformers' names.

    Raises
    ------
    InputError
        If some are missing, others are there, or one cannot be cut evenly.
    """
    ties = tuple(ties)
    check_names({tie.audiocraft for tie in ties}, weights.keys(), where)
    found: dict[str, Tensor] = {}
    for tie in ties:
        held, count = weights[tie.audiocraft], len(tie.transformers)
        if count == 1:
            found[tie.transformers[0]] = held
            continue
        if held.ndim == 0 or held.shape[0] % count:
            msg = (
                f"{tie.audiocraft} in {where} has the shape {tuple(held.shape)}: not {count} parts."
            )
            raise InputError(msg, _OTHER)
        rows = held.shape[0] // count
        for index, name in enumerate(tie.transformers):
            found[name] = held[index * rows : (index + 1) * rows]
    return found


def to_audiocraft(
    weights: Mapping[str, Tensor], ties: Iterable[Tie], where: Path
) -> dict[str, Tensor]:
    """Rename transformers' tensors; those that audiocraft keeps in one are joined, row by row.

    Parameters, returns and errors are those of :func:`to_transformers`, the other way.
    """
    import torch

    ties = tuple(ties)
    check_names({name for tie in ties for name in tie.transformers}, weights.keys(), where)
    return {
        tie.audiocraft: torch.cat([weights[name] for name in tie.transformers])
        if len(tie.transformers) > 1
        else weights[tie.transformers[0]]
        for tie in ties
    }


def with_projection(weights: Mapping[str, Tensor], width: int) -> dict[str, Tensor]:
    """Add the projection of the text that transformers leaves out for a T5 of the same width.

    Parameters
    ----------
    weights : mapping
        Tensors by transformers' names.
    width : int
        Of the decoder.

    Returns
    -------
    dict
        What is added changes nothing: ones on the diagonal.
    """
    import torch

    if PROJECTION in weights:
        return dict(weights)
    dtype = weights[_BESIDE].dtype
    bare = {PROJECTION: torch.eye(width, dtype=dtype), _BIAS: torch.zeros(width, dtype=dtype)}
    return {**weights, **bare}


def without_projection(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Leave the projection of the text out if it changes nothing, see :func:`with_projection`."""
    import torch

    weight = weights[PROJECTION]
    same = torch.equal(weight, torch.eye(len(weight), dtype=weight.dtype))
    left_out = (PROJECTION, _BIAS) if same and not weights[_BIAS].any() else ()
    return {name: one for name, one in weights.items() if name not in left_out}


def check_names(wanted: Iterable[str], there: Iterable[str], where: Path) -> None:
    """Raise InputError, naming what is missing and what is too many, unless the names agree."""
    wanted, there = set(wanted), set(there)
    said = [
        f"{what} {_some(names)}"
        for what, names in (("lacks", wanted - there), ("has besides", there - wanted))
        if names
    ]
    if said:
        raise InputError(f"{where} does not fit: it {' and '.join(said)}.", _OTHER)


def check_shapes(
    wanted: Mapping[str, tuple[int, ...]], weights: Mapping[str, Tensor], where: Path
) -> None:
    """Raise InputError unless names and shapes are those that transformers' class wants."""
    check_names(wanted, weights, where)
    for name, shape in wanted.items():
        found = tuple(weights[name].shape)
        if found != shape:
            msg = f"{name} in {where} has the shape {found}; its settings say {shape}."
            raise InputError(msg, "Settings and weights are of two models: get both anew.")


def _some(names: set[str]) -> str:
    """Name a few tensors and count the others."""
    listed = sorted(names)
    more = len(listed) - _NAMED
    shown = ", ".join(listed[:_NAMED])
    return f"{shown} and {more} more" if more > 0 else shown
