"""Run audiocraft's MusicGen-Melody; a script for audiocraft's own environment.

    PYTHON audiocraft_worker.py REQUEST.json

It imports nothing of FilmComposer. The request names a folder of audiocraft (``state_dict.bin``,
``compression_state_dict.bin``, T5 in a folder of its name), what is asked for, and where the takes
go; lines of JSON on the standard output tell the progress, then the takes, or what went wrong.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import types
from pathlib import Path
from typing import Any, Final

#: Of a window, how much the next one moves on where a cue is longer than the model's segment.
_STRIDE: Final = 0.6
_LONGEST_STRIDE_S: Final = 18.0


def main() -> int:
    """Carry out the request; 0 if takes were made."""
    request = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    tell = _Teller(sys.stdout)
    sys.excepthook = tell.failure
    # What audiocraft and its packages print goes where warnings go.
    with contextlib.redirect_stdout(sys.stderr):
        model = load(Path(request["folder"]), request["device"])
        takes = _make(model, request, tell)
    tell(takes=takes, rate=model.sample_rate)
    return 0


def load(folder: Path, device: str) -> Any:
    """Return audiocraft's MusicGen of a folder; T5 is taken from there, nothing is downloaded.

    Parameters
    ----------
    folder : Path
        In audiocraft's layout.
    device : str
        ``cpu``, ``cuda`` ... or ``auto``.

    Returns
    -------
    audiocraft.models.MusicGen
    """
    os.environ["HF_HUB_OFFLINE"] = "1"
    # audiocraft asks for "t5-base", which is the folder of that name from here.
    os.chdir(folder)
    _without_demucs()
    import torch
    from audiocraft.models import MusicGen
    from audiocraft.modules.conditioners import T5Conditioner

    for name in T5Conditioner.MODELS:
        config = folder / name / "config.json"
        if config.is_file():
            width = json.loads(config.read_text("utf-8"))["d_model"]
            T5Conditioner.MODELS_DIMS[name] = width
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    model = MusicGen.get_pretrained(str(folder), device=device)
    _take_sound_as_it_is(model.lm.condition_provider.conditioners["self_wav"])
    return model


class _Teller:
    """Write lines of JSON."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __call__(self, **told: object) -> None:
        self._stream.write(json.dumps(told) + "\n")
        self._stream.flush()

    def failure(
        self, kind: type[BaseException], error: BaseException, trace: types.TracebackType | None
    ) -> None:
        """Tell the first sentence of what ended the script; the rest goes to the warnings."""
        sentence = " ".join(str(error).split()).split(". ")[0]
        self(failed=f"{kind.__name__}: {sentence}"[:300])
        sys.__excepthook__(kind, error, trace)


def _make(model: Any, request: dict[str, Any], tell: _Teller) -> list[str]:
    """Make the candidates, each from its own seed, so that none depends on its neighbours."""
    import soundfile
    import torch

    seeds = request["seeds"]
    stride = min(_LONGEST_STRIDE_S, _STRIDE * model.max_duration)
    # One frame more than asked: the length is cut to the sample by the caller.
    duration = request["duration_s"] + 1 / model.frame_rate
    model.set_generation_params(
        use_sampling=request["temperature"] > 0,
        top_k=min(request["top_k"], model.lm.card),
        temperature=request["temperature"] or 1.0,
        duration=duration,
        cfg_coef=request["guidance"],
        extend_stride=stride,
    )
    melody = _melody(request)
    text = request["text"] if request["condition"] != "rhythm" else None
    steps = int(duration * model.frame_rate)
    takes = []
    for index, seed in enumerate(seeds):
        torch.manual_seed(seed)

        def told(done: int, _of: int, index: int = index) -> None:
            tell(fraction=(index + min(done / steps, 1.0)) / len(seeds))

        model.set_custom_progress_callback(told)
        sound = model.generate_with_chroma(
            [text], [None if melody is None else melody[0]], _rate(melody), progress=True
        )
        path = str(Path(request["out"]) / f"take{index}.wav")
        soundfile.write(path, sound[0].mean(0).float().cpu().numpy(), model.sample_rate, "FLOAT")
        takes.append(path)
    return takes


def _melody(request: dict[str, Any]) -> tuple[Any, int] | None:
    """Return the sound of the rhythm spots, shape (1, samples), and its rate."""
    if request["rhythm"] is None or request["condition"] == "text":
        return None
    import soundfile
    import torch

    sound, rate = soundfile.read(request["rhythm"], dtype="float32")
    return torch.from_numpy(sound)[None], rate


def _rate(melody: tuple[Any, int] | None) -> int:
    return 1 if melody is None else melody[1]


def _without_demucs() -> None:
    """Stand in for demucs, whose weights audiocraft would download to find the voices."""

    class Unused:
        sources = ("drums", "bass", "other", "vocals")

        def to(self, _device: object) -> Unused:
            return self

    package, pretrained = types.ModuleType("demucs"), types.ModuleType("demucs.pretrained")
    pretrained.get_model = lambda _name: Unused()  # type: ignore[attr-defined]
    package.pretrained = pretrained  # type: ignore[attr-defined]
    sys.modules["demucs"], sys.modules["demucs.pretrained"] = package, pretrained


def _take_sound_as_it_is(conditioner: Any) -> None:
    """Let the chromagram hear the rhythm itself, not what demucs finds to be voices in it."""
    from audiocraft.data.audio_utils import convert_audio

    rate = conditioner.sample_rate
    conditioner._get_stemmed_wav = lambda wav, given: convert_audio(wav, given, rate, 1)


if __name__ == "__main__":
    raise SystemExit(main())
