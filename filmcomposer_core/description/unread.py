"""What of a brief was not understood."""

from __future__ import annotations

import difflib
from functools import cache

from filmcomposer_core.description.brief import BREAKS, NEGATORS, find_phrases, read_tokens, topics
from filmcomposer_core.description.players import nearest_instruments
from filmcomposer_core.description.tables import read_table

#: How alike a known word must be to be suggested (difflib's ratio).
ALIKE = 0.72


def unread_words(brief: str) -> tuple[str, ...]:
    """Return the words of a brief that had no effect, and instruments played by another.

    Parameters
    ----------
    brief : str
        The user's own words.

    Returns
    -------
    tuple of str
        Each word once, in order, with the nearest known word where one is alike.

    Examples
    --------
    >>> unread_words("gentle, druns")
    ('druns (drums?)',)
    """
    tokens, _ = read_tokens(brief)
    known = [token in BREAKS or token in NEGATORS or _is_filler(token) for token in tokens]
    for topic in topics():
        for item in find_phrases(tokens, topic):
            known[item.start : item.end] = [True] * (item.end - item.start)
    unread = [t for t, read in zip(tokens, known, strict=True) if not read and t.isalpha()]
    told = [_suggested(token) for token in dict.fromkeys(unread) if len(token) > 1]
    return (*told, *nearest_instruments(brief))


def _is_filler(token: str) -> bool:
    exact, stems = _fillers()
    return token in exact or token.startswith(stems)


@cache
def _fillers() -> tuple[frozenset[str], tuple[str, ...]]:
    words = read_table("brief_words.toml")["fillers"]["words"].split()
    stems = tuple(word[:-1] for word in words if word.endswith("*"))
    return frozenset(word for word in words if not word.endswith("*")), stems


@cache
def _players() -> frozenset[str]:
    phrases = read_table("brief_words.toml")["instrument"].values()
    return frozenset(word.rstrip("*") for words in phrases for p in words for word in p.split())


@cache
def _vocabulary() -> tuple[str, ...]:
    table = read_table("brief_words.toml")
    phrases = (p for topic in topics() for words in table.get(topic, {}).values() for p in words)
    words = {word for phrase in phrases for word in phrase.split()}
    return tuple(sorted(w.rstrip("*") for w in words if len(w.rstrip("*")) > 2))


def _suggested(token: str) -> str:
    near = difflib.get_close_matches(token, _vocabulary(), n=5, cutoff=ALIKE)
    # A slip seldom touches the first letter, and a brief names players more than anything.
    near.sort(key=lambda word: (word[0] != token[0], word not in _players()))
    return f"{token} ({near[0]}?)" if near else token
