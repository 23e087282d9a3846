"""Working ahead changes when things happen, never what."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core.visual.ahead import ahead


@given(st.lists(st.integers(), max_size=40), st.integers(1, 5))
def test_same_items_in_the_same_order(items: list[int], waiting: int) -> None:
    assert list(ahead(iter(items), waiting=waiting)) == items


def test_an_exception_comes_after_the_items_before_it() -> None:
    def broken() -> Iterator[int]:
        yield 1
        msg = "tail is damaged"
        raise ValueError(msg)

    found = ahead(broken())
    assert next(found) == 1
    with pytest.raises(ValueError, match="tail is damaged"):
        next(found)


def test_stopping_early_ends_the_thread_and_the_iterator() -> None:
    closed = threading.Event()

    def endless() -> Iterator[int]:
        try:
            number = 0
            while True:
                yield number
                number += 1
        finally:
            closed.set()

    found = ahead(endless(), waiting=2)
    assert [next(found) for _ in range(5)] == [0, 1, 2, 3, 4]
    found.close()  # type: ignore[attr-defined]
    assert not [t for t in threading.enumerate() if t.name == "decode ahead"]


def test_no_more_than_the_given_number_waits() -> None:
    made: list[int] = []

    def counted() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    found = ahead(counted(), waiting=3)
    for taken in range(100):
        assert next(found) == taken
        # Those waiting, one in the thread's hand, one being made.
        assert len(made) <= taken + 1 + 3 + 2
