"""Whose value stands where the user and the core want a marker differently."""

from __future__ import annotations

from dataclasses import dataclass, replace

from filmcomposer_core.contracts.session import Session, SessionMarker, SessionRegion
from filmcomposer_reaper.adapter.markers import Seen
from filmcomposer_reaper.markers.book import HITS, REGIONS, Entry, Face, hashed, rounded, same_time


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the core's session says of a marker or region; ``anchor_s`` is the cue's start."""

    kind: str
    ident: str
    anchor_s: float
    face: Face
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What to write, and what then stands in the record.

    None in ``place`` (project seconds), ``name`` and ``color`` leaves what is there.
    """

    place: tuple[float, float] | None
    name: str | None
    color: str | None
    entry: Entry

    @property
    def writes(self) -> bool:
        """Whether anything is to be written."""
        return not (self.place is None and self.name is None and self.color is None)


def wishes(session: Session) -> list[Wish]:
    """Return what a session says of markers and regions."""
    places: list[tuple[str, SessionMarker | SessionRegion, float, float]] = [
        *((HITS, m, m.time_s, session.anchor_s) for m in session.markers),
        *((REGIONS, r, r.start_s, r.end_s) for r in session.regions),
    ]
    return [
        Wish(
            kind=kind,
            ident=said.id,
            anchor_s=rounded(session.anchor_s),
            face=Face(
                start_s=rounded(start_s - session.anchor_s),
                end_s=rounded(end_s - session.anchor_s),
                name=hashed(said.name),
                color=said.color.lower(),
            ),
            name=said.name,
        )
        for kind, said, start_s, end_s in places
    ]


def face_of(seen: Seen, *, anchor_s: float, name: str) -> Face:
    """Return how something stands now; ``name`` is hashed, empty where it is not known."""
    end_s = seen.end_s - anchor_s if seen.region else 0.0
    return Face(start_s=seen.start_s - anchor_s, end_s=end_s, name=name, color=seen.color)


def comes_back(entry: Entry, wish: Wish, *, known_gone: bool | None, keep: bool) -> bool:
    """Whether one that the user has deleted is written anew.

    Parameters
    ----------
    entry : Entry
    wish : Wish
        What the core says of it now.
    known_gone : bool or None
        Whether the core was told that it is gone; None where that is not known.
    keep : bool
        Whether the user's changes are kept at all.
    """
    moved_on = not wish.face.same_place(entry.said) or wish.face.name != entry.said.name
    return not keep or (moved_on and known_gone is not False)


def merge(
    seen: Seen,
    entry: Entry,
    wish: Wish,
    *,
    now_name: str,
    told: tuple[float, str] | None,
    keep: bool,
    carried: bool = False,
) -> Verdict:
    """Decide what is written of a marker that is there.

    Parameters
    ----------
    seen : Seen
        What stands in the project.
    entry : Entry
        What we have written, and what the core has said.
    wish : Wish
        What the core says now.
    now_name : str
        The present name, hashed; empty where it is not known.
    told : tuple or None
        Place in the project and hashed name that the core was told of; None = not known.
    keep : bool
        Whether the user's changes are kept at all.
    carried : bool
        Whether an edit of the tempo has moved it, and not the user.

    Notes
    -----
    What the user has changed stays until the core says something new of it: then it has taken the
    change over in its own way (laid it on a frame, say). Not so where the user has changed it once
    more since the core was told. A name that is not known stays while the core says the same.
    """
    now = face_of(seen, anchor_s=wish.anchor_s, name=now_name)
    then = face_of(seen, anchor_s=entry.anchor_s, name=now_name)
    want, shown, said = wish.face, entry.shown, entry.said
    same_place = now.same_place(want)
    place = not same_place and not (
        keep
        and _stays(
            changed=not carried and not then.same_place(shown),
            moved_on=not want.same_place(said),
            heard=None if told is None else same_time(told[0], seen.start_s),
        )
    )
    name = now_name != want.name and not (
        keep
        and _stays(
            changed=not now_name or now_name != shown.name,
            moved_on=want.name != said.name,
            heard=None if told is None or not now_name else told[1] == now_name,
        )
    )
    color = now.color != want.color and not (
        keep
        and _stays(changed=now.color != shown.color, moved_on=want.color != said.color, heard=None)
    )
    ours = place or same_place
    new = Face(
        start_s=want.start_s if ours else shown.start_s,
        end_s=want.end_s if ours else shown.end_s,
        name=want.name if name or now_name == want.name else shown.name,
        color=want.color if color or now.color == want.color else shown.color,
    )
    end_s = wish.anchor_s + want.end_s if seen.region else 0.0
    return Verdict(
        place=(wish.anchor_s + want.start_s, end_s) if place else None,
        name=wish.name if name else None,
        color=want.color if color else None,
        entry=replace(
            entry, anchor_s=wish.anchor_s if ours else entry.anchor_s, shown=new, said=want
        ),
    )


def _stays(*, changed: bool, moved_on: bool, heard: bool | None) -> bool:
    return changed and (not moved_on or heard is False)
