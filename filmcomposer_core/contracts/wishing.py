"""What an assessor may ask of the next try by name: actions that composer and arranger carry out.

A wish is a line ``"N: WORDS in bars 5-8, 11"``: the criterion that it is to mend, what to do, and
where. Wishes of theory are told by their numbers instead; none of them has these words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

ThemeAction = Literal[
    "close_later", "close", "rest", "restate", "vary", "chord_tones", "higher", "lower",
    "clear_tonic", "more_notes", "fewer_notes", "smaller_leaps", "narrower", "more_rhythms",
    "fewer_rhythms", "follow_motion",
]  # fmt: skip
CueAction = Literal[
    "thinner", "fuller", "own_colours", "stronger_pulse", "change_figures", "keep_figures",
]  # fmt: skip

THEME_ACTIONS: Final[tuple[str, ...]] = get_args(ThemeAction)
CUE_ACTIONS: Final[tuple[str, ...]] = get_args(CueAction)
#: Action -> how it stands in a wish.
WORDS: Final[dict[str, str]] = {
    "close_later": "sing on, no close",
    "close": "close a phrase",
    "rest": "rest",
    "restate": "bring the motif",
    "vary": "put something else",
    "chord_tones": "more notes of the chords",
    "higher": "lie higher",
    "lower": "lie lower",
    "clear_tonic": "make the tonic clear",
    "more_notes": "more notes",
    "fewer_notes": "fewer notes",
    "smaller_leaps": "smaller leaps",
    "narrower": "narrower phrases",
    "more_rhythms": "more bar rhythms",
    "fewer_rhythms": "fewer bar rhythms",
    "follow_motion": "follow the motion of the picture",
    "thinner": "play with fewer parts",
    "fuller": "play with more parts",
    "own_colours": "first choice of players and techniques",
    "stronger_pulse": "stronger pulse",
    "change_figures": "change the figures by phrase",
    "keep_figures": "keep the figures throughout",
}
#: Actions that need bars.
LOCAL: Final = frozenset(
    {"close_later", "close", "rest", "restate", "vary", "higher", "lower", "chord_tones"}
)
#: Actions that may be told for some bars, or for all.
ANYWHERE: Final = frozenset({"thinner", "fuller"})
_ACTION: Final = re.compile(
    r"^\s*(\d{1,2}): ("
    + "|".join(sorted(map(re.escape, WORDS.values()), key=len, reverse=True))
    + r")(?: in (bars? [\d, -]+))?$"
)
_SPAN: Final = re.compile(r"(\d+)(?:-(\d+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class WishedFor:
    """A wish as it is carried out; no bars = everywhere."""

    criterion: int
    action: str
    bars: tuple[int, ...]


def wish_words(criterion: int, action: str, bars: Sequence[int] = ()) -> str:
    """Return a wish as a line.

    Examples
    --------
    >>> wish_words(3, "close_later", [7])
    '3: sing on, no close in bar 7'
    >>> wish_words(10, "thinner", [5, 6, 7, 11])
    '10: play with fewer parts in bars 5-7, 11'
    """
    where = f" in {_bars(bars)}" if bars and action in LOCAL | ANYWHERE else ""
    return f"{criterion}: {WORDS[action]}{where}"


def _bars(numbers: Iterable[int]) -> str:
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    words = [str(a) if a == b else f"{a}-{b}" for a, b in runs]
    single = len(runs) == 1 and runs[0][0] == runs[0][1]
    return f"{'bar' if single else 'bars'} {', '.join(words)}"


def read_wish(wish: str) -> WishedFor | None:
    """Return what a line asks for by name, None for a wish that is told by its number."""
    match = _ACTION.match(wish)
    if match is None:
        return None
    action = next(name for name, words in WORDS.items() if words == match[2])
    spans = [(int(a), int(b or a)) for a, b in _SPAN.findall(match[3] or "")]
    bars = tuple(number for first, last in spans for number in range(first, last + 1))
    return WishedFor(criterion=int(match[1]), action=action, bars=bars)


def told_apart(wishes: Sequence[str]) -> tuple[tuple[WishedFor, ...], tuple[str, ...]]:
    """Return the wishes that are told by name, and those that are told by number."""
    read = [(read_wish(wish), wish) for wish in wishes]
    named = tuple(found for found, _ in read if found is not None)
    return named, tuple(wish for found, wish in read if found is None)
