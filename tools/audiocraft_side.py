"""The part of the parity check that runs in audiocraft's environment; see audiocraft_parity.py.

PYTHON audiocraft_side.py make FOLDER SETTINGS.json SEED
PYTHON audiocraft_side.py answer FOLDER INPUTS.npz OUT.npz
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch

WORKER = Path(__file__).parents[1] / "filmcomposer_core" / "melody" / "audiocraft_worker.py"


def make(folder: Path, settings: Path, seed: int) -> None:
    """Build a model by audiocraft's own builders, with random weights, and export it its own way.

    Besides the published layout a checkpoint of training is written, as its solver does it.
    """
    worker()._without_demucs()
    from audiocraft.models import builders
    from audiocraft.modules.conditioners import T5Conditioner
    from omegaconf import OmegaConf

    cfg = json.loads(settings.read_text("utf-8"))
    language, codec = OmegaConf.create(cfg["language"]), OmegaConf.create(cfg["codec"])
    T5Conditioner.MODELS_DIMS[cfg["text_model"]] = cfg["text_width"]
    torch.manual_seed(seed)
    for name, model, settings_of in (
        ("state_dict.bin", builders.get_lm_model(language), language),
        ("compression_state_dict.bin", builders.get_compression_model(codec), codec),
    ):
        scatter(model)
        package = {
            "best_state": model.state_dict(),
            "xp.cfg": OmegaConf.to_yaml(settings_of),
            "version": "1.3.0",
            "exported": True,
        }
        torch.save(package, folder / name)
        if name == "state_dict.bin":
            trained = {
                "model": {n: torch.zeros_like(one) for n, one in model.state_dict().items()},
                "best_state": {"model": model.state_dict()},
                "fsdp_best_state": {},
                "xp.cfg": settings_of,
                "xp.sig": "00000000",
                "history": [{"train": {"ce": 1.0}}],
            }
            torch.save(trained, folder / "checkpoint.th")
            # The same with one weight, small enough to be kept.
            one = {"emb.0.weight": model.state_dict()["emb.0.weight"]}
            small = {**trained, "model": one, "best_state": {"model": one}}
            torch.save(small, folder / "small.th")


@torch.no_grad()
def scatter(model: torch.nn.Module) -> None:
    """Move every weight away from its start, norms too, to a value that half precision holds."""
    for name, one in [*model.named_parameters(), *model.named_buffers()]:
        if name.endswith("spec.window"):
            continue
        if name.endswith("inited"):
            one.fill_(1.0)
        elif name.endswith(("cluster_size", "embed", "embed_avg")):
            one.copy_(
                torch.randn_like(one).abs() if name.endswith("size") else torch.randn_like(one)
            )
        else:
            one.add_(0.1 * torch.randn_like(one))
        one.copy_(one.half().float())


@torch.no_grad()
def answer(folder: Path, inputs: Path, out: Path) -> None:
    """Load a folder as audiocraft does, strictly, and write what it says to the inputs."""
    from audiocraft.modules.conditioners import WavCondition

    model = worker().load(folder, "cpu")
    given = {name: torch.from_numpy(one) for name, one in np.load(inputs).items()}
    said: dict[str, torch.Tensor] = {}
    lm = model.lm
    count, rate = len(given["tokens"]), model.sample_rate
    wave = WavCondition(given["wave"][:, None], torch.full((count,), given["wave"].shape[-1]),
                        [rate] * count, [None] * count, [0.0] * count)  # fmt: skip
    silence = WavCondition(torch.zeros(count, 1, 1), torch.zeros(count), [rate] * count,
                           [None] * count, [0.0] * count)  # fmt: skip
    hearing = lm.condition_provider.conditioners
    for kind, sound, mask in (
        ("", wave, given["text_mask"]),
        ("null_", silence, torch.zeros_like(given["text_mask"])),
    ):
        text = hearing["description"]({"input_ids": given["text"], "attention_mask": mask})
        conditions = {"description": text, "self_wav": hearing["self_wav"](sound)}
        said[f"{kind}chroma"] = hearing["self_wav"]._get_wav_embedding(sound)
        said[f"{kind}logits"] = lm(given["tokens"], conditions=[], condition_tensors=conditions)
    said["sound"] = model.compression_model.decode(given["codes"])
    said["codes"] = model.compression_model.encode(given["wave"][:, None])[0]
    said["greedy"] = greedy(model, given["wave"], rate)
    np.savez(out, allow_pickle=False, **{name: one.numpy() for name, one in said.items()})


def greedy(model: Any, wave: torch.Tensor, rate: int) -> torch.Tensor:
    """Return the likeliest tokens for a wave without text, by audiocraft's own loop."""
    model.set_generation_params(use_sampling=False, duration=0.5, cfg_coef=3.0, extend_stride=0.5)
    tokens: torch.Tensor
    _, tokens = model.generate_with_chroma(
        [None] * len(wave), list(wave[:, None]), rate, return_tokens=True
    )
    return tokens


def worker() -> Any:
    """Return the script that runs audiocraft for FilmComposer."""
    spec = importlib.util.spec_from_file_location("audiocraft_worker", WORKER)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(WORKER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    place = Path(sys.argv[2]).absolute()
    if sys.argv[1] == "make":
        import os

        request = Path(sys.argv[3]).absolute()
        os.environ["HF_HUB_OFFLINE"] = "1"
        os.chdir(place)
        make(place, request, int(sys.argv[4]))
    else:
        answer(place, Path(sys.argv[3]).absolute(), Path(sys.argv[4]).absolute())
