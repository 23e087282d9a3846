"""Lines of the tune network on hand-made slots, and its law: many at once is each by itself."""

import dataclasses
import itertools
from pathlib import Path

import numpy as np
import pytest
import torch

from filmcomposer_core.composition import tune_lens
from filmcomposer_core.composition.grid import GridBar, Harmony, scale_over
from filmcomposer_core.composition.outline_units import Phrase, Unit
from filmcomposer_core.composition.slots import LineWeights, Slot
from filmcomposer_core.composition.tables import style_of
from filmcomposer_core.composition.tune_code import FEATURES, GAPS
from filmcomposer_core.composition.tune_ideas import make_up
from filmcomposer_core.composition.tune_lens import (
    Lens,
    bar_in_eight,
    chord_class,
    height_of,
    lens_of,
    look_backs,
)
from filmcomposer_core.composition.tune_lines import Lines, Singer, heed, sing_lines
from filmcomposer_core.composition.tune_network import tune_network
from filmcomposer_core.contracts.harmony import parse_chord
from filmcomposer_core.decoder import read_weights
from filmcomposer_core.errors import MissingDependencyError
from tools.tune_network.network import TuneNetwork

WEIGHTS = Path(tune_lens.__file__).with_name("tune_network.npz")
C_MAJOR = (0, 2, 4, 5, 7, 9, 11)
FOUR = lens_of(4, 4, notes=5, broad=False, slow=False)


def harmony(symbol: str) -> Harmony:
    chord = parse_chord(symbol)
    return Harmony(chord=chord, scale=scale_over(C_MAJOR, chord), tonic=0, minor=False)


def slot(start: int, symbol: str = "C", **options: object) -> Slot:
    base = Slot(start=start, length=96, strength=1.0, harmony=harmony(symbol), target=67.0,
                bar=1 + start // 384)  # fmt: skip
    return dataclasses.replace(base, **options)  # type: ignore[arg-type]


def sung(slots: list[Slot], seed: int = 0, singer: Singer | None = None, **weights: float) -> Lines:
    bars = 1 + slots[-1].start // 384
    grid = [
        GridBar(number=1 + i, start=384 * i, length=384, num=4, den=4, seconds=2.0, section=0,
                harmonies=(harmony("C"),), tension=0.5, motion=0.5)
        for i in range(bars)
    ]  # fmt: skip
    phrase = Phrase(
        units=tuple(Unit(kind="d", first=i, bars=1) for i in range(bars)),
        function="theme",
        goal="close",
    )
    return sing_lines(
        slots, phrase, grid, singer or Singer(lens=FOUR), style=style_of("love"),
        weights=LineWeights(**weights), before=None, count=4, rng=np.random.default_rng(seed),
    )  # fmt: skip


def best(slots: list[Slot], seed: int = 0, **weights: float) -> list[int]:
    return [int(pitch) for pitch in sung(slots, seed, **weights).pitches[0]]


def test_strong_notes_are_chord_notes() -> None:
    slots = [slot(96 * i, symbol) for i, symbol in enumerate(["C", "F", "G", "C"] * 3)]
    for seed in range(3):
        pitches = best(slots, seed, chord=3.0)
        fit = [p % 12 in s.harmony.chord.pitch_classes for p, s in zip(pitches, slots, strict=True)]
        assert sum(fit) >= 11


def test_a_line_follows_the_motif_up_the_scale() -> None:
    steps = [None, 1, 1, 1, -2]
    slots = [slot(48 * i, strength=0.1, step=s, firm=3.0) for i, s in enumerate(steps)]
    pitches = best(slots, motif=3.0)
    heights = [height_of(pitch, slots[0].harmony, 0.0) for pitch in pitches]
    assert [b - a for a, b in itertools.pairwise(heights)] == [1, 1, 1, -2]


def test_a_goal_ends_the_line_on_the_tonic() -> None:
    goal = (0.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0)
    slots = [*(slot(96 * i) for i in range(4)), slot(384, goal=goal)]
    assert all(best(slots, seed)[-1] % 12 == 0 for seed in range(4))


def test_lines_come_cheapest_first_and_differ() -> None:
    lines = sung([slot(96 * i) for i in range(8)])
    assert (np.diff(lines.costs) >= 0).all()
    assert len({tuple(line) for line in lines.pitches}) == 4


def test_what_was_sung_bears_on_what_comes() -> None:
    """After a bar was sung twice, singing it a third time costs less than at first."""
    bar = [slot(0), slot(96), slot(192), slot(288)]
    singer = Singer(lens=FOUR)
    first = sung(bar, singer=singer)
    heed(singer, bar, first, 0)
    asked = [int(p) for p in first.pitches[0]]
    costs = []
    for n in (1, 2):
        again = [dataclasses.replace(s, start=s.start + 384 * n, bar=1 + n) for s in bar]
        again = [dataclasses.replace(s, pitch=p) for s, p in zip(again, asked, strict=True)]
        lines = sung(again, singer=singer, motif=20.0)
        assert [int(p) for p in lines.pitches[0]] == asked
        costs.append(lines.costs[0])
        heed(singer, again, lines, 0)
    assert costs[1] < costs[0]
    assert len(singer.starts) == len(singer.heights) == len(singer.gaps) == 12


def test_numpy_and_torch_say_the_same() -> None:
    """The shipped weights in both, on random rows; many tunes at once and one by one."""
    with np.load(WEIGHTS) as file:
        weights = {name: torch.from_numpy(file[name].astype(np.float32)) for name in file.files}
    network = TuneNetwork()
    network.load_state_dict(weights)
    network.eval()
    rng = np.random.default_rng(0)
    rows = np.stack([rng.integers(0, n, (3, 12)) for n in FEATURES.values()], axis=-1)
    gaps = rng.integers(1, len(GAPS) + 1, (3, 12))
    with torch.no_grad():
        wanted = [
            x.log_softmax(-1).numpy() for x in network(torch.tensor(rows), torch.tensor(gaps))
        ]
    net = tune_network()
    mind = net.begin(3)
    alone = net.begin(1)
    for i in range(12):
        state, mind = net.read(mind, rows[:, i])
        assert net.gaps(state) == pytest.approx(wanted[0][:, i], abs=1e-4)
        assert net.heights(state, gaps[:, i]) == pytest.approx(wanted[1][:, i], abs=1e-4)
        one, alone = net.read(alone, rows[1:2, i])
        assert one == pytest.approx(state[1:2], abs=1e-4)
        if i == 5:  # what is settled is known as before
            alone = alone.settled(0)


def test_tunes_keep_to_the_seed_and_fill_eight_bars() -> None:
    def tunes(seed: int) -> list[tuple[int, ...]]:
        found = make_up(FOUR, minor=True, upbeat=48, count=3, rng=np.random.default_rng(seed))
        for tune in found:
            assert tune.starts[0] == -48
            assert tune.starts[-1] < 8 * 384 <= tune.starts[-1] + tune.gaps[-1]
            assert all(
                a + gap == b
                for (a, b), gap in zip(itertools.pairwise(tune.starts), tune.gaps, strict=False)
            )
        return [tune.heights for tune in found]

    assert tunes(1) == tunes(1)
    assert tunes(1) != tunes(2)
    assert len(set(tunes(1))) == 3


@pytest.mark.parametrize(
    ("metre", "notes", "broad", "wanted", "ticks"),
    [
        ((4, 4), 6.0, False, (4, 4, 1), 384),
        ((4, 4), 3.0, False, (2, 4, 2), 384),  # sparse: read in notes half as long
        ((4, 4), 6.0, True, (2, 4, 1), 192),  # a broad bar holds two bars of a tune
        ((6, 8), 5.0, True, (6, 8, 1), 288),
    ],
)
def test_how_bars_are_read(
    metre: tuple[int, int], notes: float, broad: bool, wanted: tuple[int, int, int], ticks: int
) -> None:
    lens = lens_of(*metre, notes=notes, broad=broad, slow=False)
    assert (lens.num, lens.den, lens.factor) == wanted
    assert lens.ticks == ticks


def test_heights_chords_and_places_by_hand() -> None:
    assert [height_of(p, harmony("C"), 0.0) for p in (60, 62, 71, 72, 59)] == [0, 1, 6, 7, -1]
    assert height_of(66, harmony("C"), 0.0) == 3  # F# counts as the step below
    assert [chord_class(harmony(name)) for name in ("C", "G7", "Am")] == [1, 5, 6]
    assert [bar_in_eight(n, bars=8, closes=False) for n in (0, 7)] == [0, 7]
    lens = Lens(num=2, den=4, factor=1, density=2, slow=False)
    assert look_backs([0, 96, 192], 384, lens) == [(2, 1), (0, 1), (-1, 0), (-1, 0)]
    assert look_backs([0, 96, 200], 400, lens) == [(2, 0), (0, 0), (-1, 0), (-1, 0)]


def test_damaged_weights_are_said_to_be(tmp_path: Path) -> None:
    whole = WEIGHTS.read_bytes()
    path = tmp_path / "tune_network.npz"
    for data in (b"", b"no archive", whole[: len(whole) // 2]):
        path.write_bytes(data)
        with pytest.raises(MissingDependencyError, match=r"tune network \(tune_network\.npz\) are"):
            read_weights(path, what="The weights of the tune network", hint="Install again.")
    path.unlink()
    with pytest.raises(MissingDependencyError, match="cannot be read"):
        read_weights(path, what="The weights of the tune network", hint="Install again.")
