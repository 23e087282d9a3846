"""A video item moved together with its music: what went along is no change by the user."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_core.contracts.observed import ObservedTheme, ObservedTrack
from filmcomposer_core.contracts.session import Session
from filmcomposer_core.observed.tracks import edited_plan
from filmcomposer_reaper.apply import Plan, apply
from filmcomposer_reaper.cue.records import save_record
from filmcomposer_reaper.tempo.lay import foreign_map, tempo_steps
from filmcomposer_reaper.tracks.changes import user_changes
from filmcomposer_reaper.tracks.lay import track_steps
from filmcomposer_reaper.tracks.observe import observe_tracks
from tests.fakes.reaper.project import tempo_map, tree
from tests.reaper_scripts.conftest import VERSIONS
from tests.reaper_scripts.laid_cues import all_said, fresh
from tests.reaper_scripts.laying import (
    Desk,
    desk,
    foreign,
    moving_plan,
    picture,
    session,
    text_of,
)
from tests.reaper_scripts.tempo_projects import add_points, tempo_point

ANCHOR = 10.0
PLAN = moving_plan()
FIRST = session(plan=PLAN, anchor_s=ANCHOR)
both = pytest.mark.parametrize("version", VERSIONS, ids=["6.80", "7.78"])


@dataclass(frozen=True)
class Drag:
    """What the user moves with the video item, and by how much."""

    by: float
    items: bool = True
    envelopes: bool = True
    tempo: bool = True

    def carry_out(self, d: Desk) -> None:
        for block in d.host.project.tracks():
            if block.block("EXT") is not None:
                self._move(block)
        for line in tempo_map.lines(d.host.project) if self.tempo else ():
            if line.number(1):
                line.put(1, f"{line.number(1) + self.by:.12f}")
                if line.number(4):  # its bar may begin anywhere
                    line.put(6, str(int(line.number(6)) | 4))
        d.user("move")

    def _move(self, block: tree.Block) -> None:
        for child in block.body:
            if child.key == "ITEM" and self.items:
                line = child.line("POSITION")  # type: ignore[attr-defined]
                line.put(1, line.number(1) + self.by)
            elif child.key.rstrip("23").endswith("ENV") and self.envelopes:
                for line in child.lines("PT"):  # type: ignore[attr-defined]
                    line.put(1, line.number(1) + self.by)
            elif child.key == "FXCHAIN" and self.envelopes:
                self._move(child)  # type: ignore[arg-type]


ALL = Drag(3.3)
#: Everything dragged; space inserted before the cue; envelopes not tied to items; the video alone.
DRAGS = [
    Drag(3.3, tempo=False),
    Drag(-4.7, tempo=False),
    ALL,
    Drag(1 / 3),
    Drag(2.5, envelopes=False, tempo=False),
    Drag(2.5, items=False, envelopes=False, tempo=False),
]


def opened(d: Desk) -> None:
    """Lay the cue into a project that is slower than it."""
    add_points(d.r, [tempo_point(0, 97)])
    foreign(d, "drums")
    d.lay_tempo(FIRST)
    d.lay(FIRST)


def lay_all(d: Desk, made: Session) -> list[str]:
    """Lay a session as an action does: the tracks are looked at before the tempo is written."""
    said: list[str] = []
    tracks = track_steps(d.reaper, d.record, made, said=said)
    steps = [*tempo_steps(d.reaper, d.record, made, picture(made.anchor_s)), *tracks]
    steps.append(partial(save_record, d.reaper, d.record))
    assert list(apply(d.reaper, Plan(name="Score", steps=steps, cost_ms=1.0))) == []
    d.host.raise_faults()
    return said


Seen = tuple[tuple[ObservedTrack, ...], ObservedTheme | None]


def seen(d: Desk, at: float) -> Seen:
    return observe_tracks(d.reaper, d.record, picture(at))


@both
@pytest.mark.parametrize("drag", DRAGS)
def test_nothing_is_a_change_and_all_is_laid_once(version: tuple[int, int], drag: Drag) -> None:
    with desk(version=version) as d:
        opened(d)
        drag.carry_out(d)
        at = ANCHOR + drag.by
        assert user_changes(d.reaper, d.record, at) == ()
        assert seen(d, at) == ((), None)
        assert not foreign_map(d.reaper, d.record, picture(at))
        again = session(plan=PLAN, anchor_s=at)
        assert lay_all(d, again) == []
        assert all_said(d) == fresh(again)
        points = [p.number(1) for p in tempo_map.lines(d.host.project)]
        assert points[1] == pytest.approx(at)
        assert max(points) < at + 20.0 + 4 * 60 / 97
        assert user_changes(d.reaper, d.record, at) == ()
        assert seen(d, at) == ((), None)
        state = d.state()
        assert lay_all(d, again) == []
        assert d.state() == state


@both
def test_items_that_keep_their_beats_where_the_tempo_is_another(version: tuple[int, int]) -> None:
    """MIDI items dragged to a part of the project at 120 BPM may last as many beats there."""
    with desk(version=version) as d:
        opened(d)
        found = tempo_map.read(d.host.project)
        for part in ("violins", "horns", "basses", "@theme"):
            (item,) = d.block(part).blocks("ITEM")
            start, length = item.read_number("POSITION", 1), item.read_number("LENGTH", 1)
            beats = found.qn(start + length) - found.qn(start)
            end = found.time(found.qn(start + 60.0) + beats)
            item.write("POSITION", 1, start + 60.0)
            item.write("LENGTH", 1, end - start - 60.0)
        d.user()
        assert user_changes(d.reaper, d.record, ANCHOR + 60.0) == ()
        assert seen(d, ANCHOR + 60.0) == ((), None)


# --- edits besides --------------------------------------------------------------------------------


def note(d: Desk) -> None:
    take = d.r.GetActiveTake(d.r.GetTrackMediaItem(d.track("violins"), 0))
    first = d.r.MIDI_GetNote(take, 0, 0, 0, 0, 0, 0, 0, 0)
    d.r.MIDI_DeleteNote(take, 0)
    d.r.MIDI_InsertNote(take, False, False, first[5] + 480, first[6] + 480, 0, 72, 99, False)


def point(d: Desk) -> None:
    envelope = d.r.GetTrackEnvelopeByChunkName(d.track("horns"), "<VOLENV2")
    d.r.InsertEnvelopePoint(envelope, start_of(d) + 3.0, 0.5, 0, 0.0, False, False)


def send_point(d: Desk) -> None:
    reverb = d.block("@reverb")
    held = next(c for c in reverb.body if c.key == "AUXVOLENV")
    last = [line for line in held.lines("PT")][-1]  # type: ignore[attr-defined]
    last.put(2, 0.123)


def split(d: Desk) -> None:
    d.r.SplitMediaItem(d.r.GetTrackMediaItem(d.track("basses"), 0), start_of(d) + 6.0)


def trim(d: Desk) -> None:
    item = d.r.GetTrackMediaItem(d.track("horns"), 0)
    length = d.r.GetMediaItemInfo_Value(item, "D_LENGTH")
    d.r.SetMediaItemInfo_Value(item, "D_LENGTH", length - 1.5)


def later(d: Desk) -> None:
    item = d.r.GetTrackMediaItem(d.track("horns"), 0)
    place = d.r.GetMediaItemInfo_Value(item, "D_POSITION")
    d.r.SetMediaItemInfo_Value(item, "D_POSITION", place + 0.75)


def theme(d: Desk) -> None:
    d.r.MIDI_DeleteNote(d.r.GetTake(d.r.GetTrackMediaItem(d.track("@theme"), 0), 0), 0)


def fader(d: Desk) -> None:
    d.r.SetMediaTrackInfo_Value(d.track("violins"), "D_VOL", 0.25)


EDITS: Sequence[Callable[[Desk], None]] = (
    note, point, send_point, split, trim, later, theme, fader,
)  # fmt: skip


def start_of(d: Desk) -> float:
    """Where the printed stems, which nobody edits here, say that the cue begins."""
    (envelope,) = (c for c in d.block("horns").body if c.key == "VOLENV2")
    return float(next(iter(envelope.lines("PT"))).number(1))  # type: ignore[attr-defined]


def rounded(found: Seen) -> object:
    """An observation with times to a tenth of a millisecond."""
    tracks, theme_ = found

    def notes(held: object) -> object:
        return held and sorted(
            (round(n.start_s, 4), round(n.end_s, 4), n.pitch, n.velocity, n.channel)
            for n in held  # type: ignore[attr-defined]
        )

    told = [
        (
            t.id, t.name, t.volume, t.pan, t.send, notes(t.notes),
            {k: [(round(a, 4), round(b, 6)) for a, b in v] for k, v in t.envelopes.items()},
        )
        for t in tracks
    ]  # fmt: skip
    return told, theme_ and (theme_.candidate, notes(theme_.notes))


moves = st.builds(
    Drag,
    st.sampled_from([3.3, -4.7, 0.04, 25.0]) | st.floats(-9, 50).map(lambda t: round(t, 6)),
    st.booleans(),
    st.booleans(),
    st.booleans(),
).filter(lambda drag: abs(drag.by) > 0.01)


@both
@given(drag=moves, edits=st.lists(st.sampled_from(EDITS), max_size=4, unique=True))
@settings(max_examples=25, deadline=None)
def test_what_is_told_does_not_depend_on_what_went_along(
    version: tuple[int, int], drag: Drag, edits: list[Callable[[Desk], None]]
) -> None:
    with desk(version=version) as d:
        opened(d)
        for edit in edits:
            edit(d)
        d.user()
        changes = user_changes(d.reaper, d.record, ANCHOR)
        expected = rounded(seen(d, ANCHOR))
        drag.carry_out(d)
        assert user_changes(d.reaper, d.record, ANCHOR + drag.by) == changes
        assert rounded(seen(d, ANCHOR + drag.by)) == expected


@both
@pytest.mark.parametrize("drag", DRAGS)
def test_what_the_user_changed_besides_lies_at_the_new_place_once(
    version: tuple[int, int], drag: Drag
) -> None:
    """From REAPER to the plan and back: a moved note, points, an item cut in two, a fader."""
    at = ANCHOR + drag.by
    with desk(version=version) as d:
        opened(d)
        for edit in (note, point, split, fader):
            edit(d)
        d.user()
        drag.carry_out(d)
        found, _ = seen(d, at)
        plan, said = edited_plan(found, plan=PLAN)
        assert said == ()
        again = session(plan=plan, anchor_s=at)
        lay_all(d, again)
        there, asked = all_said(d), fresh(again)
        bass = d.block("basses").blocks("ITEM")
        starts = [item.read_number("POSITION", 1) for item in bass]
        if drag.items:  # cut as they are, they sound as the session does
            assert starts == pytest.approx([at, at + 6.0])
        else:
            assert starts == pytest.approx([at])
        del there["basses"], asked["basses"]
        assert there == asked
        found, _ = seen(d, at)
        assert [t.id for t in found if t.id != "basses"] == []


@both
def test_curves_and_controllers_that_the_core_cannot_hold_go_along(
    version: tuple[int, int],
) -> None:
    with desk(version=version) as d:
        opened(d)
        envelope = d.r.GetTrackEnvelopeByChunkName(d.track("horns"), "<VOLENV2")
        d.r.InsertEnvelopePoint(envelope, ANCHOR + 3.0, 0.5, 2, 0.0, False, False)
        take = d.r.GetActiveTake(d.r.GetTrackMediaItem(d.track("basses"), 0))
        d.r.MIDI_InsertCC(take, False, False, 480.0, 0xB0, 0, 11, 77)
        d.user()
        ALL.carry_out(d)
        at = ANCHOR + ALL.by
        curve = text_of(d.block("horns").block("VOLENV2"))  # type: ignore[arg-type]
        changes = user_changes(d.reaper, d.record, at)
        assert [c.track for c in changes] == ["horns", "basses"]
        told = rounded(seen(d, at))
        again = session(plan=PLAN, anchor_s=at)
        d.lay_tempo(again)
        d.lay(again)
        assert text_of(d.block("horns").block("VOLENV2")) == curve  # type: ignore[arg-type]
        (item,) = d.block("basses").blocks("ITEM")
        assert item.read_number("POSITION", 1) == pytest.approx(at)
        assert " b0 0b 4d" in text_of(item)
        # The same two and nothing else are the user's from now on.
        assert user_changes(d.reaper, d.record, at) == changes
        assert rounded(seen(d, at)) == told


@both
def test_an_item_of_the_users_among_ours_goes_with_them(version: tuple[int, int]) -> None:
    with desk(version=version) as d:
        opened(d)
        d.r.CreateNewMIDIItemInProj(d.track("basses"), ANCHOR + 17.0, ANCHOR + 19.0, 0)
        take = d.r.GetActiveTake(d.r.GetTrackMediaItem(d.track("basses"), 1))
        d.r.MIDI_InsertNote(take, False, False, 0.0, 960.0, 0, 40, 90, False)
        d.user()
        told = rounded(seen(d, ANCHOR))
        ALL.carry_out(d)
        assert rounded(seen(d, ANCHOR + ALL.by)) == told


@both
@pytest.mark.parametrize("tempo", [True, False])
def test_music_that_follows_the_projects_own_map(version: tuple[int, int], tempo: bool) -> None:
    """A change at 6 s of the project holds over the whole cue; it is moved along, or not."""
    with desk(version=version) as d:
        foreign(d, "drums")
        add_points(d.r, [tempo_point(0, 120), tempo_point(6, 84)])
        d.lay_tempo(replace(FIRST, tempo=()))
        d.lay(FIRST)
        note(d)
        d.user()
        told = rounded(seen(d, ANCHOR))
        assert told[0][0][5]  # type: ignore[index]
        drag = Drag(7.0, tempo=tempo)
        drag.carry_out(d)
        assert rounded(seen(d, ANCHOR + drag.by)) == told
