"""Who plays, by the brief: soloists, ensembles, instruments named and refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from filmcomposer_core.description.brief import Found, find_phrases, read_tokens
from filmcomposer_core.description.tables import read_table
from filmcomposer_core.description.techniques import read_playing

LIMITS = frozenset(["only", "just", "alone", "unaccompanied", "solely"])
BEFORE = frozenset(["solo", "lone", "unaccompanied", "lead", "leading"])
AFTER = frozenset(["solo", "alone", "solos", "lead", "leads", "theme", "melody", "soloist"])
#: Words between "theme" and the instrument that has it: "the theme on a high viola".
_LEADS_TO = frozenset(["theme", "melody", "tune", "led", "line"])
_LINKS = frozenset(["on", "for", "in", "by", "with", "played", "given", "to", "from"])
_FILL = frozenset(["a", "an", "the", "my", "and", "or", "plus", "of", "one", "single", "please"])
SMALL = "small ensemble"
_ALL = frozenset(
    [("nothing", "else"), ("otherwise", "nothing"), ("nobody", "else"), ("no", "others"),
     ("other", "players"), ("one", "else")]
)  # fmt: skip
_STOPS = frozenset([".", ";", ":", "!", "?", "but", "though", "however"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Players:
    """The instruments of a brief by the names of ``brief_words.toml``, in its order."""

    solo: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    how: tuple[str, ...] = ()

    @property
    def asked(self) -> bool:
        """Whether the brief says anything about players."""
        return bool(self.solo or self.only or self.named or self.refused or self.how)


def read_players(text: str) -> Players:
    """Read who plays by the contract in ``brief.py``.

    Parameters
    ----------
    text : str
        The brief.

    Returns
    -------
    Players
        ``only`` is empty where the brief limits nothing; otherwise soloists and named
        instruments play beside it.

    Examples
    --------
    >>> read_players("string quartet, solo cello, no drums")
    Players(solo=('cello',), only=('string quartet',), named=(), refused=('drums',), how=())
    """
    tokens, negated = read_tokens(text)
    playing = read_playing(tokens, negated)
    found = playing.found
    # Of an instrument named and refused the later word rules.
    final = {f.value: negated[f.start] for f in found}
    asked = [f for f in found if not negated[f.start] and not final[f.value]]
    refused = [_refused(tokens, f) for f in found if final[f.value]]
    groups = {f.value for f in asked} & set(ensembles())
    solos = [f for f in asked if f.value not in groups and _is_solo(tokens, f, found)]
    members = [f for f in asked if f.value != SMALL]
    if len(members) < len(asked) and len({f.value for f in members}) > 1:
        # A small ensemble with names: those are its members.
        asked = limited = members
    else:
        limited = asked if _is_all(tokens) else _limited(tokens, negated, asked)
    held = [f for f in asked if f.value in groups or f in limited]
    only = [_counted(tokens, f) for f in held]
    names = {f.value for f in solos}
    if solos and not only and {f.value for f in asked} <= names and names & chordal():
        only = [f.value for f in solos]
    told = [f.value for f in asked if f.value not in names and f not in held]
    melodic_first = sorted(solos, key=lambda f: (f.value in chordal(), f.start))
    return Players(
        solo=tuple(dict.fromkeys(f.value for f in melodic_first)),
        only=tuple(dict.fromkeys(only)),
        named=tuple(dict.fromkeys(told)),
        refused=tuple(dict.fromkeys([*refused, *playing.shunned])),
        how=playing.how,
    )


def _counted(tokens: Sequence[str], item: Found) -> str:
    """Return an instrument's name, in the plural where the brief means more than one."""
    ending = "es" if item.value.endswith("s") else "s"
    several = tokens[item.end - 1].endswith(ending) and item.value not in (*ensembles(), *many())
    return f"{item.value}{ending}" if several else item.value


def _refused(tokens: Sequence[str], item: Found) -> str:
    """Return the name of whom a brief refuses: "no other strings" spares those it asks for."""
    return f"other {item.value}" if _word(tokens, item.start - 1) == "other" else item.value


def _is_all(tokens: Sequence[str]) -> bool:
    """Whether a brief says that those it names are all: "solo cello with harp, nothing else"."""
    pairs = set(pairwise(tokens))
    return bool(pairs & _ALL) or ("no", "other", "instruments") in zip(
        tokens, tokens[1:], tokens[2:], strict=False
    )


@cache
def ensembles() -> tuple[str, ...]:
    """Return the names of groups that limit the players."""
    return tuple(read_table("brief_words.toml")["groups"]["ensembles"])


@cache
def chordal() -> frozenset[str]:
    """Return the instruments that can play a whole cue alone."""
    return frozenset(read_table("brief_words.toml")["groups"]["chordal"])


@cache
def many() -> frozenset[str]:
    """Return the names that stand for many players, none of whom is a soloist beside another."""
    return frozenset(read_table("brief_words.toml")["groups"]["many"])


def _is_solo(tokens: Sequence[str], item: Found, found: Sequence[Found]) -> bool:
    before, after = _word(tokens, item.start - 1), _word(tokens, item.end)
    if before in BEFORE or after in AFTER:
        return True
    # "solo harp and flute": both; "lead" reaches no farther than the next word.
    for first, second in pairwise(found):
        between = tokens[first.end : second.start]
        joined = bool(between) and set(between) <= {"and", "a", "the", "plus"}
        both = joined and item.value not in many()
        if second == item and both and _word(tokens, first.start - 1) == "solo":
            return True
    place = item.start - 1
    linked = False
    while place >= 0 and tokens[place] in _FILL | _LINKS | {"high", "low", "soft", "quiet", "old"}:
        linked = linked or tokens[place] in _LINKS
        place -= 1
    return linked and _word(tokens, place) in _LEADS_TO


def _word(tokens: Sequence[str], place: int) -> str:
    return tokens[place] if 0 <= place < len(tokens) else ""


def _limited(tokens: Sequence[str], negated: Sequence[bool], asked: Sequence[Found]) -> list[Found]:
    """Return what "only" and its like limit the cue to: the list of players around the word."""
    limited: list[Found] = []
    for place, token in enumerate(tokens):
        if token not in LIMITS or negated[place] or _word(tokens, place - 1) == "not":
            continue
        low, high = _clause(tokens, place, asked)
        limited += [f for f in asked if low <= f.start < high and f not in limited]
    return limited


def _clause(tokens: Sequence[str], place: int, asked: Sequence[Found]) -> tuple[int, int]:
    """Return the clause of a word; commas belong to it where players stand on both sides."""
    inside = {i for f in asked for i in range(f.start, f.end)}
    plain = {i for i, token in enumerate(tokens) if token in _FILL | LIMITS}
    low, high = place, place + 1
    while low > 0 and tokens[low - 1] not in _STOPS:
        if tokens[low - 1] == "," and not (low - 2 in inside and low in inside | plain):
            break
        low -= 1
    while high < len(tokens) and tokens[high] not in _STOPS:
        if tokens[high] == "," and not (high - 1 in inside and high + 1 in inside | plain):
            break
        high += 1
    return low, high


def in_shade(players: Players, shade: str) -> Players:
    """Return the players of a brief without the bright colours if it asks for a dark cue.

    Those that it names play all the same, and so does an ensemble whole but for them.
    """
    limited = bool(players.only) and not set(players.only) & set(ensembles())
    if shade != "dark" or limited:
        return players
    named = {*players.solo, *players.only, *players.named, *players.refused}
    bright = read_table("brief_words.toml")["groups"]["bright"]
    kept_out = tuple(name for name in bright if name not in named)
    return replace(players, refused=(*players.refused, *kept_out))


def write_players(players: Players, palette: Sequence[str]) -> str:
    """Write players and the colours around them as the description's instrumentation."""
    clauses = [
        ("solo", players.solo),
        ("only", players.only),
        ("with", players.named),
        ("colours", () if players.only else [n for n in palette if n not in players.refused]),
        ("without", players.refused),
        ("how", players.how),
    ]
    return "; ".join(f"{key}: {', '.join(names)}" for key, names in clauses if names)


def nearest_instruments(text: str) -> tuple[str, ...]:
    """Return the instruments asked for that another one stands in for, with its name."""
    tokens, negated = read_tokens(text)
    nearest = read_table("brief_words.toml")["nearest"]
    found = [f.value for f in find_phrases(tokens, "instrument") if not negated[f.start]]
    told = [f"{name} ({nearest[name]} plays instead)" for name in found if name in nearest]
    return tuple(dict.fromkeys(told))


_ROOT = r"([A-Ga-g])(?:\s*(#|♯|b|♭|-?\s?sharp|-?\s?flat))?"
_KINDS = {
    "major": "ionian", "minor": "aeolian", "ionian": "ionian", "dorian": "dorian",
    "phrygian": "phrygian", "lydian": "lydian", "mixolydian": "mixolydian",
    "aeolian": "aeolian", "locrian": "locrian", "harmonic minor": "harmonic minor",
    "melodic minor": "melodic minor",
}  # fmt: skip
_KIND = f"({'|'.join(sorted(_KINDS, key=len, reverse=True))})"
_FULL = re.compile(rf"(?<![\w#♯♭]){_ROOT}[\s-]+(?i:{_KIND})\b(?!\s+(?:key|mode|mood|chord|feel))")
_PLAIN = re.compile(
    r"\b(?:in|key of)\s+([A-G])(#|♯|b|♭|-?\s?sharp|-?\s?flat)?(?=\s*(?:[.,;:!?)]|$))"
)
#: What shows that "a minor" was an article and an adjective.
_ADJECTIVE = re.compile(r"\s+(?!at |and |with |in |please|for |but )[a-z]")
_NO_KEY = r"(?!\s+(?:char|role|det|prob|part|thing))"
_ALONE = re.compile(rf"(?i:\b(not |no |non |avoid )?(?:in |a |an )*{_KIND})\b{_NO_KEY}")


def read_key(text: str) -> str:
    """Return the key a brief asks for: ``A aeolian``, ``D ionian``, ``minor`` or empty.

    A mode without a tonic comes alone; "minor" and "major" alone leave the mode open.
    """
    full = _FULL.search(text)
    if full is not None and not (full[1] == "a" and _ADJECTIVE.match(text, full.end())):
        return f"{_tonic(full[1], full[2])} {_KINDS[full[3].lower()]}"
    plain = _PLAIN.search(text)
    if plain is not None:
        return f"{_tonic(plain[1], plain[2])} ionian"
    alone = _ALONE.search(text)
    if alone is None:
        return ""
    kind = alone[2].lower()
    if alone[1]:
        return {"major": "minor", "minor": "major"}.get(kind, "")
    return kind


def _tonic(letter: str, sign: str | None) -> str:
    sharp = sign is not None and sign.strip(" -") in ("#", "♯", "sharp")
    return letter.upper() + ("" if not sign else "#" if sharp else "b")
