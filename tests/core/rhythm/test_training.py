from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path

import numpy as np
import pytest
import torch

from filmcomposer_core.cli.command import run
from filmcomposer_core.errors import Cancelled, InputError
from filmcomposer_core.progress import silent
from filmcomposer_core.rhythm.code import FEATURES, onset, rest
from filmcomposer_core.rhythm.network import RhythmNetwork as Fast
from filmcomposer_core.rhythm.network import rhythm_network
from filmcomposer_core.rhythm.training.network import RhythmNetwork
from filmcomposer_core.rhythm.training.pieces import (
    Piece,
    closes,
    load_pieces,
    rows_of,
    save_pieces,
)
from filmcomposer_core.rhythm.training.recipe import Recipe, Size, read_recipe
from filmcomposer_core.rhythm.training.run import STATE, WEIGHTS, train

QUARTERS = tuple(onset(6 * q, 2 if q == 0 else 0) for q in range(4))
EIGHTHS = tuple(onset(3 * e, 1) for e in range(8))
CLOSE = (onset(0, 2), onset(12, 1), rest(18))
PIECES = [
    Piece(num=4, den=4, upbeat=False, bars=(a, b, a, CLOSE) * 2)
    for a, b in itertools.product((QUARTERS, EIGHTHS), repeat=2)
] * 3


def small(steps: int = 12) -> Recipe:
    recipe = read_recipe()
    course = dataclasses.replace(
        recipe.training, steps=steps, batch=4, warm=2, keep_every=4, rate=0.01, held=0.1
    )
    return Recipe(network=Size(width=16, layers=2, heads=2, drop=0.1), training=course)


def weights(folder: Path) -> dict[str, np.ndarray]:
    with np.load(folder / WEIGHTS) as kept:
        return {name: kept[name] for name in kept.files}


def test_the_loss_falls(tmp_path: Path) -> None:
    first, last = train(PIECES, small(40), tmp_path, progress=silent)
    assert last < 0.6 * first


def test_a_run_that_was_stopped_ends_as_one_that_was_not(tmp_path: Path) -> None:
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    train(PIECES, small(), whole, progress=silent)

    def stop(fraction: float, message: str = "") -> None:
        if fraction > 0.5:  # after update 7: the checkpoint is of update 4
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        train(PIECES, small(), stopped, progress=stop)
    torch.manual_seed(99)
    train(PIECES, small(), stopped, progress=silent)
    for name, value in weights(whole).items():
        assert np.array_equal(value, weights(stopped)[name]), name


def test_a_checkpoint_of_another_recipe_or_a_damaged_one_is_refused(tmp_path: Path) -> None:
    train(PIECES, small(4), tmp_path, progress=silent)
    with pytest.raises(InputError, match="another recipe"):
        train(PIECES, small(8), tmp_path, progress=silent)
    (tmp_path / STATE).write_bytes(b"no checkpoint")
    with pytest.raises(InputError, match="is damaged"):
        train(PIECES, small(4), tmp_path, progress=silent)


def test_numpy_reads_as_torch_does() -> None:
    torch.manual_seed(3)
    network = RhythmNetwork(width=24, layers=2, heads=3, drop=0.5).eval()
    rng = np.random.default_rng(1)
    rows = np.stack([rng.integers(n, size=40) for n in FEATURES.values()], axis=1)
    with torch.no_grad():
        wanted = torch.log_softmax(network(torch.from_numpy(rows)[None])[0], -1).numpy()
    fast = Fast({name: value.numpy() for name, value in network.state_dict().items()})
    reader = fast.reader(len(rows))
    found = np.stack([reader.read(row) for row in rows])
    assert np.abs(found - wanted).max() < 1e-5


def test_the_shipped_weights_are_of_the_shipped_recipe() -> None:
    size, network = read_recipe().network, rhythm_network()
    assert (network.width, network.layers, network.heads) == (size.width, size.layers, size.heads)


def test_pieces_come_back_from_their_file(tmp_path: Path) -> None:
    path = tmp_path / "rhythms.npz"
    odd = Piece(num=6, den=8, upbeat=True, bars=((onset(9, 0),), (onset(0, 1), rest(9)), ()))
    save_pieces(path, [*PIECES, odd])
    assert load_pieces(path) == [*PIECES, odd]


def test_what_is_no_file_of_rhythms_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rhythms.npz"
    with pytest.raises(InputError, match="is not there"):
        load_pieces(path)
    path.write_bytes(b"PK other")
    with pytest.raises(InputError, match="holds no rhythms"):
        load_pieces(path)
    np.savez(path, tokens=np.zeros(3, np.uint8), lengths=np.array([2]), metres=np.zeros((1, 3)))
    with pytest.raises(InputError, match="no whole rhythms"):
        load_pieces(path)


def test_rows_by_hand() -> None:
    piece = Piece(num=4, den=4, upbeat=False, bars=(QUARTERS, CLOSE))
    rows = rows_of(piece)
    assert rows.shape == (5 + 4, len(FEATURES) + 1)
    assert list(rows[:, -1]) == [*QUARTERS, 0, *CLOSE, 0]
    assert list(rows[:, 0]) == [0, *QUARTERS, 0, *CLOSE]
    assert list(rows[0, 1:6]) == [1, 3, 2, 0, 0]  # 4/4, four onsets of mean strength a half
    assert list(rows[5, -4:-1]) == [1, 0, 0]  # a bar ago the first quarter came first


def test_only_a_held_fourth_bar_closes() -> None:
    piece = Piece(num=4, den=4, upbeat=False, bars=(CLOSE, QUARTERS, QUARTERS, CLOSE, EIGHTHS))
    assert [closes(piece, n) for n in range(5)] == [False, False, False, True, False]


def test_the_command_trains(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_pieces(tmp_path / "rhythms.npz", PIECES)
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(
        "[network]\nwidth = 8\nlayers = 1\nheads = 1\ndrop = 0.0\n"
        "[training]\nseed = 1\nsteps = 3\nbatch = 2\nevents = 64\nrate = 0.01\nwarm = 1\n"
        "decay = 0.0\nheld = 0.2\nhidden = 0.1\nkeep_every = 2\n",
        encoding="utf-8",
    )
    words = [str(tmp_path / "rhythms.npz"), "--out", str(tmp_path / "run"), "--recipe", str(recipe)]
    assert run(["train", "crt", *words]) == 0
    assert "nats an event" in capsys.readouterr().out
    assert rhythm_network(tmp_path / "run" / WEIGHTS).width == 8
    recipe.write_text(recipe.read_text("utf-8").replace("width = 8", "width = 0"), encoding="utf-8")
    assert run(["train", "crt", *words]) == 2
    assert "width" in capsys.readouterr().err
