"""From tokens to sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from filmcomposer_core.melody.model import RhythmMusicgen

#: Frames that become sound at once: the widest layer holds 160 kB for each.
CHUNK: Final = 256
#: Frames on either side that a sample can depend on, behind the recurrent layer; it is 2 in the
#: published EnCodec, and the rest is room for others.
_REACH: Final = 16


@torch.inference_mode()
def decoded(
    model: RhythmMusicgen,
    codes: Tensor,
    *,
    duration_s: float,
    tell: Callable[[float], None] = lambda share: None,
) -> list[NDArray[np.float32]]:
    """Decode the tokens of candidates, each as a whole, so that no seam can be heard.

    Parameters
    ----------
    model : RhythmMusicgen
        Whose EnCodec decodes.
    codes : Tensor, shape (candidates, codebooks, frames), int64
    duration_s : float
        Length of the sounds, seconds.
    tell : callable of float, optional
        Told the share that is done; what it raises stops the work.

    Returns
    -------
    list of ndarray, shape (round(duration_s * rate),), float32

    Notes
    -----
    EnCodec's recurrent layer runs over all frames. Behind it each sample depends on few of them,
    so the wide layers run over a part after the other with what each part depends on beside it:
    the sound is that of EnCodec's own ``decode``, in memory that does not grow with its length.
    """
    size = round(duration_s * model.rate)
    found = []
    for number, each in enumerate(codes):
        whole = np.zeros(size, np.float32)
        at = 0
        for part in _parts(model.musicgen.audio_encoder, each):
            tell((number + at / max(size, 1)) / codes.shape[0])
            wave = part[:, 0].flatten().float().cpu().numpy()[: size - at]
            whole[at : at + wave.size] = wave
            at += wave.size
        found.append(np.nan_to_num(whole))
    return found


def _parts(encodec: Any, codes: Tensor) -> Iterator[Tensor]:
    """Give the sound of tokens part by part, each of shape (1, channels, samples)."""
    layers = encodec.decoder.layers
    if encodec.config.norm_type != "weight_norm":
        # Such layers look at the whole sound at once.
        yield encodec.decode(codes[None, None], [None]).audio_values
        return
    hidden = encodec.quantizer.decode(codes[:, None])
    for layer in layers[:2]:
        hidden = layer(hidden)
    frames = hidden.shape[-1]
    for begin in range(0, frames, CHUNK):
        end = min(frames, begin + CHUNK)
        low, high = max(0, begin - _REACH), min(frames, end + _REACH)
        part = hidden[:, :, low:high]
        for layer in layers[2:]:
            part = layer(part)
        samples = part.shape[-1] // (high - low)
        yield part[:, :, (begin - low) * samples : (end - low) * samples]
