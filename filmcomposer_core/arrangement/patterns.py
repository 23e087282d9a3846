"""The rhythmic patterns of ``patterns.csv`` and how they fit a bar.

A grid has one character a cell (``cell`` in beats, a sixteenth or a triplet eighth): ``X`` accent,
``x`` onset, ``o`` soft onset, ``-`` held, ``.`` silence. ``tones`` say onset by onset what sounds:

- bass: ``R`` bass note, ``8`` its octave, ``5`` and ``3`` the nearest fifth and third, ``L`` the
  fifth below, ``S`` a step towards the next bass, ``A`` a semitone from it, ``R-2`` chromatic;
- motion: ``1`` ``2`` … rungs of a ladder of chord tones, ``D`` two of them, ``C`` a close chord;
- percussion: the drum and its technique.

The last column says what a pattern is for; those called ``plain`` serve every idiom.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib import resources

ACCENTS = {"X": 10, "x": 0, "o": -14}
#: Metres without patterns of their own borrow these, repeated or cut to the bar.
BORROWED = {
    (12, 8): (6, 8),
    (9, 8): (6, 8),
    (3, 8): (6, 8),
    (6, 4): (3, 4),
    (3, 2): (3, 4),
    (2, 2): (4, 4),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One onset: beats from the bar line, length in beats, accent, and the token of ``tones``."""

    offset: float
    length: float
    accent: int
    tone: str
    short: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A rhythm of one bar for one role."""

    id: str
    role: str
    num: int
    den: int
    steps: tuple[Step, ...]
    use: str

    @property
    def beats(self) -> float:
        """Length in quarter notes."""
        return self.num * 4.0 / self.den

    @property
    def density(self) -> float:
        """Onsets per quarter note."""
        return len(self.steps) / self.beats

    @property
    def drum(self) -> tuple[str, str]:
        """Instrument and technique of a percussion pattern."""
        name, _, technique = self.steps[0].tone.partition(":")
        return name, technique

    @property
    def short(self) -> bool:
        """Whether most onsets are detached."""
        return sum(step.short for step in self.steps) * 2 > len(self.steps)


def _steps(grid: str, tones: list[str], cell: float) -> tuple[Step, ...]:
    steps: list[Step] = []
    for i, sign in enumerate(grid):
        if sign not in ACCENTS:
            continue
        held = len(grid[i + 1 :]) - len(grid[i + 1 :].lstrip("-"))
        steps.append(
            Step(
                offset=i * cell,
                length=(1 + held) * cell,
                accent=ACCENTS[sign],
                tone=tones[len(steps) % len(tones)],
                short=held == 0,
            )
        )
    return tuple(steps)


@cache
def all_patterns() -> tuple[Pattern, ...]:
    """Return every pattern in the order of the file."""
    text = resources.files(__package__).joinpath("patterns.csv").read_text("utf-8")
    patterns = []
    for row in csv.DictReader(text.splitlines()):
        num, den = (int(x) for x in row["metre"].split("/"))
        steps = _steps(row["grid"], row["tones"].split(), float(Fraction(row["cell"])))
        patterns.append(
            Pattern(id=row["id"], role=row["role"], num=num, den=den, steps=steps, use=row["use"])
        )
    return tuple(patterns)


@cache
def patterns_for(role: str, names: tuple[str, ...], num: int, den: int) -> tuple[Pattern, ...]:
    """Return patterns for a role and a metre, thinnest first.

    Parameters
    ----------
    names : tuple of str
        The idiom's patterns; where none has the metre, the plain ones serve. Percussion has no
        plain patterns: an idiom that names none gets none.
    """
    own = BORROWED.get((num, den), (4, 4) if den <= 4 else (6, 8))
    for metre in ((num, den), own):
        fitting = [p for p in all_patterns() if p.role == role and (p.num, p.den) == metre]
        named = [p for p in fitting if p.id in names]
        plain = [p for p in fitting if p.use.startswith("plain")]
        if role == "percussion" and not names:
            return ()
        found = named or plain
        if found:
            return tuple(sorted(found, key=lambda p: p.density))
    return ()


def fill_bar(pattern: Pattern, beats: float) -> tuple[Step, ...]:
    """Return the steps of a pattern repeated or cut to a bar of some quarter notes."""
    steps: list[Step] = []
    start = 0.0
    while start < beats - 1e-6:
        for step in pattern.steps:
            offset = start + step.offset
            if offset < beats - 1e-6:
                length = min(step.length, beats - offset)
                steps.append(
                    Step(
                        offset=offset,
                        length=length,
                        accent=step.accent,
                        tone=step.tone,
                        short=step.short,
                    )
                )
        start += pattern.beats
    return tuple(steps)
