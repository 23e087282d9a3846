"""What stands on a track in the place of our item: another MIDI item, audio, a frozen track."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from filmcomposer_reaper.chunks.items import Item, read_item
from filmcomposer_reaper.chunks.text import key, number, with_words
from filmcomposer_reaper.chunks.track import Piece

#: An item this little before the picture begins with it.
_EDGE_S = 0.05


def adopted(pieces: Sequence[Piece], ours: Collection[str]) -> list[Piece]:
    """Return a track's pieces with the only MIDI item as ours, where ours is gone.

    Glued, or cut and pasted, our item has another id; the item that has come in its place gets the
    one that it had.

    Parameters
    ----------
    pieces : sequence of Piece
        Of the track as it is.
    ours : collection of str
        Aspects that we wrote.
    """
    lost = [aspect for aspect in ours if aspect.startswith("item:")]
    found = [i for i, piece in enumerate(pieces) if is_item(piece) and _is_midi(piece)]
    if len(lost) != 1 or len(found) != 1 or any(piece.aspect == lost[0] for piece in pieces):
        return list(pieces)
    name = lost[0].partition(":")[2]
    takes = sum(aspect.startswith(f"notes:{name}:") for aspect in ours)
    (place,) = found
    if len(read_item(pieces[place].lines).takes) < takes:
        return list(pieces)  # a theme's takes glued to one: no more to choose from
    lines = tuple(
        with_words(line, f"IGUID {name}", (1,)) if key(line) == "IGUID" else line
        for line in pieces[place].lines
    )
    return [*pieces[:place], Piece(lost[0], lines), *pieces[place + 1 :]]


def is_item(piece: Piece) -> bool:
    """Whether a piece is an item."""
    return piece.aspect.startswith("item:")


def _is_midi(piece: Piece) -> bool:
    return any(take.is_midi for take in read_item(piece.lines).takes)


def says_notes(item: Item) -> bool:
    """Whether an item tells what its notes are: it is not muted, and MIDI is what it plays."""
    return not number(item.line("MUTE"), 1) and item.takes[item.active].is_midi


def is_frozen(pieces: Iterable[Piece]) -> bool:
    """Whether a track is frozen: its items and effects are put away, audio stands for them."""
    return any(key(piece.lines[0]) == "<FREEZE" for piece in pieces if piece.lines)


def plays_audio(pieces: Iterable[Piece]) -> bool:
    """Whether a track has audio of its own."""
    items = (read_item(piece.lines) for piece in pieces if is_item(piece))
    return any(
        item.takes[item.active].source and not item.takes[item.active].is_midi for item in items
    )


def is_plain(piece: Piece, start_s: float, end_s: float) -> bool:
    """Whether an item of the user's has one take and begins in the picture."""
    item = read_item(piece.lines)
    begins_s = number(item.line("POSITION"), 1)
    return len(item.takes) == 1 and start_s - _EDGE_S <= begins_s < end_s
