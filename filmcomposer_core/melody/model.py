"""Rhythm-Controllable MusicGen as one module, for generating and for training (Eq. 6)."""

from __future__ import annotations

from typing import Any, Final

import torch
from torch import Tensor, nn

from filmcomposer_core.melody.chroma import MELODY_FFT, MELODY_HOP, chromagram, strongest
from filmcomposer_core.melody.conditioner import RhythmConditioner
from filmcomposer_core.melody.delay import delayed
from filmcomposer_core.melody.windows import WINDOW_S

_IGNORED: Final = -100


class RhythmMusicgen(nn.Module):
    """A MusicGen-Melody of ``transformers`` and, once trained, a rhythm conditioner.

    Output = Decoder(C_rhythm, C_description, Y) (Eq. 6): conditions are put before the input in
    the order rhythm, text, input, as ``encoder_hidden_states`` of the decoder. Without a rhythm
    conditioner (published weights) the rhythm goes through the model's own melody conditioner.

    Notes
    -----
    Where the classes depart from the paper's text: MusicGen-Melody's decoder has no
    cross-attention block, because everything is prepended (the paper names both), its activation
    is GELU (the paper: ReLU), and positions are sinusoidal over prefix and input together.

    Parameters
    ----------
    musicgen : MusicgenMelodyForConditionalGeneration
        With text encoder, EnCodec and decoder.
    rhythm : RhythmConditioner or None
        Of the decoder's width.
    """

    def __init__(self, musicgen: Any, rhythm: RhythmConditioner | None) -> None:
        super().__init__()
        self.musicgen = musicgen
        self.rhythm = rhythm

    @property
    def rate(self) -> int:
        """Sampling rate of the sound it makes, Hz."""
        return int(self.musicgen.config.audio_encoder.sampling_rate)

    @property
    def frame_rate(self) -> float:
        """Frames of tokens a second."""
        return float(self.musicgen.config.audio_encoder.frame_rate)

    @property
    def window_s(self) -> float:
        """Longest sound that is made at once, seconds: as trained, and as the rhythm reaches."""
        return WINDOW_S if self.rhythm is None else min(WINDOW_S, self.rhythm.config.seconds)

    @property
    def positions(self) -> int:
        """Length of the rhythm's prefix."""
        if self.rhythm is not None:
            return self.rhythm.config.positions
        return int(self.musicgen.config.chroma_length)

    @property
    def codebooks(self) -> int:
        """Tokens of a frame."""
        return int(self.musicgen.config.decoder.num_codebooks)

    @property
    def pad(self) -> int:
        """Token of the delay pattern that stands for none; also the one that begins."""
        return int(self.musicgen.config.decoder.vocab_size)

    def rhythm_prefix(self, sound: Tensor | None, batch: int, *, seconds: float) -> Tensor:
        """Return what the decoder hears of the rhythm.

        Parameters
        ----------
        sound : Tensor, shape (batch, samples) or None
            Of the rhythm spots, at the model's rate; None = no rhythm condition.
        batch : int
            Number of candidates.
        seconds : float
            Length that is made at once; a melody conditioner without sound needs none of it.

        Returns
        -------
        Tensor, shape (batch, positions, width)
        """
        decoder = self.musicgen.decoder
        device, dtype = decoder.device, decoder.dtype
        if self.rhythm is not None:
            c = self.rhythm.config
            if sound is None:
                return torch.zeros(batch, c.positions, c.width, device=device, dtype=dtype)
            limit = round(min(seconds, c.seconds) * c.rate)
            chroma = self.rhythm.chroma_of(sound[:, :limit].float())
            return torch.as_tensor(self.rhythm(chroma)[0])
        config = self.musicgen.config
        if sound is None:
            chroma = torch.zeros(batch, 1, config.num_chroma, device=device)
            chroma[:, :, 0] = 1.0
        else:
            chroma = strongest(
                chromagram(sound.float(), rate=self.rate, n_fft=MELODY_FFT, hop=MELODY_HOP)
            )
        times = -(-config.chroma_length // chroma.shape[1])
        chroma = chroma.repeat(1, times, 1)[:, : config.chroma_length]
        return torch.as_tensor(self.musicgen.audio_enc_to_dec_proj(chroma.to(dtype)))

    def text_prefix(self, ids: Tensor | None, mask: Tensor | None, batch: int) -> Tensor:
        """Return what the decoder hears of the words.

        Parameters
        ----------
        ids, mask : Tensor, shape (batch, words), int64, or None
            Tokens of the text encoder and which of them count; None = no text condition.
        batch : int
            Number of candidates.

        Returns
        -------
        Tensor, shape (batch, words, width)
            Zeros for words that do not count, and one of them for no text.
        """
        decoder = self.musicgen.decoder
        if ids is None or mask is None:
            width = self.musicgen.config.decoder.hidden_size
            return torch.zeros(batch, 1, width, device=decoder.device, dtype=decoder.dtype)
        hidden = self.musicgen.text_encoder(input_ids=ids, attention_mask=mask)[0]
        if hasattr(self.musicgen, "enc_to_dec_proj"):
            hidden = self.musicgen.enc_to_dec_proj(hidden.to(decoder.dtype))
        return torch.as_tensor(hidden * mask[..., None].to(hidden.dtype))

    def forward(
        self, codes: Tensor, prefix: Tensor, hidden: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return the loss of the next tokens, for training.

        Parameters
        ----------
        codes : Tensor, shape (batch, codebooks, frames), int64
            Tokens of the music; ``_IGNORED`` (-100) where a frame does not count.
        prefix : Tensor, shape (batch, positions, width)
            Rhythm, then text.
        hidden : Tensor, shape (batch, frames + codebooks - 1), bool, optional
            Steps whose own tokens the decoder is not to hear, so that it has to follow the prefix.

        Returns
        -------
        loss : Tensor, shape ()
            Mean cross-entropy over codebooks, nats.
        logits : Tensor, shape (batch, codebooks, frames + codebooks - 1, vocabulary)
        """
        steps = delayed(codes.clamp_min(0), pad=self.pad)
        wanted = delayed(codes, pad=_IGNORED)[:, :, 1:]
        given = steps[:, :, :-1]
        if hidden is not None:
            given = given.masked_fill(hidden[:, None], self.pad)
        out = self.musicgen.decoder(
            input_ids=given.reshape(-1, given.shape[-1]),
            encoder_hidden_states=prefix,
            use_cache=False,
        )
        logits = out.logits.reshape(codes.shape[0], self.codebooks, -1, self.pad)
        logits = logits[:, :, -given.shape[-1] :]
        losses = [
            nn.functional.cross_entropy(
                logits[:, k].reshape(-1, self.pad).float(),
                wanted[:, k].reshape(-1),
                ignore_index=_IGNORED,
            )
            for k in range(self.codebooks)
        ]
        return torch.stack(losses).mean(), logits
