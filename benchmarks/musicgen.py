"""Measure the melody model's speed: ``python -m benchmarks.musicgen``.

Our way of writing tokens beside plain ``generate`` of transformers, on the same random weights at
the size of the published model, in one run; and beside the bound of the device: the weights and
the cache that a step must read, over the bandwidth that the device reads with. Both hear the same
conditions, with guidance and sampling. On a processor the condition is short and few steps are
taken, so that a run ends in minutes; a step costs the same there.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import sys
import threading
import time
import warnings
from dataclasses import dataclass
from typing import Any

import psutil
import torch
from torch import Tensor
from transformers import (
    EncodecConfig,
    LogitsProcessor,
    LogitsProcessorList,
    MusicgenMelodyConfig,
    MusicgenMelodyDecoderConfig,
    MusicgenMelodyForConditionalGeneration,
    T5Config,
)
from transformers.utils import logging

from filmcomposer_core.contracts.take import TakeRequest
from filmcomposer_core.melody.decode import Decoder
from filmcomposer_core.melody.devices import find_device, find_dtype
from filmcomposer_core.melody.model import RhythmMusicgen
from filmcomposer_core.melody.sampling import generators
from filmcomposer_core.melody.windows import Window
from filmcomposer_core.melody.writing import write_window

#: The decoder of facebook/musicgen-melody; its heads are 64 wide and its inner layers 4 times.
LAYERS, WIDTH, VOCABULARY, CODEBOOKS = 48, 1536, 2048, 4
FRAME_RATE = 50
#: Steps at the beginning that are not timed: compilation, first touches of memory.
WARM = 3
GUIDANCE, TOP_K, WORDS = 3.0, 250, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds a step, and bytes at the peak beyond the weights."""

    step_s: float
    peak: int


class Clock(LogitsProcessor):
    """Note when each step of ``generate`` begins to choose its tokens."""

    def __init__(self, device: str) -> None:
        self.device = device
        self.times: list[float] = []

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        tick(self.times, self.device)
        return scores


class Peak:
    """Watch the memory of device or process while something runs."""

    def __init__(self, device: str) -> None:
        self.device = device
        self.bytes = 0

    def __enter__(self) -> Peak:
        self._done = threading.Event()
        if self.device.startswith("cuda"):
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()
            self._first = torch.cuda.memory_allocated()
        else:
            give_back()
            self._process = psutil.Process()
            self._first = self._process.memory_info().rss
            self._thread = threading.Thread(target=self._watch)
            self._thread.start()
        return self

    def _watch(self) -> None:
        while not self._done.wait(0.02):
            self.bytes = max(self.bytes, self._process.memory_info().rss - self._first)

    def __exit__(self, *_: object) -> None:
        self._done.set()
        if self.device.startswith("cuda"):
            self.bytes = torch.cuda.max_memory_allocated() - self._first
        else:
            self._thread.join()


def give_back() -> None:
    """Return freed memory to the system where that can be asked for, so that it is not hidden."""
    gc.collect()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def tick(times: list[float], device: str) -> None:
    """Note the time; at the ends of what is timed, when the device has done all it was given."""
    if device.startswith("cuda") and len(times) <= WARM:
        torch.cuda.synchronize()
    times.append(time.perf_counter())


def build(*, layers: int, width: int, chroma: int) -> Any:
    """Return a model with random weights of the real architecture."""
    text = T5Config(vocab_size=32128, d_model=768, d_kv=64, d_ff=3072, num_layers=12, num_heads=12)
    sound = EncodecConfig(
        sampling_rate=32_000, audio_channels=1, normalize=False, num_filters=64,
        num_residual_layers=1, upsampling_ratios=[8, 5, 4, 4], codebook_size=VOCABULARY,
        codebook_dim=128, hidden_size=128, target_bandwidths=[2.2], num_lstm_layers=2,
        use_causal_conv=False,
    )  # fmt: skip
    decoder = MusicgenMelodyDecoderConfig(
        vocab_size=VOCABULARY, num_hidden_layers=layers, ffn_dim=4 * width,
        num_attention_heads=width // 64, hidden_size=width, num_codebooks=CODEBOOKS,
        pad_token_id=VOCABULARY, bos_token_id=VOCABULARY,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        config = MusicgenMelodyConfig(
            text_encoder=text.to_dict(), audio_encoder=sound.to_dict(), decoder=decoder.to_dict(),
            chroma_length=chroma,
        )  # fmt: skip
        model: Any = MusicgenMelodyForConditionalGeneration(config)
    settings = model.generation_config
    settings.pad_token_id = settings.bos_token_id = settings.decoder_start_token_id = VOCABULARY
    return model.eval().requires_grad_(False)


def plain(model: Any, *, batch: int, steps: int, device: str) -> Timing:
    """Time ``generate`` of transformers."""
    clock = Clock(device)
    chroma = torch.zeros(batch, model.config.chroma_length, 12, device=device)
    chroma[:, :, 9] = 1.0
    ids = torch.full((batch, WORDS), 7, device=device)
    torch.manual_seed(0)
    with Peak(device) as peak, torch.inference_mode():
        model.generate(
            input_ids=ids, attention_mask=torch.ones_like(ids),
            input_features=chroma.to(model.decoder.dtype), do_sample=True, top_k=TOP_K,
            guidance_scale=GUIDANCE, max_new_tokens=steps,
            logits_processor=LogitsProcessorList([clock]),
        )  # fmt: skip
        if device.startswith("cuda"):
            torch.cuda.synchronize()
    return Timing(step_s=seconds_a_step(clock.times), peak=peak.bytes)


def ours(model: RhythmMusicgen, decoder: Decoder, *, batch: int, steps: int) -> Timing:
    """Time our way: all candidates in one batch with their own chance, tokens to their places."""
    device = str(model.musicgen.device)
    sound = torch.sin(2 * torch.pi * 440.0 * torch.arange(32_000, device=device) / 32_000)[None]
    ids = torch.full((1, WORDS), 7, device=device)
    request = TakeRequest(
        text="", strokes=(), duration_s=30.0, seeds=tuple(range(batch)), guidance=GUIDANCE,
        top_k=TOP_K,
    )  # fmt: skip
    frames = steps - CODEBOOKS + 1
    codes = torch.zeros(batch, CODEBOOKS, frames, dtype=torch.long, device=device)
    times: list[float] = []
    # The first calls come from the layers of the first pass, before a step is done.
    done = [0]

    def tell(count: int) -> None:
        if count > done[0]:
            done[0] = count
            if device.startswith("cuda"):
                torch.cuda.synchronize()
            times.append(time.perf_counter())
            counts.append(count)

    counts: list[int] = []
    with Peak(device) as peak, torch.inference_mode():
        rhythm = model.rhythm_prefix(sound, batch=1, seconds=1.0)
        words = model.text_prefix(ids, torch.ones_like(ids), 1)
        given = torch.cat([rhythm, words], dim=1).expand(batch, -1, -1)
        without = torch.zeros_like(given)
        write_window(
            decoder, codes, torch.cat([given, without]),
            Window(begin=0, written=0, end=frames), request=request,
            chance=generators(request.seeds, torch.device(device)), pad=model.pad, tell=tell,
        )  # fmt: skip
    first = next(i for i, count in enumerate(counts) if count >= WARM)
    span = counts[-1] - counts[first]
    return Timing(step_s=(times[-1] - times[first]) / span, peak=peak.bytes)


def seconds_a_step(times: list[float]) -> float:
    """Return the mean time of the steps that are not warming up."""
    return (times[-1] - times[WARM]) / (len(times) - 1 - WARM)


def bandwidth(device: str, *, megabytes: int) -> float:
    """Return how fast the device reads, bytes a second: the best of some sums and products."""
    rows = torch.ones(megabytes * 2**20 // 4096, 1024, device=device)
    one = torch.ones(1024, device=device)
    best = 0.0
    for work in (lambda: rows.sum(), lambda: rows @ one):
        for _ in range(4):
            started = time.perf_counter()
            work()
            if device.startswith("cuda"):
                torch.cuda.synchronize()
            best = max(best, rows.nbytes / (time.perf_counter() - started))
    return best


def read_bytes(model: Any, *, rows: int, positions: int) -> int:
    """Return what a step must read: all of the decoder but its tables of tokens, and the cache."""
    decoder = model.decoder
    tables = decoder.model.decoder.embed_tokens
    skipped = sum(p.nbytes for p in tables.parameters())
    config = decoder.config
    size = decoder.lm_heads[0].weight.itemsize
    cache = 2 * config.num_hidden_layers * config.hidden_size * positions * rows * size
    return sum(p.nbytes for p in decoder.parameters()) - skipped + cache


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.musicgen", description=__doc__)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--dtype", default="auto")
    parser.add_argument("--layers", type=int, default=LAYERS)
    parser.add_argument("--width", type=int, default=WIDTH)
    parser.add_argument("--steps", type=int, help="10 on a processor, 503 elsewhere")
    parser.add_argument("--chroma", type=int, help="positions; 8 on a processor, 235 elsewhere")
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 4, 8])
    return parser.parse_args()


def main() -> None:
    asked = arguments()
    logging.set_verbosity_error()
    device = find_device(asked.device)
    dtype, name = find_dtype(asked.dtype, device)
    gpu = device.startswith("cuda")
    steps = asked.steps or (503 if gpu else 10)
    chroma = asked.chroma or (235 if gpu else 8)
    built = build(layers=asked.layers, width=asked.width, chroma=chroma).to(device, dtype)
    built.audio_encoder.float()
    count = sum(p.numel() for p in built.decoder.parameters())
    what = torch.cuda.get_device_name() if gpu else f"{torch.get_num_threads()} threads"
    print(
        f"{device} ({what}), {name}, torch {torch.__version__}: decoder of {asked.layers} layers,"
    )
    print(f"{asked.width} wide, {count / 1e9:.2f} billion weights; {steps} steps, guidance, top-k")
    reads = bandwidth(device, megabytes=2048 if gpu else 512)
    print(f"reads {reads / 1e9:.1f} GB/s\n")
    model = RhythmMusicgen(built, None)
    decoder = Decoder(built, static=gpu)
    if gpu:
        decoder.compiled()
        for batch in asked.batches:
            ours(model, decoder, batch=batch, steps=24)
    print(
        "batch  tokens/s plain   ours  ratio  of bound  x real time  MB above weights: plain  ours"
    )
    for batch in asked.batches:
        decoder.release()
        other = plain(built, batch=batch, steps=steps, device=device)
        mine = ours(model, decoder, batch=batch, steps=steps)
        positions = chroma + WORDS + steps // 2
        bound = read_bytes(built, rows=2 * batch, positions=positions) / reads
        per_s = batch * CODEBOOKS
        print(
            f"{batch:5d} {per_s / other.step_s:15.1f} {per_s / mine.step_s:6.1f} "
            f"{other.step_s / mine.step_s:6.2f} {mine.step_s / bound:9.2f} "
            f"{batch / mine.step_s / FRAME_RATE:12.2f} {other.peak / 1e6:24.0f} "
            f"{mine.peak / 1e6:5.0f}"
        )


if __name__ == "__main__":
    main()
