"""What of a brief was not understood, or cannot be followed."""

from __future__ import annotations

import difflib
from functools import cache

from filmcomposer_core.contracts.tempo import TEMPI
from filmcomposer_core.description.brief import (
    BREAKS,
    NEGATORS,
    Found,
    find_phrases,
    find_unfollowed,
    read_brief,
    read_tokens,
    topics,
)
from filmcomposer_core.description.players import nearest_instruments
from filmcomposer_core.description.tables import read_table

#: How alike a known word must be to be suggested (difflib's ratio).
ALIKE, VERY_ALIKE = 0.72, 0.85


def unread_words(brief: str) -> tuple[str, ...]:
    """Return what of a brief is not followed, and instruments played by another.

    Parameters
    ----------
    brief : str
        The user's own words.

    Returns
    -------
    tuple of str
        Each word that is not known once, in order, with the nearest known word where one is
        alike; then what is known and cannot be followed, with the reason.

    Examples
    --------
    >>> unread_words("gentle, druns")
    ('druns (drums?)',)
    """
    tokens, negated = read_tokens(brief)
    known = [token in BREAKS or token in NEGATORS or _is_filler(token) for token in tokens]
    beyond = find_unfollowed(tokens)
    followed = [item for topic in topics() for item in find_phrases(tokens, topic)]
    for item in (*beyond, *followed):
        known[item.start : item.end] = [True] * (item.end - item.start)
    unread = [t for t, read in zip(tokens, known, strict=True) if not read and t.isalpha()]
    told = [_suggested(token) for token in dict.fromkeys(unread) if len(token) > 1]
    # What is refused and cannot be had is followed: "no jazz". Words with a meaning have one.
    told += _reasons(
        tokens,
        [
            item
            for item in beyond
            if (tokens[item.start] in NEGATORS or not negated[item.start])
            and not any(f.start <= item.start and item.end <= f.end for f in followed)
        ],
    )
    return (*told, *_beyond_tempi(brief), *nearest_instruments(brief))


def _beyond_tempi(brief: str) -> tuple[str, ...]:
    bpm = read_brief(brief).bpm
    if bpm is None or (bpm[0] >= TEMPI[0] and bpm[1] <= TEMPI[1]):
        return ()
    return (f"{(bpm[0] + bpm[1]) / 2:.0f} BPM (bars run at {TEMPI[0]:g} to {TEMPI[1]:g})",)


def _reasons(tokens: list[str], beyond: list[Found]) -> list[str]:
    """Return each reason once, after all the words that it holds for."""
    words: dict[str, dict[str, None]] = {}
    for item in beyond:
        said = " ".join(tokens[item.start : item.end])
        words.setdefault(item.value, {})[said] = None
    return [f"{', '.join(said)} ({reason})" for reason, said in words.items()]


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
    """Return the words that mean something by themselves."""
    table = read_table("brief_words.toml")
    phrases = (p for topic in topics() for words in table.get(topic, {}).values() for p in words)
    words = {phrase.rstrip("*") for phrase in phrases if " " not in phrase}
    return tuple(sorted(word for word in words if len(word) > 2))


def _suggested(token: str) -> str:
    near = [
        word
        for word in difflib.get_close_matches(token, _vocabulary(), n=8, cutoff=ALIKE)
        if _is_slip(token, word)
    ]
    # A brief names players more than anything.
    near.sort(key=lambda word: (word[0] != token[0], word not in _players()))
    return f"{token} ({near[0]}?)" if near else token


def _is_slip(token: str, word: str) -> bool:
    """Whether a word may have been meant: not the same one, nor one that begins otherwise.

    A slip seldom touches the first letter, so that what begins otherwise must be very much alike.
    """
    if token.startswith(word) or word.startswith(token):
        return False
    return word[0] == token[0] or difflib.SequenceMatcher(None, token, word).ratio() > VERY_ALIKE
