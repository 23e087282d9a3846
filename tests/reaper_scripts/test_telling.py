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


def test_parts_that_the_user_deleted_do_not_count() -> None:
    from filmcomposer_reaper.telling import tell_done
    from tests.reaper_scripts.laid_cues import FIRST
    from tests.reaper_scripts.laying import desk

    with desk() as d:
        d.lay(FIRST)
        d.r.DeleteTrack(d.track("horns"))
        d.user()
        d.lay(FIRST)
        tell_done(d.reaper, FIRST)
        assert " 2 parts, " in d.host.console


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
        wishes(reaper, host, ["", "1", "9", ""], themes=3)


def test_what_is_asked_is_plain(reaper: Reaper, host: Host) -> None:
    found = wishes(reaper, host, [" tender ", " 999999999 "])
    assert found == {"brief": "tender", "seed": 999_999_999}
    assert "Seed (a new number: new music)," in str(host.dialogs[-1])


@pytest.mark.parametrize(
    ("by", "engine"),
    [
        ("", {"engine": "embedded"}),
        (" Embedded ", {"engine": "embedded"}),
        ("musicgen", {"engine": "musicgen", "melody_model": ""}),
        ("musicgen-melody", {"engine": "musicgen", "melody_model": "musicgen-melody"}),
        ("D:/models/mine", {"engine": "musicgen", "melody_model": "D:/models/mine"}),
    ],
)
def test_who_composes_is_asked_with_the_themes(
    reaper: Reaper, host: Host, by: str, engine: dict[str, str]
) -> None:
    from filmcomposer_reaper.asking import ask_wishes

    cue = record()
    host.answer(["", "1", "3", by])
    found = ask_wishes(reaper, cue, "Compose theme", themes=3)
    assert found == {"brief": "", "seed": 1, "candidates": 3, **engine}
    # What was answered stands there the next time.
    host.answer(None)
    ask_wishes(reaper, cue, "Compose theme", themes=3)
    assert (by.strip() or "embedded") in str(host.dialogs[-1])


def test_the_brief_is_asked_for_once_and_before_tempo_is_fitted(reaper: Reaper, host: Host) -> None:
    from filmcomposer_reaper.asking import ask_brief, ask_wishes

    cue = record()
    host.answer(None)
    assert ask_brief(reaper, cue, "Fit tempo to hits") is None
    host.answer([" a slow waltz "])
    assert ask_brief(reaper, cue, "Fit tempo to hits") == {"brief": "a slow waltz"}
    assert ask_brief(reaper, cue, "Fit tempo to hits") == {}
    # What nothing came of is offered again: the project does not hold it.
    host.answer(["a slow waltz"])
    ask_brief(reaper, record(), "Fit tempo to hits")
    assert "a slow waltz" in str(host.dialogs[-1])
    host.answer(["a slow waltz", "1"])
    assert ask_wishes(reaper, cue, "Score") == {"brief": "a slow waltz", "seed": 1}
    assert "a slow waltz" in str(host.dialogs[-1])


def test_changes_that_work_has_used_stay_without_a_question(reaper: Reaper) -> None:
    from filmcomposer_reaper.asking import forget_kept, known_kept, note_kept

    note_kept(reaper, record(), ["Harp: its notes"])
    note_kept(reaper, record(), ["Tuba: its name"])
    # Also of a press that wrote nothing into the project.
    assert {"Harp: its notes", "Tuba: its name"} <= known_kept(reaper, record())
    cue = record()
    forget_kept(reaper, cue)
    assert not known_kept(reaper, cue) & {"Harp: its notes", "Tuba: its name"}


def test_a_change_is_listed_once() -> None:
    from filmcomposer_reaper.asking import MOST_CHANGES, listed_changes

    many = [f"Part {number}: its notes" for number in range(MOST_CHANGES + 3)]
    assert listed_changes(many[:2] * 2) == "\n".join(many[:2])
    assert listed_changes(many * 2).splitlines() == [*many[:MOST_CHANGES], "... and 3 more"]


def test_a_yes_to_deleted_tracks_holds_until_new_music_is_asked_for() -> None:
    from filmcomposer_reaper.flow import Desk, Task, _given_back
    from tests.reaper_scripts.laid_cues import FIRST, ORDER
    from tests.reaper_scripts.laying import desk, picture

    mix, score = Task(name="Mix", until="report"), Task(name="S", until="report", new_theme=True)
    with desk() as d:
        at_work = Desk(record=d.record, picture=picture())
        d.lay(FIRST)
        d.r.DeleteTrack(d.track("horns"))
        d.user()
        d.host.answer("yes")
        assert _given_back(d.reaper, at_work, mix) is None
        d.lay(FIRST)
        assert _given_back(d.reaper, at_work, score) is None  # no question: one part of them
        for part in [part for part in ORDER if part in d.parts()]:
            d.r.DeleteTrack(d.track(part))
        d.user()
        d.host.answer("yes")
        assert _given_back(d.reaper, at_work, mix) is None
        assert _given_back(d.reaper, at_work, mix) is None
        d.host.answer("no")
        shown = _given_back(d.reaper, at_work, score)
        assert shown
        d.lay(FIRST, keep=False, shown=shown)
        assert d.parts() == ORDER
        assert len(d.host.dialogs) == 3
