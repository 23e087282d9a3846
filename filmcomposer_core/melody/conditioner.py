"""The rhythm conditioner: the sound of the rhythm spots as a prefix of the decoder (Sec. 3.2)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from filmcomposer_core.melody.chroma import CLASSES, chromagram, peaks_and_level
from filmcomposer_core.melody.conditioner_config import RhythmConfig


class RhythmConditioner(nn.Module):
    """Chromagram, downsampled, projected to the decoder's width, masked to the valid sound.

    The paper takes the chromagram of the rhythm's waveform as MusicGen-Melody takes a tune's. Its
    frames of 128 ms are longer than a spot is exact, and keeping the strongest class alone drops
    silence and strength, so the chromagram here has a frame for each of EnCodec's (20 ms), keeps
    the level, and is brought to its length by the downsampling factor.
    """

    def __init__(self, config: RhythmConfig) -> None:
        super().__init__()
        self.config = config
        self.project = nn.Linear(CLASSES, config.width)

    def chroma_of(self, sound: Tensor) -> Tensor:
        """Return the chromagram of sounds, so that it can be computed once and kept.

        Parameters
        ----------
        sound : Tensor, shape (batch, samples), float32

        Returns
        -------
        Tensor, shape (batch, frames, 12), float32
            As many frames as begin within the sound.
        """
        c = self.config
        frames = -(-sound.shape[-1] // c.hop)
        return peaks_and_level(chromagram(sound, rate=c.rate, n_fft=c.n_fft, hop=c.hop))[:, :frames]

    def forward(self, chroma: Tensor) -> tuple[Tensor, Tensor]:
        """Return the prefix of a chromagram.

        Parameters
        ----------
        chroma : Tensor, shape (batch, frames, 12)
            Of sounds, or computed beforehand; longer ones are cut, shorter ones padded.

        Returns
        -------
        prefix : Tensor, shape (batch, positions, width)
            Zeros where there is no sound.
        mask : Tensor, shape (batch, positions), bool
            Where there is.
        """
        c = self.config
        wanted = c.positions * c.factor
        chroma = chroma[:, :wanted]
        valid = -(-chroma.shape[1] // c.factor)
        chroma = nn.functional.pad(chroma, (0, 0, 0, wanted - chroma.shape[1]))
        # The strongest of the frames counts: a mean would wash a short stroke out.
        pooled = chroma.reshape(chroma.shape[0], c.positions, c.factor, CLASSES).amax(dim=2)
        mask = torch.arange(c.positions, device=chroma.device) < valid
        prefix = self.project(pooled.to(self.project.weight.dtype)) * mask[None, :, None]
        return prefix, mask.expand(chroma.shape[0], -1)
