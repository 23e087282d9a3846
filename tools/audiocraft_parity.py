"""Compare what audiocraft and transformers answer with the same weights to the same inputs.

    python -m tools.audiocraft_parity AUDIOCRAFT_PYTHON [--report FILE] [--fixture FILE]

Two tiny models with random weights go through the converter, one born in each library. Both sides
get the same tokens, text and sound; compared are the chromagram, the logits with and without
conditions, EnCodec both ways, and the tokens that each side's own loop finds likeliest. The fixture
is what the tests need to check the same without audiocraft (tests/core/melody/test_convert.py).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from filmcomposer_core.melody.audiocraft_cfg import codec_cfg, language_cfg
from filmcomposer_core.melody.audiocraft_files import (
    CODEC_FILE,
    LANGUAGE_FILE,
    TRAINING_FILE,
    read_checkpoint,
)
from filmcomposer_core.melody.audiocraft_settings import CodecSettings, LanguageSettings
from filmcomposer_core.melody.convert import convert_checkpoint

SIDE: Final = Path(__file__).with_name("audiocraft_side.py")
#: The largest difference that is called the same, of logits and of samples of sound.
TOLERANCE: Final = 1e-4
RATE: Final = 32_000
#: Likeliest tokens are compared over half a second; so many steps of the codec that is.
GREEDY_STEPS: Final = 25
LANGUAGE: Final = LanguageSettings(
    width=32, heads=4, layers=2, feed_forward=96, codebooks=4, codes=32, channels=1,
    sample_rate=RATE, segment_s=20.0, chroma=12, chroma_exponent=14, activation="gelu",
    dropout=0.1, text_model="t5-base", text_trained=False,
)  # fmt: skip
CODEC: Final = CodecSettings(
    sample_rate=RATE, channels=1, dimension=12, filters=2, residual=1, ratios=(8, 5, 4, 4),
    kernel=7, last_kernel=7, residual_kernel=3, dilation=2, compress=2, lstm=2, causal=False,
    shortcut=False, norm="weight_norm", pad_mode="reflect", trim_right=1.0, renormalize=False,
    codes=32, codebooks=4,
)  # fmt: skip
TEXT: Final[dict[str, Any]] = {
    "vocab_size": 48, "d_model": 16, "d_kv": 8, "d_ff": 32, "num_layers": 1, "num_heads": 2,
    "model_type": "t5",
}  # fmt: skip
_HERE: Final = "transformers to audiocraft"
_THERE: Final = "audiocraft to transformers"
WORDS: Final = ("▁slow", "▁strings", "▁in", "▁a", "▁minor", "▁brass", "▁piano", "▁fast", "▁")


def main() -> int:
    """Run both directions and say how far they are apart; 1 if they differ."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("python", help="Python of audiocraft's environment")
    parser.add_argument("--report", type=Path)
    parser.add_argument("--fixture", type=Path)
    given = parser.parse_args()
    quiet()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        rows = [*born_here(given.python, root), *born_there(given.python, root, given.fixture)]
    lines = ["python -m tools.audiocraft_parity", *head(given.python), *scale(), "", *table(rows)]
    text = "\n".join(lines) + "\n"
    sys.stdout.write(text)
    if given.report:
        given.report.write_text(text, "utf-8")
    return 0 if all(far <= allowed for *_, far, allowed in rows) else 1


Row = tuple[str, str, float, float, float]


def born_here(python: str, root: Path) -> list[Row]:
    """Compare a model of transformers with audiocraft's after conversion."""
    ours, theirs = root / "here", root / "here_converted"
    tiny_model(ours, seed=1)
    convert_checkpoint(ours, theirs)
    given, said = inputs(seed=2), root / "said_here.npz"
    save(root / "inputs_here.npz", given)
    side(python, "answer", theirs, root / "inputs_here.npz", said)
    return differences(_HERE, answer(ours, given), dict(np.load(said)))


def born_there(python: str, root: Path, fixture: Path | None) -> list[Row]:
    """Compare a model of audiocraft's own builders with transformers' after conversion."""
    theirs, ours = root / "there", root / "there_converted"
    cfg = {
        "language": language_cfg(LANGUAGE), "codec": codec_cfg(CODEC),
        "text_model": LANGUAGE.text_model, "text_width": TEXT["d_model"],
    }  # fmt: skip
    tiny_text(theirs / LANGUAGE.text_model, seed=3)
    (root / "cfg.json").write_text(json.dumps(cfg), "utf-8")
    side(python, "make", theirs, root / "cfg.json", 4)
    convert_checkpoint(theirs / LANGUAGE_FILE, ours)
    convert_checkpoint(theirs / TRAINING_FILE, root / "trained_converted")
    given, said = inputs(seed=5), root / "said_there.npz"
    save(root / "inputs_there.npz", given)
    side(python, "answer", theirs, root / "inputs_there.npz", said)
    held = dict(np.load(said))
    found = differences(_THERE, answer(ours, given), held)
    again = answer(root / "trained_converted", given)["logits"]
    trained = {"logits of checkpoint.th": held["logits"]}
    found += differences(_THERE, {"logits of checkpoint.th": again}, trained)
    if fixture:
        write_fixture(fixture, theirs, given, held)
        shutil.copyfile(theirs / "small.th", fixture.with_name("audiocraft_training.th"))
    return found


def inputs(*, seed: int) -> dict[str, np.ndarray[Any, Any]]:
    """Return text, sound and tokens for two candidates, as arrays."""
    rng = np.random.default_rng(seed)
    tokens = rng.integers(0, LANGUAGE.codes, (2, LANGUAGE.codebooks, 20))
    for book in range(LANGUAGE.codebooks):
        tokens[:, book, : book + 1] = LANGUAGE.codes  # the delay pattern
    mask = np.ones((2, 5), np.int64)
    mask[1, 3:] = 0
    return {
        "text": rng.integers(2, TEXT["vocab_size"], (2, 5)),
        "text_mask": mask,
        "tokens": tokens,
        "codes": rng.integers(0, CODEC.codes, (2, CODEC.codebooks, 20)),
        "wave": np.stack([tune((60, 64, 67)), tune((69, 62, 71))]),
    }


def tune(pitches: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """Return a second of sines, one pitch after the other, float32."""
    time_s = np.arange(RATE) / RATE
    which = np.minimum((time_s * len(pitches)).astype(int), len(pitches) - 1)
    hz = 440 * 2 ** ((np.array(pitches)[which] - 69) / 12)
    return (0.5 * np.sin(2 * np.pi * np.cumsum(hz) / RATE)).astype(np.float32)


@torch.no_grad()
def answer(folder: Path, given: Mapping[str, np.ndarray[Any, Any]]) -> dict[str, Any]:
    """Return what transformers' class says to the inputs, by the names of the other side."""
    from transformers import MusicgenMelodyForConditionalGeneration

    model = MusicgenMelodyForConditionalGeneration.from_pretrained(folder).eval()
    held = {name: torch.from_numpy(one) for name, one in given.items()}
    chroma = chromagram(given["wave"], model.config.chroma_length)
    nothing = torch.zeros_like(chroma)
    nothing[..., 0] = 1
    codes, count = held["tokens"], len(held["tokens"])
    said: dict[str, Any] = {"chroma": chroma, "null_chroma": nothing}
    for kind, frames, mask in (
        ("", chroma, held["text_mask"]),
        ("null_", nothing, torch.zeros_like(held["text_mask"])),
    ):
        logits = model(
            input_ids=held["text"], attention_mask=mask, input_features=frames,
            decoder_input_ids=codes.reshape(-1, codes.shape[-1]),
        ).logits[:, -codes.shape[-1] :]  # fmt: skip
        said[f"{kind}logits"] = logits.reshape(*codes.shape, -1)
    said["sound"] = model.audio_encoder.decode(held["codes"][None], [None]).audio_values
    encoded = model.audio_encoder.encode(held["wave"][:, None])
    said["codes"] = encoded.audio_codes[0]
    said["greedy"] = greedy(model, frames=chroma, count=count)
    return {name: one.numpy() for name, one in said.items()}


def greedy(model: Any, *, frames: torch.Tensor, count: int) -> torch.Tensor:
    """Return the likeliest tokens for a chromagram without text, by transformers' own loop."""
    books = model.decoder.num_codebooks
    steps = GREEDY_STEPS + books
    # Without text audiocraft hears one empty word.
    empty = torch.ones(count, 1, dtype=torch.long)
    kept: list[torch.Tensor] = []
    decode = model.audio_encoder.decode

    def listen(audio_codes: torch.Tensor, *rest: Any, **more: Any) -> Any:
        kept.append(audio_codes[0])
        return decode(audio_codes, *rest, **more)

    model.audio_encoder.decode = listen
    model.generate(
        input_ids=empty, attention_mask=torch.zeros_like(empty), input_features=frames,
        do_sample=False, guidance_scale=3.0, max_length=steps,
    )  # fmt: skip
    return torch.cat(kept)[..., :GREEDY_STEPS]


def chromagram(wave: np.ndarray[Any, Any], frames: int) -> torch.Tensor:
    """Return the chromagram as published, repeated to a length: (count, frames, 12), one-hot."""
    from transformers.audio_utils import chroma_filter_bank

    window = 2**LANGUAGE.chroma_exponent
    bank = chroma_filter_bank(
        num_frequency_bins=window, num_chroma=12, sampling_rate=RATE, tuning=0
    )
    hann = torch.hann_window(window)
    spectrum = torch.stft(torch.from_numpy(wave), window, window // 4, window=hann,
                          center=True, return_complex=True)  # fmt: skip
    power = spectrum.abs().square() / hann.square().sum()
    raw = torch.einsum("cf,bft->btc", torch.from_numpy(bank).float(), power)
    hot = torch.nn.functional.one_hot(raw.argmax(-1), 12).float()
    repeats = -(-frames // hot.shape[1])
    return hot.repeat(1, repeats, 1)[:, :frames]


def tiny_model(folder: Path, *, seed: int) -> None:
    """Write a tiny MusicGen-Melody of transformers with random weights."""
    from transformers import MusicgenMelodyConfig, MusicgenMelodyForConditionalGeneration

    from filmcomposer_core.melody.melody_config import codec_config, config_from_audiocraft

    config = config_from_audiocraft(LANGUAGE, codec_config(CODEC), TEXT)
    torch.manual_seed(seed)
    model = MusicgenMelodyForConditionalGeneration(MusicgenMelodyConfig.from_dict(config)).eval()
    scatter(model)
    model.save_pretrained(folder)
    tokenizer().save_pretrained(folder)


def tiny_text(folder: Path, *, seed: int) -> None:
    """Write a tiny T5 encoder of transformers with random weights, and a tokenizer."""
    from transformers import T5Config, T5EncoderModel

    torch.manual_seed(seed)
    model = T5EncoderModel(T5Config(**TEXT)).eval()
    scatter(model)
    model.save_pretrained(folder)
    tokenizer().save_pretrained(folder)


def tokenizer() -> Any:
    """Return a tokenizer of T5's kind with a few words."""
    from transformers import T5Tokenizer

    special = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    return T5Tokenizer(vocab=[*special, *((word, -1.0) for word in WORDS)], extra_ids=0)


@torch.no_grad()
def scatter(model: torch.nn.Module) -> None:
    """Move every weight away from its start to a value that half precision holds."""
    for name, one in [*model.named_parameters(), *model.named_buffers()]:
        if name.endswith("inited") or not one.is_floating_point() or "embed_positions" in name:
            continue
        spread = 1.0 if "codebook" in name else 0.1
        one.add_(spread * torch.randn_like(one))
        one.copy_(one.half().float())


def write_fixture(
    path: Path, folder: Path, given: Mapping[str, Any], said: Mapping[str, Any]
) -> None:
    """Write weights (half precision holds them), settings, inputs and answers to one file."""
    from safetensors.torch import load_file

    held: dict[str, Any] = {}
    for file in (LANGUAGE_FILE, CODEC_FILE):
        checkpoint = read_checkpoint(folder / file)
        for name, one in checkpoint.weights.items():
            if not name.endswith("spec.window"):
                held[f"{file}/{name}"] = one.half().numpy()
        held[f"{file}/xp.cfg"] = np.array(json.dumps(checkpoint.settings))
    for name, one in load_file(folder / LANGUAGE.text_model / "model.safetensors").items():
        held[f"t5/{name}"] = one.half().numpy()
    config = (folder / LANGUAGE.text_model / "config.json").read_text("utf-8")
    held["t5/config.json"] = np.array(config)
    # The sound is made anew from the pitches.
    held |= {f"given/{name}": one for name, one in given.items() if name != "wave"}
    held |= {f"said/{name}": one for name, one in said.items()}
    np.savez_compressed(path, **held)


def differences(way: str, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[Row]:
    """Return spread and largest difference of each answer, and what is allowed: tokens none."""
    found: list[Row] = []
    for name, one in theirs.items():
        exact = name in ("codes", "greedy") or name.endswith("chroma")
        far = float(np.abs(ours[name].astype(float) - one.astype(float)).max())
        found.append((way, name, float(one.std()), far, 0.0 if exact else TOLERANCE))
    return found


def table(rows: list[Row]) -> list[str]:
    """Return the lines of the report."""
    columns = ("conversion", "compared", "spread", "differs by", "allowed")
    lines = ["{:28}{:26}{:>9}{:>12}{:>9}".format(*columns)]
    for way, name, spread, far, allowed in rows:
        mark = "" if far <= allowed else "  DIFFERENT"
        lines.append(f"{way:28}{name:26}{spread:9.3g}{far:12.2g}{allowed:9g}{mark}")
    return lines


def scale() -> list[str]:
    """Return what the columns mean, and the settings of the models."""
    return [
        "spread: standard deviation of what audiocraft answers; differs by: at most, anywhere",
        f"decoder: {json.dumps(dataclasses.asdict(LANGUAGE))}",
        f"codec: {json.dumps(dataclasses.asdict(CODEC))}",
    ]


def head(python: str) -> list[str]:
    """Return what was compared with what."""
    code = (
        "import importlib.metadata as m;"
        "names = ('audiocraft','torch','transformers','numpy');"
        "print(*(f'{n} {m.version(n)}' for n in names), sep=', ')"
    )
    theirs = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout
    ours = subprocess.run(
        [sys.executable, "-c", code.replace("'audiocraft',", "")],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    size = f"decoder {LANGUAGE.layers} layers of {LANGUAGE.width}, text and sound as conditions"
    return [
        f"audiocraft's side: {theirs.strip()}",
        f"our side: {ours.strip()}",
        f"models: tiny, random weights ({size}); float32 on the processor",
    ]


def save(path: Path, arrays: Mapping[str, Any]) -> None:
    """Write arrays by name."""
    np.savez(path, allow_pickle=False, **arrays)


def side(python: str, *arguments: object) -> None:
    """Run the other side."""
    subprocess.run([python, str(SIDE), *(str(one) for one in arguments)], check=True)


def quiet() -> None:
    """Keep transformers' remarks out of the report."""
    import transformers

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()


if __name__ == "__main__":
    raise SystemExit(main())
