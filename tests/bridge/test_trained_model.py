"""What a training wrote is a model like any other: listed, checked, and heard on the bridge."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from filmcomposer_core.model_store import store
from filmcomposer_core.training.run import train_melody_model
from tests.bridge.test_worker import Peer, ledger, moving_square
from tests.core.training.conftest import short
from tests.fakes.music_box import save_music_box
from tests.fakes.percussion import Percussion


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Peer]:
    started = Peer(tmp_path / "state")
    yield started
    started.end()


def test_a_trained_model_is_a_model_like_any_other(
    peer: Peer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A training so gentle that the music box still sings its tune.
    model = train_melody_model(
        Percussion(2, seed=1), Percussion(0), base=save_music_box(tmp_path / "box"),
        out=tmp_path / "run", trained_on="drums", device="cpu",
        recipe=short(epochs=1, updates_per_epoch=1, batch=2, learning_rate=1e-9),
    )  # fmt: skip
    models = tmp_path / "models"
    models.mkdir()
    model.rename(models / "mine")
    monkeypatch.setenv("FILMCOMPOSER_MODELS", str(models))
    assert "installed  mine: 0.0 GB, CC0-1.0" in store.listing()
    assert store.damaged_files("mine") == ()
    film, cue = moving_square(tmp_path / "clip.mp4", seconds=8.0), tmp_path / "cue"
    asked = {"engine": "musicgen", "melody_model": str(models / "mine"), "candidates": 1}
    peer.run("j1", cue, stage="score", clip=str(film), until="compose", **asked)
    last, before = peer.last()
    assert last["event"] == "done", last
    told = [event["text"] for event in before if event["event"] == "tell"]
    assert any("The theme is by music box, trained on drums" in text for text in told)
    assert ledger(cue).artefacts["melody.mid"].provenance.engine == "musicgen"
