"""A run: loss falls, a stop or a kill changes nothing, and the model works in the product."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from filmcomposer_core.contracts.take import TakeRequest
from filmcomposer_core.errors import Cancelled, DiskError, InputError
from filmcomposer_core.melody.checkpoint import find_checkpoint
from filmcomposer_core.melody.generate import MelodyEngine
from filmcomposer_core.melody.load import load_model
from filmcomposer_core.melody.memory import OutOfMemoryError
from filmcomposer_core.model_store import store
from filmcomposer_core.training.keeping import (
    State,
    checkpoints,
    read_state,
    read_weights,
    save_checkpoint,
    write_optimiser,
)
from filmcomposer_core.training.room import need_bytes
from filmcomposer_core.training.run import train_melody_model
from filmcomposer_core.training.trainee import made_trainable
from tests.core.training.conftest import short
from tests.fakes.percussion import RATE, Percussion

SAMPLES, HELD = Percussion(6, seed=1), Percussion(3, seed=2)


def trained(base: Path, out: Path, *, until: int = 10**9, **changes: Any) -> list[str]:
    """Train, stopped by the user after an update, and return what was told."""
    told: list[str] = []

    def tell(share: float, message: str = "") -> None:
        told.append(message)
        if message.startswith(f"update {until} "):
            raise Cancelled("Stopped.")

    train_melody_model(
        SAMPLES, HELD, base=base, out=out, recipe=short(**changes), trained_on="drums",
        device="cpu", progress=tell,
    )  # fmt: skip
    return told


def weights(out: Path) -> Mapping[str, torch.Tensor]:
    return read_weights(checkpoints(out / "checkpoints")[-1])


def same(one: Mapping[str, torch.Tensor], other: Mapping[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[k], other[k]) for k in one)


@pytest.fixture(scope="module")
def whole(base: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Return a run that nobody stopped."""
    out = tmp_path_factory.mktemp("whole")
    return out, trained(base, out)


def test_a_stopped_run_goes_on_as_if_nothing_had_happened(
    base: Path, whole: tuple[Path, list[str]], tmp_path: Path
) -> None:
    with pytest.raises(Cancelled):
        trained(base, tmp_path, until=5)
    told = trained(base, tmp_path)
    first = next(m for m in told if m.startswith("update"))
    assert first.startswith("update 6 of 8")
    assert same(weights(tmp_path), weights(whole[0]))
    assert [m for m in whole[1] if m.startswith("update 8")] == [
        m for m in told if m.startswith("update 8")
    ]


@pytest.mark.skipif(os.name == "nt", reason="kills as only POSIX can")
def test_a_killed_run_goes_on_as_if_nothing_had_happened(
    base: Path, whole: tuple[Path, list[str]], tmp_path: Path
) -> None:
    # Dies between two checkpoints: after update 5, of which the third was kept.
    code = (
        "import os, signal; from pathlib import Path; from tests.core.training import test_run;"
        "from filmcomposer_core.training import tools;"
        "from filmcomposer_core.progress import silent;"
        "def_ = lambda share, message='': message.startswith('update 5 ')"
        " and os.kill(os.getpid(), signal.SIGKILL);"
        "from tests.core.training.conftest import short;"
        "test_run.train_melody_model(test_run.SAMPLES, test_run.HELD, recipe=short(),"
        f"base=Path({str(base)!r}), out=Path({str(tmp_path)!r}), trained_on='drums',"
        "device='cpu', progress=def_)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-500:]
    assert read_state(checkpoints(tmp_path / "checkpoints")[-1]).step in (3, 4)
    trained(base, tmp_path)
    assert same(weights(tmp_path), weights(whole[0]))


def test_d_adaptation_goes_on_exactly_too(base: Path, tmp_path: Path) -> None:
    how = {"optimiser": "dadam", "learning_rate": 1.0, "epochs": 1}
    trained(base, tmp_path / "a", **how)
    with pytest.raises(Cancelled):
        trained(base, tmp_path / "b", until=2, **how)
    trained(base, tmp_path / "b", **how)
    assert same(weights(tmp_path / "a"), weights(tmp_path / "b"))


def test_the_loss_falls(base: Path, tmp_path: Path) -> None:
    told = trained(
        base, tmp_path, epochs=7, validate_every=100, drop_tokens=0.0, learning_rate=6e-3
    )
    losses = [float(m.split()[-1]) for m in told if m.startswith("update")]
    assert sum(losses[-4:]) / 4 < 0.9 * losses[0]


def test_the_model_works_in_the_product(base: Path, whole: tuple[Path, list[str]]) -> None:
    model = whole[0] / "model"
    about = find_checkpoint(model).about
    assert (about.licence, about.commercial) == ("CC-BY-NC-4.0", False)
    engine = MelodyEngine(model, device="cpu")
    assert engine.model.heard_rhythm == "rhythm conditioner"
    request = TakeRequest(
        text="a fast theme", strokes=HELD.strokes(HELD.ids()[0]), duration_s=1.0, seeds=(1, 2)
    )
    takes = engine.generate(request)
    assert [take.sound.shape for take in takes] == [(RATE,), (RATE,)]
    assert takes[0].sound.any()


def test_the_model_store_lists_and_checks_it(
    whole: tuple[Path, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(whole[0] / "model", tmp_path / "mine")
    monkeypatch.setenv("FILMCOMPOSER_MODELS", str(tmp_path))
    assert "installed  mine: 0.0 GB, CC-BY-NC-4.0, not for commercial use" in store.listing()
    assert store.damaged_files("mine") == ()


def test_the_exported_weights_are_the_best_ones(whole: tuple[Path, list[str]]) -> None:
    from safetensors.torch import load_file

    folder = whole[0] / "checkpoints"
    state = read_state(checkpoints(folder)[-1])
    best = read_weights(folder / f"step-{state.best_step:08d}")
    rhythm = load_file(whole[0] / "model" / "rhythm_conditioner.safetensors")
    assert torch.equal(rhythm["project.weight"], best["model.rhythm.project.weight"])


def test_lora_trains_few_weights_and_is_merged(base: Path, tmp_path: Path) -> None:
    trained(base, tmp_path, lora_rank=4, gradient_checkpointing=True, epochs=1)
    kept = weights(tmp_path)
    assert sum(t.numel() for t in kept.values()) < 15_000
    assert any(t.abs().max() > 0 for name, t in kept.items() if "lora_B" in name)
    own = find_checkpoint(tmp_path / "model")
    assert own.config["decoder"]["hidden_size"] == 32
    from safetensors.torch import load_file

    before, after = (load_file(f / "model.safetensors") for f in (base, tmp_path / "model"))
    assert before.keys() == after.keys()
    moved = [n for n in before if not torch.equal(before[n], after[n])]
    assert any("q_proj" in name for name in moved)
    assert not any("text_encoder" in name or "audio_encoder" in name for name in moved)


def test_computing_twice_gives_the_same(
    base: Path, whole: tuple[Path, list[str]], tmp_path: Path
) -> None:
    trained(base, tmp_path, gradient_checkpointing=True)
    for name, tensor in weights(tmp_path).items():
        torch.testing.assert_close(tensor, weights(whole[0])[name], rtol=1e-4, atol=1e-5)


def test_the_samples_page_shows_what_was_asked_and_heard(base: Path, tmp_path: Path) -> None:
    trained(base, tmp_path, epochs=1, samples=2, samples_every=4, validate_every=4)
    page = (tmp_path / "samples" / "index.html").read_text("utf-8")
    wanted = sum(len(HELD.times(name)) for name in HELD.ids()[:2])
    assert page.count('class="wanted"') == wanted
    assert page.count("<audio") == 2
    assert (tmp_path / "samples" / "00000004-1.flac").is_file()
    assert list((tmp_path / "tensorboard").glob("events*"))


def test_a_folder_of_another_run_is_refused(base: Path, whole: tuple[Path, list[str]]) -> None:
    with pytest.raises(InputError, match="another seed"):
        trained(base, whole[0], seed=9)


def test_the_last_few_checkpoints_and_the_best_are_kept(tmp_path: Path) -> None:
    optimiser = torch.optim.AdamW([torch.nn.Parameter(torch.ones(2))])
    for step in range(1, 7):
        state = State(step=step, best_step=2 if step > 1 else -1)
        save_checkpoint(tmp_path, {"w": torch.ones(2)}, optimiser, state, keep_last=2)
    assert [read_state(path).step for path in checkpoints(tmp_path)] == [2, 5, 6]


def test_a_full_disk_leaves_the_last_checkpoint_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    optimiser = torch.optim.AdamW([torch.nn.Parameter(torch.ones(2))])
    save_checkpoint(tmp_path, {"w": torch.ones(2)}, optimiser, State(step=1), keep_last=1)

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskError, match="disk is full"):
        save_checkpoint(tmp_path, {"w": torch.zeros(2)}, optimiser, State(step=2), keep_last=1)
    assert [path.name for path in tmp_path.iterdir()] == ["step-00000001"]
    assert torch.equal(read_weights(tmp_path / "step-00000001")["w"], torch.ones(2))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="has no file that is always full")
def test_torch_says_that_the_disk_is_full() -> None:
    weight = torch.nn.Parameter(torch.ones(100_000))
    optimiser = torch.optim.AdamW([weight])
    weight.sum().backward()
    optimiser.step()
    with pytest.raises(OSError, match="No space left"):
        write_optimiser(Path("/dev/full"), optimiser)


@pytest.mark.parametrize("name", ["weights.safetensors", "optimiser.pt", "state.json"])
def test_a_damaged_checkpoint_is_one_sentence(
    base: Path, whole: tuple[Path, list[str]], tmp_path: Path, name: str
) -> None:
    shutil.copytree(whole[0], tmp_path / "run")
    file = checkpoints(tmp_path / "run" / "checkpoints")[-1] / name
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(InputError, match=r"damaged|not valid JSON"):
        trained(base, tmp_path / "run")


def test_what_will_not_fit_is_refused_with_what_is_smaller(base: Path, tmp_path: Path) -> None:
    with pytest.raises(OutOfMemoryError, match=r"needs about \d+.* lora_rank=16, gradient"):
        trained(base, tmp_path, batch=4096, window_s=60.0)
    assert not (tmp_path / "checkpoints").exists()


def test_smaller_choices_need_less(base: Path) -> None:
    def need(**changes: Any) -> int:
        model = load_model(find_checkpoint(base), device="cpu", dtype=torch.float32)
        return need_bytes(made_trainable(model, short(**changes)), short(**changes))

    whole = need()
    assert need(lora_rank=2) < whole
    assert need(gradient_checkpointing=True) < whole
    assert need(batch=2) < whole
    assert need(optimiser="dadam") > whole


def test_a_trained_model_can_be_trained_on_as_far_as_it_hears(
    whole: tuple[Path, list[str]], tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=r"hears 2.56 s of rhythm, and window_s is 5"):
        trained(whole[0] / "model", tmp_path / "a", window_s=5.0)
    told = trained(whole[0] / "model", tmp_path / "b", epochs=1, updates_per_epoch=1)
    assert "update 1 of 1" in told[-2]


def test_nothing_to_train_on_is_one_sentence(base: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No piece of the dataset"):
        train_melody_model(
            Percussion(0), HELD, base=base, out=tmp_path, recipe=short(), trained_on="x",
            device="cpu",
        )  # fmt: skip
