"""A composer's session from the first press to the last undo, with a real bridge and real reapy.

The project has tracks, markers, tempo and effects of the user's own, which no action may change.
"""

from __future__ import annotations

import os
import signal
import time
import wave
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from filmcomposer_bridge.state import read_address
from tests.clips import moving_square
from tests.fakes.reaper import Host
from tests.fakes.reaper.direct import HERE
from tests.fakes.reaper.project import tempo_map, tree
from tests.reaper_scripts.conftest import VERSIONS
from tests.reaper_scripts.films import Items, saved

SECONDS = 12.0
#: Where the picture lies in the project, and how much of its beginning is cut off.
AT_S, CUT_S = 4.0, 1.0


@dataclass
class Studio:
    """A project in REAPER, the installed actions, and the composer's hands."""

    host: Host
    scripts: Path
    state: Path
    items: Items
    film: str = ""
    #: Every undo step that was made, with the project after it.
    trail: list[tuple[str, str]] = field(default_factory=list)

    def press(self, action: str, *answers: object) -> str:
        """Press a button and wait until its script has ended."""
        self.begin(action, *answers)
        self.host.pump_all(limit_s=200)
        return self.ended()

    def begin(self, action: str, *answers: object) -> None:
        for answer in answers:
            self.host.answer(answer)
        self._before = len(self.host.console), self.host.project.history.made
        self.host.run(self.scripts / f"FilmComposer_{action}.py")

    def ended(self) -> str:
        """Return what was said; the script must have behaved."""
        self.host.raise_faults()
        for script in self.host.scripts:
            assert script.uncaught == []
            assert script.printed == ""
            assert [event for event in script.events if event.blocks] == []
        assert self.host.answers == [], self.host.console
        assert not (self.state / "actions.log").exists(), (self.state / "actions.log").read_text()
        self._note()
        return self.host.console[self._before[0] :]

    def steps(self) -> list[str]:
        """The undo steps that the last press made."""
        history = self.host.project.history
        new = history.made - self._before[1]
        return [name for name, _ in history.states[history.at + 1 - new : history.at + 1]]

    def edited(self, name: str) -> None:
        """End an edit of the user's own."""
        self.host.project.user_edited(name)
        self._note()

    def _note(self) -> None:
        history = self.host.project.history
        for step in history.states[len(self.trail) : history.at + 1]:
            self.trail.append(step)

    # --- what stands in the project ---------------------------------------------------------------

    def ours(self) -> dict[str, tree.Block]:
        """Our tracks by cue and part."""
        found = {}
        for block in self.host.project.tracks():
            held = block.block("EXT")
            if held is not None and held.read("fc_cue", 1):
                found[f"{held.read('fc_cue', 1)}/{held.read('fc_part', 1)}"] = block
        return found

    def parts(self) -> dict[str, tree.Block]:
        """Part tracks of all cues, by cue and part."""
        kinds = ("@", "stem/")
        return {k: b for k, b in self.ours().items() if not k.split("/", 1)[1].startswith(kinds)}

    def foreign(self) -> str:
        """Everything of the user's own: tracks, markers, tempo outside of the pictures."""
        ours = [id(block) for block in self.ours().values()]
        tracks = [tree.dump(b) for b in self.host.project.tracks() if id(b) not in ours]
        video = tree.dump(self.items.block(self.film)) if self.film else ""
        return "\n".join(t.replace(video, "<the picture>") for t in tracks)

    def markers(self) -> list[tuple[int, float]]:
        """Number and time of every marker that is no region."""
        r, found, n = self.items.r, [], 0
        while True:
            row = r.EnumProjectMarkers3(HERE, n, 0, 0, 0, "", 0, 0)
            if not row[0]:
                return found
            n += 1
            if not row[3]:
                found.append((int(row[7]), float(row[4])))

    def part_track(self, nth: int = 0) -> str:
        """A pointer to one of the part tracks."""
        wanted = list(self.parts().values())[nth].read("TRACKID", 1)
        r = self.items.r
        tracks = (r.GetTrack(HERE, n) for n in range(r.CountTracks(HERE)))
        return next(
            t for t in tracks if r.GetSetMediaTrackInfo_String(t, "GUID", "", False)[3] == wanted
        )


@pytest.fixture(params=VERSIONS, ids=["6.80", "7.78"])
def studio(
    request: pytest.FixtureRequest, installed: Path, state: Path, tmp_path: Path
) -> Iterator[Studio]:
    """A saved project: a video item, a track with an item and an effect, a marker, a region."""
    host = Host(clock="real", version=request.param, resources=installed.parents[1])
    items = Items(host)
    r = items.r
    (tmp_path / "films").mkdir()
    clip = moving_square(tmp_path / "films" / "the door.mp4", seconds=SECONDS)
    found = Studio(host, installed, state, items)
    r.InsertTrackAtIndex(0, True)
    found.film = items.add(clip, at=AT_S, length=SECONDS - CUT_S, offset=CUT_S, seconds=SECONDS)
    r.InsertTrackAtIndex(1, True)
    guitar = r.GetTrack(HERE, 1)
    r.GetSetMediaTrackInfo_String(guitar, "P_NAME", "Guitar", True)
    r.SetMediaTrackInfo_Value(guitar, "D_VOL", 0.7)
    r.TrackFX_AddByName(guitar, "ReaComp", False, -1)
    r.CreateNewMIDIItemInProj(guitar, 6.0, 9.0, False)
    r.AddProjectMarker2(HERE, False, 7.25, 0.0, "mine", 40, 0)
    r.AddProjectMarker2(HERE, True, 5.0, 9.0, "reel", 41, 0)
    for key in ("RENDER_ADDTOPROJ", "RENDER_DITHER", "RENDER_NORMALIZE", "RENDER_SRATE"):
        r.GetSetProjectInfo(HERE, key, 3.0, True)
    for key, text in (("RENDER_FILE", "mixes"), ("RENDER_FORMAT", "l3pm"), ("RENDER_FORMAT2", "")):
        r.GetSetProjectInfo_String(HERE, key, text, True)
    saved(host, tmp_path / "work")
    host.project.settle()
    found.trail = [host.project.history.states[0]]
    return found


def test_a_whole_session(studio: Studio, tmp_path: Path) -> None:
    host, r = studio.host, studio.items.r
    untouched = host.project.state()
    foreign = studio.foreign()

    # --- step by step -----------------------------------------------------------------------------
    said = studio.press("Spot_video")
    assert studio.steps() == ["FilmComposer: Spot video"], said
    spotted = [m for m in studio.markers() if m[0] not in (40, 41)]
    assert spotted
    assert any(abs(t - (AT_S + SECONDS / 2 - CUT_S)) < 1 / 24 for _, t in spotted)  # the cut

    # a marker dragged, one added (and none of the user's own taken for a hit)
    number, time_s = spotted[0]
    r.SetProjectMarker3(HERE, number, False, time_s + 0.5, 0.0, "", 0)
    studio.edited("Drag marker")
    r.AddProjectMarker2(HERE, False, AT_S + 9.0, 0.0, "9 downbeat | bell", 77, 0)
    studio.edited("Add marker")
    said = studio.press("Read_my_markers_back")
    rows = spots(studio)
    assert len(rows) == len(spotted) + 1, said
    assert any(abs(float(row["time_s"]) - 9.0) < 0.03 for row in rows)
    assert any(abs(float(row["time_s"]) - (time_s + 0.5 - AT_S)) < 0.03 for row in rows)
    assert not any(abs(float(row["time_s"]) - (7.25 - AT_S)) < 0.03 for row in rows)

    said = studio.press("Fit_tempo_to_hits", ["1"])
    assert studio.steps() == ["FilmComposer: Fit tempo to hits"], said
    assert r.CountTempoTimeSigMarkers(HERE) >= 2

    said = studio.press("Compose_theme", ["tender, solo cello and harp", "1", "3"])
    assert studio.steps() == ["FilmComposer: Compose theme"], said
    theme = next(b for k, b in studio.ours().items() if k.endswith("/@theme"))
    takes = theme.blocks("ITEM")[0]
    assert tree.dump(takes).count("<SOURCE MIDI") == 3

    before = host.project.state()
    said = studio.press("Assess_theme")
    assert studio.steps() == []
    assert host.project.state() == before
    assert "assessment of the theme" in said
    assert "points, accepted" in said or "not accepted" in said, said

    said = studio.press("Arrange")
    assert studio.steps() == ["FilmComposer: Arrange"], said
    assert len(studio.parts()) >= 2
    assert {"Solo cello", "Concert harp"} <= {b.read("NAME", 1) for b in studio.parts().values()}
    stems = [b for k, b in studio.ours().items() if "/stem/" in k]
    files = [
        line.split('"')[1] for b in stems for line in tree.dump(b).splitlines() if "FILE" in line
    ]
    assert len(files) == len(stems)
    assert all(Path(file).is_file() for file in files)
    assert len(stems) == len(studio.parts())

    assert studio.press("Arrange")
    assert studio.steps() == []  # nothing to do leaves no step

    # --- the user's own changes stay --------------------------------------------------------------
    track = studio.part_track()
    r.SetMediaTrackInfo_Value(track, "D_VOL", 0.5)
    r.GetSetMediaTrackInfo_String(track, "P_NAME", "Lead", True)
    studio.edited("Rename and fader")
    said = studio.press("Mix", "yes")
    lead = next(iter(studio.parts().values()))
    assert (lead.read("NAME", 1), lead.read_number("VOLPAN", 1)) == ("Lead", 0.5), said
    assert "Lead" in (folder(studio) / "daw_plan.json").read_text("utf-8")

    # --- the scheme as a file ---------------------------------------------------------------------
    scheme = folder(studio) / "scheme.json"
    text = scheme.read_text("utf-8")
    assert '"instrument": "harp"' in text
    scheme.write_text(text.replace('"instrument": "harp"', '"instrument": "piano"'), "utf-8")
    said = studio.press("Apply_scheme")
    names = {b.read("NAME", 1) for b in studio.parts().values()}
    assert "Concert harp (Grand piano)" in names, said

    # --- regenerate: the rest stays note for note -------------------------------------------------
    events_before = {k: events(b) for k, b in studio.parts().items()}
    r.GetSet_LoopTimeRange2(HERE, True, False, AT_S, AT_S + SECONDS, False)
    r.SetOnlyTrackSelected(studio.part_track(1))
    studio.edited("Selection")
    said = studio.press("Regenerate_selection")
    chosen = list(studio.parts())[1]
    events_after = {k: events(b) for k, b in studio.parts().items()}
    assert {k for k in events_after if events_after[k] != events_before[k]} <= {chosen}, said

    # --- hits -------------------------------------------------------------------------------------
    r.SetEditCurPos2(HERE, 0.0, False, False)
    studio.press("Next_hit")
    first = min(t for n, t in studio.markers() if n not in (40, 41))
    assert r.GetCursorPositionEx(HERE) == pytest.approx(first)
    studio.press("Previous_hit")
    assert r.GetCursorPositionEx(HERE) == pytest.approx(first)
    said = studio.press("Hit_report")
    assert "hits are met" in said
    assert studio.steps() == ["FilmComposer: Hit report"]

    # --- render -----------------------------------------------------------------------------------
    before = host.project.state()
    said = studio.press("Render_cue_48k_24_bit")
    done = host.rendered[-1]
    assert (done.start_s, done.end_s, done.rate) == (AT_S, AT_S + SECONDS - CUT_S, 48000)
    assert {b.read("NAME", 1) for b in studio.ours().values()} == set(done.soloed)
    with wave.open(str(done.path)) as sound:
        assert (sound.getframerate(), sound.getsampwidth()) == (48000, 3)
    assert str(done.path) in said
    assert host.project.state() == before
    studio.press("Render_cue_48k_24_bit")  # an earlier one is put aside, not asked about

    assert studio.foreign() == foreign

    # --- all of it undone, step by step, and redone -----------------------------------------------
    finished = host.project.state()
    trail = list(studio.trail)
    for _name, state in reversed(trail[:-1]):
        assert r.Undo_DoUndo2(HERE)
        assert host.project.state() == state
    assert host.project.state() == untouched
    for _name, state in trail[1:]:
        assert r.Undo_DoRedo2(HERE)
        assert host.project.state() == state
    assert host.project.state() == finished

    # --- what is redone is known as ours: nothing is there to do ----------------------------------
    studio.press("Arrange")
    assert len(studio.parts()) == len(events_after)
    assert studio.foreign() == foreign


def folder(studio: Studio) -> Path:
    """The only cue's folder."""
    assert studio.host.project.path is not None
    found = [f for f in (studio.host.project.path.parent / "FilmComposer").iterdir() if f.is_dir()]
    assert len(found) == 1
    return found[0]


def spots(studio: Studio) -> list[dict[str, str]]:
    lines = (folder(studio) / "spots.csv").read_text("utf-8").splitlines()
    head = lines[0].split(",")
    return [dict(zip(head, line.split(","), strict=False)) for line in lines[1:]]


def events(track: tree.Block) -> list[str]:
    """The MIDI events of a track."""
    return [line.strip() for line in tree.dump(track).splitlines() if line.strip()[:2] == "E "]


def wait(host: Host, until: str, *, limit_s: float = 60.0) -> None:
    """Let REAPER run until its status line says something."""
    host.pump(lambda: until in host.help, limit_s=limit_s)


@pytest.mark.parametrize("studio", VERSIONS[-1:], indirect=True, ids=["7.78"])
def test_cancel_a_killed_bridge_and_a_second_cue(studio: Studio, tmp_path: Path) -> None:
    host, items = studio.host, studio.items
    untouched = host.project.state()

    # cancelled: nothing is laid in
    studio.begin("Score_selected_video", ["", "1"])
    wait(host, "render")
    host.run(studio.scripts / "FilmComposer_Cancel.py")
    host.pump_all(limit_s=60)
    said = studio.ended()
    assert "cancelled" in said
    assert host.project.state() == untouched

    # the bridge killed at work: the job goes on with the next one
    studio.begin("Score_selected_video", ["", "2"])
    wait(host, "render")
    address = read_address(studio.state)
    assert address is not None
    os.kill(address.pid, signal.SIGKILL)
    host.pump_all(limit_s=120)
    said = studio.ended()
    assert "the bridge went away" in said
    assert studio.steps() == ["FilmComposer: Score selected video"]
    again = read_address(studio.state)
    assert again is not None
    assert again.pid != address.pid
    first = set(studio.ours())
    mine = {k: tree.dump(b) for k, b in studio.ours().items()}

    # a second cue: another item of the same film, with nothing in common but the film
    second = items.copy(studio.film, 30.0)
    items.choose(second)
    studio.edited("Copy item")
    studio.press("Score_selected_video", ["", "3"])
    assert len({key.split("/")[0] for key in studio.ours()}) == 2
    assert {k: tree.dump(b) for k, b in studio.ours().items() if k in first} == mine
    guids = [
        line.split()[1]
        for b in studio.ours().values()
        for line in tree.dump(b).splitlines()
        if line.split()[:1] in (["POOLEDEVTS"], ["IGUID"], ["TRACKID"])
    ]
    assert len(set(guids)) == len(guids)

    # the first one again, its item moved by the user: everything of it follows, the other stays
    other = {k: tree.dump(b) for k, b in studio.ours().items() if k not in first}
    items.set(studio.film, "D_POSITION", 5.5)
    items.choose(studio.film)
    studio.edited("Move item")
    studio.press("Score_selected_video", ["", "2"])
    assert {k: tree.dump(b) for k, b in studio.ours().items() if k not in first} == other
    stem = next(b for k, b in studio.ours().items() if k in first and "/stem/" in k)
    assert stem.blocks("ITEM")[0].read_number("POSITION", 1) == pytest.approx(5.5)


@pytest.mark.parametrize("with_tempo", [True, False], ids=["space inserted", "all dragged"])
def test_the_picture_moved_with_its_music(studio: Studio, with_tempo: bool) -> None:
    """What goes along is no change by the user: nothing is asked, no file of the cue is edited."""
    host, items = studio.host, studio.items
    said = studio.press("Score_selected_video", ["", "1"])
    assert studio.steps() == ["FilmComposer: Score selected video"], said
    files = [folder(studio) / name for name in ("spots.csv", "daw_plan.json", "tempo.json")]
    before = {file: file.read_text("utf-8") for file in files}
    heard = {k: events(b) for k, b in studio.parts().items()}
    hits = sorted(t for n, t in studio.markers() if n not in (40, 41))

    everything_later(host, 3.25, tempo=with_tempo)
    studio.edited("Move")
    said = studio.press("Score_selected_video", ["", "1"])
    assert studio.steps() == ["FilmComposer: Score selected video"], said
    assert {file: file.read_text("utf-8") for file in files} == before
    assert {k: events(b) for k, b in studio.parts().items()} == heard
    for block in studio.ours().values():
        for item in block.blocks("ITEM"):
            assert AT_S + 3.25 - 1e-6 <= item.read_number("POSITION", 1) < AT_S + 3.25 + SECONDS
    assert sorted(t for n, t in studio.markers() if n not in (40, 41)) == pytest.approx(
        [t + 3.25 for t in hits]
    )
    assert items.r.GetMediaItemInfo_Value(items.pointer(studio.film), "D_POSITION") == AT_S + 3.25
    lines = tempo_map.lines(host.project)
    assert lines[1].number(1) == pytest.approx(AT_S + 3.25)
    studio.press("Score_selected_video", ["", "1"])
    assert studio.steps() == []


def everything_later(host: Host, by_s: float, *, tempo: bool) -> None:
    """Move all items, envelopes and markers, and the tempo map or not."""
    for track in host.project.tracks():
        for block in track.body:
            if block.key == "ITEM":
                line = block.line("POSITION")  # type: ignore[attr-defined]
                line.put(1, line.number(1) + by_s)
            elif block.key.rstrip("23").endswith("ENV"):
                for line in block.lines("PT"):  # type: ignore[attr-defined]
                    line.put(1, line.number(1) + by_s)
    for line in host.project.root.lines("MARKER"):
        line.put(2, line.number(2) + by_s)
    for line in tempo_map.lines(host.project) if tempo else ():
        if line.number(1):
            line.put(1, line.number(1) + by_s)
            if line.number(4):  # its bar may begin anywhere
                line.put(6, str(int(line.number(6)) | 4))


@pytest.mark.parametrize("studio", VERSIONS[-1:], indirect=True, ids=["7.78"])
def test_faults_have_their_sentence(studio: Studio) -> None:
    host, items = studio.host, studio.items
    assert "no cue yet" in studio.press("Arrange")
    items.r.SelectAllMediaItems(HERE, False)
    assert "Select the video item" in studio.press("Spot_video")
    items.choose(studio.film)
    path = host.project.path
    host.project.path = None
    assert "has not been saved yet" in studio.press("Score_selected_video")
    host.project.path = path
    assert studio.press("Score_selected_video", None) == ""  # cancelled in the dialog
    assert "whole number" in studio.press("Score_selected_video", ["", "many"])
    began = time.monotonic()
    assert "no cue yet" in studio.press("Hit_report")
    assert time.monotonic() - began < 60
    assert host.project.history.made == 0


@pytest.mark.parametrize("studio", VERSIONS[-1:], indirect=True, ids=["7.78"])
def test_undo_takes_sound_and_folder_along(studio: Studio) -> None:
    host = studio.host
    studio.press("Score_selected_video", ["sad piano", "1"])
    sad, heard = host.project.state(), {k: events(b) for k, b in studio.parts().items()}
    scored = (folder(studio) / "score.json").read_bytes()
    studio.press("Score_selected_video", ["heroic brass fanfare", "2"])
    assert (folder(studio) / "score.json").read_bytes() != scored

    studio.items.r.Undo_DoUndo2(HERE)
    assert host.project.state() == sad
    assert silent(studio) == []
    said = studio.press("Mix")
    assert "taken back" in said
    assert {k: events(b) for k, b in studio.parts().items()} == heard
    assert (folder(studio) / "score.json").read_bytes() == scored
    assert silent(studio) == []

    # undone while the bridge works: nothing is laid in over what the composer now sees
    studio.begin("Score_selected_video", ["heroic brass fanfare", "2"])
    wait(host, "render")
    studio.items.r.Undo_DoUndo2(HERE)
    undone = host.project.state()
    host.pump_all(limit_s=120)
    said = studio.ended()
    assert "changed in the project while it was worked on; nothing was laid in" in said
    assert host.project.state() == undone

    # a second action on the same cue waits for the first
    studio.items.r.Undo_DoRedo2(HERE)
    studio.begin("Score_selected_video", ["a slow waltz", "3"])
    wait(host, "render")
    host.run(studio.scripts / "FilmComposer_Spot_video.py")
    host.pump_all(limit_s=120)
    said = studio.ended()
    assert "Score selected video is still at work on this cue" in said
    assert studio.steps() == ["FilmComposer: Score selected video"]
    times = [time_s for _, time_s in studio.markers()]
    assert len(set(times)) == len(times)


def silent(studio: Studio) -> list[str]:
    """Sound files of our tracks that are not there."""
    files = [
        line.split('"')[1]
        for block in studio.ours().values()
        for line in tree.dump(block).splitlines()
        if line.strip().startswith("FILE ")
    ]
    assert files
    return [file for file in files if not Path(file).is_file()]
