"""What the project remembers of its cues, through a save and a load of its file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_reaper.cue.records import (
    CueRecord,
    from_line,
    load_records,
    save_record,
    to_line,
)
from tests.fakes.reaper import Host
from tests.fakes.reaper.direct import HERE, Direct
from tests.fakes.reaper.inside import inside

if TYPE_CHECKING:
    from filmcomposer_reaper.adapter.reaper import Reaper

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=12)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=12,
)  # fmt: skip


def a_record(**parts: Any) -> CueRecord:
    return CueRecord(id="0a1b2c3d", folder="FilmComposer/x-0a1b2c3d", item_guid="{G}", parts=parts)


def test_kept_and_found_again(reaper: Reaper) -> None:
    assert load_records(reaper) == {}
    first = a_record(markers={"s1": ["{A}", 3.25]})
    second = CueRecord(id="ffffffff", folder="/elsewhere/y", item_guid="{H}")
    save_record(reaper, first)
    save_record(reaper, second)
    assert load_records(reaper) == {"0a1b2c3d": first, "ffffffff": second}
    first.parts["markers"] = {}
    save_record(reaper, first)
    assert load_records(reaper)["0a1b2c3d"].parts == {"markers": {}}


@settings(max_examples=60, deadline=None)
@given(parts=st.dictionaries(st.text(max_size=8), PLAIN, max_size=4))
def test_any_text_survives_the_project_file(
    tmp_path_factory: pytest.TempPathFactory, parts: dict[str, Any]
) -> None:
    from filmcomposer_reaper.adapter.reaper import Reaper

    host = Host()
    record = a_record(**{"p": parts})
    path = tmp_path_factory.getbasetemp() / "records.rpp"
    with inside(host) as main:
        reaper = Reaper(main)
        save_record(reaper, record)
        host.project.save(path)
        host.project.open(path)
        assert load_records(reaper) == {record.id: record}


@pytest.mark.parametrize("text", ["it's", 'say "A"', "`tick`", "'\"`", "line\nbreak", "\0", "Ω 🎬"])
def test_every_kind_of_quotes(reaper: Reaper, host: Host, tmp_path: Path, text: str) -> None:
    record = a_record(brief=text)
    assert "\n" not in to_line(record)
    save_record(reaper, record)
    host.project.save(tmp_path / "a.rpp")
    host.project.open(tmp_path / "a.rpp")
    assert load_records(reaper)[record.id].parts["brief"] == text


@pytest.mark.parametrize(
    "line",
    ["", "{", "[]", "3", "{}", '{"version":2,"folder":"f","item":"g","parts":{}}',
     '{"version":1,"folder":3,"item":"g","parts":{}}',
     '{"version":1,"folder":"f","item":"g","parts":[]}', "[" * 100000],
)  # fmt: skip
def test_a_line_that_makes_no_sense_is_passed_over(reaper: Reaper, line: str) -> None:
    save_record(reaper, a_record())
    reaper.rpr.SetProjExtState(HERE, "FilmComposer", "cue.11111111", line)
    reaper.rpr.SetProjExtState(HERE, "FilmComposer", "theme", "of somebody else")
    assert set(load_records(reaper)) == {"0a1b2c3d"}
    assert from_line("nonsense", to_line(a_record())) is None


def test_undo_takes_it_back(reaper: Reaper, host: Host) -> None:
    r = Direct(host)
    r.Undo_BeginBlock2(HERE)
    save_record(reaper, a_record())
    r.Undo_EndBlock2(HERE, "FilmComposer: Spot video", -1)
    assert set(load_records(reaper)) == {"0a1b2c3d"}
    r.Undo_DoUndo2(HERE)
    assert load_records(reaper) == {}
    r.Undo_DoRedo2(HERE)
    assert set(load_records(reaper)) == {"0a1b2c3d"}


def test_a_record_that_cannot_be_json_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        to_line(a_record(x=float("nan")))
