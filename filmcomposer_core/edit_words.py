"""A user's edits in the words of music and picture: markers, bars and parts by their names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from filmcomposer_core.catalogue import catalogue
from filmcomposer_core.contracts.cue import Pin
from filmcomposer_core.decision_marks import told_as
from filmcomposer_core.grounds import CANDIDATE, bar_of
from filmcomposer_core.tempo_choice import CHOSEN

Tree = Any
#: So many edits are named, the others counted.
MOST = 8
#: Fields of which no edit is told by itself: they follow from another.
_FOLLOW = {
    "frame", "timecode", "start_beat", "end_beat", "source", "confidence", "kind", "phrase_starts",
}  # fmt: skip
_HIT = {
    "name": "renamed '{value}'", "time_s": "moved", "weight": "weighs {value}",
    "hit_class": "is {value}", "early_frames": "tolerance", "late_frames": "tolerance",
    "locked": "lock",
}  # fmt: skip
_TRACK = {
    "volume": "fader", "muted": "mute", "color": "colour",
}  # fmt: skip
_LINES = {"volume": "volume envelope", "pan": "pan envelope", "send": "send envelope",
          "fx": "effect's envelope"}  # fmt: skip
#: What an edit is an edit of, where the file alone says it.
_FILES = {"plan.toml": "plan", "description.toml": "description"}


def listed(phrases: Sequence[str]) -> str:
    """Return phrases as one, the first few of them."""
    more = f"; and {len(phrases) - MOST} more" if len(phrases) > MOST else ""
    return "; ".join(phrases[:MOST]) + more


def phrases(name: str, edits: Iterable[Pin], tree: Tree) -> list[str]:
    """Name edits.

    Parameters
    ----------
    name : str
        The document.
    edits : iterable of Pin
        Its pins.
    tree : tree
        The document before the edit or after it, as pins name it; it knows the names of parts.

    Returns
    -------
    list of str
        "Xylophone renamed Bells", "notes of bars 2 and 4 in Honky-tonk piano", "tempo map 3";
        each thing once.
    """
    edits = list(edits)
    said: dict[str, None] = {}
    if name == "spots.csv":
        return _hits(edits)
    for (what, place), numbers in _bars(name, edits, tree).items():
        said[f"{what} of {bars(numbers)}{place}"] = None
    words = _WORDS.get(name, _plain(_FILES.get(name, "")))
    for pin in edits:
        if bar_of(name, pin) is not None or pin.path[-1] in _FOLLOW:
            continue
        said[words(pin, tree)] = None
    return [phrase for phrase in said if phrase]


def bars(numbers: Iterable[int]) -> str:
    """Return numbers of bars in words.

    Examples
    --------
    >>> bars([3]), bars([2, 3, 4]), bars([2, 5])
    ('bar 3', 'bars 2 to 4', 'bars 2 and 5')
    """
    found = sorted(set(numbers))
    if len(found) == 1:
        return f"bar {found[0]}"
    if found == list(range(found[0], found[-1] + 1)) and len(found) > 2:
        return f"bars {found[0]} to {found[-1]}"
    return f"bars {', '.join(map(str, found[:-1]))} and {found[-1]}"


def hit_name(pin: Pin) -> str:
    """Return how a hit is called in a sentence."""
    value = pin.value if isinstance(pin.value, dict) else {}
    name = value.get("name") or pin.like.get("name")
    return f"marker '{name}'" if name else f"marker {pin.path[1].removeprefix('id ')}"


def _bars(name: str, edits: Iterable[Pin], tree: Tree) -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = {}
    for pin in edits:
        number = bar_of(name, pin)
        if number is None:
            continue
        what = "controllers" if "controllers" in pin.path else "notes"
        if name == "melody.mid":
            key = ("notes", " in the theme")
        else:
            key = (what, f" in {_part(pin, tree)}")
        found.setdefault(key, []).append(number)
    return found


def _part(pin: Pin, tree: Tree) -> str:
    """Return the name of the part that a pin of score, scheme or DAW plan belongs to."""
    holder = tree.get(pin.path[0], {})
    entry = holder.get(pin.path[1], {}) if isinstance(holder, dict) else {}
    entry = entry if isinstance(entry, dict) else {}
    ident = entry.get("track") or entry.get("source") or ""
    named = holder.get(f"track {ident}", {}).get("name") if ident else entry.get("name")
    return str(named or entry.get("name") or _spoken(ident or pin.path[1]))


def _spoken(words: str) -> str:
    """Return an id as a name: ``track cello_solo`` as Solo cello, ``gone_one`` as Gone one."""
    ident = words.split(" ", 1)[-1].split(" #")[0]
    if ident in catalogue():
        return catalogue()[ident].name
    plain = ident.replace("_", " ")
    return plain[:1].upper() + plain[1:]


def _hits(edits: Iterable[Pin]) -> list[str]:
    """Name edits of hits: "marker 'door' moved, renamed 'bang', weighs 9"."""
    found: dict[str, list[Pin]] = {}
    for pin in edits:
        found.setdefault(pin.path[1] if len(pin.path) > 1 else "", []).append(pin)
    return [f"{hit_name(pins[0])} {', '.join(words)}" for pins in found.values()
            if (words := _hit(pins))]  # fmt: skip


def _hit(edits: Sequence[Pin]) -> list[str]:
    whole = next((pin.op for pin in edits if pin.op != "set"), None)
    if whole is not None:
        return ["added" if whole == "add" else "deleted"]
    fields = {pin.path[-1]: pin.value for pin in edits}
    words: dict[str, None] = {}
    for field, value in fields.items():
        if field in _FOLLOW or (field.endswith("_frames") and "weight" in fields):
            continue
        words[_HIT.get(field, field).format(value=value)] = None
    return list(words)


def _operation(pin: Pin, tree: Tree) -> str:
    if len(pin.path) < 2:
        return "DAW plan"
    kind, part = pin.path[1].split(" ", 1)[0], _part(pin, tree)
    if kind == "envelope":
        words = pin.path[1].split(" ")
        line = next((line for key, line in _LINES.items() if key in words[2:]), "envelope")
        return f"{line} of {part}"
    if kind == "track" and len(pin.path) == 3:
        if pin.path[2] == "name":
            return f"{_spoken(pin.path[1]) if part == pin.value else part} renamed {pin.value}"
        return f"{_TRACK.get(pin.path[2], pin.path[2])} of {part}"
    if kind == "send" and pin.path[-1] == "gain":
        return f"reverb send of {part}"
    return f"{_field(pin.path[2:]) or kind} of {part}"


def _score(pin: Pin, tree: Tree) -> str:
    if len(pin.path) < 2 or pin.path[0] not in ("parts", "tracks"):
        return _measure(told_as(pin))
    part = _part(pin, tree)
    if len(pin.path) == 2:
        return f"{part} {'added' if pin.op == 'add' else 'deleted'}"
    path = told_as(pin)
    return f"{_field(path[2:])} of {part}" if path else ""


def _measure(path: Sequence[str]) -> str:
    """Return a field of a measure as ``dynamic of measure 1``; other paths as they are."""
    if len(path) > 2 and path[0] == "measures":
        return f"{_field(path[2:])} of {path[1]}"
    return _field(path)


def _tempo(pin: Pin, tree: Tree) -> str:
    if pin.path == CHOSEN:
        return f"tempo map {pin.value}"
    if len(pin.path) > 1 and pin.path[0] == "maps":
        number = pin.path[1].removeprefix("rank ")
        return f"{_field(pin.path[2:]) or 'all'} of tempo map {number}"
    return _field(pin.path)


def _theme(pin: Pin, tree: Tree) -> str:
    return f"theme {pin.value}" if pin.path == CANDIDATE else _field(pin.path)


def _assessment(pin: Pin, tree: Tree) -> str:
    if len(pin.path) == 4 and pin.path[-1] == "held":
        return f"score {pin.path[2].removeprefix('id ')} of the {pin.path[0]}"
    return _field(pin.path)


def _plain(what: str) -> Callable[[Pin, Tree], str]:
    def words(pin: Pin, tree: Tree) -> str:
        path = pin.path[:-1] if pin.path[-1] == "value" else pin.path
        return " ".join(part for part in (what, _field(path)) if part)

    return words


def _field(path: Sequence[str]) -> str:
    """Return a field without the words of the program: ``sections, id A, key`` as A, key."""
    plain = [part.removeprefix("id ").replace("_", " ") for part in path]
    return ", ".join(part for part in plain if part not in ("sections", "shots", "value"))


_WORDS: dict[str, Callable[[Pin, Tree], str]] = {
    "daw_plan.json": _operation,
    "score.json": _score,
    "scheme.json": _score,
    "tempo.json": _tempo,
    "melody.mid": _theme,
    "assessment.json": _assessment,
}
