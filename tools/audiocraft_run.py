"""Let audiocraft make takes with a tiny model of random weights, and tell what happened.

    python -m tools.audiocraft_run AUDIOCRAFT_PYTHON [--report FILE]

The model says nothing of how audiocraft sounds; it shows that the whole path works: a folder of
transformers is converted, audiocraft loads it strictly, hears text and rhythm, and gives takes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from filmcomposer_core.contracts.take import Stroke, TakeRequest
from filmcomposer_core.errors import Cancelled, FilmComposerError
from filmcomposer_core.melody.audiocraft_engine import AudiocraftEngine
from filmcomposer_core.melody.convert import convert_checkpoint
from filmcomposer_core.melody.takes import Take
from tools.audiocraft_parity import head, quiet, tiny_model

STROKES: Final = tuple(
    Stroke(time_s=0.5 * beat, strength=1.0 if beat % 4 == 0 else 0.5, pitches=(beat * 7 % 12,))
    for beat in range(8)
)
REQUEST: Final = TakeRequest(
    text="slow strings in a minor", strokes=STROKES, duration_s=4.0, seeds=(1, 2)
)
LONG_S: Final = 26.0


def main() -> int:
    """Run everything once and write the report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("python", type=Path, help="Python of audiocraft's environment")
    parser.add_argument("--report", type=Path)
    given = parser.parse_args()
    quiet()
    with tempfile.TemporaryDirectory() as name:
        lines = [
            "python -m tools.audiocraft_run",
            *head(str(given.python)),
            "",
            *story(given.python, Path(name)),
        ]
    text = "\n".join(lines) + "\n"
    sys.stdout.write(text)
    if given.report:
        given.report.write_text(text, "utf-8")
    return 0


def story(python: Path, root: Path) -> list[str]:
    """Return what was asked for and what came, line by line."""
    tiny_model(root / "tiny", seed=1)
    done = convert_checkpoint(root / "tiny", root / "tiny-audiocraft")
    lines = [f"converted: {done.tensors} tensors, {done.parameters} parameters, {done.layout}"]
    engine = AudiocraftEngine(root / "tiny-audiocraft", python=python)
    lines.append(f"model: {engine.model}")
    first = engine.generate(REQUEST)
    lines.append(f"two takes of {REQUEST.duration_s:g} s:")
    lines.extend(told(take) for take in first)
    second = engine.generate(REQUEST)
    lines.append(f"asked again, the same to the sample: {same(first, second)}")
    alone = engine.generate(replace(REQUEST, seeds=(2,)))
    lines.append(f"the second seed alone gives the second take: {same(first[1:], alone)}")
    moved = tuple(replace(one, pitches=((one.pitches[0] + 5) % 12,)) for one in STROKES)
    other = engine.generate(replace(REQUEST, strokes=moved))
    lines.append(f"other strokes give another take: {not same(first, other)}")
    silent = replace(REQUEST, condition="text")
    deaf = engine.generate(silent)
    still = engine.generate(replace(silent, strokes=moved))
    lines.append(f"steered by text alone, strokes change nothing: {same(deaf, still)}")
    long = engine.generate(replace(REQUEST, duration_s=LONG_S, seeds=(3,)))
    lines.append(f"longer than the model's segment of 20 s: {told(long[0]).strip()}")
    lines.append(f"stopped while it composes: {stopped(engine)}")
    weights = root / "tiny-audiocraft" / "state_dict.bin"
    whole = weights.read_bytes()
    weights.write_bytes(whole[: len(whole) // 2])
    lines.append(f"weights cut off meanwhile: {refused(lambda: engine.generate(REQUEST))}")
    weights.write_bytes(whole)
    bare = Path(sys.executable)
    lines.append(
        "a Python without audiocraft: "
        + refused(lambda: AudiocraftEngine(root / "tiny-audiocraft", python=bare))
    )
    return [line.replace(str(root), "...") for line in lines]


def told(take: Take) -> str:
    """Return a line about a take."""
    level = 20 * np.log10(float(np.sqrt(np.mean(np.square(take.sound)))) + 1e-12)
    return f"  seed {take.seed}: {len(take.sound)} samples at {take.rate} Hz, {level:.1f} dB RMS"


def same(one: tuple[Take, ...], other: tuple[Take, ...]) -> bool:
    """Return whether takes are alike to the last bit."""
    return all(np.array_equal(a.sound, b.sound) for a, b in zip(one, other, strict=True))


def stopped(engine: AudiocraftEngine) -> str:
    """Return how long it took to stop work that takes long."""
    asked = [0.0]

    def progress(fraction: float, message: str = "") -> None:
        if fraction > 0.0:
            asked[0] = time.monotonic()
            raise Cancelled("Stopped.")

    try:
        engine.generate(replace(REQUEST, duration_s=600.0), progress=progress)
    except Cancelled:
        return f"ended {time.monotonic() - asked[0]:.2f} s after the wish"
    return "it went on"


def refused(work: Callable[[], object]) -> str:
    """Return the sentence with which something fails."""
    try:
        work()
    except FilmComposerError as exc:
        return str(exc)
    return "it was not refused"


if __name__ == "__main__":
    raise SystemExit(main())
