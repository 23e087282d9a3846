"""What the user asks for in plain words: labels, idiom, tempo, metre and instruments."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from filmcomposer_core.contracts.labels import ATTRIBUTES, NULL
from filmcomposer_core.description.tables import read_table

#: Words that turn round what follows, and those that end their reach.
NEGATORS = frozenset(
    (
        "no", "not", "never", "without", "avoid", "nothing", "less", "non", "neither", "nor",
        "hardly", "isn't", "don't", "doesn't", "aren't", "shouldn't", "won't", "can't",
    )
)  # fmt: skip
BREAKS = frozenset([".", ",", ";", ":", "!", "?", "but", "though", "however", "instead"])
NEGATION_REACH = 5
_TOKEN = re.compile(r"\d+/\d+|[a-z0-9]+(?:'[a-z]+)?|[.,;:!?]")
_BPM = re.compile(
    r"(?P<low>\d{2,3})(?:\s*(?:-|–|to)\s*(?P<high>\d{2,3}))?\s*(?:bpm|beats)"
    r"|(?:bpm|tempo)(?:\s*(?:of|is|at|around|about|=|:))*\s*(?P<low2>\d{2,3})"
    r"(?:\s*(?:-|–|to)\s*(?P<high2>\d{2,3}))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """A brief as understood.

    ``wanted`` and ``refused`` hold by topic (an attribute of Table 6, ``idiom``, ``instrument``,
    ``pace``, ``meter``) the values named, in the order in which the brief names them. ``bpm`` is
    the range asked for in felt beats per minute.
    """

    wanted: dict[str, tuple[str, ...]] = field(default_factory=dict)
    refused: dict[str, tuple[str, ...]] = field(default_factory=dict)
    bpm: tuple[float, float] | None = None

    def first(self, topic: str) -> str:
        """Return the first value wanted of a topic, ``null`` if there is none."""
        return self.wanted.get(topic, (NULL,))[0]


def read_brief(text: str) -> Brief:
    """Understand a brief.

    Parameters
    ----------
    text : str
        English words in any order; ``not``, ``no`` and ``without`` turn round what follows.

    Returns
    -------
    Brief
        Words that are not known are passed over.

    Examples
    --------
    >>> read_brief("a car chase, not scary, 150 bpm, no drums").refused["instrument"]
    ('percussion',)
    """
    lowered = text.lower().replace("’", "'").replace("-", " ")
    tokens = _TOKEN.findall(lowered)
    negated = _negated(tokens)
    wanted: dict[str, tuple[str, ...]] = {}
    refused: dict[str, tuple[str, ...]] = {}
    for topic, entries in _phrases().items():
        hits = sorted(_find(tokens, entries))
        yes = [value for start, value in hits if not negated[start]]
        no = [value for start, value in hits if negated[start] and value not in yes]
        if yes:
            wanted[topic] = tuple(dict.fromkeys(yes))
        if no:
            refused[topic] = tuple(dict.fromkeys(no))
    return Brief(wanted=wanted, refused=refused, bpm=_bpm(text.lower()))


@cache
def _phrases() -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """Return the phrases of each topic as (value, words), longest phrases first."""
    phrases: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for topic, entries in read_table("brief_words.toml").items():
        if topic == "group":
            continue
        pairs = {(value, tuple(p.split())) for value, words in entries.items() for p in words}
        if topic in ("setting", "action", "theme"):
            own = (v for v in ATTRIBUTES[topic] if v != NULL and " or " not in v)
            pairs |= {(v, tuple(v.replace("-", " ").split())) for v in own}
        phrases[topic] = sorted(pairs, key=lambda pair: (-len(pair[1]), pair[1], pair[0]))
    return phrases


def _find(tokens: list[str], entries: list[tuple[str, tuple[str, ...]]]) -> list[tuple[int, str]]:
    """Return where phrases stand; words inside a longer phrase do not count again."""
    used = [False] * len(tokens)
    found: list[tuple[int, str]] = []
    length = 0
    fresh: list[tuple[int, str]] = []
    for value, words in entries:
        if len(words) != length:
            _mark(used, fresh, length)
            length, fresh = len(words), []
        for start in range(len(tokens) - len(words) + 1):
            span = range(start, start + len(words))
            if not any(used[i] for i in span) and all(
                _matches(tokens[i], word) for i, word in zip(span, words, strict=True)
            ):
                fresh.append((start, value))
                found.append((start, value))
    return found


def _mark(used: list[bool], fresh: list[tuple[int, str]], length: int) -> None:
    for start, _ in fresh:
        used[start : start + length] = [True] * length


def _matches(token: str, word: str) -> bool:
    return token.startswith(word[:-1]) if word.endswith("*") else token == word


def _negated(tokens: list[str]) -> list[bool]:
    """Tell for each token whether a negation reaches it."""
    negated = []
    left, through_and = 0, False
    for place, token in enumerate(tokens):
        if token in BREAKS or (token == "and" and not through_and):
            left = 0
        following = tokens[place + 1] if place + 1 < len(tokens) else ""
        if token in NEGATORS and following not in ("only", "just"):
            # "without drums and brass" refuses both, "not sad and slow" may not.
            left, through_and = NEGATION_REACH, token in ("without", "no", "avoid")
        negated.append(left > 0)
        left -= 1
    return negated


def _bpm(text: str) -> tuple[float, float] | None:
    match = _BPM.search(text)
    if match is None:
        return None
    low = float(match["low"] or match["low2"])
    high = float(match["high"] or match["high2"] or low)
    low, high = min(low, high), max(low, high)
    if low == high:
        # A single number is meant as about that much.
        low, high = low * 0.97, high * 1.03
    return (low, high) if low >= 20 and high <= 400 else None
