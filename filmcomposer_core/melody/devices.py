"""Where a model runs, and how exactly it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from filmcomposer_core.contracts.cue import DTYPES
from filmcomposer_core.errors import InputError, MissingDependencyError

if TYPE_CHECKING:
    import torch


def load_torch() -> Any:
    """Return torch, or say how to install it."""
    try:
        import torch
    except ImportError as exc:
        msg = "The melody model needs torch, which is not installed."
        raise MissingDependencyError(msg, "Run install.py --model.") from exc
    return torch


def find_device(wanted: str) -> str:
    """Return ``cpu``, ``cuda`` or ``mps``; ``auto`` is a GPU where there is one.

    Raises
    ------
    InputError
        For a device that is not here.
    """
    torch = load_torch()
    if wanted == "auto":
        if torch.cuda.is_available():
            return "cuda"
        return "mps" if torch.backends.mps.is_available() else "cpu"
    known = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    if not known.get(wanted.split(":")[0], False):
        msg = f"There is no device {wanted!r} here."
        raise InputError(msg, "Take --device auto.")
    return wanted


def find_dtype(wanted: str, device: str) -> tuple[torch.dtype, str]:
    """Return a precision and its name; ``auto`` is 16 bits on a GPU and 32 elsewhere.

    Raises
    ------
    InputError
        For a name that is none of ``DTYPES``.
    """
    torch = load_torch()
    table = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
    if wanted == "auto":
        if device.startswith("cuda"):
            wanted = "bf16" if torch.cuda.is_bf16_supported() else "fp16"
        else:
            wanted = "fp32"
    if wanted not in table:
        msg = f"There is no precision {wanted!r}."
        raise InputError(msg, f"Take one of {', '.join(DTYPES)}.")
    return table[wanted], wanted
