"""Put what the session says of a track into the chunk that REAPER has of it.

What is to be kept, what the user added and what is not known here stays where it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from filmcomposer_reaper.chunks.takes import merged_item
from filmcomposer_reaper.chunks.text import key, spans, with_words
from filmcomposer_reaper.chunks.track import CHAIN, CHAIN_END, WORDS, Piece

#: What stays as the user has it in a block that is written anew.
_CARRIED = {
    "env": ("VIS", "LANEHEIGHT", "ARM", "EGUID"),
    "sendenv": ("VIS", "LANEHEIGHT", "ARM", "EGUID"),
    "fx": ("WNDRECT", "FLOAT", "FLOATPOS"),
}
#: How something is written anew: nothing of the user's stays. Of an item something can, by the
#: names of :mod:`filmcomposer_reaper.chunks.takes`.
AS_SESSION: frozenset[str] = frozenset()


def splice(
    present: Sequence[Piece],
    wanted: Sequence[Piece],
    *,
    write: Mapping[str, Collection[str]],
    drop: Collection[str],
) -> list[Piece]:
    """Return a track's pieces with some of them written anew.

    Parameters
    ----------
    present : sequence of Piece
        What REAPER has.
    wanted : sequence of Piece
        What the session says.
    write : mapping of str to collection of str
        Aspects to take from the session, and what of the user's stays in them (for items).
    drop : collection of str
        Aspects to leave out.
    """
    asked = {p.aspect: p for p in wanted if p.is_ours_to_judge and p.aspect in write}
    made: list[Piece] = []
    for piece in present:
        found = asked.pop(piece.aspect, None)
        if found is not None:
            made.append(Piece(piece.aspect, tuple(merged(piece, found, write[piece.aspect]))))
        elif piece.aspect not in drop or not piece.is_ours_to_judge:
            made.append(piece)
    for piece in asked.values():
        _insert(made, piece, wanted)
    return made


def merged(present: Piece, wanted: Piece, keeps: Collection[str] = AS_SESSION) -> Sequence[str]:
    """Return a piece's lines as the session has them, but for what stays and the user's view."""
    kind = wanted.aspect.partition(":")[0]
    here, new = present.lines, wanted.lines
    if kind == "item":
        return merged_item(here, new, keeps)
    if kind in _CARRIED:
        return carried(new, here, _CARRIED[kind])
    if kind == "send":
        return [with_words(new[0], here[0], (1,))]
    places = WORDS.get(key(here[0]))
    return [with_words(here[0], new[0], places)] if places else new


def carried(new: Sequence[str], here: Sequence[str], keys: Collection[str]) -> list[str]:
    """Return a block's lines (or an effect's) with those of some keys taken from another."""
    kept: dict[str, Sequence[str]] = {}
    for name, lines in _parts(here):
        if name in keys:
            kept.setdefault(name, lines)
    is_block = new[0].lstrip()[:1] == "<"
    made: list[str] = [new[0]] if is_block else []
    for name, lines in _parts(new):
        made += kept.pop(name, lines)
    left = [line for lines in kept.values() for line in lines]
    made[1:1] = left
    return [*made, new[-1]] if is_block else made


def _parts(lines: Sequence[str]) -> list[tuple[str, Sequence[str]]]:
    whole = lines if lines[0].lstrip()[:1] == "<" else ["<", *lines, ">"]
    return [(key(whole[start]), whole[start:stop]) for start, stop in spans(whole)[0]]


# --- where what is new goes -----------------------------------------------------------------------


def _insert(made: list[Piece], piece: Piece, wanted: Sequence[Piece]) -> None:
    kind = piece.aspect.partition(":")[0]
    if kind == "fx":
        _insert_effect(made, piece, wanted)
    else:
        made.insert(_PLACES.get(kind, _line_place)(made, piece), piece)


def _insert_effect(made: list[Piece], piece: Piece, wanted: Sequence[Piece]) -> None:
    """Put an effect at the end of the chain, which is made where there is none."""
    if not any(p.aspect == CHAIN for p in made):
        place = _block_place(made, piece)
        made[place:place] = [p for p in wanted if p.aspect in (CHAIN, CHAIN_END)]
    made.insert(next(i for i, p in enumerate(made) if p.aspect == CHAIN_END), piece)


def _first(made: Sequence[Piece], holds: Callable[[Piece], bool]) -> int:
    """Return the place of the first piece that something holds of, else before the last bracket."""
    last = max(i for i, p in enumerate(made) if p.lines and p.lines[0].strip() == ">")
    return next((i for i, p in enumerate(made) if i and holds(p)), last)


def _line_place(made: Sequence[Piece], piece: Piece) -> int:
    return 1


def _block_place(made: Sequence[Piece], piece: Piece) -> int:
    return _first(made, lambda p: p.aspect.startswith("item:"))


def _envelope_place(made: Sequence[Piece], piece: Piece) -> int:
    return _first(
        made,
        lambda p: (
            p.aspect.startswith((CHAIN, "item:"))
            or (bool(p.lines) and key(p.lines[0]).startswith("<FXCHAIN"))
        ),
    )


def _send_place(made: Sequence[Piece], piece: Piece) -> int:
    def follows(p: Piece) -> bool:
        return (
            bool(p.lines)
            and (key(p.lines[0]) in ("MIDIOUT", "MAINSEND") or p.lines[0].lstrip()[:1] == "<")
            and not p.aspect.startswith("sendenv:")
        )

    return _first(made, follows)


def _send_envelope_place(made: Sequence[Piece], piece: Piece) -> int:
    send = piece.aspect.partition(":")[2].rpartition(":")[0]
    here = [i for i, p in enumerate(made) if p.aspect == f"send:{send}"]
    return here[0] + 1 if here else _send_place(made, piece)


def _end_place(made: Sequence[Piece], piece: Piece) -> int:
    return _first(made, lambda p: False)


_PLACES: dict[str, Callable[[Sequence[Piece], Piece], int]] = {
    "item": _end_place,
    "env": _envelope_place,
    "send": _send_place,
    "sendenv": _send_envelope_place,
}
