"""The melody engine: a request in, the sound of some candidates out (Sec. 3.2)."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from filmcomposer_core.contracts.take import MelodyModel, Stroke, TakeRequest
from filmcomposer_core.errors import InputError
from filmcomposer_core.melody.checkpoint import find_checkpoint
from filmcomposer_core.melody.devices import find_device, find_dtype, load_torch
from filmcomposer_core.melody.load import load_model, load_tokenizer, loaded_bytes
from filmcomposer_core.melody.memory import (
    OutOfMemoryError,
    check_memory,
    free_memory,
    need,
    ran_out,
)
from filmcomposer_core.melody.rhythm_sound import rhythm_sound
from filmcomposer_core.melody.takes import Take
from filmcomposer_core.melody.windows import Window, windows
from filmcomposer_core.progress import Progress, silent

if TYPE_CHECKING:
    from torch import Tensor

    from filmcomposer_core.melody.model import RhythmMusicgen

#: Longest prefix of words; longer descriptions are cut by the tokenizer.
_MOST_WORDS: Final = 256
#: Share of the work that is done when all tokens are written.
_WRITTEN: Final = 0.95


class MelodyEngine:
    """A loaded model. A resource: it holds the memory of its device until it is dropped.

    Parameters
    ----------
    folder : Path
        A model as :func:`find_checkpoint` takes it.
    device : str
        ``auto`` = a GPU where there is one, else the processor.
    dtype : str
        One of ``DTYPES``; ``auto`` = bf16 on a GPU that has it, fp16 on another, fp32 on the
        processor.

    Raises
    ------
    InputError
        For a folder or device that is none.
    MissingDependencyError
        If torch or transformers is not installed.
    OutOfMemoryError
        If not even the weights fit.
    """

    def __init__(self, folder: Path, *, device: str = "auto", dtype: str = "auto") -> None:
        checkpoint = find_checkpoint(folder)
        self._device = find_device(device)
        self._dtype, dtype_name = find_dtype(dtype, self._device)
        self._checkpoint = checkpoint
        weights = loaded_bytes(checkpoint, self._dtype.itemsize)
        bare = need(
            weights=weights, layers=0, width=0, item_bytes=4, candidates=1, positions=0, frames=0,
            guided=False,
        )  # fmt: skip
        check_memory(
            bare, free=free_memory(self._device), device=self._device, candidates=1,
            name=checkpoint.name,
        )  # fmt: skip
        self._model: RhythmMusicgen = self._load()
        self._tokenizer = load_tokenizer(checkpoint)
        self._decoder = self._make_decoder()
        self.model = MelodyModel(
            name=checkpoint.name,
            sha256=checkpoint.sha256(),
            licence=checkpoint.about.licence,
            commercial=checkpoint.about.commercial,
            heard_rhythm="rhythm conditioner" if checkpoint.rhythm else "melody conditioner",
            device=self._device,
            dtype=dtype_name,
        )

    def _load(self) -> RhythmMusicgen:
        try:
            return load_model(self._checkpoint, device=self._device, dtype=self._dtype)
        except (RuntimeError, MemoryError) as exc:
            if not ran_out(exc):
                raise
            msg = f"{self._device} ran out of memory while {self._checkpoint.name} was loaded."
            hint = "Take half precision (--dtype bf16), a smaller model, or the embedded composer."
            raise OutOfMemoryError(msg, hint) from exc

    def _make_decoder(self) -> Any:
        from filmcomposer_core.melody.decode import Decoder

        static = self._device.startswith("cuda")
        decoder = Decoder(self._model.musicgen, static=static)
        return decoder.compiled() if static else decoder

    @property
    def rate(self) -> int:
        """Sampling rate of the takes, Hz."""
        return self._model.rate

    def generate(self, request: TakeRequest, *, progress: Progress = silent) -> tuple[Take, ...]:
        """Make the candidates of a request in one batch.

        Parameters
        ----------
        request : TakeRequest
            Text, rhythm and seeds. A candidate follows from its seed alone, whoever stands beside
            it in the batch.
        progress : Progress, optional
            Told every few steps; may stop the work.

        Returns
        -------
        tuple of Take
            One for each seed, of exactly the wanted length.

        Raises
        ------
        InputError
            If rhythm is asked for and there is no stroke to hear.
        OutOfMemoryError
            Before the work if it will not fit, or from the device half-way; the engine can go on
            with a smaller request.
        FilmComposerError
            If the model gives numbers that are none.
        """
        if request.condition != "text" and not request.strokes:
            msg = "The rhythm condition has no spots to hear."
            raise InputError(msg, "Mark hit points, or take --condition text.")
        frames = max(1, round(request.duration_s * self._model.frame_rate))
        plan = windows(frames, frame_rate=self._model.frame_rate, window_s=self._model.window_s)
        self._check_room(request, plan, frames)
        from filmcomposer_core.melody.decode_sound import decoded

        try:
            codes = self._codes(request, plan, frames, progress)
            sounds = decoded(
                self._model, codes, duration_s=request.duration_s,
                tell=lambda share: progress(_WRITTEN + (1.0 - _WRITTEN) * share, "sound"),
            )  # fmt: skip
        except (RuntimeError, MemoryError) as exc:
            self._let_go()
            if not ran_out(exc):
                raise
            msg = f"{self._device} ran out of memory while {self.model.name} was at work."
            hint = "Ask for fewer candidates or a shorter part of the clip; the model goes on."
            raise OutOfMemoryError(msg, hint) from exc
        progress(1.0, "melody made")
        return tuple(
            Take(seed, sound, self._model.rate)
            for seed, sound in zip(request.seeds, sounds, strict=True)
        )

    def _check_room(self, request: TakeRequest, plan: Sequence[Window], frames: int) -> None:
        config = self._model.musicgen.config.decoder
        longest = max(window.end - window.begin for window in plan)
        wanted = need(
            weights=0,
            layers=config.num_hidden_layers,
            width=config.hidden_size,
            item_bytes=self._dtype.itemsize,
            candidates=len(request.seeds),
            positions=longest + self._model.codebooks + self._model.positions + _MOST_WORDS,
            frames=frames,
            guided=request.guidance > 1.0,
        )
        check_memory(
            wanted, free=free_memory(self._device) + self._decoder.held_bytes,
            device=self._device, candidates=len(request.seeds), name=self.model.name,
        )  # fmt: skip

    def _codes(
        self, request: TakeRequest, plan: Sequence[Window], frames: int, progress: Progress
    ) -> Tensor:
        """Return the tokens of all candidates, shape (candidates, codebooks, frames)."""
        torch = load_torch()
        from filmcomposer_core.melody.sampling import generators
        from filmcomposer_core.melody.writing import write_window

        count = len(request.seeds)
        chance = generators(request.seeds, torch.device(self._device))
        text = self._text(request)
        codes: Tensor = torch.zeros(
            count, self._model.codebooks, frames, dtype=torch.long, device=self._device
        )
        for number, window in enumerate(plan, start=1):
            prefix = self._prefix(request, text, window)
            part = f"part {number} of {len(plan)}, " if len(plan) > 1 else ""

            def tell(done: int, window: Window = window, part: str = part) -> None:
                seconds = (window.written + done) / self._model.frame_rate
                progress(_WRITTEN * (window.written + done) / frames, f"{part}{seconds:.0f} s")

            write_window(
                self._decoder, codes, prefix, window, request=request, chance=chance,
                pad=self._model.pad, tell=tell,
            )  # fmt: skip
        return codes

    def _text(self, request: TakeRequest) -> Any:
        if request.condition == "rhythm":
            return None
        found = self._tokenizer(
            [request.text], return_tensors="pt", truncation=True, max_length=_MOST_WORDS
        )
        return found.to(self._device)

    def _prefix(self, request: TakeRequest, text: Any, window: Window) -> Tensor:
        """Return conditions for all candidates, and behind them without any for guidance."""
        torch = load_torch()
        rate, speed = self._model.rate, self._model.frame_rate
        begin_s, end_s = window.begin / speed, window.end / speed
        with torch.inference_mode():
            sound = None
            if request.condition != "text":
                wave = rhythm_sound(
                    _between(request.strokes, begin_s, end_s),
                    duration_s=end_s - begin_s,
                    rate=rate,
                )
                sound = torch.from_numpy(wave).to(self._device)[None]
            rhythm = self._model.rhythm_prefix(sound, 1, seconds=end_s - begin_s)
            ids, mask = (None, None) if text is None else (text.input_ids, text.attention_mask)
            words = self._model.text_prefix(ids, mask, 1)
            prefix: Tensor = torch.cat([rhythm, words], dim=1).to(self._dtype)
            count = len(request.seeds)
            if request.guidance == 1.0:
                alone: Tensor = prefix.expand(count, -1, -1)
                return alone
            # A melody conditioner has its own way to say that there is no tune.
            silent_rhythm = self._model.rhythm_prefix(None, 1, seconds=0.0)
            nothing = torch.cat([silent_rhythm, torch.zeros_like(words)], dim=1).to(self._dtype)
            both = [prefix.expand(count, -1, -1), nothing.expand(count, -1, -1)]
            joined: Tensor = torch.cat(both)
            return joined

    def _let_go(self) -> None:
        self._decoder.release()
        gc.collect()
        if self._device.startswith("cuda"):
            load_torch().cuda.empty_cache()


def _between(strokes: Sequence[Stroke], begin_s: float, end_s: float) -> list[Stroke]:
    return [
        Stroke(time_s=max(0.0, s.time_s - begin_s), strength=s.strength, pitches=s.pitches)
        for s in strokes
        if begin_s <= s.time_s < end_s
    ]
