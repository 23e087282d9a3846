"""What the user asks for in plain words: labels, idiom, tempo, metre and instruments.

The contract on players. ``description.music.instrumentation.value`` is a row of clauses parted by
``;``, each a key and names parted by commas; the user may edit it, and arrangement obeys it alone::

    solo: cello; only: string quartet; with: harp; colours: oboe, flute; without: drums;
    how: pizzicato cello

``solo``
    "solo X", "X solo", "theme on X": X has the theme wherever range and agility allow. The rest
    accompanies, unless "only", "just", "alone" or "unaccompanied" is said, or all that is named
    are soloists and one of them is chordal ("solo piano", "solo harp and flute"): then ``only``.
``only``
    "X only", or an ensemble ("string quartet", "brass band"): nobody else plays but those of
    ``solo`` and ``with``, less ``without``. "cello" is one player, "cellos" their section too.
``with``
    Instruments named: present, and first choice for the theme and prominent roles. Names without
    a key count as ``with``; "solo X", "X only", "no X" and "without X" are understood there too.
``colours``
    What the idioms suggest; preferred among equals, never an order, never a reason.
``without``
    Never heard. "drums" are all of the percussion role, timpani and cymbals too; "other strings"
    are all strings but those asked for. A technique ("tremolo") is played by nobody.
``how``
    A technique with who plays so ("spiccato cello"); without a name all do but the theme.

A score may say "because the brief asks for it" only of what ``solo``, ``only`` and ``with`` name
while the label's source is ``brief``. Instruments we do not have go to the nearest, which the
reasons and ``unread_words`` tell.
"""

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
class Found:
    """A phrase found: the tokens from ``start`` up to ``end`` mean ``value``."""

    start: int
    end: int
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """A brief as understood.

    ``wanted`` and ``refused`` hold by topic (an attribute of Table 6, ``idiom``, ``instrument``,
    ``pace``, ``meter``, ``shade``) the values named, in the order in which the brief names them.
    ``bpm`` is the range asked for in felt beats per minute.
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
    tokens, negated = read_tokens(text)
    wanted: dict[str, tuple[str, ...]] = {}
    refused: dict[str, tuple[str, ...]] = {}
    for topic in _phrases():
        hits = find_phrases(tokens, topic)
        yes = [found.value for found in hits if not negated[found.start]]
        no = [found.value for found in hits if negated[found.start] and found.value not in yes]
        if yes:
            wanted[topic] = tuple(dict.fromkeys(yes))
        if no:
            refused[topic] = tuple(dict.fromkeys(no))
    return Brief(wanted=wanted, refused=refused, bpm=_bpm(text.lower()))


def read_tokens(text: str) -> tuple[list[str], list[bool]]:
    """Return the words and stops of a text in lower case, and whether each is negated."""
    tokens = _TOKEN.findall(text.lower().replace("’", "'").replace("-", " "))
    return tokens, _negated(tokens)


def find_phrases(tokens: list[str], topic: str) -> list[Found]:
    """Return the phrases of a topic in the order of the text."""
    return sorted(_find(tokens, _phrases()[topic]), key=lambda f: (f.start, f.value))


def topics() -> tuple[str, ...]:
    """Return the topics that have words."""
    return tuple(_phrases())


def find_unfollowed(tokens: list[str]) -> list[Found]:
    """Return what is understood and cannot be followed, with the reason, in the text's order."""
    return sorted(_find(tokens, _unfollowed()), key=lambda f: f.start)


@cache
def _unfollowed() -> list[tuple[str, tuple[str, ...]]]:
    reasons = read_table("brief_words.toml")["unfollowed"]
    pairs = [(reason, tuple(p.split())) for reason, words in reasons.items() for p in words]
    return sorted(pairs, key=lambda pair: (-len(pair[1]), pair[1]))


@cache
def _phrases() -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """Return the phrases of each topic as (value, words), longest phrases first."""
    phrases: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for topic, entries in read_table("brief_words.toml").items():
        if topic in ("groups", "nearest", "sections", "fillers", "unfollowed"):
            continue
        pairs = {(value, tuple(p.split())) for value, words in entries.items() for p in words}
        if topic in ("setting", "action", "theme"):
            own = (v for v in ATTRIBUTES[topic] if v != NULL and " or " not in v)
            pairs |= {(v, tuple(v.replace("-", " ").split())) for v in own}
        phrases[topic] = sorted(pairs, key=lambda pair: (-len(pair[1]), pair[1], pair[0]))
    return phrases


def _find(tokens: list[str], entries: list[tuple[str, tuple[str, ...]]]) -> list[Found]:
    """Return where phrases stand; words inside a longer phrase do not count again."""
    used = [False] * len(tokens)
    found: list[Found] = []
    length = 0
    fresh: list[Found] = []
    # Few of some thousand phrases begin with a word of the text: no other one is looked at.
    heads = {*tokens, *(token[:n] + "*" for token in tokens for n in range(len(token) + 1))}
    for value, words in entries:
        if words[0] not in heads:
            continue
        if len(words) != length:
            _mark(used, fresh, length)
            length, fresh = len(words), []
        for start in range(len(tokens) - len(words) + 1):
            end = start + len(words)
            if not any(used[start:end]) and all(map(_matches, tokens[start:end], words)):
                item = Found(start=start, end=end, value=value)
                fresh.append(item)
                found.append(item)
    return found


def _mark(used: list[bool], fresh: list[Found], length: int) -> None:
    for item in fresh:
        used[item.start : item.end] = [True] * length


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
