"""Our MT3 beside a public one: the same random weights, the same words.

It reads the network and the event code of the package mt3-infer (Apache-2.0, PyTorch conversions
of MT3) where they lie, without importing the package itself, which needs torchaudio::

    pip install --no-deps --target /tmp/mt3 mt3-infer==0.2.0 einops absl-py pretty_midi mido six \
        importlib_resources transformers==4.57.6 huggingface_hub==0.36.0 tokenizers==0.22.1
    PYTHONPATH=/tmp/mt3 python -m benchmarks.mt3_parity /tmp/mt3

Its network needs that older release of transformers; ours runs on either.

Prints the largest difference of logits at the published size, of the greedy words, and how many
babbled and written recordings both read as the same notes. On 23 November 2026 it said::

    tensors of the public layout: 193, all taken without a config.json
    logits: at most 4.1e-05 apart, of 53.9
    greedy words: 2 of 2 segments the same
    1 loudness: 400 of 400 babbled recordings read the same, 31039 words skipped
    1 loudness: 400 of 400 written recordings read the same
    127 loudness: 400 of 400 babbled recordings read the same, 31039 words skipped
    127 loudness: 400 of 400 written recordings read the same
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import types
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import T5Config

from filmcomposer_core.transcription.mt3.events import encode
from filmcomposer_core.transcription.mt3.hearing import decode
from filmcomposer_core.transcription.mt3.listen import write_words
from filmcomposer_core.transcription.mt3.shape import Shape
from filmcomposer_core.transcription.mt3.spectrogram import first_steps
from filmcomposer_core.transcription.mt3.vocabulary import DRUMS, END, Note, Vocabulary
from filmcomposer_core.transcription.mt3.weights import find_weights, load_network

RECORDINGS, SEGMENTS = 400, 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where mt3-infer and what it needs are unpacked")
    folder = parser.parse_args().folder
    sys.path.append(str(folder))
    for name in ("mt3_infer", "mt3_infer.models", "mt3_infer.models.mt3_pytorch"):
        bare = types.ModuleType(name)
        bare.__path__ = [str(folder / name.replace(".", "/"))]
        sys.modules[name] = bare
    _compare_networks()
    for vocabulary in (Vocabulary(), Vocabulary(bins=127)):
        _compare_words(vocabulary)


@torch.no_grad()
def _compare_networks() -> None:
    from mt3_infer.models.mt3_pytorch.t5 import T5ForConditionalGeneration

    shape = Shape()
    torch.manual_seed(7)
    config: Any = T5Config(
        **{k: v for k, v in asdict(shape).items() if k not in ("input_depth", "segment_frames")},
        use_cache=False, decoder_start_token_id=0, pad_token_id=0, eos_token_id=END,
    )  # fmt: skip
    theirs = T5ForConditionalGeneration(config).eval()
    # As they are initialised, all words are about as likely.
    theirs.lm_head.weight.mul_(20.0)
    with tempfile.TemporaryDirectory() as place:
        tensors = {name: t.clone().contiguous() for name, t in theirs.state_dict().items()}
        save_file(tensors, Path(place) / "mt3.safetensors")
        print(f"tensors of the public layout: {len(tensors)}, all taken without a config.json")
        ours = load_network(find_weights(Path(place)))
    frames, words = torch.randn(2, 256, 512), torch.randint(3, 1391, (2, 64))
    right = theirs(inputs=frames, decoder_input_ids=words).logits
    apart = float((ours(frames, words) - right).abs().max())
    print(f"logits: at most {apart:.1e} apart, of {float(right.abs().max()):.1f}")
    said, _ = write_words(ours, frames, most=48)
    their_words = theirs.generate(inputs=frames, max_length=48)[:, 1:].tolist()
    rows = [row[: row.index(END) + 1] if END in row else row for row in their_words]
    same = sum(mine == row for mine, row in zip(said, rows, strict=True))
    print(f"greedy words: {same} of {len(said)} segments the same")


def _compare_words(vocabulary: Vocabulary) -> None:
    rng = np.random.default_rng(11)
    firsts = first_steps(SEGMENTS, frames=256)
    same = babbled = 0
    for _ in range(RECORDINGS):
        rows = [_babble(rng, vocabulary) for _ in firsts]
        babbled += decode(rows, firsts, vocabulary).skipped
        same += _ours(rows, firsts, vocabulary) == _theirs(rows, firsts, vocabulary)
    print(
        f"{vocabulary.bins} loudness: {same} of {RECORDINGS} babbled recordings read the same, "
        f"{babbled} words skipped"
    )
    same = 0
    for _ in range(RECORDINGS):
        rows = encode(_notes(rng, vocabulary), firsts, vocabulary)
        same += _ours(rows, firsts, vocabulary) == _theirs(rows, firsts, vocabulary)
    print(f"{vocabulary.bins} loudness: {same} of {RECORDINGS} written recordings read the same")


def _babble(rng: np.random.Generator, vocabulary: Vocabulary) -> list[int]:
    """Return words that make sense about half the time: few keys, small shifts."""
    kinds = {"shift": 120, "pitch": 3, "velocity": 2, "tie": 1, "program": 2, "drum": 2}
    names = rng.choice(list(kinds), size=30, p=[0.2, 0.35, 0.2, 0.1, 0.1, 0.05])
    found = [vocabulary.number(str(name), int(rng.integers(kinds[str(name)]))) for name in names]
    return [*found, END]


def _notes(rng: np.random.Generator, vocabulary: Vocabulary) -> list[Note]:
    found = []
    for pitch in range(50, 62):
        times = np.sort(rng.choice(1000, size=8, replace=False))
        program = int(rng.choice([0, 40, 73, DRUMS]))
        for start, end in zip(times[::2].tolist(), times[1::2].tolist(), strict=True):
            last = start + 1 if program == DRUMS else end
            velocity = vocabulary.velocity(int(rng.integers(1, vocabulary.bins + 1)))
            found.append(
                Note(start=start, end=last, pitch=pitch, velocity=velocity, program=program)
            )
    return found


_Read = tuple[list[tuple[int, ...]], int]


def _ours(rows: list[list[int]], firsts: list[int], vocabulary: Vocabulary) -> _Read:
    heard = decode(rows, firsts, vocabulary)
    # Of one loudness, theirs is 127 and ours 100.
    loud = vocabulary.bins > 1
    notes = [(n.start, n.end, n.pitch, n.velocity * loud, n.program) for n in heard.notes]
    return sorted(notes), heard.skipped


def _theirs(rows: list[list[int]], firsts: list[int], vocabulary: Vocabulary) -> _Read:
    from mt3_infer.models.mt3_pytorch.contrib import metrics_utils, note_sequences, vocabularies

    codec = vocabularies.build_codec(
        vocabularies.VocabularyConfig(num_velocity_bins=vocabulary.bins)
    )
    given = [
        {"est_tokens": [n - 3 for n in row[: row.index(END)]], "start_time": first / 100,
         "raw_inputs": []}
        for row, first in zip(rows, firsts, strict=True)
    ]  # fmt: skip
    found = metrics_utils.event_predictions_to_ns(
        given, codec=codec, encoding_spec=note_sequences.NoteEncodingWithTiesSpec
    )
    notes = [
        (round(n.start_time * 100), round(n.end_time * 100), n.pitch,
         n.velocity * (vocabulary.bins > 1),
         DRUMS if n.is_drum else n.program)
        for n in found["est_ns"].notes
    ]  # fmt: skip
    return sorted(notes), found["est_invalid_events"] + found["est_dropped_events"]


if __name__ == "__main__":
    main()
