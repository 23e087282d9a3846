"""Hold everything in its place while the tempo map changes under it.

REAPER's default timebase is beats: items, envelope points and markers then follow a tempo change.
Tracks and items are made time-based meanwhile, which needs no more than a number each; markers have
no such number, so they are put back, and so is whatever else has moved all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from filmcomposer_reaper.adapter.items import item_guid
from filmcomposer_reaper.adapter.reaper import Reaper, is_null
from filmcomposer_reaper.adapter.tempo import TEXT_BYTES, tempo_envelope

TIMEBASE = "C_BEATATTACHMODE"
TIME = 0
#: An item's timebase that is its track's.
INHERITED = -1
SAME_S = 1e-9
SEND_ENVELOPES = ("<VOLENV", "<PANENV", "<MUTEENV")


@dataclass(slots=True, kw_only=True)
class HeldItem:
    """An item that may move: where it was, and the timebase of its own."""

    pointer: str
    base: int
    position_s: float
    length_s: float


@dataclass(slots=True, kw_only=True)
class Held:
    """What may move, as it was. Pointers: it lives in one slice only."""

    tracks: list[tuple[str, int]] = field(default_factory=list)
    items: list[HeldItem] = field(default_factory=list)
    markers: list[tuple[int, float, float, int]] = field(default_factory=list)
    envelopes: list[tuple[str, str]] = field(default_factory=list)
    ranges: list[tuple[bool, float, float]] = field(default_factory=list)
    cursor_s: float = 0.0
    after_s: float = 0.0


def hold(reaper: Reaper, after_s: float) -> Held:
    """Note what ends after a time, and make it time-based.

    Parameters
    ----------
    reaper : Reaper
    after_s : float
        From when on the tempo map will differ, in project seconds.
    """
    rpr = reaper.rpr
    held = Held(after_s=after_s, cursor_s=rpr.GetCursorPositionEx(0))
    for loop in (False, True):
        _, _, _, start, end, _ = rpr.GetSet_LoopTimeRange2(0, False, loop, 0.0, 0.0, False)
        held.ranges.append((loop, start, end))
    held.markers = _markers(reaper)
    tracks = [rpr.GetTrack(0, n) for n in range(rpr.CountTracks(0))]
    held.envelopes += _envelopes(reaper, rpr.GetMasterTrack(0), after_s, sends=False)
    for track in tracks:
        held.envelopes += _envelopes(reaper, track, after_s, sends=True)
    for n in range(rpr.CountMediaItems(0)):
        item = rpr.GetMediaItem(0, n)
        base = int(rpr.GetMediaItemInfo_Value(item, TIMEBASE))
        if base == TIME:
            continue
        position = rpr.GetMediaItemInfo_Value(item, "D_POSITION")
        length = rpr.GetMediaItemInfo_Value(item, "D_LENGTH")
        if position + length > after_s:
            found = HeldItem(pointer=item, base=base, position_s=position, length_s=length)
            held.items.append(found)
            if base != INHERITED:
                rpr.SetMediaItemInfo_Value(item, TIMEBASE, TIME)
    for track in tracks:
        base = int(rpr.GetMediaTrackInfo_Value(track, TIMEBASE))
        if base != TIME:
            held.tracks.append((track, base))
            rpr.SetMediaTrackInfo_Value(track, TIMEBASE, TIME)
    return held


def _markers(reaper: Reaper) -> list[tuple[int, float, float, int]]:
    """Return (region, start, end, number) of every marker and region, in REAPER's order."""
    found: list[tuple[int, float, float, int]] = []
    index = 0
    while True:
        following, _, _, region, start, end, _, number, _ = reaper.rpr.EnumProjectMarkers3(
            0, index, 0, 0.0, 0.0, "", 0, 0
        )
        if not following:
            return found
        found.append((int(region), start, end, number))
        index += 1


def _envelopes(reaper: Reaper, track: str, after_s: float, *, sends: bool) -> list[tuple[str, str]]:
    """Return pointer and text of a track's envelopes that go on after a time."""
    rpr = reaper.rpr
    pointers = [rpr.GetTrackEnvelope(track, n) for n in range(rpr.CountTrackEnvelopes(track))]
    for n in range(rpr.GetTrackNumSends(track, 0) if sends else 0):
        for name in SEND_ENVELOPES:
            address = int(rpr.GetTrackSendInfo_Value(track, 0, n, f"P_ENV:{name}"))
            if address:
                pointers.append(f"(TrackEnvelope*)0x{address:016X}")
    own = "" if sends else tempo_envelope(reaper)
    return [
        (p, _state(reaper, p))
        for p in dict.fromkeys(pointers)
        if p != own and _goes_on(reaper, p, after_s)
    ]


def _goes_on(reaper: Reaper, envelope: str, after_s: float) -> bool:
    rpr = reaper.rpr
    points = rpr.CountEnvelopePoints(envelope)
    if points and rpr.GetEnvelopePoint(envelope, points - 1, 0.0, 0.0, 0, 0.0, 0)[3] > after_s:
        return True
    return bool(rpr.CountAutomationItems(envelope))


def _state(reaper: Reaper, envelope: str) -> str:
    return str(reaper.rpr.GetEnvelopeStateChunk(envelope, "", TEXT_BYTES, False)[2])


def release(reaper: Reaper, held: Held) -> None:
    """Give every track and item its own timebase back."""
    rpr = reaper.rpr
    for track, base in held.tracks:
        rpr.SetMediaTrackInfo_Value(track, TIMEBASE, base)
    for item in held.items:
        if item.base != INHERITED:
            rpr.SetMediaItemInfo_Value(item.pointer, TIMEBASE, item.base)


def put_back(reaper: Reaper, held: Held) -> Held:
    """Put back what has moved; return that, to be put back again if it moves again.

    To be called after :func:`release`.
    """
    moved = Held(after_s=held.after_s, cursor_s=held.cursor_s)
    moved.items = [item for item in held.items if _put_item(reaper, item)]
    moved.markers = held.markers if _put_markers(reaper, held) else []
    rpr = reaper.rpr
    for envelope, text in held.envelopes:
        if _state(reaper, envelope) != text:
            rpr.SetEnvelopeStateChunk(envelope, text, False)
            moved.envelopes.append((envelope, text))
    for loop, start, end in held.ranges:
        _, _, _, now, till, _ = rpr.GetSet_LoopTimeRange2(0, False, loop, 0.0, 0.0, False)
        if _differ(now, start) or _differ(till, end):
            rpr.GetSet_LoopTimeRange2(0, True, loop, start, end, False)
            moved.ranges.append((loop, start, end))
    if _differ(rpr.GetCursorPositionEx(0), held.cursor_s):
        rpr.SetEditCurPos2(0, held.cursor_s, False, False)
    return moved


def how_many(held: Held) -> int:
    """Return how many things are held."""
    return len(held.items) + len(held.markers) + len(held.envelopes) + len(held.ranges)


def _differ(a: float, b: float) -> bool:
    return abs(a - b) > SAME_S


def _put_item(reaper: Reaper, item: HeldItem) -> bool:
    """Put an item back; whether it had moved."""
    rpr = reaper.rpr
    position = rpr.GetMediaItemInfo_Value(item.pointer, "D_POSITION")
    length = rpr.GetMediaItemInfo_Value(item.pointer, "D_LENGTH")
    stretched = _differ(length, item.length_s)
    if not stretched and not _differ(position, item.position_s):
        return False
    rpr.SetMediaItemInfo_Value(item.pointer, "D_POSITION", item.position_s)
    if stretched:
        rpr.SetMediaItemInfo_Value(item.pointer, "D_LENGTH", item.length_s)
        # What stretched an item changed the rates of its takes by the same share.
        for n in range(rpr.CountTakes(item.pointer)):
            take = rpr.GetTake(item.pointer, n)
            if not is_null(take) and not rpr.TakeIsMIDI(take):
                rate = rpr.GetMediaItemTakeInfo_Value(take, "D_PLAYRATE")
                rate *= length / item.length_s
                rpr.SetMediaItemTakeInfo_Value(take, "D_PLAYRATE", rate)
    return True


def _put_markers(reaper: Reaper, held: Held) -> bool:
    """Put markers back in an order in which none passes another: their indices stay."""
    now = _markers(reaper) if held.markers else []
    if len(now) != len(held.markers):
        return True
    moved = [
        i
        for i, (was, found) in enumerate(zip(held.markers, now, strict=True))
        if _differ(was[1], found[1]) or _differ(was[2], found[2])
    ]
    earlier = [i for i in moved if held.markers[i][1] <= now[i][1]]
    later = [i for i in reversed(moved) if held.markers[i][1] > now[i][1]]
    for i in (*earlier, *later):
        region, start, end, number = held.markers[i]
        # An empty name and no colour change neither.
        reaper.rpr.SetProjectMarkerByIndex2(0, i, region, start, end, number, "", 0, 0)
    return bool(moved)


def loose_midi(reaper: Reaper, held: Held, end_s: float) -> int:
    """Return how many MIDI items of others lie where the tempo changes: their notes follow it.

    Parameters
    ----------
    reaper : Reaper
    held : Held
        While it is held.
    end_s : float
        Until when the tempo map differs.
    """
    rpr = reaper.rpr
    found = 0
    for item in held.items:
        if item.position_s >= end_s:
            continue
        take = rpr.GetActiveTake(item.pointer)
        if is_null(take) or not rpr.TakeIsMIDI(take):
            continue
        track = rpr.GetMediaItemTrack(item.pointer)
        tag = rpr.GetSetMediaTrackInfo_String(track, "P_EXT:fc_cue", "", False)
        found += not tag[3]
    return found


def set_timebases(
    reaper: Reaper, wanted: dict[str, int], start_s: float, end_s: float
) -> dict[str, int]:
    """Write the timebase of some items; return what they had, without those that are not there.

    Parameters
    ----------
    reaper : Reaper
    wanted : dict
        GUID to timebase: -1 as its track, 0 time, 1 beats, 2 beats for the position only.
    start_s, end_s : float
        Where they should lie: reading a GUID is slow, so that is where they are looked for first.
    """
    before: dict[str, int] = {}
    for item in _by_likelihood(reaper, start_s, end_s):
        if len(before) == len(wanted):
            break
        guid = item_guid(reaper, item)
        if guid in wanted and guid not in before:
            before[guid] = int(reaper.rpr.GetMediaItemInfo_Value(item, TIMEBASE))
            if before[guid] != wanted[guid]:
                reaper.rpr.SetMediaItemInfo_Value(item, TIMEBASE, wanted[guid])
    return before


def _by_likelihood(reaper: Reaper, start_s: float, end_s: float) -> Iterator[str]:
    """Yield the selected items, then those that begin in a span, then all others."""
    rpr = reaper.rpr
    for n in range(rpr.CountSelectedMediaItems(0)):
        yield rpr.GetSelectedMediaItem(0, n)
    far: list[str] = []
    for n in range(rpr.CountMediaItems(0)):
        item = rpr.GetMediaItem(0, n)
        if start_s - SAME_S <= rpr.GetMediaItemInfo_Value(item, "D_POSITION") < end_s:
            yield item
        else:
            far.append(item)
    yield from far
