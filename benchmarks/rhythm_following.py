"""Whether a trained model follows the rhythm it is given, from nothing with one command.

    .venv/bin/python -m benchmarks.rhythm_following [DIR] [--updates N] [--factor N]
        [--drop-tokens X] [--keep DIR]

fits a tiny EnCodec to percussive sound, trains a tiny MusicGen-Melody of the real classes with
`filmcomposer_core.training` on random rhythms without metre, and measures on rhythms that it never
heard: the loss with the true rhythm and with another piece's, and the onsets of what it plays
against the rhythm it was given and against another one (mir_eval, within 50 ms). ``--factor`` is
the downsampling of the rhythm's prefix: 1 = 40 ms a position, 2 = 80 ms as in the product.
``--keep`` writes the model in 16 bits; tests/data/rhythm_following was written so.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import mir_eval
import numpy as np
import torch

from filmcomposer_core.contracts.take import TakeRequest
from filmcomposer_core.melody.checkpoint import About, find_checkpoint
from filmcomposer_core.melody.generate import MelodyEngine
from filmcomposer_core.melody.load import load_model, load_tokenizer, save_model
from filmcomposer_core.training.batches import Feeder
from filmcomposer_core.training.cache import TokenCache
from filmcomposer_core.training.onsets import WINDOW_S, heard_onsets
from filmcomposer_core.training.pieces import Piece
from filmcomposer_core.training.recipe import Recipe, read_recipe
from filmcomposer_core.training.run import train_melody_model
from filmcomposer_core.training.trainee import Trainee, made_trainable
from tests.fakes.percussion import RATE, SECONDS, Percussion, fit_codec, percussion_model
from tests.fakes.tiny_musicgen import save_tokenizer

TRAINED_ON, HELD_OUT = 600, 32
TEXT = "fast theme film music."


def small_recipe(updates: int, *, factor: int = 1, drop_tokens: float = 0.5) -> Recipe:
    """Return the recipe of the proof: what differs from the paper's is the size and the rate."""
    own = {
        "epochs": 1, "updates_per_epoch": updates, "batch": 32, "optimiser": "adamw",
        "learning_rate": 2e-3, "warmup_steps": 50, "window_s": SECONDS, "rhythm_factor": factor,
        "rhythm_pitches": False, "drop_tokens": drop_tokens, "precision": "fp32", "save_every": 200,
        "validate_every": 200, "samples_every": updates, "keep_last": 1,
        "stages": [{"until": 1.0, "music": ["genre", "mood"], "picture": []}],
    }  # fmt: skip
    return read_recipe(given=own)


def save_base(folder: Path) -> Path:
    """Write the untrained model, its EnCodec fitted."""
    model = percussion_model()
    fit_codec(model.musicgen.audio_encoder, Percussion(64, seed=3))
    about = About(name="percussion", source="made here", licence="CC0-1.0", commercial=True)
    save_model(model, folder, about=about)
    save_tokenizer(folder)
    return folder


def keep(folder: Path, target: Path) -> None:
    """Write a model in 16 bits."""
    checkpoint = find_checkpoint(folder)
    model = load_model(checkpoint, device="cpu", dtype=torch.float32).half()
    save_model(model, target, about=checkpoint.about)
    save_tokenizer(target)


def losses(folder: Path, held: Percussion, recipe: Recipe) -> tuple[float, float, float]:
    """Return the loss with the true rhythm, another one, and none."""
    checkpoint = find_checkpoint(folder)
    model = made_trainable(load_model(checkpoint, device="cpu", dtype=torch.float32), recipe)
    with tempfile.TemporaryDirectory() as place:
        feeder = Feeder(
            TokenCache(Path(place), held, model), held, load_tokenizer(checkpoint), recipe
        )
        pieces = [Piece(sample=name, begin_s=0.0, end_s=SECONDS) for name in held.ids()]
        batch = feeder.whole(pieces)
    silent = replace(batch, hears_rhythm=torch.zeros(len(pieces)))
    trainee = Trainee(model).eval()
    with torch.inference_mode():
        true, other, none = (float(trainee(one)) for one in (batch, batch.swapped(), silent))
    return true, other, none


def following(
    folder: Path, held: Percussion, *, guidance: float, temperature: float
) -> tuple[float, float]:
    """Return the onset F-measures against the rhythm that was given, and against the next one."""
    engine = MelodyEngine(folder, device="cpu")
    names = held.ids()
    own, other = [], []
    for i, name in enumerate(names):
        request = TakeRequest(
            text=TEXT, strokes=held.strokes(name), duration_s=SECONDS, seeds=(i,),
            guidance=guidance, temperature=temperature, top_k=0,
        )  # fmt: skip
        heard = heard_onsets(engine.generate(request)[0].sound, RATE)
        swapped = held.times(names[(i + 1) % len(names)])
        own.append(mir_eval.onset.f_measure(held.times(name), heard, window=WINDOW_S)[0])
        other.append(mir_eval.onset.f_measure(swapped, heard, window=WINDOW_S)[0])
    return float(np.mean(own)), float(np.mean(other))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", metavar="DIR", help="what is made is kept here")
    parser.add_argument("--updates", type=int, default=1500)
    parser.add_argument("--factor", type=int, default=1)
    parser.add_argument("--drop-tokens", type=float, default=0.5)
    parser.add_argument("--keep", metavar="DIR", help="also write the model here, in 16 bits")
    words = parser.parse_args()
    torch.set_num_threads(1)
    place = Path(words.folder or tempfile.mkdtemp())
    recipe = small_recipe(words.updates, factor=words.factor, drop_tokens=words.drop_tokens)
    held = Percussion(HELD_OUT, seed=2)
    begin = time.process_time()
    base = place / "base"
    if not base.is_dir():
        save_base(base)
    print(f"EnCodec fitted: {time.process_time() - begin:.0f} s of processor time", flush=True)
    begin = time.process_time()

    def tell(share: float, message: str = "") -> None:
        if round(share * words.updates) % 100 == 0 and "update" in message:
            print(message, file=sys.stderr, flush=True)

    folder = train_melody_model(
        Percussion(TRAINED_ON, seed=1), held, base=base, out=place / "run", recipe=recipe,
        trained_on="random rhythms", device="cpu", progress=tell,
    )  # fmt: skip
    print(f"trained: {time.process_time() - begin:.0f} s of processor time")
    if words.keep:
        keep(folder, Path(words.keep))
    print("held-out loss, nats: true rhythm {:.3f}, another {:.3f}, none {:.3f}".format(
        *losses(folder, held, recipe)
    ))  # fmt: skip
    print("guidance  temperature  F given rhythm  F another rhythm")
    for guidance, temperature in ((1.0, 1.0), (3.0, 1.0), (3.0, 0.0)):
        own, other = following(folder, held, guidance=guidance, temperature=temperature)
        print(f"{guidance:8g}  {temperature:11g}  {own:14.3f}  {other:16.3f}", flush=True)


if __name__ == "__main__":
    main()
