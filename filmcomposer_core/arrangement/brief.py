"""Who may play and who shall: the description's instrumentation, read as orders.

The grammar (``solo: ...; only: ...; with: ...; colours: ...; without: ...; how: ...``) is that of
the contract in ``description/brief.py``; what a user writes there in plain words is read kindly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from filmcomposer_core.arrangement.vocabulary import (
    DRUMS,
    ENSEMBLES,
    NEAREST,
    mentioned,
    soloists,
    techniques,
)
from filmcomposer_core.contracts.description import Description

__all__ = ["DRUMS", "Forces", "read_forces"]

_KEY = re.compile(r"^\s*(solo|only|with|colou?rs|without|no|how)\s*[:=]\s*(.*)$", re.DOTALL)
_NOT = re.compile(r"\b(?:no|without|avoid|except|minus|not)\b(.*?)(?=\b(?:but|with)\b|[.!?]|$)")
_SOLO = re.compile(r"\bsolo\s+([^,.]*)|([^,.]*?)\s+(?:solo|alone)\b")
#: A name that means more instruments than this is that of a family.
MOST_OF_A_KIND = 4
_OTHER = re.compile(r"\bother\b")
_ONLY = re.compile(r"\b(?:only|just|alone|unaccompanied)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Forces:
    """The players at hand.

    ``only`` is None for a free choice; ``banned`` may not play. ``solo`` has the theme,
    ``groups`` holds for every name the catalogue ids that answer to it, at least one of which
    plays; ``liked`` is a mere preference. ``told`` gives why an instrument is asked for, ``names``
    the words for everyone asked for. ``how`` are techniques with the name and ids of who plays so
    (no ids: everybody); nobody plays those that are ``shunned``.
    """

    only: frozenset[str] | None
    banned: frozenset[str]
    solo: tuple[str, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()
    liked: tuple[str, ...] = ()
    told: dict[str, str] = field(default_factory=dict)
    names: tuple[tuple[str, tuple[str, ...]], ...] = ()
    how: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    shunned: frozenset[str] = frozenset()

    @property
    def wanted(self) -> tuple[str, ...]:
        """Everyone named, soloists first."""
        return tuple(
            dict.fromkeys([*self.solo, *(name for group in self.groups for name in group)])
        )

    def allows(self, instrument: str) -> bool:
        """Whether an instrument may play."""
        return instrument not in self.banned and (self.only is None or instrument in self.only)

    def why(self, instrument: str) -> str:
        """Return why somebody was asked for, empty if nobody asked."""
        return self.told.get(instrument, "")


@dataclass(slots=True)
class _Clauses:
    """The words under each key."""

    solo: list[str] = field(default_factory=list)
    only: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    colours: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    how: list[str] = field(default_factory=list)


def read_forces(description: Description) -> Forces:
    """Read the instrumentation of a description.

    Parameters
    ----------
    description : Description
        Only ``music.instrumentation`` is read; the brief has gone into it.

    Returns
    -------
    Forces
        ``only`` without anybody never happens: words that name no known instrument restrict
        nothing.

    Examples
    --------
    ``solo: piano; only: piano`` allows the piano alone; ``without: drums`` bans the percussion
    role, timpani and cymbals too.
    """
    label = description.music.instrumentation
    clauses = _read_clauses(label.value.lower())
    banned = _banned(clauses)
    solo: list[str] = []
    soloing: set[str] = set()
    names: dict[str, tuple[str, ...]] = {}
    groups: list[tuple[str, ...]] = []
    told: dict[str, str] = {}
    who = "the brief asks" if label.source == "brief" else "the description asks"
    for text in clauses.solo:
        for word, ids in mentioned(text):
            solo += [name for name in soloists(ids) if name not in banned]
            names[word] = soloists(ids)
            soloing.add(word)
            _tell(told, word, soloists(ids), who)
    only = {*solo} if clauses.only else set()
    for named in (*map(mentioned, clauses.named), *map(_members, clauses.only)):
        for word, ids in named:
            kept = tuple(name for name in ids if name not in banned)
            if word in soloing:
                kept = tuple(name for name in kept if name in solo)
            names.setdefault(word, ids)
            only |= set(kept) if clauses.only else set()
            _tell(told, word, kept, who)
            if kept and word not in ENSEMBLES and not set(kept) & set(solo):
                groups.append(kept)
    liked = [name for text in clauses.colours for _, ids in mentioned(text) for name in ids]
    return Forces(
        only=frozenset(only) if only else None,
        banned=banned,
        solo=tuple(dict.fromkeys(solo)),
        groups=tuple(dict.fromkeys(groups)),
        liked=tuple(dict.fromkeys(name for name in liked if name not in banned)),
        told=told,
        names=tuple(names.items()),
        how=tuple(_how(item) for item in _items(clauses.how)),
        shunned=frozenset(name for item in _items(clauses.without) for name in _alone(item)),
    )


def _members(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return who is named under "only": in the singular one player, without the section."""
    return [
        (
            word,
            ids
            if word in ENSEMBLES or re.search(rf"\b{re.escape(word)}e?s\b", text)
            else soloists(ids),
        )
        for word, ids in mentioned(text)
    ]


def _banned(clauses: _Clauses) -> frozenset[str]:
    """Return who may not play; "other strings" are all but those who are asked for."""
    asked = {name for text in clauses.solo for _, ids in mentioned(text) for name in soloists(ids)}
    asked |= {
        name
        for text in (*clauses.only, *clauses.named)
        for _, ids in mentioned(text)
        for name in ids
    }
    banned: set[str] = set()
    for item in _items(clauses.without):
        found = {name for _, ids in mentioned(item) for name in ids}
        banned |= found - asked if _OTHER.search(item) else found
    return frozenset(banned)


def _items(clauses: Iterable[str]) -> list[str]:
    return [item.strip() for text in clauses for item in text.split(",") if item.strip()]


def _alone(item: str) -> list[str]:
    """Return the technique that words are the name of, if they are."""
    technique, rest = _technique(item)
    return [technique] if technique and not rest else []


def _how(item: str) -> tuple[str, str, tuple[str, ...]]:
    """Return a technique, and the name and ids of who plays so."""
    technique, rest = _technique(item)
    found = mentioned(rest)
    return technique, rest, tuple(name for _, ids in found for name in ids)


def _technique(item: str) -> tuple[str, str]:
    """Return the technique of the catalogue that words begin with, and what comes after it."""
    for name in techniques():
        spoken = name.replace("_", " ")
        if item == spoken or item.startswith(f"{spoken} "):
            return name, item[len(spoken) :].strip()
    return "", item


def _tell(told: dict[str, str], word: str, ids: tuple[str, ...], who: str) -> None:
    for name in ids:
        if word in NEAREST:
            told.setdefault(name, f"as the nearest to the {word} that {who} for")
        elif word in ENSEMBLES:
            told.setdefault(name, f"as a member of the {word} that {who} for")
        elif len(ids) > MOST_OF_A_KIND:
            told.setdefault(name, f"among the {_plural(word)} that {who} for")
        else:
            told.setdefault(name, f"because {who} for it")


def _plural(word: str) -> str:
    return word if word in ("brass", "strings", "percussion", "woodwinds") else f"{word}s"


def _read_clauses(text: str) -> _Clauses:
    found = _Clauses()
    places = {
        "solo": found.solo, "only": found.only, "with": found.named, "colours": found.colours,
        "colors": found.colours, "without": found.without, "no": found.without,
        "how": found.how,
    }  # fmt: skip
    for clause in re.split(r"[;\n]", text):
        match = _KEY.match(clause)
        if match is not None:
            places[match[1]].append(match[2])
        else:
            _read_plain(clause, found)
    return found


def _read_plain(clause: str, found: _Clauses) -> None:
    """Read a clause without a key as somebody would mean it."""
    found.without += [match[1] for match in _NOT.finditer(clause)]
    rest = _NOT.sub(" ", clause)
    solos = [match[1] or match[2] for match in _SOLO.finditer(rest)]
    found.solo += solos
    if _ONLY.search(rest):
        found.only.append(rest)
    elif any(word in ENSEMBLES for word, _ in mentioned(rest)):
        found.only.append(_SOLO.sub(" ", rest))
    else:
        found.named.append(_SOLO.sub(" ", rest))
