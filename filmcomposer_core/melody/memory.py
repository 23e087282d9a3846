"""How much memory a request needs, said before it is tried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from filmcomposer_core.errors import FilmComposerError

#: Room beside weights and cache: activations, EnCodec, the allocator.
_MARGIN: Final = 1.15
_FIXED: Final = 300_000_000
#: Of EnCodec: the widest layer, of which four stand at once, what it keeps of all frames, a sound.
_WIDEST_A_FRAME: Final = 4 * 640 * 64 * 4
_KEPT_A_FRAME: Final = 8 * 1024 * 4
_SOUND_A_FRAME: Final = 2 * 640 * 4
_AT_ONCE: Final = 288
#: What a failure to get memory says that has no class of its own (processor, cuBLAS, Apple).
_FULL: Final = ("can't allocate memory", "not enough memory", "out of memory", "alloc_failed")


class OutOfMemoryError(FilmComposerError):
    """Report that a device has too little memory, with smaller choices."""

    code = "out_of_memory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Bytes that a request takes: weights, cache of keys and values, decoding of the sound."""

    weights: int
    cache: int
    sound: int

    @property
    def total(self) -> int:
        """All of it, with a margin."""
        return round(_MARGIN * (self.weights + self.cache + self.sound)) + _FIXED


def need(
    *,
    weights: int,
    layers: int,
    width: int,
    item_bytes: int,
    candidates: int,
    positions: int,
    frames: int,
    guided: bool,
) -> Need:
    """Return what a request needs.

    Parameters
    ----------
    weights : int
        Bytes of all weights as they will be loaded.
    layers, width : int
        Of the decoder.
    item_bytes : int
        Bytes of a number: 4, or 2 for bf16 and fp16.
    candidates : int
        Made at the same time.
    positions : int
        Prefix and tokens that a window holds.
    frames : int
        Frames of the whole sound.
    guided : bool
        Whether each candidate runs with and without conditions.
    """
    rows = candidates * (2 if guided else 1)
    return Need(
        weights=weights,
        cache=2 * layers * width * positions * rows * item_bytes,
        sound=_WIDEST_A_FRAME * min(frames, _AT_ONCE)
        + frames * (_KEPT_A_FRAME + candidates * _SOUND_A_FRAME),
    )


def check_memory(wanted: Need, *, free: int, device: str, candidates: int, name: str) -> None:
    """Refuse what will not fit.

    Raises
    ------
    OutOfMemoryError
        With what would fit instead.
    """
    if wanted.total <= free:
        return
    fixed = round(_MARGIN * wanted.weights) + _FIXED
    each = max(1, (wanted.total - fixed) // candidates)
    fits = (free - fixed) // each
    gib = 2**30
    msg = (
        f"{name} needs {wanted.total / gib:.1f} GiB for {candidates} candidates of this length, "
        f"and {device} has {max(0, free) / gib:.1f} GiB free."
    )
    if fits >= 1:
        hint = f"Ask for {fits} candidate{'s' * (fits > 1)}, or a shorter part of the clip."
    else:
        hint = "Take half precision (--dtype bf16), a smaller model, or the embedded composer."
    raise OutOfMemoryError(msg, hint)


def ran_out(exc: BaseException) -> bool:
    """Tell whether a failure is one of getting memory."""
    if isinstance(exc, MemoryError):
        return True
    return isinstance(exc, RuntimeError) and any(word in str(exc).lower() for word in _FULL)


def free_memory(device: str) -> int:
    """Return the bytes that a device has free: ``cpu``, ``cuda`` or ``mps``."""
    import torch

    if device.startswith("cuda"):
        # What torch keeps of former work counts as taken there, and is free for the next.
        kept = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return int(torch.cuda.mem_get_info(device)[0]) + kept
    return _free_main_memory()


def _free_main_memory() -> int:
    """Return what the system could still give, as far as it says."""
    try:
        with open("/proc/meminfo", encoding="ascii") as stream:
            rows = dict(line.split(":", 1) for line in stream)
        return int(rows["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        import psutil

        return int(psutil.virtual_memory().available)
