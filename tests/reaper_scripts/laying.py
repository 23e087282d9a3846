"""A cue laid into the emulated project, and what a user does to it there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from filmcomposer_core.contracts.session import Session
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.apply import Plan, apply
from filmcomposer_reaper.cue.picture import Picture
from filmcomposer_reaper.cue.records import CueRecord, load_records, save_record
from filmcomposer_reaper.tempo.lay import tempo_steps
from filmcomposer_reaper.tracks.changes import Change
from filmcomposer_reaper.tracks.lay import track_steps
from tests.core.execution.cases import built, scheme_with
from tests.core.execution.live_cases import laid, whole
from tests.fakes.reaper import Host
from tests.fakes.reaper.direct import HERE, Direct
from tests.fakes.reaper.inside import inside
from tests.fakes.reaper.project import tracks, tree
from tests.fakes.reaper.project.tree import Block

CUE = "0a1b2c3d"
NAME = "FilmComposer: Arrange"


def picture(position_s: float = 0.0) -> Picture:
    """The picture that a cue of the samples goes with."""
    return Picture(
        item_guid="", path="", position_s=position_s, length_s=20.0, in_s=0.0, out_s=20.0, rate=1.0
    )


@dataclass
class Desk:
    """A project with a cue's record, as an action sees it."""

    host: Host
    reaper: Reaper
    r: Direct
    record: CueRecord = field(default_factory=lambda: CueRecord(id=CUE, folder="x", item_guid=""))

    def lay(
        self,
        session: Session,
        *,
        keep: bool = True,
        shown: tuple[Change, ...] | None = None,
        name: str = NAME,
    ) -> list[str]:
        """Lay a session's tracks in one slice; return what was said."""
        said: list[str] = []
        steps = track_steps(self.reaper, self.record, session, keep=keep, shown=shown, said=said)
        steps.append(lambda: save_record(self.reaper, self.record))
        assert list(apply(self.reaper, Plan(name=name, steps=steps, cost_ms=1.0))) == []
        self.host.raise_faults()
        return said

    def lay_tempo(self, session: Session) -> None:
        """Lay the tempo map of a session."""
        steps = tempo_steps(self.reaper, self.record, session, picture(session.anchor_s))
        assert list(apply(self.reaper, Plan(name="tempo", steps=steps, cost_ms=1.0))) == []

    def reopen(self) -> None:
        """Forget what is not in the project."""
        self.record = load_records(self.reaper).get(CUE, self.record)

    def track(self, part: str) -> str:
        """Return the pointer of one of our tracks."""
        for i in range(self.r.CountTracks(HERE)):
            track = str(self.r.GetTrack(HERE, i))
            if self.r.GetSetMediaTrackInfo_String(track, "P_EXT:fc_part", "", False)[3] == part:
                return track
        raise AssertionError(f"no track {part}")

    def block(self, part: str) -> Block:
        """Return one of our tracks in the model."""
        for block in self.host.project.tracks():
            held = block.block("EXT")
            if held is not None and held.read("fc_part", 1) == part:
                return block
        raise AssertionError(f"no track {part}")

    def parts(self) -> list[str]:
        """Return the ids of our tracks in order, "" for others."""
        found = []
        for block in self.host.project.tracks():
            held = block.block("EXT")
            found.append(held.read("fc_part", 1) if held is not None else "")
        return found

    def state(self) -> str:
        return self.host.project.state()

    def user(self, name: str = "edit") -> None:
        """End an edit that was done in the user's place."""
        self.host.project.user_edited(name)


@contextmanager
def desk(**host: Any) -> Iterator[Desk]:
    """Open an empty project."""
    made = Host(**host)
    with inside(made) as main:
        yield Desk(made, Reaper(main), Direct(made))
        made.raise_faults()


def foreign(d: Desk, *names: str) -> list[str]:
    """Add tracks of the user's at the end; return their GUIDs."""
    made = []
    for name in names:
        n = d.r.CountTracks(HERE)
        d.r.InsertTrackAtIndex(n, True)
        track = d.r.GetTrack(HERE, n)
        d.r.GetSetMediaTrackInfo_String(track, "P_NAME", name, True)
        made.append(str(d.r.GetSetMediaTrackInfo_String(track, "GUID", "", False)[3]))
    d.host.project.settle()
    return made


def moving_plan(**changes: Any) -> Any:
    """A plan with envelopes, an effect that moves, and sends."""
    from filmcomposer_core.contracts.scheme import FxScheme

    scheme = scheme_with(
        "horns",
        panning={"measure1": -1.0, "measure5": 0.5},
        volume_envelope={"measure1": 0.5, "measure5": 1.0},
        reverb_space={"measure1": 0.1, "measure9": 0.7},
        fx=FxScheme(parameter="lowpass_hz", value={"measure1": 2000.0, "measure5": 8000.0}),
    )
    return built(scheme=scheme, **changes)


def session(*, anchor_s: float = 0.0, cue: str = CUE, plan: Any = None, **changes: Any) -> Session:
    """A whole cue: theme, parts, reverb; printed stems whose files are on no disk."""
    return laid(whole(plan or moving_plan(), **changes), cue_id=cue, anchor_s=anchor_s)


def with_text(made: Session, part: str, old: str, new: str) -> Session:
    """A session with one track's text changed."""
    changed = tuple(
        replace(t, text=t.text.replace(old, new, 1)) if t.id == part else t for t in made.tracks
    )
    assert changed != made.tracks
    return replace(made, tracks=changed)


def text_of(block: Block) -> str:
    return tree.dump(block)


def move_to_top(d: Desk, part: str) -> None:
    """Drag one of our tracks to the top of the project; sends follow it, as in REAPER."""
    project, block = d.host.project, d.block(part)
    place = project.tracks().index(block)
    order = [place, *(i for i in range(len(project.tracks())) if i != place)]
    tracks.renumber(project, {old: new for new, old in enumerate(order)})
    project.root.remove_child(block)
    project.root.add(block, project.root.place(project.tracks()[0]))
    d.user()
