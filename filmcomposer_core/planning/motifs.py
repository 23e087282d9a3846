"""Which motif a section is made of: places and persons of the picture that return (craft 1.4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from filmcomposer_core.contracts.clip import Shot
from filmcomposer_core.contracts.description import Description
from filmcomposer_core.contracts.plan import MAIN_MOTIF, MOTIFS

#: Cues shorter than this have one motif: a second one could not return.
_ROOM_S: Final = 37.0
#: Share of a section's time that has to show one place or person.
_SHARE: Final = 0.55
#: A place or person seen for less of the picture, in seconds, has no motif of its own.
_LEAST_S: Final = 5.0
#: Sections that may bring a new motif; the others return to one or stay with the theme.
_BRINGS: Final = frozenset({"theme", "turn"})
_THEME_ONLY: Final = frozenset({"climax", "button"})


def section_motifs(
    functions: Sequence[str],
    spans_s: Sequence[tuple[float, float]],
    *,
    shots: Sequence[Shot],
    description: Description,
) -> tuple[str, ...]:
    """Return the letter of the motif of each section.

    Parameters
    ----------
    functions : sequence of str
        Tasks of the sections in order.
    spans_s : sequence of (float, float)
        Where they begin and end on the picture, seconds.
    shots : sequence of Shot
        The cut picture.
    description : Description
        Its shots carry the group of place or person, 0 where a shot stands alone.

    Returns
    -------
    tuple of str
        ``A`` for the theme and what shows the same as it. A theme or turn that shows another
        place or person for more than half of its time has a letter of its own, and so has every
        later section, climax and button apart, that shows it again.
    """
    if not spans_s or spans_s[-1][1] - spans_s[0][0] < _ROOM_S:
        return (MAIN_MOTIF,) * len(functions)
    groups = {shot.shot - 1: shot.group for shot in description.shots if not shot.card}
    seen = [_shown(span, shots, groups) for span in spans_s]
    total = _times(shots, groups)
    home = next((g for name, g in zip(functions, seen, strict=True) if name == "theme"), 0)
    letters: dict[int, str] = {home: MAIN_MOTIF} if home else {}
    found = []
    for name, group in zip(functions, seen, strict=True):
        new = group and group not in letters and total.get(group, 0.0) >= _LEAST_S
        if new and name in _BRINGS and len(set(letters.values()) | {MAIN_MOTIF}) < len(MOTIFS) - 1:
            taken = set(letters.values()) | {MAIN_MOTIF}
            letters[group] = next(letter for letter in MOTIFS if letter not in taken)
        found.append(MAIN_MOTIF if name in _THEME_ONLY else letters.get(group, MAIN_MOTIF))
    return tuple(found)


def _shown(span_s: tuple[float, float], shots: Sequence[Shot], groups: dict[int, int]) -> int:
    """Return the group that fills most of a stretch, 0 if none fills enough of it."""
    times: dict[int, float] = {}
    for index, shot in enumerate(shots):
        overlap = min(span_s[1], shot.end_s) - max(span_s[0], shot.start_s)
        if overlap > 0:
            group = groups.get(index, 0)
            times[group] = times.get(group, 0.0) + overlap
    times.pop(0, None)
    best = max(times, key=lambda group: (times[group], -group), default=0)
    return best if best and times[best] >= _SHARE * (span_s[1] - span_s[0]) else 0


def _times(shots: Sequence[Shot], groups: dict[int, int]) -> dict[int, float]:
    times: dict[int, float] = {}
    for index, shot in enumerate(shots):
        group = groups.get(index, 0)
        times[group] = times.get(group, 0.0) + shot.end_s - shot.start_s
    return times
