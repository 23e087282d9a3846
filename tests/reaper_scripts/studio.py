"""A composer at work: a project with things of the user's own, the installed actions, a real
bridge.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tests.clips import moving_square
from tests.fakes.reaper import Host
from tests.fakes.reaper.direct import HERE
from tests.fakes.reaper.project import tree
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
        return self._pointer(list(self.parts().values())[nth])

    def theme_item(self) -> str:
        """A pointer to the item whose takes are the themes."""
        theme = next(b for k, b in self.ours().items() if k.endswith("/@theme"))
        return str(self.items.r.GetTrackMediaItem(self._pointer(theme), 0))

    def _pointer(self, track: tree.Block) -> str:
        wanted = track.read("TRACKID", 1)
        r = self.items.r
        tracks = (r.GetTrack(HERE, n) for n in range(r.CountTracks(HERE)))
        return next(
            t for t in tracks if r.GetSetMediaTrackInfo_String(t, "GUID", "", False)[3] == wanted
        )


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


def open_studio(version: tuple[int, int], installed: Path, state: Path, tmp_path: Path) -> Studio:
    """A saved project: a video item, a track with an item and an effect, a marker, a region."""
    host = Host(clock="real", version=version, resources=installed.parents[1])
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
