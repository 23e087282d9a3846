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
#: Share of its time below which a turn shows too little of the theme's place to be part of it.
_ELSEWHERE: Final = 0.2
#: Shorter cues have two motifs at most, longer ones three.
_THREE_FROM_S: Final = 75.0
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
        ``A`` for the theme and what shows the same as it. A theme that shows another place or
        person for more than half of its time has a letter of its own if a later section shows it
        too, and so have those sections, climax and button apart. A turn needs no return: it is
        new material by itself wherever it leaves the theme's place.
    """
    if not spans_s or spans_s[-1][1] - spans_s[0][0] < _ROOM_S:
        return (MAIN_MOTIF,) * len(functions)
    groups = {shot.shot - 1: shot.group for shot in description.shots if not shot.card}
    seen = [_shown(span, shots, groups) for span in spans_s]
    total = _times(shots, groups)
    home = next((g for name, g in zip(functions, seen, strict=True) if name == "theme"), 0)
    letters: dict[int, str] = {home: MAIN_MOTIF} if home else {}
    room = len(MOTIFS[:3]) if spans_s[-1][1] - spans_s[0][0] >= _THREE_FROM_S else 2
    found = []
    for number, (name, group) in enumerate(zip(functions, seen, strict=True)):
        taken = {MAIN_MOTIF, *letters.values()}
        lasts = total.get(group, 0.0) >= _LEAST_S and (
            name == "turn" or group in seen[number + 1 :]
        )
        if group and group not in letters and lasts and name in _BRINGS and len(taken) < room:
            letters[group] = next(letter for letter in MOTIFS if letter not in taken)
        letter = letters.get(group, MAIN_MOTIF)
        if (
            name == "turn"
            and home
            and not group
            and _share(spans_s[number], home, shots, groups) < _ELSEWHERE
        ):
            letter = MOTIFS[1]
            letters.setdefault(-1, letter)
        found.append(MAIN_MOTIF if name in _THEME_ONLY else letter)
    return tuple(found)


def _share(
    span_s: tuple[float, float], group: int, shots: Sequence[Shot], groups: dict[int, int]
) -> float:
    """Return the share of a stretch that shows a group."""
    shown = sum(
        max(0.0, min(span_s[1], shot.end_s) - max(span_s[0], shot.start_s))
        for index, shot in enumerate(shots)
        if groups.get(index, 0) == group
    )
    return shown / max(1e-9, span_s[1] - span_s[0])


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
