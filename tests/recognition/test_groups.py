from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_core.recognition.groups import group_shots, shot_distances, time_distances

DIMENSIONS = 256


def place(seed: int) -> np.ndarray:
    """Return the embedding of a place; two of them have a cosine of about a half, as real ones."""
    return np.random.default_rng(seed).exponential(size=DIMENSIONS)


def views(seed: int, *, count: int, off: float = 0.15) -> list[np.ndarray]:
    """Return embeddings of pictures of one place, each a little different."""
    rng = np.random.default_rng(1000 + seed)
    return [place(seed) + off * rng.normal(size=DIMENSIONS) for _ in range(count)]


def grouped(shots: list[list[np.ndarray]], gap_s: float = 0.0) -> tuple[int, ...]:
    """Return the groups of shots of two seconds each, some time apart."""
    starts = [(2.0 + gap_s) * k for k in range(len(shots))]
    return group_shots(shots, [(start, start + 2.0) for start in starts])


def test_a_place_that_returns_gets_a_number_and_others_none() -> None:
    garden, garden_again = views(1, count=5)[:2], views(1, count=5)[2:]
    shots = [garden, views(2, count=2), garden_again, views(3, count=1)]
    assert grouped(shots) == (1, 0, 1, 0)


def test_numbers_follow_the_first_shots() -> None:
    one, other = views(1, count=4), views(2, count=4)
    shots = [views(3, count=2), other[:2], one[:2], other[2:], one[2:], views(4, count=2)]
    assert grouped(shots) == (0, 1, 2, 1, 2, 0)


def test_shots_without_embeddings_stay_on_their_own() -> None:
    one = views(1, count=4)
    assert grouped([[], one[:2], [], one[2:], []]) == (0, 1, 0, 1, 0)
    assert grouped([]) == ()
    assert grouped([[], []]) == (0, 0)
    assert grouped([one]) == (0,)


def test_a_clip_of_the_same_picture_twice_is_one_place() -> None:
    assert grouped([[place(1)], [place(1)]]) == (1, 1)


def test_the_length_of_embeddings_does_not_count() -> None:
    shots = [views(1, count=2), views(2, count=2), views(1, count=2)]
    louder = [[7.0 * frame for frame in frames] for frames in shots]
    np.testing.assert_allclose(shot_distances(shots), shot_distances(louder), atol=1e-12)


def test_distances_by_hand() -> None:
    # Of two shots half of 0.8 of (1, 1) / 2 goes: what is left is (4, -1) / 5 and (-1, 4) / 5.
    table = shot_distances([[np.array([1.0, 0.0])], [np.array([0.0, 1.0])]])
    assert table[0, 1] == pytest.approx(1 - (-8 / 17))
    assert table[0, 0] == 0


def test_time_sets_shots_apart_by_its_doublings() -> None:
    # 0, 4 and 12 s lie between the first shot and the others: 0, 1 and 2 doublings.
    table = time_distances([(0.0, 1.0), (1.0, 2.0), (5.0, 6.0), (13.0, 14.0)])
    np.testing.assert_allclose(table[0], [0.0, 0.0, 0.05, 0.1])
    np.testing.assert_allclose(table, table.T)


def test_what_looks_alike_much_later_is_another_place() -> None:
    one = views(1, count=2, off=1.0)
    shots = [one[:1], views(2, count=1), one[1:], views(3, count=1)]
    assert grouped(shots) == (1, 0, 1, 0)
    assert grouped(shots, gap_s=3600.0) == (0, 0, 0, 0)


@settings(max_examples=30, deadline=None)
@given(seeds=st.lists(st.integers(1, 4), max_size=9), order=st.randoms(use_true_random=False))
def test_groups_do_not_hang_on_the_order_of_shots(seeds: list[int], order) -> None:  # type: ignore[no-untyped-def]
    shots = [views(seed, count=2) for seed in seeds]
    places = list(range(len(shots)))
    order.shuffle(places)
    # All at one time: what lies between them hangs on their order.
    spans = [(0.0, 1.0)] * len(shots)
    before, after = group_shots(shots, spans), group_shots([shots[k] for k in places], spans)
    for i, one in enumerate(places):
        for j, other in enumerate(places):
            together = before[one] == before[other] != 0
            assert (after[i] == after[j] != 0) == together
