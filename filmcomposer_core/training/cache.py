"""Tokens of the music and the rhythm's chromagram, computed once and kept (Sec. 5.1)."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.atomic import write_atomic
from filmcomposer_core.errors import InputError
from filmcomposer_core.melody.rhythm_sound import rhythm_sound
from filmcomposer_core.training.pieces import Piece, strokes_of
from filmcomposer_core.training.samples import Samples, Sound

if TYPE_CHECKING:
    from filmcomposer_core.melody.model import RhythmMusicgen

#: Of how a piece becomes tokens; another number makes all of them anew.
_FORM: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What a model is trained on: a piece's music and rhythm.

    ``codes`` has shape (codebooks, frames), uint16; ``chroma`` (frames, 12), float32.
    """

    codes: NDArray[np.uint16]
    chroma: NDArray[np.float32]


class TokenCache:
    """Tokens of pieces, each in a file named by what it was made of.

    Parameters
    ----------
    folder : Path
        Of the files; made where needed.
    samples : Samples
        Read where a file is missing.
    model : RhythmMusicgen
        Its EnCodec and rhythm conditioner make the tokens.
    """

    def __init__(self, folder: Path, samples: Samples, model: RhythmMusicgen) -> None:
        assert model.rhythm is not None
        self._folder = folder
        self._samples = samples
        self._model = model
        maker = [_FORM, _hash_of(model.musicgen.audio_encoder), asdict(model.rhythm.config)]
        self._maker = json.dumps(maker)

    def get(self, piece: Piece) -> Tokens:
        """Return the tokens of a piece, made now if they are not kept or the file is damaged.

        Raises
        ------
        InputError
            If the sample cannot be read or holds no rhythm.
        """
        path = self._path(piece)
        kept = _read(path)
        if kept is not None:
            return kept
        made = self._made(piece)
        data = io.BytesIO()
        np.savez(data, codes=made.codes, chroma=made.chroma)
        write_atomic(path, data.getvalue())
        return made

    def _path(self, piece: Piece) -> Path:
        strokes = [asdict(stroke) for stroke in strokes_of(self._samples, piece)]
        key = [self._maker, self._samples.sound_key(piece.sample), asdict(piece), strokes]
        digest = hashlib.sha256(json.dumps(key).encode()).hexdigest()
        return self._folder / digest[:2] / f"{digest}.npz"

    def _made(self, piece: Piece) -> Tokens:
        import torch

        strokes = strokes_of(self._samples, piece)
        if not strokes:
            msg = f"{piece.sample} has no rhythm spots from {piece.begin_s:.1f} s on."
            raise InputError(msg, "Mark its rhythm, or take it out of the dataset.")
        model, device = self._model, self._model.musicgen.decoder.device
        assert model.rhythm is not None
        sound = torch.from_numpy(self._sound(piece)).to(device)
        duration_s = piece.end_s - piece.begin_s
        beats = rhythm_sound(strokes, duration_s=duration_s, rate=model.rate)
        with torch.inference_mode():
            codes = model.musicgen.audio_encoder.encode(sound[None, None]).audio_codes[0, 0]
            chroma = model.rhythm.chroma_of(torch.from_numpy(beats).to(device)[None])[0]
        return Tokens(
            codes=codes.cpu().numpy().astype(np.uint16),
            chroma=chroma.float().cpu().numpy(),
        )

    def _sound(self, piece: Piece) -> Sound:
        """Read a piece of music at the model's rate."""
        whole, rate = self._samples.sound(piece.sample)
        part = whole[round(piece.begin_s * rate) : round(piece.end_s * rate)]
        if part.size == 0 or not np.isfinite(part).all():
            msg = f"The music of {piece.sample} is shorter than the sample says, or damaged."
            raise InputError(msg, "Build the dataset again: filmcomposer dataset check")
        if rate == self._model.rate:
            return part
        import librosa

        resampled: Sound = librosa.resample(part, orig_sr=rate, target_sr=self._model.rate)
        return resampled


def _read(path: Path) -> Tokens | None:
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as held:
            return Tokens(codes=held["codes"], chroma=held["chroma"])
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None


def _hash_of(module: Any) -> str:
    """Return a hash over the weights of a module."""
    digest = hashlib.sha256()
    for name, tensor in sorted(module.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().float().numpy().tobytes())
    return digest.hexdigest()


def prepare(
    cache: TokenCache, pieces: Iterable[Piece], told: Any
) -> tuple[tuple[Piece, ...], tuple[str, ...]]:
    """Make the tokens of all pieces before training begins, so that bad ones show at once.

    Parameters
    ----------
    cache : TokenCache
    pieces : iterable of Piece
    told : callable of int
        Told how many are done.

    Returns
    -------
    good : tuple of Piece
    faults : tuple of str
        A sentence for each piece that is left out.
    """
    good: list[Piece] = []
    faults: list[str] = []
    for number, piece in enumerate(pieces, start=1):
        try:
            cache.get(piece)
            good.append(piece)
        except InputError as exc:
            faults.append(f"{piece.sample}: {exc.message}")
        told(number)
    return tuple(good), tuple(faults)
