"""A tiny MT3 of the real classes, its folder in the public layout, and a phrase to learn."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch.nn import functional as F

from filmcomposer_core.transcription.mt3.events import encode
from filmcomposer_core.transcription.mt3.network import Mt3Network
from filmcomposer_core.transcription.mt3.shape import Shape
from filmcomposer_core.transcription.mt3.spectrogram import (
    RATE,
    first_steps,
    segment_count,
    segments,
)
from filmcomposer_core.transcription.mt3.vocabulary import PAD, STEPS_PER_S, Note

TINY = Shape(
    d_model=64, d_kv=16, d_ff=96, num_heads=2, num_layers=1, num_decoder_layers=2, input_depth=512
)


def tiny_mt3(shape: Shape = TINY, *, seed: int = 0) -> Mt3Network:
    torch.manual_seed(seed)
    return Mt3Network(shape).eval()


def public_layout(network: Mt3Network) -> dict[str, torch.Tensor]:
    """Return the tensors as public conversions keep them: two are there twice."""
    found = {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}
    found["encoder.embed_tokens.weight"] = found["proj.weight"].clone()
    found["decoder.embed_tokens.weight"] = found["decoder_embed_tokens.weight"].clone()
    return found


def save_mt3(network: Mt3Network, folder: Path, *, pickled: bool = False) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    # What else stands in a T5's config.json is none of our business.
    settings = asdict(network.shape) | {"model_type": "t5", "use_cache": False}
    (folder / "config.json").write_text(json.dumps(settings))
    if pickled:
        torch.save(public_layout(network), folder / "mt3.pth")
    else:
        save_file(public_layout(network), folder / "model.safetensors")
    return folder


def play(notes: Sequence[Note], length_s: float) -> NDArray[np.float32]:
    """Return a sound of these notes: decaying tones, brighter for higher programs."""
    sound = np.zeros(round(length_s * RATE))
    for note in notes:
        first, last = (round(step / STEPS_PER_S * RATE) for step in (note.start, note.end))
        time_s = np.arange(last - first) / RATE
        hz = 440.0 * 2.0 ** ((note.pitch - 69) / 12)
        parts = (1.0, 0.3) if note.program == 0 else (0.5, 0.1, 0.5, 0.1, 0.4)
        tone = sum(
            level * np.sin(2 * np.pi * hz * k * time_s) for k, level in enumerate(parts, start=1)
        )
        fade = np.minimum(1.0, np.minimum(time_s, time_s[::-1]) / 0.004)
        sound[first:last] += 0.2 * tone * fade * np.exp(-time_s)
    return sound.astype(np.float32)


def teach(
    network: Mt3Network, sound: NDArray[np.float32], notes: Sequence[Note], *, rounds: int
) -> float:
    """Train a network to write these notes for this sound; return the last loss."""
    shape = network.shape
    count = segment_count(sound.size, frames=shape.frames)
    heard = torch.from_numpy(
        segments(sound, range(count), frames=shape.frames, bands=shape.input_depth)
    )
    rows = encode(notes, first_steps(count, frames=shape.frames), shape.vocabulary)
    longest = max(len(row) for row in rows)
    wanted = torch.tensor([row + [PAD] * (longest - len(row)) for row in rows])
    given = F.pad(wanted, (1, 0), value=PAD)[:, :-1]
    trainer = torch.optim.Adam(network.parameters(), lr=4e-3)
    loss = torch.zeros(())
    for _ in range(rounds):
        trainer.zero_grad()
        logits = network(heard, given)
        loss = F.cross_entropy(logits.transpose(1, 2), wanted, ignore_index=PAD)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        trainer.step()
    return float(loss.detach())
