"""Short hashes of a track's aspects, blind to what is no change of the music.

Left out: selection, window places, heights, the ids and editor settings that REAPER writes anew,
and how numbers are written. An item has several: ``item:`` where its notes sound, ``notes:`` and
``events:`` (all but notes) of each take, ``take:`` the number of the active one, and ``frame:`` all
the rest of it: volume, fades, mute, lock, colour, how many takes it has.

Where a track lies in beats, aspects with times have a second hash with the times in beats: they
move by themselves when the tempo is edited, which is no change to them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from filmcomposer_reaper.chunks.items import ALL_NOTES_OFF, Item, events, read_item
from filmcomposer_reaper.chunks.text import children, key, number, plain, words
from filmcomposer_reaper.chunks.track import ENVELOPE, WORDS, Piece

#: From project seconds to beats.
Beats = Callable[[float], float]
#: A time in seconds, or None, and what is said of it.
_Said = tuple[float | None, str]
_ENVELOPE_NOISE = frozenset({"EGUID", "VIS", "LANEHEIGHT", "ARM", "DEFSHAPE"})
_EFFECT_NOISE = frozenset({"WNDRECT", "FLOAT", "FLOATPOS", "FXID", "WAK", "PRESETNAME"})
_ITEM_NOISE = frozenset({"SEL", "IID", "IGUID", "GUID", "<EXT", "TAKE", "IMGRESOURCEFLAGS"})
#: Lines of an item that decide when its notes sound: the first word after the key, and its source.
PLACE = ("POSITION", "LENGTH", "LOOP", "SOFFS", "PLAYRATE")
#: All that counts of a MIDI source beside its events.
_MIDI_LINES = ("HASDATA ", "FILE ", "IGNTEMPO ")
#: Words of an envelope point that count beside its time: value, shape, tension.
_POINT = (2, 3, 7)


def digest(text: str) -> str:
    """Return ten hex digits of a text."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=5).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two marks say the same, in seconds or in beats."""
    return any(a == b for a, b in zip(one.split("."), other.split("."), strict=False))


def marks(pieces: Iterable[Piece], beats: Beats | None = None) -> dict[str, str]:
    """Return the mark of each aspect.

    Parameters
    ----------
    pieces : iterable of Piece
        Of one track.
    beats : callable or None
        The project's tempo map, for tracks that lie in beats.

    Returns
    -------
    dict of str to str
        Ten hex digits, for aspects with times in beats twice.
    """
    found: dict[str, str] = {}
    for piece in pieces:
        if piece.is_ours_to_judge:
            found |= piece_marks(piece, beats)
    return found


@lru_cache(maxsize=8192)
def piece_marks(piece: Piece, beats: Beats | None = None) -> Mapping[str, str]:
    """Return the marks of one piece.

    They are kept, for REAPER gives back the most of what was written to it.
    """
    kind, _, rest = piece.aspect.partition(":")
    if kind == "item":
        return _item(piece.lines, rest, beats)
    if kind in ("env", "sendenv"):
        return {piece.aspect: _timed(_envelope(piece.lines), beats)}
    if kind == "fx":
        return {piece.aspect: _timed(_effect(piece.lines), beats)}
    if kind == "send":  # the first number is the sending track's place
        return {piece.aspect: digest(_plain_words(piece.lines[0], 2))}
    return {piece.aspect: digest(_line(piece.lines[0]))}


def _timed(said: Sequence[_Said], beats: Beats | None) -> str:
    """Return the mark of lines with times in them; with a tempo map a second one in beats."""
    once = (f"{time:.6f} {rest}" if time is not None else rest for time, rest in said)
    mark = digest("\n".join(once))
    if beats is None:
        return mark
    moved = (f"{beats(time):.6f} {rest}" if time is not None else rest for time, rest in said)
    other = digest("\n".join(moved))
    return f"{mark}.{other}"


def _line(line: str) -> str:
    found = words(line)
    places = WORDS.get(found[0], range(1, len(found))) if found else ()
    chosen = (found[place] for place in places if place < len(found))
    return " ".join(chosen if found[:1] == ["NAME"] else map(plain, chosen))


def _plain_words(line: str, start: int = 0) -> str:
    return " ".join(map(plain, words(line)[start:]))


def _envelope(block: Sequence[str]) -> list[_Said]:
    """Return what an envelope says; of ACT only whether it is on."""
    said: list[_Said] = [(None, _plain_words(block[0]))]
    for child in children(block):
        name = key(child[0])
        if name == "PT":
            found = child[0].split()
            chosen = (found[i] if i < len(found) else "0" for i in _POINT)
            said.append((number(child[0], 1), " ".join(map(plain, chosen))))
        elif name == "ACT":
            said.append((None, f"ACT {number(child[0], 1, 1.0):g}"))
        elif name not in _ENVELOPE_NOISE:
            said += ((None, _plain_words(line)) for line in child)
    return said


def _effect(lines: Sequence[str]) -> list[_Said]:
    said: list[_Said] = []
    for child in children(["<", *lines, ">"]):
        name = key(child[0])
        if ENVELOPE.match(name):
            said += _envelope(child)
        elif name == "<JS":
            said += ((None, _plain_words(line)) for line in child)
        elif name not in _EFFECT_NOISE:
            said += ((None, line.strip()) for line in child)
    return said


def _item(block: Sequence[str], name: str, beats: Beats | None) -> dict[str, str]:
    item = read_item(block)
    place, frame = _place_and_frame(item)
    found = {f"item:{name}": _timed(place, beats), f"frame:{name}": digest("\n".join(frame))}
    for number_, take in enumerate(item.takes):
        if take.is_midi:
            notes, others = midi_marks("\n".join(take.source))
            found[f"notes:{name}:{number_}"] = notes
            found[f"events:{name}:{number_}"] = others
    if len(item.takes) > 1:
        found[f"take:{name}"] = str(item.active)
    return found


def _place_and_frame(item: Item) -> tuple[list[_Said], list[str]]:
    """Return what of an item decides when its notes sound, and all else.

    Of neither are events, ids, selection and the active take.
    """
    place: list[_Said] = []
    frame: list[str] = []
    start = number(item.line("POSITION"), 1)
    for take in item.takes:
        frame.append(" ".join(w for w in take.head.split() if w != "SEL"))
        for child in children(["<", *take.lines, ">"]):
            name = key(child[0])
            if name in PLACE:
                place.append(_placed(child[0], start))
            if name == "MUTE":
                frame.append(f"MUTE {number(child[0], 1):g}")
            elif name == "PLAYRATE":
                frame += filter(None, [_plain_words(child[0], 2)])
            elif name not in PLACE and name not in _ITEM_NOISE:
                frame += (_plain_words(line) for line in child)
        place += ((None, line) for line in _source(take.source))
    return place, frame


def _placed(line: str, start: float) -> _Said:
    name = key(line)
    if name == "POSITION":
        return start, name
    if name == "LENGTH":
        return start + number(line, 1), "END"
    return None, f"{name} {plain(words(line)[1])}" if len(words(line)) > 1 else name


def _source(block: Sequence[str]) -> list[str]:
    if not block:
        return []
    if words(block[0])[1:2] != ["MIDI"]:
        return [_plain_words(line) for line in block]
    kept = (line for line in block if line.lstrip().startswith(_MIDI_LINES))
    return [_plain_words(line) for line in (block[0], *kept)]


@lru_cache(maxsize=512)
def midi_marks(source: str) -> tuple[str, str]:
    """Return the marks of a MIDI source's notes and of its other events.

    They are kept, for the same text comes back from REAPER that was written to it.
    """
    notes: list[str] = []
    others: list[str] = []
    last = ""
    for event in events(source.split("\n")):
        said = f"{event.tick} {int(event.muted)} {' '.join(event.body).lower()}"
        last = said if event.body == (" ".join(ALL_NOTES_OFF),) else ""
        (notes if event.is_note else others).append(said)
    if last:  # the closing event moves with the last note
        notes.append(others.pop())
    return digest("\n".join(sorted(notes))), digest("\n".join(others))
