"""Bring a model into memory, and write one into a folder."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filmcomposer_core.contracts import codec
from filmcomposer_core.errors import InputError, MissingDependencyError
from filmcomposer_core.melody.checkpoint import (
    ABOUT,
    LAYOUT,
    RHYTHM_CONFIG,
    RHYTHM_WEIGHTS,
    About,
    Checkpoint,
)
from filmcomposer_core.melody.memory import ran_out

if TYPE_CHECKING:
    import torch

    from filmcomposer_core.melody.model import RhythmMusicgen


def load_model(checkpoint: Checkpoint, *, device: str, dtype: torch.dtype) -> RhythmMusicgen:
    """Load a model for generating.

    Parameters
    ----------
    checkpoint : Checkpoint
        As :func:`find_checkpoint` found it.
    device : str
        ``cpu``, ``cuda`` or ``mps``.
    dtype : torch.dtype
        Precision of the decoder; EnCodec stays in 32 bits, which it needs to sound clean.

    Raises
    ------
    InputError
        If tensors are missing, or of other shapes.
    MissingDependencyError
        If torch or transformers is not installed.
    """
    try:
        import torch
        from safetensors.torch import load_file
        from transformers import MusicgenMelodyForConditionalGeneration
        from transformers.utils import logging
    except ImportError as exc:
        msg = f"The melody model needs {exc.name}, which is not installed."
        raise MissingDependencyError(msg, "Run install.py --model.") from exc
    from filmcomposer_core.melody.conditioner import RhythmConditioner
    from filmcomposer_core.melody.model import RhythmMusicgen

    quiet: Any = logging
    quiet.set_verbosity_error()
    quiet.disable_progress_bar()
    kind: Any = MusicgenMelodyForConditionalGeneration
    try:
        musicgen, told = kind.from_pretrained(
            checkpoint.folder, local_files_only=True, use_safetensors=True, dtype=dtype,
            output_loading_info=True,
        )  # fmt: skip
    except (OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError) as exc:
        if ran_out(exc):
            raise
        msg = f"The model in {checkpoint.folder} cannot be loaded: {_first_line(exc)}."
        raise InputError(msg, LAYOUT) from exc
    missing = sorted(n for n in told.get("missing_keys", ()) if not n.endswith("embed_positions"))
    if missing:
        where = f"The weights in {checkpoint.folder}"
        msg = f"{where} lack {len(missing)} tensors, the first is {missing[0]}."
        raise InputError(msg, "Fetch or convert the model again.")
    rhythm = None
    if checkpoint.rhythm is not None:
        rhythm = RhythmConditioner(checkpoint.rhythm)
        try:
            rhythm.load_state_dict(load_file(checkpoint.folder / RHYTHM_WEIGHTS))
        except (RuntimeError, KeyError, ValueError) as exc:
            msg = f"{checkpoint.folder / RHYTHM_WEIGHTS} does not fit its {RHYTHM_CONFIG}."
            raise InputError(msg, "Copy the whole folder of the training run.") from exc
        width = int(musicgen.config.decoder.hidden_size)
        if checkpoint.rhythm.width != width:
            msg = (
                f"The rhythm conditioner in {checkpoint.folder} is {checkpoint.rhythm.width} wide, "
                f"the decoder {width}."
            )
            raise InputError(msg, "Copy the whole folder of the training run.")
        rhythm = rhythm.to(dtype)
    model = RhythmMusicgen(musicgen, rhythm).eval().to(device)
    model.musicgen.audio_encoder.to(torch.float32)
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    return model


def loaded_bytes(checkpoint: Checkpoint, item_bytes: int) -> int:
    """Return the size of the weights in memory; on disk they may have another precision."""
    stored = {"float16": 2, "bfloat16": 2}.get(
        str(checkpoint.config.get("dtype") or checkpoint.config.get("torch_dtype")), 4
    )
    return checkpoint.bytes * item_bytes // stored


def load_tokenizer(checkpoint: Checkpoint) -> Any:
    """Return the tokenizer of a model's folder.

    Raises
    ------
    InputError
        If it is missing or damaged.
    """
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(checkpoint.folder, local_files_only=True)
    except (OSError, ValueError, KeyError, TypeError) as exc:
        msg = f"The tokenizer in {checkpoint.folder} is missing or damaged."
        raise InputError(msg, "Copy the tokenizer's files (tokenizer.json ...) there.") from exc


def save_model(model: RhythmMusicgen, folder: Path, *, about: About) -> None:
    """Write a model into a folder that :func:`find_checkpoint` reads; the tokenizer is not ours.

    The files are written under another name first, so that a folder never holds half a model.
    """
    from safetensors.torch import save_file

    from filmcomposer_core.atomic import write_atomic

    folder.mkdir(parents=True, exist_ok=True)
    model.musicgen.save_pretrained(folder)
    if model.rhythm is not None:
        part = folder / f".{RHYTHM_WEIGHTS}.part"
        tensors = {k: v.contiguous() for k, v in model.rhythm.state_dict().items()}
        save_file(tensors, part)
        os.replace(part, folder / RHYTHM_WEIGHTS)
        write_atomic(folder / RHYTHM_CONFIG, codec.dump_json(model.rhythm.config).encode())
    rows = "".join(f"{name} = {json.dumps(value)}\n" for name, value in asdict(about).items())
    write_atomic(folder / ABOUT, rows.encode())


def _first_line(exc: BaseException) -> str:
    return str(exc).strip().split("\n")[0][:160].rstrip(".") or type(exc).__name__
