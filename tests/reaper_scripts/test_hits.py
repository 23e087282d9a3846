"""The notes on the tracks measured against the hits, their colours, and going from hit to hit."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core.contracts.hit_rule import colour_of, nearest
from filmcomposer_core.contracts.session import SessionMarker
from tests.fakes.reaper import Host
from tests.fakes.reaper.direct import HERE, Direct
from tests.fakes.reaper.project import markers, tree
from tests.fakes.reaper.project.tree import Block
from tests.reaper_scripts.marker_world import (
    ANCHOR,
    CUE,
    RED,
    Stand,
    at,
    hit,
    lay,
    listed,
    native,
    picture,
    record,
    session,
    user_adds,
)


@pytest.fixture
def held() -> Any:
    return record()


def track(host: Host, part: str, cue: str = CUE) -> str:
    r = Direct(host)
    index = r.CountTracks(HERE)
    r.InsertTrackAtIndex(index, False)
    pointer = r.GetTrack(HERE, index)
    for key, value in (("fc_cue", cue), ("fc_part", part)):
        r.GetSetMediaTrackInfo_String(pointer, f"P_EXT:{key}", value, True)
    r.GetSetMediaTrackInfo_String(pointer, "P_NAME", part, True)
    return str(pointer)


def notes(
    host: Host, on: str, beats: Iterable[float], *, start: float = 0.0, end: float = 16.0
) -> Block:
    """An item from a quarter note to another, with notes at beats from its start."""
    r = Direct(host)
    item = r.CreateNewMIDIItemInProj(on, start, end, 1)[0]
    take = r.GetActiveTake(item)
    for beat in beats:
        tick = round(beat * 960)
        r.MIDI_InsertNote(take, False, False, tick, tick + 240, 0, 60, 90, False)
    return host.project.items()[-1]


def finished(work: Generator[None, None, Any]) -> Any:
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def heard(reaper: Any, held: Any) -> list[float]:
    from filmcomposer_reaper.markers.hits import onset_times

    found = finished(onset_times(reaper, held))
    assert found.unread == ()
    assert list(found.times_s) == sorted(set(found.times_s))
    return [round(time_s, 6) for time_s in found.times_s]


# --- onsets ---------------------------------------------------------------------------------------


def test_onsets_of_all_parts_once_each(host: Host, reaper: Any, held: Any) -> None:
    """At 120 BPM a beat lasts half a second."""
    notes(host, track(host, "violins"), [0, 1, 2.5])
    notes(host, track(host, "celli"), [1, 3], start=4.0)
    notes(host, track(host, "@theme"), [0.25])
    notes(host, track(host, "violins", cue="fedcba98"), [0.75])
    Direct(host).SetMediaTrackInfo_Value(Direct(host).GetTrack(HERE, 0), "B_MUTE", 1)
    assert heard(reaper, held) == [0.0, 0.5, 1.25, 2.5, 3.5]


def test_onsets_follow_a_ramp(host: Host, reaper: Any, held: Any) -> None:
    """From 60 to 120 BPM over 4 s there are 6 beats: t² / 8 + t = beats."""
    r = Direct(host)
    r.SetTempoTimeSigMarker(HERE, -1, 0.0, -1, -1, 60.0, 4, 4, True)
    r.SetTempoTimeSigMarker(HERE, -1, 4.0, -1, -1, 120.0, 0, 0, False)
    notes(host, track(host, "violins"), [0, 2.5, 6, 8])
    assert heard(reaper, held) == [0.0, 2.0, 4.0, 5.0]


def mute_item(item: Block) -> None:
    item.write("MUTE", 1, "1", "MUTE 0 0")


def mute_note(item: Block) -> None:
    for line in list(item.walk()):
        if line.text.startswith("E 960 9"):
            line.text = line.text.replace("E ", "Em ", 1)


def select_notes(item: Block) -> None:
    for line in list(item.walk()):
        if line.text.startswith("E "):
            line.text = "e" + line.text[1:]


def trim(item: Block) -> None:
    item.write("POSITION", 1, 0.25)
    item.write("LENGTH", 1, 0.5)


def trim_left_edge(item: Block) -> None:
    """The first half second cut off: the notes stay where they are."""
    item.write("POSITION", 1, 0.5)
    item.write("LENGTH", 1, 7.5)
    take = next(child for child in item.body if isinstance(child, tree.Take))
    take.write("SOFFS", 1, 0.5)


def twice_as_fast(item: Block) -> None:
    """And the item long enough for the source to start again (a new item loops)."""
    item.write("LENGTH", 1, 4.5)
    take = next(child for child in item.body if isinstance(child, tree.Take))
    take.write("PLAYRATE", 1, 2)


def loop(item: Block) -> None:
    """The source lasts 8 s, the item 17."""
    item.write("LOOP", 1, "1")
    item.write("LENGTH", 1, 17.0)


def longer(item: Block) -> None:
    item.write("LOOP", 1, "0")
    item.write("LENGTH", 1, 17.0)


def start_at_zero(item: Block) -> None:
    """A velocity of 0 ends a note."""
    for line in list(item.walk()):
        if line.text.startswith("E 720 80"):
            line.text = "E 720 90 3c 00"


def text_between(item: Block) -> None:
    """A text of a beat before the second note: its delta counts."""
    source = next(child for child in item.walk() if child.key == "SOURCE")
    assert isinstance(source, Block)
    place = next(i for i, c in enumerate(source.body) if c.text.startswith("E 720 90"))
    source.body[place].text = source.body[place].text.replace("720", "240")
    source.add(Block("X 480 0", [tree.Line("/wFhYmM=")]), place)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (None, [0.0, 0.5, 1.0]),
        (mute_item, []),
        (select_notes, [0.0, 0.5, 1.0]),
        (trim, [0.25]),
        (trim_left_edge, [0.5, 1.0]),
        (twice_as_fast, [0.0, 0.25, 0.5, 4.0, 4.25]),
        (loop, [0.0, 0.5, 1.0, 8.0, 8.5, 9.0, 16.0, 16.5]),
        (longer, [0.0, 0.5, 1.0]),
        (start_at_zero, [0.0, 0.5, 1.0]),
        (text_between, [0.0, 0.5, 1.0]),
    ],
)
def test_what_an_item_plays(
    reaper: Any,
    host: Host,
    held: Any,
    change: Callable[[Block], None] | None,
    expected: list[float],
) -> None:
    item = notes(host, track(host, "violins"), [0, 1, 2])
    if change is not None:
        change(item)
    assert heard(reaper, held) == expected


def test_muted_notes_do_not_count(host: Host, reaper: Any, held: Any) -> None:
    item = notes(host, track(host, "violins"), [1, 3])
    mute_note(item)
    assert heard(reaper, held) == [1.5]


def test_only_the_chosen_take_counts_unless_all_play(host: Host, reaper: Any, held: Any) -> None:
    item = notes(host, track(host, "violins"), [0])
    other = notes(host, track(host, "@theme"), [3])
    lines = [
        tree.copy(c) if isinstance(c, Block) else c for c in other.body if isinstance(c, tree.Take)
    ]
    take = tree.Take("TAKE SEL", list(lines[0].body))  # type: ignore[union-attr]
    item.add(take)
    assert heard(reaper, held) == [1.5]
    take.text = "TAKE"
    assert heard(reaper, held) == [0.0]
    item.write("ALLTAKES", 1, "1")
    assert heard(reaper, held) == [0.0, 1.5]


def test_what_cannot_be_read_is_named(host: Host, reaper: Any, held: Any) -> None:
    from filmcomposer_reaper.markers.hits import onset_times

    item = notes(host, track(host, "violins"), [0])
    for line in item.walk():
        if line.text.startswith("IGNTEMPO"):
            line.text = "IGNTEMPO 1 120 4 4"
    item = notes(host, track(host, "celli"), [0])
    take = next(child for child in item.body if isinstance(child, tree.Take))
    source = take.block("SOURCE")
    assert source is not None
    source.body = [tree.Line('FILE "/x.mid"')]
    item = notes(host, track(host, "basses"), [0])
    take = next(child for child in item.body if isinstance(child, tree.Take))
    source = take.block("SOURCE")
    assert source is not None
    take.remove_child(source)
    take.add(Block("SOURCE SECTION", [tree.Line("LENGTH 2"), source]))
    found = finished(onset_times(reaper, held))
    assert found.times_s == ()
    assert [text.split(" on ")[1].split()[0] for text in found.unread] == [
        "violins", "celli", "basses",
    ]  # fmt: skip


def test_an_empty_cue_has_no_onsets(reaper: Any, held: Any) -> None:
    assert heard(reaper, held) == []


def test_sixteen_tracks_take_few_calls(host: Host, reaper: Any, held: Any) -> None:
    from filmcomposer_reaper.markers.hits import onset_times

    for part in range(16):
        item = notes(host, track(host, f"part {part}"), [0], end=640.0)
        source = next(c for c in item.walk() if c.key == "SOURCE")
        assert isinstance(source, Block)
        at_first = next(i for i, c in enumerate(source.body) if c.text.startswith("E "))
        source.body[at_first:] = [
            tree.Line(text) for _ in range(625) for text in ("E 0 90 3c 50", "E 960 80 3c 00")
        ] + [tree.Line("E 14400 b0 7b 00")]
        source.memo = None
    host.calls.clear()
    found = finished(onset_times(reaper, held))
    assert len(found.times_s) == 625
    assert len(host.calls) < 16 * 16 + 20


# --- judging --------------------------------------------------------------------------------------


def starts(*times_s: float) -> Any:
    """Notes that begin at times of a project of 120 BPM in 4/4, where the cue begins on a bar."""
    from filmcomposer_reaper.markers.hits import Onsets
    from filmcomposer_reaper.tempo.map import MapPoint, ProjectMap

    tempo = ProjectMap([MapPoint(time_s=0.0, bpm=120.0, num=4, den=4)])
    return Onsets(times_s=times_s, unread=(), tempo=tempo)


def judged(hits: Iterable[SessionMarker], *times_s: float, fps: float = 24) -> Any:
    from filmcomposer_reaper.markers.hits import measure_hits

    return measure_hits(list(hits), starts(*times_s), fps=fps, picture=picture())


def test_hits_are_judged_by_the_reports_rule() -> None:
    hits = [
        hit("met", 1.0, hit_class="beat"),
        hit("late", 2.0, "6 beat | b", late_frames=2),
        hit("missed", 3.0, "7 beat | c"),
        hit("none", 20.0, "8 beat | d"),
        hit("avoid", 4.0, "9 avoid | e", hit_class="avoid"),
        hit("clear", 30.0, "9 avoid | f", hit_class="avoid"),
    ]
    onsets = [ANCHOR + t for t in (1 - 1 / 24, 2 + 3 / 24, 3 + 5 / 24, 4.0)]
    found = {r.id: (r.colour, r.frames_off, r.reason) for r in judged(hits, *onsets)}
    assert found == {
        "met": ("green", -1.0, ""),
        "late": ("yellow", 3.0, "the nearest note is 3.0 frames late"),
        "missed": ("red", 5.0, "the nearest note is 5.0 frames late"),
        "none": ("red", None, "no note begins within half a second (rest, or after the ending)"),
        "avoid": ("red", 0.0, "a note begins where none should"),
        "clear": ("green", None, ""),
    }


def test_a_downbeat_is_met_on_a_bar_line_or_it_is_said() -> None:
    """Bars of the project begin at every even second."""
    hits = [
        hit("on", 2.0, must=True),
        hit("near", 4.0 + 0.5 / 24, must=True),
        hit("beat", 6.5, must=True),
        hit("may", 8.5),
        hit("end", 59.5, must=True),
    ]
    onsets = [ANCHOR + t for t in (2.0, 4.0 - 0.4 / 24, 6.5, 8.5)]
    assert {r.id: (r.colour, r.reason) for r in judged(hits, *onsets)} == {
        "on": ("green", ""),
        "near": ("green", ""),
        "beat": ("yellow", "met on beat 2, not on a downbeat"),
        "may": ("green", "met on beat 2, not on a downbeat"),
        "end": ("red", "0.50 s before the end, where a last note needs 1.00 s to sound"),
    }


@given(
    st.lists(st.floats(0, 100), max_size=30),
    st.floats(0, 100),
    st.integers(0, 5),
    st.integers(0, 5),
)
def test_the_rule_looks_at_the_nearest_onset_and_both_tolerances(
    onsets: list[float], time_s: float, early: int, late: int
) -> None:
    onsets = sorted(onsets)
    near = [t for t in onsets if abs(t - time_s) <= 0.5]
    found = nearest(onsets, time_s)
    assert (found is None) == (not near)
    if found is not None:
        assert abs(found - time_s) == min(abs(t - time_s) for t in near)
    aim = hit("a", 0.0, early_frames=early, late_frames=late)
    for off in (-2.0 * early - 0.01, -1.0 * early, 0.0, 1.0 * late, 2.0 * late + 0.01):
        inside = -early <= off <= late
        assert (colour_of(aim, off) == "green") == inside


def test_colours_go_on_the_markers_and_come_off_with_the_next_writing(
    host: Host, reaper: Any, held: Any
) -> None:
    from filmcomposer_reaper.markers.hits import COLOURS, colour_steps, present_hits

    laid = session([hit("s1", 1.0), hit("s2", 2.0), hit("s3", 3.0), hit("s4", 4.0)])
    lay(reaper, held, laid)
    user_adds(host, 11.5, "theirs")
    markers.move(at(host, 12.0), 12.5, None)  # its present place counts
    markers.paint(at(host, 13.0), native(host, "#010203"))
    markers.delete(host.project, at(host, 14.0))
    present = present_hits(reaper, held, laid, picture())
    assert [(m.id, m.time_s) for m in present] == [("s1", 11.0), ("s2", 12.5), ("s3", 13.0)]
    results = judged(present, 11.0, 12.5 + 1.5 / 24)
    for step in colour_steps(reaper, held, results):
        step()
    shown = {m.position: m.colour for m in listed(host)}
    assert shown == {
        11.0: native(host, COLOURS["green"]),
        11.5: 0,
        12.5: native(host, COLOURS["yellow"]),
        13.0: native(host, "#010203"),  # the user's
    }
    host.calls.clear()
    for step in colour_steps(reaper, held, results):
        step()
    assert not [name for name, _ in host.calls if name.startswith("Set")]
    from filmcomposer_reaper.markers.lay import read_markers

    told = read_markers(reaper, held, picture())
    times = [(m.id, m.time_s) for m in told or ()]
    assert times == [("s1", 1.0), ("", 1.5), ("s2", 2.5), ("s3", 3.0)]
    lay(reaper, held, laid)
    shown = {m.position: m.colour for m in listed(host)}
    assert shown[11.0] == shown[12.5] == native(host, RED)
    assert shown[13.0] == native(host, "#010203")


def test_the_report_is_in_order_of_time_and_names_its_frames(host: Host, reaper: Any) -> None:
    """The ruler counts 25 frames a second here, the film 24."""
    from filmcomposer_reaper.markers.hits import report_lines

    host.project.root.write("PROJOFFS", 1, 3600.0, "PROJOFFS 0 0 0")
    host.project.root.write("TIMEMODE", 2, "2", "TIMEMODE 1 2 -1 25 0 0 -1 0")
    hits = [hit("d", 9.0, "5 beat | d"), hit("a", 1.0, "8 beat | a", hit_class="beat")]
    hits += [hit("b", 2.4, "7 beat | b"), hit("c", 3.0, "6 beat | frames c")]
    onsets = [11.0, 12.4 + 2 / 24, 13.0 - 4 / 24]
    assert report_lines(reaper, judged(hits, *onsets), fps=24) == [
        "1 of 4 hits are met by the notes on the tracks.",
        "green   01:00:11:00  8 beat | a",
        "yellow  01:00:12:10  7 beat | b: the nearest note is 2.0 frames (of the film, 24 fps) "
        "late",
        "RED     01:00:13:00  6 beat | frames c: the nearest note is 4.0 frames (of the film, "
        "24 fps) early",
        "RED     01:00:19:00  5 beat | d: no note begins within half a second "
        "(rest, or after the ending)",
    ]
    assert report_lines(reaper, (), fps=24) == ["No hit of this cue has a marker."]


# --- going ----------------------------------------------------------------------------------------


def test_going_from_hit_to_hit(host: Host, reaper: Any, held: Any) -> None:
    from filmcomposer_reaper.markers.go import NEXT, PREVIOUS, go

    assert go(reaper, held, NEXT).moved is False
    user_adds(host, 11.5, "theirs")
    lay(reaper, held, session([hit("s1", 1.0), hit("s2", 2.0, "3 any | look"), hit("s3", 3.0)]))
    markers.move(at(host, 13.0), 17.0, None)
    r = Direct(host)
    r.SetEditCurPos2(HERE, 0.0, False, False)
    host.project.settle()
    came = []
    for direction in (NEXT, NEXT, NEXT, NEXT, PREVIOUS, PREVIOUS, PREVIOUS):
        host.calls.clear()
        arrival = go(reaper, held, direction)
        came.append((r.GetCursorPosition(), arrival.moved))
        sought = [args for name, args in host.calls if name == "SetEditCurPos2"]
        assert [args[2:] for args in sought] == [(True, False)] * arrival.moved
    assert came == [
        (11.0, True), (12.0, True), (17.0, True), (17.0, False),
        (12.0, True), (11.0, True), (11.0, False),
    ]  # fmt: skip
    assert host.project.history.made == 0
    assert go(reaper, held, PREVIOUS).words == "No hit before 00:00:11:00."
    words = go(reaper, held, NEXT).words
    assert words.startswith("00:00:12:00  ")
    assert ("look" in words) == (host.version >= (7, 62))


@pytest.mark.parametrize(("away_s", "stays"), [(0.0004, True), (0.0006, False)])
def test_a_hit_at_the_cursor_is_not_gone_to(held: Any, away_s: float, stays: bool) -> None:
    from filmcomposer_reaper.markers.go import NEXT, PREVIOUS, go

    host = Host()
    lay(Stand(host), held, session([hit("s1", 1.0)]))
    for direction in (NEXT, PREVIOUS):
        host.project.cursor = 11.0 - direction * away_s
        assert go(Stand(host), held, direction).moved is not stays


def test_a_result_names_its_hit() -> None:
    (found,) = judged([replace(hit("s7", 1.0), name="MUST any | x")], fps=25)
    assert (found.id, found.name, found.time_s) == ("s7", "MUST any | x", 11.0)
