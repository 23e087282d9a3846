"""Hold what was described against the labels in ``picture_labels.csv``: shares and intervals."""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Final

from filmcomposer_core.contracts.description import ShotDescription
from filmcomposer_core.contracts.labels import ATTRIBUTES, NULL, VIEW_SCALES

LABELS: Final = Path(__file__).with_name("picture_labels.csv")
HALVES: Final = ("tune", "test")
#: What is scored shot by shot, each by one label.
SCORED: Final = (*ATTRIBUTES, "people", "camera", "text")
#: Closest first; neighbours are one class apart.
CLOSENESS: Final = tuple(scale for scale in reversed(VIEW_SCALES) if scale != NULL)
#: Frames that a labelled shot and one that was found may begin apart.
NEAR_FRAMES: Final = 2
#: Quantile of the normal distribution for 95 %.
_Z: Final = 1.959964


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledShot:
    """A row of the table: ``accepted`` holds for each attribute the answers that are right."""

    clip: str
    half: str
    shot: int
    start_frame: int
    cut: str
    place: str
    accepted: dict[str, tuple[str, ...]] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A labelled shot beside what was said of it; ``group`` is 0 for a shot on its own."""

    shot: LabelledShot
    answers: dict[str, str] = field(repr=False)
    group: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How one attribute was told.

    ``right`` of ``shots`` were right, ``answered`` of them got another answer than ``null``, and of
    those ``answered_right`` were right. ``trivial`` is how many the ``trivial_answer`` gets right,
    ``answered_trivial`` how many of those that we answered; ``won`` and ``lost`` are the shots on
    which we alone, or it alone, is right.
    """

    name: str
    shots: int
    right: int
    answered: int
    answered_right: int
    trivial_answer: str
    trivial: int
    answered_trivial: int
    won: int
    lost: int

    @property
    def worth_using(self) -> bool:
        """Whether what we say is right more often than the trivial answer is in its place."""
        return self.answered_right > self.answered_trivial


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One shot: was the answer right, was there one, and what the trivial one is."""

    right: bool
    answered: bool
    trivial_answer: str
    trivial: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Pairs of shots of one clip: said to show the same and do, do not, or were not found."""

    right: int
    wrong: int
    missed: int

    @property
    def f1(self) -> float:
        """F1 of the pairs that show the same; 0 where none was told."""
        return f1(self.right, self.wrong, self.missed)


def read_labels(path: Path = LABELS) -> tuple[LabelledShot, ...]:
    """Return the labelled shots in the order of the table."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            LabelledShot(
                clip=row["clip"],
                half=row["half"],
                shot=int(row["shot"]),
                start_frame=int(row["start_frame"]),
                cut=row["cut"],
                place=row["place"],
                accepted={name: tuple(row[name].split("|")) for name in SCORED if row[name]},
            )
            for row in csv.DictReader(file)
        )


def match_shots(labelled: Sequence[LabelledShot], starts: Sequence[int]) -> dict[int, int]:
    """Pair labelled shots of one clip with found ones that begin within two frames.

    Parameters
    ----------
    labelled : sequence of LabelledShot
    starts : sequence of int
        First frames of the shots that were found.

    Returns
    -------
    dict of int to int
        Place in ``labelled`` to place in ``starts``; each is used once, the nearest first.
    """
    near = sorted(
        (abs(shot.start_frame - start), k, found)
        for k, shot in enumerate(labelled)
        for found, start in enumerate(starts)
        if abs(shot.start_frame - start) <= NEAR_FRAMES
    )
    pairs: dict[int, int] = {}
    for _, k, found in near:
        if k not in pairs and found not in pairs.values():
            pairs[k] = found
    return dict(sorted(pairs.items()))


def answers_of(shot: ShotDescription) -> dict[str, str]:
    """Return what a description says of a shot, in the words of the table.

    Text counts as answered only where some was read: the file does not tell "none" from "nobody
    looked".
    """
    said = {name: getattr(shot.attributes, name).value for name in ATTRIBUTES}
    said["people"] = NULL if shot.people < 0 else str(shot.people)
    said["camera"] = shot.camera.value
    said["text"] = "1" if shot.text.strip() else "0"
    return said


def commonest(shots: Iterable[LabelledShot], name: str) -> str:
    """Return the answer that most of the shots accept; of equals the first by name."""
    counts = Counter(label for shot in shots for label in shot.accepted.get(name, ()))
    return min(counts, key=lambda label: (-counts[label], label)) if counts else NULL


def score(name: str, judged: Iterable[Judged], *, tuning: Collection[LabelledShot] = ()) -> Score:
    """Count how often an attribute was told right; shots without a label for it are left out.

    The answer to beat is the commonest one of the tuning shots of other clips: an answer that was
    learned from the clip itself would know what is asked.
    """
    silent = "0" if name == "text" else NULL
    rows = [
        _Row(
            right=one.answers[name] in one.shot.accepted[name],
            answered=one.answers[name] != silent,
            trivial_answer=(easy := commonest(_others(tuning, one), name)),
            trivial=easy in one.shot.accepted[name],
        )
        for one in judged
        if name in one.shot.accepted
    ]
    return _count(name, rows)


def _others(tuning: Iterable[LabelledShot], one: Judged) -> list[LabelledShot]:
    return [shot for shot in tuning if shot.clip != one.shot.clip]


def score_closeness(judged: Iterable[Judged], *, tuning: Collection[LabelledShot]) -> Score:
    """Count how often the view scale is at most one class off.

    Shots that have no view scale are left out. The answer to beat is the scale that lies within
    one class of the labels of most tuning shots of other clips: harder than the commonest one.
    """
    rows = []
    for one in judged:
        accepted = one.shot.accepted["view_scale"]
        if set(accepted) != {NULL}:
            said = one.answers["view_scale"]
            easy = _closest([shot.accepted["view_scale"] for shot in _others(tuning, one)])
            rows.append(
                _Row(
                    right=within_one(said, accepted) or (said == NULL and NULL in accepted),
                    answered=said != NULL,
                    trivial_answer=easy,
                    trivial=within_one(easy, accepted),
                )
            )
    return _count("view_scale, within one class", rows)


def _closest(true: Sequence[Sequence[str]]) -> str:
    return max(CLOSENESS, key=lambda scale: sum(within_one(scale, labels) for labels in true))


def within_one(said: str, accepted: Sequence[str]) -> bool:
    """Tell whether a view scale is one of the accepted ones or next to one."""
    if said not in CLOSENESS:
        return False
    place = CLOSENESS.index(said)
    return any(abs(place - CLOSENESS.index(a)) <= 1 for a in accepted if a in CLOSENESS)


def _count(name: str, rows: Sequence[_Row]) -> Score:
    easy = Counter(row.trivial_answer for row in rows)
    return Score(
        name=name,
        shots=len(rows),
        right=sum(row.right for row in rows),
        answered=sum(row.answered for row in rows),
        answered_right=sum(row.right and row.answered for row in rows),
        trivial_answer=" or ".join(sorted(easy, key=lambda label: (-easy[label], label))),
        trivial=sum(row.trivial for row in rows),
        answered_trivial=sum(row.trivial and row.answered for row in rows),
        won=sum(row.right and not row.trivial for row in rows),
        lost=sum(row.trivial and not row.right for row in rows),
    )


def score_groups(judged: Iterable[Judged]) -> tuple[Pairs, Pairs]:
    """Count the pairs of shots that show the same place or person.

    Returns
    -------
    Pairs, Pairs
        Ours, and those of the trivial answer that all shots of a clip show the same.
    """
    right = wrong = missed = apart = 0
    for one, other in combinations(judged, 2):
        if one.shot.clip != other.shot.clip:
            continue
        same, said = one.shot.place == other.shot.place, 0 < one.group == other.group
        right += same and said
        wrong += said and not same
        missed += same and not said
        apart += not same
    return (
        Pairs(right=right, wrong=wrong, missed=missed),
        Pairs(right=right + missed, wrong=apart, missed=0),
    )


def confusions(name: str, judged: Iterable[Judged]) -> list[tuple[str, str, int]]:
    """Return (best label, what was said, how often) of the wrong answers, commonest first."""
    counts = Counter(
        (one.shot.accepted[name][0], one.answers[name])
        for one in judged
        if one.answers[name] not in one.shot.accepted.get(name, (one.answers[name],))
    )
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [(true, said, count) for (true, said), count in ranked]


def f1(right: int, wrong: int, missed: int) -> float:
    """Return the harmonic mean of precision and recall; 0 where nothing is right."""
    return 2 * right / (2 * right + wrong + missed) if right else 0.0


def wilson(right: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of a share.

    Notes
    -----
    E. B. Wilson, "Probable inference", JASA 22 (1927). It takes the shots for independent, which
    those of one clip are not: the truth is wider.
    """
    if not of:
        return 0.0, 1.0
    share, z2 = right / of, _Z**2 / of
    middle = (share + z2 / 2) / (1 + z2)
    half = _Z / (1 + z2) * math.sqrt(share * (1 - share) / of + z2 / (4 * of))
    return max(0.0, middle - half), min(1.0, middle + half)
