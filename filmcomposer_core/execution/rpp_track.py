"""Tracks and items of REAPER projects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from filmcomposer_core.contracts.daw_plan import (
    AudioItemOp,
    EnvelopeOp,
    FxOp,
    MidiItemOp,
    SendOp,
    TrackOp,
    VideoItemOp,
)
from filmcomposer_core.execution.rpp_envelope import send_envelope, track_envelopes
from filmcomposer_core.execution.rpp_fx import fx_chain
from filmcomposer_core.execution.rpp_midi import midi_source
from filmcomposer_core.execution.rpp_place import Placement
from filmcomposer_core.execution.rpp_text import Lines, block, line
from filmcomposer_core.timeline import Timeline

Item = VideoItemOp | AudioItemOp | MidiItemOp
DEFAULT_COLOR = 16576
#: Time bases: picture and stems keep their seconds, MIDI keeps its beats if the tempo is edited.
IN_TIME, IN_BEATS = 0, 1


@dataclass(slots=True, kw_only=True)
class TrackContent:
    """Everything that a plan puts on one track, in the order of the plan."""

    track: TrackOp
    items: list[Item] = field(default_factory=list)
    receives: list[SendOp] = field(default_factory=list)
    effects: list[FxOp] = field(default_factory=list)
    envelopes: list[EnvelopeOp] = field(default_factory=list)
    send_envelopes: dict[str, EnvelopeOp] = field(default_factory=dict)


def folder_steps(tracks: Sequence[TrackOp]) -> list[int]:
    """Return what each track adds to the folder depth: 1 opens a folder, -n closes n.

    Parameters
    ----------
    tracks : sequence of TrackOp
        Children stand directly after their folder.

    Returns
    -------
    list of int
        Sums to 0.
    """
    parents = {track.id: track.parent for track in tracks}
    depths = [_depth(track.id, parents) for track in tracks]
    return [after - depth for depth, after in zip(depths, [*depths[1:], 0], strict=True)]


def _depth(track: str, parents: Mapping[str, str]) -> int:
    depth = 0
    while parents[track]:
        track = parents[track]
        depth += 1
    return depth


def track_block(
    content: TrackContent,
    *,
    folder_step: int,
    numbers: Mapping[str, int],
    timeline: Timeline,
    place: Placement,
) -> Lines:
    """Return the ``TRACK`` block of a track.

    Parameters
    ----------
    content : TrackContent
        The track and what is on it.
    folder_step : int
        From ``folder_steps``.
    numbers : mapping of str to int
        Index from 0 of every track in the project, which receives refer to.
    timeline : Timeline
        Places MIDI items in seconds.
    place : Placement
        Where the plan is laid.
    """
    body: Lines = []
    for send in content.receives:
        body.append(_receive(send, numbers))
        moved = content.send_envelopes.get(send.source)
        body += send_envelope(moved, place=place) if moved else []
    body += [line("MIDIOUT", -1), line("MAINSEND", 1, 0)]
    body += track_envelopes(content.envelopes, place=place)
    body += fx_chain(content.effects, content.envelopes, place=place)
    for item in content.items:
        body += item_block(item, timeline=timeline, place=place)
    return track_frame(content.track, body, folder_step=folder_step, place=place)


def track_frame(track: TrackOp, body: Lines, *, folder_step: int, place: Placement) -> Lines:
    """Return a ``TRACK`` block: its settings, then the lines of what is on it.

    Parameters
    ----------
    track : TrackOp
        Name, colour, fader, pan, mute.
    body : list of str
        Receives, outputs, envelopes, effects and items, in this order.
    folder_step : int
        From ``folder_steps``.
    place : Placement
        Whose id it has.
    """
    in_beats = track.kind == "part"
    ident = place.guid("track", track.id)
    head = [
        line("NAME", track.name),
        line("PEAKCOL", place.color(track.color) if track.color else DEFAULT_COLOR),
        line("BEAT", IN_BEATS if in_beats else IN_TIME),
        line("AUTOMODE", 0),
        line("VOLPAN", track.volume, track.pan, -1, -1, 1),
        line("MUTESOLO", int(track.muted), 0, 0),
        line("IPHASE", 0),
        line("PLAYOFFS", 0, 1),
        line("ISBUS", *_folder_words(folder_step)),
        line("BUSCOMP", 0, 0, 0, 0, 0),
        line("SHOWINMIX", 1, 0.6667, 0.5, 1, 0.5, 0, 0, 0),
        line("SEL", 0),
        line("REC", 0, 0, 0, 0, 0, 0, 0, 0),
        line("NCHAN", 2),
        line("FX", 1),
        line("TRACKID", ident),
        line("PERF", 0),
    ]
    return block("TRACK", (ident,), [*head, *body])


def _folder_words(step: int) -> tuple[int, int]:
    if step == 0:
        return 0, 0
    return (1, step) if step > 0 else (2, step)


def _receive(send: SendOp, numbers: Mapping[str, int]) -> str:
    """Return a post-fader receive of channels 1 and 2 without MIDI limits."""
    fields = line("AUXRECV", numbers[send.source], 0, send.gain, 0, 0, 0, 0, 0, 0)
    return f"{fields} -1:U 0 -1 ''"


def item_block(item: Item, *, timeline: Timeline, place: Placement) -> Lines:
    """Return the ``ITEM`` block of an item with its source."""
    start, length, name = _place(item, timeline)
    in_beats = isinstance(item, MidiItemOp)
    ident = f"{item.track}/{item.op}"
    offset_s, rate = 0.0, 1.0
    if isinstance(item, VideoItemOp):
        offset_s, rate = item.source_offset_s, item.rate
    take = take_lines(
        name,
        _source(item, place),
        volume=line("VOLPAN", 1, 0, 1, -1),
        offset_s=offset_s,
        rate=rate,
        ident=ident,
        place=place,
    )
    return item_frame(start, length, take, in_beats=in_beats, ident=ident, place=place)


def item_frame(
    start_s: float, length_s: float, takes: Lines, *, in_beats: bool, ident: str, place: Placement
) -> Lines:
    """Return an ``ITEM`` block: its settings, then the lines of its takes.

    Parameters
    ----------
    start_s, length_s : float
        Seconds of the picture.
    takes : list of str
        From ``take_lines``.
    in_beats : bool
        Whether it keeps its beats when the tempo is edited.
    ident : str
        What its id is made from.
    place : Placement
        Where the plan is laid.
    """
    body = [
        line("POSITION", place.time(start_s)),
        line("SNAPOFFS", 0),
        line("LENGTH", length_s),
        line("LOOP", 0),
        line("ALLTAKES", 0),
        line("BEAT", IN_BEATS if in_beats else IN_TIME),
        line("FADEIN", 1, 0, 0, 1, 0, 0, 0),
        line("FADEOUT", 1, 0, 0, 1, 0, 0, 0),
        line("MUTE", 0, 0),
        line("SEL", 0),
        line("IGUID", place.guid("item", ident)),
    ]
    return block("ITEM", (), [*body, *takes])


def take_lines(
    name: str, source: Lines, *, volume: str, ident: str, place: Placement, offset_s: float = 0.0,
    rate: float = 1.0,
) -> Lines:  # fmt: skip
    """Return the lines of a take.

    Parameters
    ----------
    name : str
        As it is shown.
    source : list of str
        Its ``SOURCE`` block.
    volume : str
        Its ``VOLPAN`` or ``TAKEVOLPAN`` line.
    ident : str
        What its id is made from.
    place : Placement
        Where the plan is laid.
    offset_s : float
        Where in the source it begins, seconds of the source.
    rate : float
        How many times as fast it plays; pitches stay.
    """
    return [
        line("NAME", name),
        volume,
        line("SOFFS", offset_s),
        line("PLAYRATE", rate, 1, 0, -1, 0, 0.0025),
        line("CHANMODE", 0),
        line("GUID", place.guid("take", ident)),
        *source,
    ]


def _place(item: Item, timeline: Timeline) -> tuple[float, float, str]:
    """Return start, length and name of an item."""
    if isinstance(item, MidiItemOp):
        start = timeline.time_at(item.start_beat)
        return start, timeline.time_at(item.end_beat) - start, item.name
    name = item.path.replace("\\", "/").rsplit("/", 1)[-1]
    return item.position_s, item.length_s, name


def _source(item: Item, place: Placement) -> Lines:
    if isinstance(item, MidiItemOp):
        return midi_source(item, ident=item.track, place=place)
    if isinstance(item, AudioItemOp):
        return block("SOURCE", ("WAVE",), [_file(place.path(item.path))])
    silent = [] if item.play_audio else [line("AUDIO", 0)]
    return block("SOURCE", ("VIDEO",), [*silent, _file(place.path(item.path))])


def _file(path: str) -> str:
    """Return a ``FILE`` line; REAPER always quotes paths."""
    words = line("FILE", path)
    bare = words == f"FILE {path}"
    return f'FILE "{path}"' if bare else words
