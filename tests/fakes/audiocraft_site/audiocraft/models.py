import sys
import types
from pathlib import Path

import torch


class MusicGen:
    """Noise from torch's own generator, under the sound that the melody conditioner heard."""

    sample_rate, frame_rate, max_duration = 32_000, 50, 20.0

    def __init__(self, folder):
        self.folder = folder
        wav = types.SimpleNamespace(sample_rate=self.sample_rate)
        provider = types.SimpleNamespace(conditioners={"self_wav": wav})
        self.lm = types.SimpleNamespace(card=64, condition_provider=provider)

    @staticmethod
    def get_pretrained(folder, device):
        sys.stdout.write("audiocraft says things of its own\n")
        return MusicGen(Path(folder))

    def set_generation_params(self, **given):
        self.given = given

    def set_custom_progress_callback(self, callback):
        self.callback = callback

    def generate_with_chroma(self, descriptions, melodies, rate, progress):
        if (self.folder / "memory").exists():
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        heard = f"text {descriptions[0]}, sound {melodies[0] is not None}"
        (self.folder / "heard.txt").write_text(heard, "utf-8")
        if (self.folder / "nan").exists():
            return torch.full((1, 1, 64_000), float("nan"))
        steps = int(self.given["duration"] * self.frame_rate)
        for step in range(steps):
            self.callback(step + 1, steps)
        sound = 0.1 * torch.randn(1, 1, steps * self.sample_rate // self.frame_rate)
        if descriptions[0] is not None:
            sound += 0.5
        if melodies[0] is not None:
            heard = melodies[0][..., : sound.shape[-1]]
            sound[..., : heard.shape[-1]] += heard
        return sound
