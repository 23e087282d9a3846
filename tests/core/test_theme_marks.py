"""Themes told apart by their figures, worked by hand."""

from __future__ import annotations

from filmcomposer_core.theme_marks import same_theme, theme_mark

Rows = list[tuple[float, int]]


def mark(*bars: Rows) -> str:
    return theme_mark(
        {
            "measures": {
                f"measure {number}": [{"beat": beat, "pitch": pitch} for beat, pitch in bar]
                for number, bar in enumerate(bars, start=1)
            }
        }
    )


LONG_SHORT: Rows = [(0.0, 60), (1.5, 62)]
FALLING: Rows = [(0.0, 67), (1.0, 65), (2.0, 60)]
EVEN: Rows = [(0.0, 60), (1.0, 60)]
HELD: Rows = [(0.0, 60)]


def test_a_theme_is_the_same_in_another_key_and_with_bars_of_another_kind() -> None:
    higher: Rows = [(beat, pitch + 5) for beat, pitch in LONG_SHORT]
    assert same_theme(mark(LONG_SHORT, FALLING), mark(HELD, higher, EVEN))


def test_a_theme_of_other_figures_is_another() -> None:
    assert not same_theme(mark(LONG_SHORT, FALLING), mark(EVEN, HELD))
    # A third of the figures of the shorter one is not enough.
    waltz: Rows = [(0.0, 60), (2.0, 64)]
    assert not same_theme(
        mark(LONG_SHORT, EVEN, FALLING), mark(LONG_SHORT, waltz, HELD, EVEN[:1] + FALLING[2:])
    )


def test_a_theme_without_figures_is_only_itself() -> None:
    assert same_theme(mark(HELD), mark(HELD, HELD))
    assert not same_theme(mark(HELD), mark(EVEN))
