from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from filmcomposer_core.contracts.rhythm import BarAsked
from filmcomposer_core.errors import MissingDependencyError
from filmcomposer_core.rhythm import rhythm_writer
from filmcomposer_core.rhythm.network import WEIGHTS, rhythm_network
from filmcomposer_core.rhythm.write import write_rhythm
from tests.core.rhythm.made import bars_of, curves_of

METRES = [(4, 4), (3, 4), (6, 8), (2, 4), (12, 8), (5, 4), (7, 8), (8, 4)]


def test_the_same_seed_gives_the_same_rhythm_and_another_another() -> None:
    curves, bars = curves_of(*range(1, 13)), bars_of(12)
    rows = [
        tuple(writer(bars))
        for seed in (1, 1, 2)
        if (writer := rhythm_writer("transformer", curves, seed=seed, attempt=1))
    ]
    assert rows[0] == rows[1] != rows[2]


@pytest.mark.parametrize("metre", METRES)
@pytest.mark.parametrize("seed", range(3))
def test_bars_are_full_and_hits_struck(metre: tuple[int, int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    ticks = 384 * metre[0] // metre[1]
    hits = tuple(sorted({int(tick) for tick in rng.integers(0, ticks, size=2)}))
    bars = bars_of(6, num=metre[0], den=metre[1], hits=hits)
    for row in write_rhythm(bars, curves_of(*range(6)), rng=rng):
        starts = [point.start for point in row]
        assert starts[0] == 0
        assert starts == sorted(set(starts))
        assert set(hits) <= set(starts)
        ends = [*starts[1:], ticks]
        for point, end in zip(row, ends, strict=True):
            assert 1 <= point.length <= end - point.start


def test_without_a_close_nothing_is_too_short() -> None:
    bars = bars_of(16, bar_s=0.8, notes=12.0)
    for row in write_rhythm(bars, curves_of(*[1.0] * 16), rng=np.random.default_rng(1)):
        assert all(point.length / 384 * 0.8 >= 0.11 for point in row)


@pytest.mark.parametrize("metre", [(4, 4), (3, 4), (6, 8)])
def test_more_is_written_where_more_is_wanted(metre: tuple[int, int]) -> None:
    means = []
    for notes in (1.0, 3.0, 6.0, 10.0):
        bars = bars_of(24, num=metre[0], den=metre[1], notes=notes * metre[0] / metre[1])
        rows = write_rhythm(bars, curves_of(*[1.0] * 24), rng=np.random.default_rng(3))
        means.append(np.mean([len(row) for row in rows]))
    assert means == sorted(means)
    assert means[-1] > 2 * means[0]


def test_density_follows_motion() -> None:
    speeds = np.random.default_rng(5).permutation(32) + 1.0
    rows = write_rhythm(bars_of(32), curves_of(*speeds), rng=np.random.default_rng(3))
    counts = [len(row) for row in rows]
    assert np.corrcoef(speeds, counts)[0, 1] > 0.4


def test_strength_follows_saliency() -> None:
    calm, wild = curves_of(*[1.0] * 12, *[2.0] * 12, rise=0.8), bars_of(24)
    rows = write_rhythm(wild, calm, rng=np.random.default_rng(3))
    levels = [np.mean([point.level for point in row]) for row in rows]
    assert np.mean(levels[:12]) + 0.2 < np.mean(levels[12:])


def test_a_given_rhythm_is_kept() -> None:
    given = ((0, 144), (144, 48), (192, 192))
    bars = [
        BarAsked(
            number=n + 1, num=4, den=4, start_s=2.0 * n, end_s=2.0 * n + 2, notes=3, place=n,
            given=given if n % 2 == 0 else (),
        )
        for n in range(6)
    ]  # fmt: skip
    rows = write_rhythm(bars, curves_of(*[1.0] * 6), rng=np.random.default_rng(2))
    assert all(tuple((p.start, p.length) for p in row) == given for row in rows[::2])


def test_rhythms_return_more_than_by_chance() -> None:
    speeds = np.ones(32)
    rows = [
        write_rhythm(bars_of(32), curves_of(*speeds), rng=np.random.default_rng(seed))
        for seed in (1, 2)
    ]
    bars = [[frozenset(p.start for p in row) for row in piece] for piece in rows]
    within = [bars[i][n] == bars[i][n + 4] for i in (0, 1) for n in range(28)]
    across = [bars[0][n] == bars[1][n + 4] for n in range(28)]
    assert np.mean(within) > np.mean(across)


def test_nothing_asked_nothing_written() -> None:
    assert write_rhythm([], curves_of(1.0), rng=np.random.default_rng(1)) == ()


@pytest.mark.parametrize("keep", [0, 100, 10_000])
def test_damaged_weights_are_told_in_a_sentence(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "network.npz"
    path.write_bytes(WEIGHTS.read_bytes()[:keep])
    with pytest.raises(MissingDependencyError, match="are damaged") as told:
        rhythm_network(path)
    assert "--rhythm drawn" in told.value.hint


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "network.npz"
    np.savez(path, other=np.zeros(3))
    with pytest.raises(MissingDependencyError, match="are damaged"):
        rhythm_network(path)
    with pytest.raises(MissingDependencyError, match="cannot be read"):
        rhythm_network(tmp_path / "none.npz")
