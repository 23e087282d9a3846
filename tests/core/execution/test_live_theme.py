"""The candidates for the theme as takes of one item."""

from __future__ import annotations

from dataclasses import replace

import pytest

from filmcomposer_core.contracts.score import Melody
from filmcomposer_core.contracts.session import Session
from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_core.timeline import Timeline
from tests import samples
from tests.core.execution.cases import built
from tests.core.execution.live_cases import (
    FIRST,
    SECOND,
    THIRD,
    candidates,
    laid,
    tree_of,
    tune,
    verdict,
    whole,
)
from tests.fakes.reaper.project import items
from tests.fakes.reaper.project.tree import Block, Take


def item_of(session: Session) -> Block:
    (item,) = tree_of(session, "@theme").blocks("ITEM")
    return item


def notes_of(take: Take) -> list[tuple[int, int, int, int]]:
    """Return (tick, length, pitch, velocity) of a take."""
    (source,) = take.blocks("SOURCE")
    tick, sounding, found = 0, {}, []
    for event in source.lines("E"):
        tick += int(event.word(1))
        status, pitch, value = (int(event.word(n), 16) for n in (2, 3, 4))
        if status == 0x90:
            sounding[pitch] = (tick, value)
        elif status == 0x80:
            start, velocity = sounding.pop(pitch)
            found.append((start, tick - start, pitch, velocity))
    assert not sounding
    return sorted(found)


def written(melody: Melody, start_beat: float) -> list[tuple[int, int, int, int]]:
    return sorted(
        (round((n.beat - start_beat) * 960), round(n.length * 960), n.pitch, n.velocity)
        for n in melody.notes
    )


def test_candidates_are_takes_by_number_and_the_theme_is_the_one_that_plays() -> None:
    session = laid()
    item = item_of(session)
    takes = items.takes(item)
    assert session.theme == (
        "Theme 1 (9.0 of 15, not accepted)",
        "Theme 2 (13.8 of 15, accepted)",
        "Theme 3 (12.1 of 15, accepted)",
    )
    assert [take.read("NAME", 1) for take in takes] == list(session.theme)
    assert items.active(item) is takes[1]
    assert item.read("ALLTAKES", 1) == "0"
    # All begin in bar 2 (beat 4), where the earliest of them does.
    assert [notes_of(take) for take in takes] == [written(m, 4.0) for m in (FIRST, SECOND, THIRD)]
    assert item.read_number("POSITION", 1) == 2.0
    assert item.read_number("LENGTH", 1) == 4.0  # bars 2 and 3: the last note ends with bar 3


def test_the_chosen_candidate_plays_wherever_it_ranks() -> None:
    item = item_of(laid(whole(melody=FIRST)))
    takes = items.takes(item)
    assert [take.text for take in takes] == ["", "TAKE", "TAKE"]
    assert items.active(item) is takes[0]


def test_without_a_choice_the_best_plays() -> None:
    takes = items.takes(item_of(laid(whole(melody=None))))
    assert [take.text for take in takes] == ["", "TAKE SEL", "TAKE"]


def test_every_take_has_ids_of_its_own_that_follow_its_number() -> None:
    def ids(session: Session) -> dict[str, set[str]]:
        found = {}
        for take in items.takes(item_of(session)):
            (source,) = take.blocks("SOURCE")
            name = take.read("NAME", 1).split(" (")[0]
            found[name] = {take.read("GUID", 1), source.read("POOLEDEVTS", 1)}
        return found

    one = ids(laid())
    assert len(set().union(*one.values())) == 6
    better = replace(candidates()[0], assessment=verdict(15.0))
    assert ids(laid(whole(candidates=(better, *candidates()[1:])))) == one


def test_an_edited_theme_stands_in_the_place_of_the_candidate_it_came_from() -> None:
    edited = tune((6.0, 1.0, 72), (7.5, 0.5, 76), (9.0, 1.0, 77))  # from the third
    session = laid(whole(melody=edited))
    takes = items.takes(item_of(session))
    assert session.theme[2] == "Theme 3 (12.1 of 15, accepted, edited)"
    assert notes_of(takes[2]) == written(edited, 4.0)
    assert notes_of(takes[1]) == written(SECOND, 4.0)
    assert takes[2].text == "TAKE SEL"


def test_the_theme_is_heard_until_stems_sound_in_its_place() -> None:
    muted = [
        tree_of(session, "@theme").read("MUTESOLO", 1)
        for session in (laid(whole(daw_plan=None)), laid(whole(stems={})), laid())
    ]
    assert muted == ["0", "0", "1"]
    (chain,) = tree_of(laid(whole(daw_plan=None)), "@theme").blocks("FXCHAIN")
    assert chain.read("BYPASS", 1) == "0"
    assert [b.word(1) for b in chain.blocks("VST")] == ["VSTi: ReaSynth (Cockos)"]


def test_themes_without_notes_are_no_takes() -> None:
    silent = tuple(replace(c, melody=Melody(notes=())) for c in candidates())
    session = laid(whole(candidates=silent, melody=Melody(notes=()), daw_plan=None))
    assert session.theme == ()
    assert session.tracks == ()
    mixed = laid(whole(candidates=(*silent[:2], candidates()[2]), melody=THIRD))
    assert mixed.theme == ("Theme 3 (12.1 of 15, accepted)",)


def test_a_gliding_tempo_places_the_item() -> None:
    points = (
        TempoPoint(time_s=0.0, bpm=80.0, ramp=True, num=4, den=4),
        TempoPoint(time_s=12.0, bpm=140.0, ramp=False, num=4, den=4),
    )
    tempo = samples.tempo_plan()
    tempo = replace(tempo, maps=(replace(tempo.map, points=points),))
    for plan in (None, built(tempo_map=tempo.map)):
        item = item_of(laid(whole(tempo=tempo, daw_plan=plan), anchor_s=30.0))
        timeline = Timeline(points)
        start = item.read_number("POSITION", 1) - 30.0
        assert start == pytest.approx(timeline.time_at(4.0))
        assert start + item.read_number("LENGTH", 1) == pytest.approx(timeline.time_at(12.0))
