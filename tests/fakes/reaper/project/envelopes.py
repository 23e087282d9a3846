"""Envelopes in the tree (g, i4)."""

from __future__ import annotations

from dataclasses import dataclass

from tests.fakes.reaper.faults import Gap
from tests.fakes.reaper.project import faders, template, tree
from tests.fakes.reaper.project.model import Project
from tests.fakes.reaper.project.tree import Block, Line

#: Tag -> the English name (g, header and docs).
NAMES = {
    "VOLENV": "Volume (Pre-FX)",
    "PANENV": "Pan (Pre-FX)",
    "WIDTHENV": "Width (Pre-FX)",
    "VOLENV2": "Volume",
    "PANENV2": "Pan",
    "WIDTHENV2": "Width",
    "VOLENV3": "Trim Volume",
    "MUTEENV": "Mute",
}
#: Command -> what it shows on the selected tracks, or hides (g, measured 7.8x; h2).
COMMANDS = {
    40406: "VOLENV2",
    40407: "PANENV2",
    40408: "VOLENV",
    40409: "PANENV",
    40867: "MUTEENV",
    42020: "VOLENV3",
}
#: Those of sends stand after their AUXRECV (g, docs).
SENDS = {"AUXVOLENV": "Send Volume", "AUXPANENV": "Send Pan", "AUXMUTEENV": "Send Mute"}


@dataclass(frozen=True, slots=True)
class Point:
    """A point with REAPER's raw value."""

    time: float
    value: float
    shape: int
    tension: float
    selected: bool


def of_track(track: Block) -> list[Block]:
    """Return a track's envelopes: its own, then those of its effects (order unverified)."""
    chain = track.block("FXCHAIN")
    return track.blocks(*NAMES) + ([] if chain is None else chain.blocks("PARMENV"))


def show(project: Project, track: Block, tag: str) -> Block:
    """Make a track's envelope; a new one holds a point at 0 s with the present level (g)."""
    levels = {"VOLENV2": ("VOLPAN", 1, 1.0), "PANENV2": ("VOLPAN", 2, 0.0)}
    line, index, default = levels.get(tag, ("", 0, float(not tag.startswith(("PAN", "WIDTH")))))
    level = track.read_number(line, index, default) if line else default
    if tag == "PANENV2":
        level = -level  # the other way round than D_PAN (g, measured 7.8x)
    return make(project, track, tag, level)


def make(project: Project, held: Block, head: str, level: float | None) -> Block:
    """Add an envelope; volume has fader scaling (g, measured 7.8x)."""
    envelope = tree.parse(template.ENVELOPE.format(head=head, guid=project.guid()))
    if "VOL" in envelope.key:
        envelope.add(Line("VOLTYPE 1"))
    if level is not None:
        point = Line("PT 0 0 0")
        point.put(2, level)
        envelope.add(point)
    after = next((i for i, c in enumerate(held.body) if c.key in ("FXCHAIN", "ITEM")), None)
    held.add(envelope, after)
    return envelope


def scaling(envelope: Block) -> int:
    """Return 1 for fader scaling, else 0 (g; what VOLTYPE means is unverified)."""
    return int(envelope.read_number("VOLTYPE", 1))


def to_raw(mode: int, value: float) -> float:
    """Return the raw value of a gain; itself in mode 0 (g, measured 7.8x)."""
    return faders.to_raw(value) if mode == 1 else value


def from_raw(mode: int, raw: float) -> float:
    """Return the gain of a raw value; itself in mode 0."""
    return faders.from_raw(raw) if mode == 1 else raw


def points(envelope: Block) -> list[Point]:
    """Return the points; the file holds gains even with fader scaling (g, file seen)."""
    mode = scaling(envelope)
    return [
        Point(
            line.number(1),
            to_raw(mode, line.number(2)),
            int(line.number(3)),
            line.number(7),
            selected=line.word(5) == "1",
        )
        for line in envelope.lines("PT")
    ]


def put(envelope: Block, line: Line, point: Point) -> None:
    """Write a point's line: time, value, shape, ?, selected, ?, tension (i4)."""
    line.put(1, point.time)
    line.put(2, from_raw(scaling(envelope), point.value))
    line.put(3, str(point.shape))
    if point.selected or line.word(5) not in ("", "0"):
        line.put(5, str(int(point.selected)))
    if point.tension or line.word(7) not in ("", "0"):
        line.put(7, point.tension)


def sort(envelope: Block) -> None:
    """Bring the points into the order of time."""
    places = [i for i, c in enumerate(envelope.body) if c.key == "PT"]
    ordered = sorted(envelope.lines("PT"), key=lambda p: p.number(1))
    for place, line in zip(places, ordered, strict=True):
        envelope.body[place] = line


def evaluate(envelope: Block, time: float) -> float | None:
    """Return the raw value at a time, None without points.

    The shape belongs to the point where a segment starts (g, measured 7.8x). Only linear and
    square have a known course.
    """
    found = points(envelope)
    if not found:
        return None
    if time <= found[0].time:
        return found[0].value
    i = max(i for i, p in enumerate(found) if p.time <= time)
    here = found[i]
    if i + 1 == len(found) or here.shape == 1:
        return here.value
    if here.shape:
        raise Gap(f"the course of an envelope's shape {here.shape} is not established")
    after = found[i + 1]
    share = (time - here.time) / (after.time - here.time)
    return here.value + share * (after.value - here.value)
