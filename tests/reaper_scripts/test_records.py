"""What the project remembers of its cues, through a save and a load of its file."""

from __future__ import annotations

import json
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


# --- parts that make no sense ---------------------------------------------------------------------

ENTRY = ["{A}", 1, 10.0, 5.0, 0.0, "0a1b2c3d", "#cc2200"]
POINT = [10.0, 120.0, 0, 4, 4, 1, 0, ""]
GOOD: dict[str, Any] = {
    "film": {"fps": "30000/1001", "kept": ["Harp: its notes"], "run": "0123456789ab"},
    "markers": {
        "hits": {"s1": ENTRY, "s2": [*ENTRY, 6.0, 0.0, "", ""]},
        "regions": {"A": ENTRY},
        "foreign": [["8B96AAD3", 40, 13.25, ""]],
        "told": {"gone": ["s3"], "moved": {"s1": [15.0, ""]}, "added": [ENTRY]},
        "beats": {"hits": {"s1": [25.0]}, "regions": {"A": [20.0, 60.0]}},
    },
    "place": {"near_s": 10, "length_s": 60.0, "path": "/a.mp4", "home": "/"},
    "tempo": {
        "choice": "keep", "written": [POINT], "replaced": [], "body": [POINT], "held": [POINT],
        "map": [[0, 120, 0, 4, 4], [60.0]], "beats": [0.0], "start_s": 10.0, "end_s": 70.0,
        "turn": 2, "video": {"{A}": -1},
    },
    "tracks": {
        "tracks": {
            "harp": {"guid": "{T}", "parent": "", "kind": "part", "name": "H", "takes": [1]}
        },
        "taken": {"harp": {"fader": "1 0"}}, "laid_s": 10.0,
    },
    "wishes": {"brief": "tender", "seed": 1},
    "of a newer version": [None],
}  # fmt: skip

#: Reviewers' finds, and one slip in each shape.
BROKEN: list[tuple[str, Any]] = [
    *((part, bad) for part in GOOD if part[0] != "o" for bad in ([], "x", None, 3, [{}])),
    ("film", {"fps": "24"}),
    ("film", {"fps": "24/0"}),
    ("film", {"kept": "x"}),
    ("film", {"run": 1}),
    ("markers", {"hits": {"a": [1]}}),
    ("markers", {"hits": {"a": [*ENTRY, 1.0]}}),
    ("markers", {"hits": []}),
    ("markers", {"foreign": [1]}),
    ("markers", {"told": None}),
    ("markers", {"told": {"gone": []}}),
    ("markers", {"beats": {"hits": [1]}}),
    ("markers", {"hits": {"a": ["{A}", True, *ENTRY[2:]]}}),
    ("place", {"near_s": "x"}),
    ("place", {"near_s": None}),
    ("place", {"path": 1}),
    ("tempo", {"written": [1]}),
    ("tempo", {"written": [POINT]}),
    ("tempo", {"written": [POINT[:5]]}),
    ("tempo", {"video": [1]}),
    ("tempo", {"map": [1]}),
    ("tempo", {"map": [[1], [60.0]]}),
    ("tempo", {"beats": None}),
    ("tracks", {"tracks": [1]}),
    ("tracks", {"tracks": {"harp": None}}),
    ("tracks", {"taken": [1]}),
    ("tracks", {"tracks": {"harp": {"guid": 1}}}),
    ("tracks", {"laid_s": "10"}),
    ("wishes", {"brief": None}),
    ("wishes", {"seed": "1"}),
    ("wishes", {"seed": True}),
]


def test_what_the_modules_write_is_whole() -> None:
    found = from_line("0a1b2c3d", to_line(a_record(**GOOD)))
    assert found is not None
    assert (found.parts, found.damaged) == (GOOD, ())
    assert from_line("0a1b2c3d", to_line(a_record(**{part: {} for part in GOOD}))) == a_record(
        **{part: {} for part in GOOD}
    )


@pytest.mark.parametrize(("part", "bad"), BROKEN)
def test_a_broken_part_is_dropped_and_the_others_stay(part: str, bad: Any) -> None:
    found = from_line("0a1b2c3d", to_line(a_record(**{**GOOD, part: bad})))
    assert found is not None
    assert found.damaged == (part,)
    assert found.parts == {name: held for name, held in GOOD.items() if name != part}


@settings(max_examples=200)
@given(part=st.sampled_from(sorted(GOOD)), path=st.lists(st.integers(0, 9), max_size=5), bad=PLAIN)
def test_whatever_is_broken_is_read_by_no_module(part: str, path: list[int], bad: Any) -> None:
    """A value somewhere in a part is another: each module reads what is left without a fault."""
    from filmcomposer_reaper.cue.lost import near_s
    from filmcomposer_reaper.markers.book import HITS, REGIONS, beats, entries, foreign, told
    from filmcomposer_reaper.tempo.book import take_apart, written_map
    from filmcomposer_reaper.tempo.map import MapPoint

    parts = json.loads(json.dumps(GOOD))
    held, place = parts, part
    for step in path:
        inner = held[place]
        if not isinstance(inner, dict | list) or not inner:
            break
        keys = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
        held, place = inner, keys[step % len(keys)]
    held[place] = bad
    found = from_line("0a1b2c3d", to_line(a_record(**parts)))
    assert found is not None
    for kind in (HITS, REGIONS):
        entries(found, kind)
        beats(found, kind)
    foreign(found)
    told(found)
    near_s(found)
    start = MapPoint(time_s=0.0, bpm=120.0, num=4, den=4, flags=1)
    take_apart([start], {found.id: found.parts.get("tempo", {})})
    written_map(found.parts.get("tempo", {}))


def test_what_is_dropped_is_said_once_and_other_cues_go_on(reaper: Reaper, host: Host) -> None:
    save_record(reaper, a_record(**GOOD))
    other = CueRecord(id="ffffffff", folder="FilmComposer/y-ffffffff", item_guid="{H}")
    other.parts |= {"markers": None, "tracks": []}
    save_record(reaper, other)
    for _ in range(3):
        found = load_records(reaper)
        assert found["0a1b2c3d"].parts == GOOD
        assert found["ffffffff"].parts == {}
    assert host.console == (
        "FilmComposer: what this project remembered of the markers and the tracks of the cue in "
        "FilmComposer/y-ffffffff was damaged and is passed over; it is noted anew when the cue is "
        "laid in again.\n"
    )
    other.parts |= {"wishes": 3}
    save_record(reaper, other)
    load_records(reaper)
    assert "your wishes of the cue" in host.console
