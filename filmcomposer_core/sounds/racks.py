"""Plan racks of REAPER's own sampler: which keys of which sounds are sampled, and how long.

One rack stands for one sound of a part (a technique: a bank and program on a MIDI channel), made of
zones; a zone is one sample that a few neighbouring keys play. Only what the cue uses is planned,
and all racks of a cue together stay below a limit: first zones become wider, then samples shorter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from filmcomposer_core.catalogue import DRUM_BANK
from filmcomposer_core.contracts.daw_plan import DawPlan, MidiItemOp, Sound, TempoOp
from filmcomposer_core.contracts.score import Controller
from filmcomposer_core.timeline import Timeline

#: 48 kHz, stereo, 24 bit.
BYTES_PER_S = 48000 * 6
LONGEST_S = 6.0
MOST_BYTES = 150_000_000
#: Keys to either side of what is used that a rack answers to: room for an edit.
_ROOM = 3
#: Keys a zone, and seconds a sample, tried in this order until the limit is kept.
_STEPS = ((3, 4.0), (4, 4.0), (4, 3.0), (6, 3.0), (8, 2.2), (12, 2.2))
#: What a note may sound beyond its end.
_TAIL_S = 1.0
EXPRESSION = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """Keys ``low`` to ``high`` played from the sample of ``root``."""

    low: int
    high: int
    root: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rack:
    """A sound of a part: the channel it answers to (-1 = all), its zones, and how it is sampled.

    ``velocity`` is that of the samples, ``hold_s`` how long a sampled note is held, ``voices`` the
    most notes at a time. ``kit`` is a drum kit, whose keys are sounds of their own; ``swells`` says
    that controller 11 moves.
    """

    track: str
    instrument: str
    sound: Sound
    channel: int
    zones: tuple[Zone, ...]
    velocity: int
    hold_s: float
    voices: int
    kit: bool
    swells: bool

    @property
    def bytes(self) -> int:
        """The most that its samples take on the disk."""
        longest = LONGEST_S if self.kit else min(LONGEST_S, self.hold_s + _TAIL_S)
        return len(self.zones) * round(longest * BYTES_PER_S)


def plan_racks(
    plan: DawPlan, tracks: Collection[str], *, limit: int = MOST_BYTES
) -> tuple[Rack, ...]:
    """Plan the racks of some tracks.

    Parameters
    ----------
    plan : DawPlan
        With the notes.
    tracks : collection of str
        Ids of the part tracks.
    limit : int
        Bytes that all samples together may take.

    Returns
    -------
    tuple of Rack
        In the order of the plan. Sounds that no note uses have none, and neither have tracks for
        which nothing is left of the limit.
    """
    timeline = Timeline(next(op.points for op in plan.operations if isinstance(op, TempoOp)))
    items = [op for op in plan.operations if isinstance(op, MidiItemOp) and op.track in tracks]
    for spread, hold_s in _STEPS:
        racks = tuple(
            rack for item in items for rack in _racks(item, timeline, spread=spread, hold_s=hold_s)
        )
        if sum(rack.bytes for rack in racks) <= limit:
            return racks
    return _fitting(racks, limit)


def _fitting(racks: Iterable[Rack], limit: int) -> tuple[Rack, ...]:
    """Return the racks of as many whole tracks as the limit allows, in order."""
    by_track: dict[str, list[Rack]] = {}
    for rack in racks:
        by_track.setdefault(rack.track, []).append(rack)
    kept: list[Rack] = []
    for own in by_track.values():
        if sum(rack.bytes for rack in [*kept, *own]) <= limit:
            kept += own
    return tuple(kept)


def _racks(item: MidiItemOp, timeline: Timeline, *, spread: int, hold_s: float) -> Iterable[Rack]:
    used = {note.channel for note in item.notes}
    sounds = [sound for sound in item.sounds if sound.channel in used]
    for sound in sounds:
        notes = [note for note in item.notes if note.channel == sound.channel]
        spans = [(timeline.time_at(n.beat), timeline.time_at(n.beat + n.length)) for n in notes]
        kit = sound.bank == DRUM_BANK
        velocities = sorted(note.velocity for note in notes)
        yield Rack(
            track=item.track,
            instrument=item.instrument,
            sound=sound,
            channel=sound.channel if len(sounds) > 1 else -1,
            zones=zones_of({n.pitch for n in notes}, spread=1 if kit else spread, kit=kit),
            velocity=velocities[(3 * len(velocities)) // 4],
            hold_s=hold_s,
            voices=_most_at_once(spans),
            kit=kit,
            swells=_moves(item.controllers),
        )


def zones_of(keys: Collection[int], *, spread: int, kit: bool = False) -> tuple[Zone, ...]:
    """Return zones that hold some keys, each once, without gaps between them.

    Parameters
    ----------
    keys : collection of int
        What is played.
    spread : int
        Played keys of a zone lie within so many semitones.
    kit : bool
        Whether every key is a sound of its own.

    Returns
    -------
    tuple of Zone
        In order. A zone's root is the middle one of its played keys; a key between two zones goes
        to the one whose root is nearer. The outermost reach a little further.

    Examples
    --------
    >>> [(z.low, z.root, z.high) for z in zones_of({60, 62, 67}, spread=3)]
    [(57, 60, 63), (64, 67, 70)]
    """
    left = sorted(keys)
    if kit:
        return tuple(Zone(low=key, high=key, root=key) for key in left)
    groups: list[list[int]] = []
    for key in left:
        if groups and key - groups[-1][0] < spread:
            groups[-1].append(key)
        else:
            groups.append([key])
    roots = [group[(len(group) - 1) // 2] for group in groups]
    return tuple(_zones(groups, roots))


def _zones(groups: Sequence[Sequence[int]], roots: Sequence[int]) -> Iterable[Zone]:
    low = max(0, groups[0][0] - _ROOM) if groups else 0
    for at, (group, root) in enumerate(zip(groups, roots, strict=True)):
        if at + 1 == len(groups):
            high = min(127, group[-1] + _ROOM)
        else:
            middle = (root + roots[at + 1]) // 2
            high = min(max(group[-1], middle), groups[at + 1][0] - 1)
        yield Zone(low=low, high=high, root=root)
        low = high + 1


def _most_at_once(spans: Iterable[tuple[float, float]]) -> int:
    """Return how many notes sound at a time at most, their tails counted."""
    edges = [(start, 1) for start, _ in spans]
    edges += [(end + _TAIL_S, -1) for _, end in spans]
    now = most = 0
    for _, step in sorted(edges):
        now += step
        most = max(most, now)
    return most


def _moves(controllers: Iterable[Controller]) -> bool:
    return len({c.value for c in controllers if c.number == EXPRESSION}) > 1
