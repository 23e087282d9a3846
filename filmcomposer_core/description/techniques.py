"""How somebody plays, by the brief: techniques, and the instruments that they are said of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from filmcomposer_core.description.brief import Found, find_phrases
from filmcomposer_core.description.tables import read_table

#: Words between an instrument and what it plays: "cellos playing pizzicato".
_LINKS = frozenset(["in", "with", "playing", "played", "all", "the", "a", "of", "on"])
_STOPS = frozenset([".", ";", ":", "!", "?", "but", "though", "however"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Playing:
    """The players of a brief, with the techniques that it names.

    ``found`` are the instruments, where a technique makes another one of them ("pizzicato strings"
    are an instrument of their own). ``how`` holds techniques with the instrument that plays so, or
    without one where all shall; ``shunned`` those that nobody plays.
    """

    found: tuple[Found, ...]
    how: tuple[str, ...] = ()
    shunned: tuple[str, ...] = ()


def read_playing(tokens: Sequence[str], negated: Sequence[bool]) -> Playing:
    """Read instruments and techniques.

    Parameters
    ----------
    tokens, negated
        As from :func:`brief.read_tokens`.

    Returns
    -------
    Playing
        Each technique goes to the instrument next to it, else to one of the same sentence that is
        played so; a technique of the strings that stands alone goes to their section.
    """
    players = find_phrases(list(tokens), "instrument")
    inside = {i for item in players for i in range(item.start, item.end)}
    how: list[str] = []
    shunned: list[str] = []
    for item in find_phrases(list(tokens), "technique"):
        if item.start in inside:
            continue
        beside = _beside(tokens, item, players)
        player = beside or _before(tokens, item, players)
        if negated[item.start]:
            # "No staccato woodwinds" refuses how they play, not them.
            players = [p for p in players if p is not player or not negated[p.start]]
            shunned.append(item.value)
            players += _section(item)
        elif player is None:
            players += _section(item)
            how += [] if item.value in _sections() else [item.value]
        elif beside is not None and beside.value == "strings" and item.value in _sections():
            own = replace(beside, value=_sections()[item.value])
            players[players.index(beside)] = own
        else:
            how.append(f"{item.value} {player.value}")
    return Playing(
        found=tuple(sorted(players, key=lambda f: (f.start, f.value))),
        how=tuple(dict.fromkeys(how)),
        shunned=tuple(dict.fromkeys(shunned)),
    )


def _section(item: Found) -> list[Found]:
    """Return the section of strings that a technique by itself means, at its place."""
    return [replace(item, value=_sections()[item.value])] if item.value in _sections() else []


@cache
def _sections() -> dict[str, str]:
    return dict(read_table("brief_words.toml")["sections"])


@cache
def _bowed() -> frozenset[str]:
    return frozenset(read_table("brief_words.toml")["groups"]["bowed"])


@cache
def _for_bows() -> frozenset[str]:
    return frozenset(read_table("brief_words.toml")["groups"]["for_bows"])


def _beside(tokens: Sequence[str], item: Found, players: Sequence[Found]) -> Found | None:
    """Return the instrument after a technique, else before it, with nothing of weight between."""
    after = (p for p in players if p.start >= item.end and _linked(tokens[item.end : p.start]))
    before = (p for p in reversed(players) if p.end <= item.start)
    ahead = next(after, None)
    if ahead is not None and ahead.start == item.end:
        return ahead
    return next((p for p in before if _linked(tokens[p.end : item.start])), None) or ahead


def _linked(between: Sequence[str]) -> bool:
    return len(between) <= 3 and set(between) <= _LINKS


def _before(tokens: Sequence[str], item: Found, players: Sequence[Found]) -> Found | None:
    """Return the last instrument of the sentence so far that has a technique of the strings."""
    if item.value not in _for_bows():
        return None
    for player in reversed(players):
        apart = tokens[player.end : item.start]
        if player.end <= item.start and not _STOPS & set(apart) and player.value in _bowed():
            return player
    return None
