"""Put the instruments of a session on its part tracks.

A part with an instrument that sounds is heard itself, and its printed stem is muted. What we put on
a track and the user has not touched goes when another sound is chosen; what they changed is theirs:
it stays, asleep where the printed stem shall sound. Instruments of the user's own are left alone,
and no other is put beside them.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from filmcomposer_core.contracts.session import SessionInstrument
from filmcomposer_reaper.adapter.instruments import (
    add_instrument,
    choose_preset,
    remove_effect,
    set_muted,
    set_offline,
)
from filmcomposer_reaper.adapter.tracks import (
    HASH,
    find_track,
    set_track_chunk,
    track_chunk,
    track_text,
)
from filmcomposer_reaper.chunks.text import ChunkFault, key, number
from filmcomposer_reaper.chunks.track import CHAIN, Piece, join, split_track
from filmcomposer_reaper.tracks.changes import STEM, is_muted, read_marks, track_part
from filmcomposer_reaper.tracks.put import (
    effect_id,
    effect_mark,
    effects_of,
    mark_asked,
    read_put,
    write_put,
)
from filmcomposer_reaper.tracks.stands import is_frozen
from filmcomposer_reaper.tracks.wanted import has_instrument, with_mute

if TYPE_CHECKING:
    from filmcomposer_reaper.tracks.wanted import Wanted
    from filmcomposer_reaper.tracks.work import Work

_CHAIN_HEAD = ("<FXCHAIN", "SHOW 0", "LASTSEL 0", "DOCKED 0")


class _Track:
    """A part's track under work."""

    def __init__(self, work: Work, wanted: Wanted, track: str) -> None:
        self.reaper, self.track, self.wanted, self.said = work.reaper, track, wanted, work.said
        self.title = f"Track '{wanted.name}'"
        self.put = read_put(work.reaper, track)
        self.ours = read_marks(track_text(work.reaper, track, HASH))
        self.pieces: list[Piece] = []
        self.read()

    def read(self) -> None:
        """Read its pieces; none where it is too large to be read."""
        try:
            self.pieces = split_track(track_chunk(self.reaper, self.track))
        except ChunkFault:
            self.pieces = []

    @property
    def effects(self) -> list[Piece]:
        return effects_of(self.pieces)

    def placed(self) -> list[tuple[int, Piece]]:
        """Return what is there of what we put, with its place in the chain."""
        return [(n, p) for n, p in enumerate(self.effects) if effect_id(p) in self.put.effects]

    @property
    def is_touched(self) -> bool:
        """Whether the user has changed or taken away anything of what we put."""
        there = {effect_id(piece): effect_mark(piece) for _, piece in self.placed()}
        return there != dict(self.put.effects)

    @property
    def sounds(self) -> bool:
        return has_instrument(self.pieces, self.ours)

    @property
    def has_theirs(self) -> bool:
        """Whether an instrument of the user's own sounds."""
        return has_instrument(self.pieces, [*self.ours, *(f"fx:{i}" for i in self.put.effects)])


def put_instruments(work: Work, ident: str) -> None:
    """Give a part's track the instruments of the session, and let it or its stem sound."""
    row = work.tracks_now().rows.get(ident)
    pointer = find_track(work.reaper, row.guid, row.index) if row else ""
    if not pointer:
        return  # told by whoever writes it
    track = _Track(work, work.wanted[ident], pointer)
    asked = mark_asked(track.wanted.instruments)
    if (not asked and not track.put.effects) or not track.pieces or is_frozen(track.pieces):
        _note_notes(track)
        return
    if not asked:
        _leave(track)
    elif asked == track.put.asked and track.put.effects:
        _keep(track)
    else:
        _change(track, asked)
    _note_notes(track)
    _let_sound(work, ident, track)
    _note_sound(work, ident, track)


def _note_sound(work: Work, ident: str, track: _Track) -> None:
    """Keep in the record what plays the part: it tells of all that is laid."""
    sounds: dict[str, str] = track_part(work.record).setdefault("sounds", {})
    before = sounds.pop(ident, "")
    if track.put.effects:
        sounds[ident] = f"{track.put.asked} asleep" if track.put.asleep else track.put.asked
    if sounds.get(ident, "") == before:
        work.plays.pop(ident, None)  # nothing to tell


def _note_notes(track: _Track) -> None:
    """Keep which notes of the track are no music, and whether channels tell techniques."""
    wanted = track.wanted
    put = replace(track.put, keys=wanted.keys, folded=wanted.folded)
    if put != read_put(track.reaper, track.track):
        write_put(track.reaper, track.track, put)
    track.put = put


def _leave(track: _Track) -> None:
    """Let the printed stem sound again."""
    if not track.is_touched:
        _take_away(track)
        return
    track.said.append(
        f"{track.title} keeps the instrument that you changed, offline; its printed stem sounds."
    )
    _sleep(track, asleep=True)


def _keep(track: _Track) -> None:
    """Leave what is there as it is, and wake it."""
    if track.put.asleep:
        _sleep(track, asleep=False)
    if not track.placed():
        track.said.append(f"{track.title} stays without the instrument that you took off.")


def _change(track: _Track, asked: str) -> None:
    """Put an instrument where there is none of ours, or another one."""
    names = {instrument.plugin for instrument in track.wanted.instruments}
    if track.has_theirs:
        track.said.append(f"{track.title} keeps your own instrument; nothing was put beside it.")
        return
    if track.put.effects and track.placed() and track.is_touched:
        if track.put.asleep:
            _sleep(track, asleep=False)
        track.said.append(
            f"{track.title} keeps the instrument that you changed; delete it to have "
            f"{', '.join(sorted(names))}."
        )
        return
    _take_away(track)
    before = {effect_id(piece) for piece in track.effects}
    fault = _add(track, track.wanted.instruments)
    track.read()
    new = [piece for piece in track.effects if effect_id(piece) not in before]
    if fault:
        for place in reversed([n for n, p in enumerate(track.effects) if p in new]):
            remove_effect(track.reaper, track.track, place)
        track.read()
        track.said.append(f"{track.title}: {fault}; its printed stem stays.")
        return
    marks = {effect_id(piece): effect_mark(piece) for piece in new}
    track.put = replace(track.put, asked=asked, asleep=False, effects=marks)


def _add(track: _Track, instruments: Sequence[SessionInstrument]) -> str:
    """Put instruments at the beginning of the chain; return what is wrong, empty for nothing."""
    for place, instrument in enumerate(instruments):
        if instrument.chain:
            _add_chain(track, instrument.chain.split("\n"))
            continue
        found = add_instrument(track.reaper, track.track, instrument, place)
        if found < 0:
            return f"REAPER has no plug-in '{instrument.plugin}'"
        if instrument.preset and not choose_preset(
            track.reaper, track.track, found, instrument.preset
        ):
            return f"'{instrument.plugin}' has no preset '{instrument.preset}'"
    return ""


def _add_chain(track: _Track, lines: Sequence[str]) -> None:
    """Put the effects of a template before the others, with ids of their own."""
    new = tuple(
        f"FXID {{{str(uuid.uuid4()).upper()}}}" if key(line) == "FXID" else line for line in lines
    )
    at = next((n for n, p in enumerate(track.pieces) if p.aspect == CHAIN), None)
    if at is not None:
        made = [*track.pieces[: at + 1], Piece("", new), *track.pieces[at + 1 :]]
    else:
        place = next(
            (n for n, p in enumerate(track.pieces) if p.aspect.startswith("item:")),
            max(n for n, p in enumerate(track.pieces) if p.lines[:1] == (">",)),
        )
        block = Piece("", (*_CHAIN_HEAD, *new, ">"))
        made = [*track.pieces[:place], block, *track.pieces[place:]]
    set_track_chunk(track.reaper, track.track, join(made))


def _take_away(track: _Track) -> None:
    for place, _ in reversed(track.placed()):
        remove_effect(track.reaper, track.track, place)
    track.read()
    track.put = replace(track.put, asked="", asleep=False, effects={})


def _sleep(track: _Track, *, asleep: bool) -> None:
    for place, piece in track.placed():
        state = next((line for line in piece.lines if key(line) == "BYPASS"), "")
        if bool(number(state, 2)) != asleep:
            set_offline(track.reaper, track.track, place, offline=asleep)
    track.read()
    track.put = replace(track.put, asleep=asleep)


def _let_sound(work: Work, ident: str, track: _Track) -> None:
    """Let the part sound or its printed stem, unless the user has decided on a mute."""
    if not track.pieces:  # what we put has made it too large to be read and written
        set_muted(work.reaper, track.track, muted=False)
        plays = True
    else:
        plays = track.sounds
    stem = work.wanted.get(STEM + ident)
    asked = work.asked[ident]
    silent = is_muted(asked.pieces) and not plays
    work.wanted[ident] = with_mute(work.wanted[ident], muted=silent)
    if ident in work.looks:
        work.plan(ident)
    if stem is not None:
        muted = plays or is_muted(work.asked[stem.id].pieces)
        work.wanted[stem.id] = with_mute(stem, muted=muted)
        if stem.id in work.looks:
            work.plan(stem.id)
    work.plays[ident] = plays


def told(work: Work) -> None:
    """Say in a line which parts sound by themselves."""
    names = [work.wanted[i].name for i, plays in work.plays.items() if plays]
    if names:
        work.said.append(
            f"{', '.join(names)}: the part plays its instrument, and its printed stem is muted."
        )
