from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from filmcomposer_core.composition import grid
from filmcomposer_core.contracts.rhythm import TICKS
from filmcomposer_core.rhythm import code


def test_ticks_are_the_composers() -> None:
    assert TICKS == grid.TICKS


@given(place=st.integers(0, len(code.PLACES) - 1), level=st.integers(0, 2))
def test_tokens_say_what_they_were_made_of(place: int, level: int) -> None:
    token = code.onset(place, level)
    assert (code.place_of(token), code.level_of(token)) == (place, level)
    assert code.is_onset(token)
    assert code.place_of(code.rest(place)) == place
    assert not code.is_onset(code.rest(place))


def test_every_token_is_one_thing() -> None:
    onsets = {code.onset(p, n) for p in range(len(code.PLACES)) for n in range(3)}
    rests = {code.rest(p) for p in range(len(code.PLACES))}
    assert onsets | rests | {code.BAR} == set(range(code.TOKENS))
    assert len(onsets) + len(rests) + 1 == code.TOKENS


@pytest.mark.parametrize(("num", "den", "places"), [(4, 4, 24), (6, 8, 18), (3, 8, 9), (12, 8, 36)])
def test_places_of_a_bar(num: int, den: int, places: int) -> None:
    assert code.places_in(TICKS * 4 * num // den) == places


def test_what_came_next_in_bars_before() -> None:
    quarters = tuple(code.onset(6 * q, 1) for q in range(4))
    halves = (quarters[0], quarters[2])
    row = code.row(quarters[1], (1, 3, 2, 0, 0), [halves, quarters])
    assert row[-3:] == (1 + 12, 1 + 12, 0)  # a bar ago, two bars ago, no bar four ago
    row = code.row(quarters[3], (1, 3, 2, 0, 0), [halves, quarters])
    assert row[-3:] == (1 + len(code.PLACES), 1 + len(code.PLACES), 0)


def test_density_counts_quarters_alike_in_all_metres() -> None:
    assert code.density_class(4, 384) == code.density_class(3, 288) == code.density_class(2, 192)
