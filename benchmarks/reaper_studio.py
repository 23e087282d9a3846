"""A project, the installed actions and the figures of a press, for ``benchmarks.reaper``."""

from __future__ import annotations

import gc
import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from installer.site import ZONE
from tests.clips import moving_square
from tests.fakes.reaper import Host
from tests.fakes.reaper.direct import HERE
from tests.fakes.reaper.project import tree
from tests.fakes.reaper.reapy_package import copy_into
from tests.fakes.reaper.script import Script
from tests.reaper_scripts.films import Items, saved

ROOT = Path(__file__).parents[1]
SECONDS, FOREIGN, AT_S = 180.0, 20, 4.0
#: Calls of every tick, which look at no project.
HOUSEKEEPING = {
    "defer", "atexit", "time_precise", "GetExtState", "SetExtState", "DeleteExtState", "Help_Set",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A slice of a script: its own milliseconds, what it called, whether it told of a job."""

    script: Script
    own_ms: float
    calls: tuple[str, ...]
    tells: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """What a press of a button cost: calls, own milliseconds, undo steps, foreign tracks changed.

    ``writing`` is the slice that made the undo step, ``other`` the longest of the rest but for
    polls; ``poll`` is what 99 of 100 stayed below while a job was at work, for the job takes the
    cores as well. 0 for none.
    """

    calls: int
    writing: float
    other: float
    poll: float
    total: float
    steps: int
    changed: int


class Watched(Host):
    """An emulated REAPER that notes what was called in each slice."""

    def __init__(self, resources: Path) -> None:
        self.stays: list[Stay] = []
        self.seen = 0
        super().__init__(clock="real", resources=resources)

    def end_of_slice(self, script: Script) -> None:
        """Note the slice that has just ended."""
        called, self.seen = self.calls[self.seen :], len(self.calls)
        tells = any(name == "Help_Set" and given[0] for name, given in called)
        own_ms = script.slices[-1].own_s * 1e3
        names = tuple(name for name, _ in called)
        self.stays.append(Stay(script=script, own_ms=own_ms, calls=names, tells=tells))
        super().end_of_slice(script)


class Studio:
    """A saved project with a picture and 20 tracks of the user's own, and the installed actions."""

    def __init__(self, folder: Path, scripts: Path) -> None:
        self.folder, self.scripts = folder, scripts
        self.host = Watched(scripts.parents[1])
        self.items = Items(self.host)
        self.r = self.items.r
        clip = moving_square(folder / "chase.mp4", seconds=SECONDS, width=64, height=36)
        self.film = self.items.add(clip, at=AT_S, length=SECONDS, seconds=SECONDS)
        for number in range(1, FOREIGN + 1):
            self._add_track(number)
        self.items.choose(self.film)
        saved(self.host, folder / "work")
        self.host.project.settle()
        self.mine = self.foreign()

    def _add_track(self, number: int) -> None:
        r = self.r
        r.InsertTrackAtIndex(number, True)
        track = r.GetTrack(HERE, number)
        r.GetSetMediaTrackInfo_String(track, "P_NAME", f"Mine {number}", True)
        r.SetMediaTrackInfo_Value(track, "D_VOL", 0.5 + number / 50)
        r.TrackFX_AddByName(track, "ReaComp", False, -1)
        r.CreateNewMIDIItemInProj(track, number, 60.0 + number, False)

    def ours(self) -> dict[str, tree.Block]:
        """Return our tracks by part."""
        held = ((block, block.block("EXT")) for block in self.host.project.tracks())
        return {ext.read("fc_part", 1): b for b, ext in held if ext and ext.read("fc_part", 1)}

    def foreign(self) -> list[str]:
        """Return the tracks of the user's own, but for the picture's."""
        ours = [id(block) for block in self.ours().values()]
        tracks = [t for t in self.host.project.tracks()[1:] if id(t) not in ours]
        return [tree.dump(track) for track in tracks]

    def part(self) -> str:
        """Return a pointer to the first part's track."""
        guid = next(b for k, b in self.ours().items() if k[0] != "@").read("TRACKID", 1)
        tracks = (self.r.GetTrack(HERE, n) for n in range(self.r.CountTracks(HERE)))
        return next(
            t for t in tracks if self.r.GetSetMediaTrackInfo_String(t, "GUID", "", False)[3] == guid
        )

    def cue(self) -> Path:
        """Return the folder of the only cue."""
        (found,) = (self.folder / "work" / "FilmComposer").iterdir()
        return found

    def begin(self, action: str, *answers: object) -> Script:
        """Press a button."""
        for answer in answers:
            self.host.answer(answer)
        self.host.seen = len(self.host.calls)
        # What the emulation holds is no memory of REAPER's Python: its collector shall pass it by.
        gc.collect()
        gc.freeze()
        return self.host.run(self.scripts / f"FilmComposer_{action}.py")

    def press(self, action: str, *answers: object) -> Press:
        """Press a button and wait until it has done."""
        made = self.host.project.history.made
        script = self.begin(action, *answers)
        self.host.pump_all(limit_s=300)
        faults = "".join([*script.uncaught, script.printed])
        if faults or self.host.answers or (self.folder / "state" / "actions.log").exists():
            sys.exit(f"{action} failed:\n{self.host.console}{faults}")
        return self._figures(script, self.host.project.history.made - made)

    def _figures(self, script: Script, steps: int) -> Press:
        stays = [stay for stay in self.host.stays if stay.script is script]
        told = [n for n, stay in enumerate(stays) if stay.tells] or [-1]
        polls = [s for s in stays[told[0] : told[-1] + 1] if HOUSEKEEPING.issuperset(s.calls)]
        taken = sorted(stay.own_ms for stay in polls)
        writing = [stay for stay in stays if "Undo_EndBlock2" in stay.calls]
        after = self.foreign()
        lost = sum(track not in after for track in self.mine) + abs(len(after) - len(self.mine))
        return Press(
            calls=sum(call not in HOUSEKEEPING for stay in stays for call in stay.calls),
            writing=_longest(writing),
            other=_longest([s for s in stays if s not in polls and s not in writing]),
            poll=taken[len(taken) * 99 // 100] if taken else 0.0,
            total=sum(stay.own_ms for stay in stays),
            steps=steps,
            changed=lost,
        )


def _longest(stays: list[Stay]) -> float:
    return max((stay.own_ms for stay in stays), default=0.0)


def install(resources: Path) -> Path:
    """Put the actions where the installer does; return their folder."""
    folder = resources / "Scripts" / "FilmComposer"
    skip = shutil.ignore_patterns("__pycache__", "reapy_site", "icons")
    shutil.copytree(ROOT / "reaper_scripts", folder, ignore=skip)
    for name in ZONE:
        target = folder / "reapy_site" / name.removeprefix("bridge/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target)
    copy_into(folder / "reapy_site")
    (folder / "installed.json").write_text(json.dumps({"python": sys.executable}), "utf-8")
    return folder
