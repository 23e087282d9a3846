"""What the user is asked about tempo maps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from filmcomposer_core.contracts.session import Session, SessionMap
from filmcomposer_core.errors import Cancelled
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.cue.records import CueRecord
from filmcomposer_reaper.tempo.lay import choose_map, choose_rank, forget_choice, map_lines
from tests.fakes.reaper import Host
from tests.reaper_scripts.tempo_projects import session, tempo_point


@pytest.fixture
def ranked() -> Session:
    maps = tuple(SessionMap(rank=n, words=f"{90 + n} BPM") for n in (1, 2, 3))
    made = session([tempo_point(0, 90)], anchor=0.0, length=10.0)
    return replace(made, maps=maps, chosen=2)


@pytest.fixture
def record() -> CueRecord:
    return CueRecord(id="00c0ffee", folder="x", item_guid="{1}")


@pytest.mark.parametrize(("button", "choice"), [("yes", "replace"), ("no", "keep")])
def test_the_answer_is_remembered(
    host: Host, reaper: Reaper, record: CueRecord, button: str, choice: str
) -> None:
    host.answer(button)
    assert choose_map(reaper, record) == choice
    assert choose_map(reaper, record) == choice
    assert len(host.dialogs) == 1
    forget_choice(record)
    host.answer(button)
    choose_map(reaper, record)
    assert len(host.dialogs) == 2


def test_cancel(host: Host, reaper: Reaper, record: CueRecord) -> None:
    host.answer("cancel")
    with pytest.raises(Cancelled, match="Nothing was done"):
        choose_map(reaper, record)
    assert record.parts == {"tempo": {}}


def test_the_maps_in_the_console(ranked: Session) -> None:
    assert map_lines(ranked) == ["  1. 91 BPM", "> 2. 92 BPM", "  3. 93 BPM"]


def test_a_map_is_chosen_by_its_number(host: Host, reaper: Reaper, ranked: Session) -> None:
    host.answer(["3"])
    assert choose_rank(reaper, ranked) == 3
    assert "Map (1 to 3; see the console)" in str(host.dialogs[0])


def test_it_is_asked_again_until_there_is_such_a_map(
    host: Host, reaper: Reaper, ranked: Session
) -> None:
    for given in ("7", "best", "", " 1 "):
        host.answer([given])
    assert choose_rank(reaper, ranked) == 1
    titles = [shown[0] for shown in host.dialogs]
    assert titles == [
        "Fit tempo to hits",
        "There is no map 7",
        "There is no map best",
        "Type the number of a map",
    ]


def test_cancelled_or_without_maps(host: Host, reaper: Reaper, ranked: Session) -> None:
    host.answer(None)
    assert choose_rank(reaper, ranked) is None
    assert choose_rank(reaper, replace(ranked, maps=())) is None
