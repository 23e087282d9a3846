"""What is said once, what at the end of an action, and what a composer is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from filmcomposer_core.errors import DawError
from tests.fakes.reaper import Host
from tests.reaper_scripts.marker_world import hit, record, session

if TYPE_CHECKING:
    from filmcomposer_reaper.adapter.reaper import Reaper

MADE = "embedded engine, seed 1, MuseScore General Lite."


def made(seed: int = 1, fps: int = 30, **changes: Any) -> Any:
    line = MADE.replace("seed 1", f"seed {seed}")
    return replace(session([hit("s1", 5.0)]), fps_num=fps, made_by=(line,), **changes)


def told(reaper: Reaper, host: Host, done: Any) -> list[str]:
    from filmcomposer_reaper.telling import tell_done

    before = len(host.console)
    tell_done(reaper, done)
    return host.console[before:].splitlines()


def test_one_closing_line_and_what_made_it_only_when_that_is_new(
    reaper: Reaper, host: Host
) -> None:
    closing = 'FilmComposer: the cue of "clip" at 00:00:10:00 is done: 1 hit, 0 parts, 60.0 s.'
    assert told(reaper, host, made()) == [closing, f"FilmComposer: made with: {MADE}"]
    assert told(reaper, host, made()) == [closing]
    assert told(reaper, host, made(2))[1:] == [
        "FilmComposer: made with: embedded engine, seed 2, MuseScore General Lite."
    ]
    assert len(told(reaper, host, made(2, cue="ffffffff"))) == 2  # of another cue nothing was said


def test_another_frame_rate_is_warned_of_once(reaper: Reaper, host: Host) -> None:
    warned = told(reaper, host, made(fps=25))[-1]
    assert "The project counts 30 frames a second and the film has 25:" in warned
    assert len(told(reaper, host, made(fps=25))) == 1
    assert len(told(reaper, host, made())) == 1
    assert len(told(reaper, host, made(fps=24))) == 2


def test_said_once_until_it_is_of_something_else(reaper: Reaper, host: Host) -> None:
    from filmcomposer_reaper.saying import say_once

    for text, of in [("a", ""), ("a", ""), ("a", "x"), ("a", "x"), ("", ""), ("b", ""), ("a", "")]:
        say_once(reaper, "k", text, of=of)
    assert host.console.splitlines() == [f"FilmComposer: {t}" for t in ("a", "a", "b", "a")]


# --- asking ---------------------------------------------------------------------------------------


def wishes(reaper: Reaper, host: Host, answer: list[str], themes: int = 0) -> Any:
    from filmcomposer_reaper.asking import ask_wishes

    host.answer(answer)
    return ask_wishes(reaper, record(), "Score", themes=themes)


@pytest.mark.parametrize("seed", ["", "x", "-1", "1.5", "1000000000", "9" * 30, "²"])
def test_a_seed_that_is_none(reaper: Reaper, host: Host, seed: str) -> None:
    with pytest.raises(DawError) as caught:
        wishes(reaper, host, ["tender", seed])
    assert str(caught.value) == (
        f'The seed is "{seed}". Write a whole number such as 7, nine digits at most.'
    )


def test_a_number_of_themes_that_is_none(reaper: Reaper, host: Host) -> None:
    with pytest.raises(
        DawError, match=r'The number of themes is "9"\. Write a whole number from 1'
    ):
        wishes(reaper, host, ["", "1", "9"], themes=3)


def test_what_is_asked_is_plain(reaper: Reaper, host: Host) -> None:
    found = wishes(reaper, host, [" tender ", " 999999999 "])
    assert found == {"brief": "tender", "seed": 999_999_999}
    assert "Seed (a new number: new music)," in str(host.dialogs[-1])


def test_a_change_is_listed_once() -> None:
    from filmcomposer_reaper.asking import MOST_CHANGES, listed_changes

    many = [f"Part {number}: its notes" for number in range(MOST_CHANGES + 3)]
    assert listed_changes(many[:2] * 2) == "\n".join(many[:2])
    assert listed_changes(many * 2).splitlines() == [*many[:MOST_CHANGES], "... and 3 more"]
