"""What the five roles know when they judge."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from filmcomposer_core.assessment.assess import Reviews, review
from filmcomposer_core.assessment.criteria import CRITERIA, GOOD, Criterion, Finding
from filmcomposer_core.assessment.subject import Subject
from filmcomposer_core.contracts.wishing import CUE_ACTIONS, THEME_ACTIONS

#: The roles of Table 1 in their order.
MODE, MELODY, HARMONY, RHYTHM, EMOTION = NAMES = (
    "Mode", "Melody", "Harmony", "Rhythm", "Emotion",
)  # fmt: skip
OF_ROLE: Final[dict[str, tuple[Criterion, ...]]] = {
    name: tuple(row for row in CRITERIA if row.agent == name) for name in NAMES
}


@dataclass(frozen=True, kw_only=True)
class AssessState:
    """The music under assessment and what the measures say of it; ``abc`` is the theme."""

    subject: Subject
    abc: str

    @cached_property
    def reviews(self) -> Reviews:
        """What theory found in the speaking order, each role given what those above it found."""
        return review(self.subject)

    @cached_property
    def findings(self) -> dict[int, Finding]:
        """Theory's findings by criterion."""
        return {finding.id: finding for finding in self.reviews.findings}

    @property
    def bars(self) -> int:
        """The number of the last bar."""
        return len(self.subject.bars)

    @property
    def actions(self) -> tuple[str, ...]:
        """What may be asked of the next try: of a theme, or of an arrangement."""
        return THEME_ACTIONS if self.subject.parts is None else CUE_ACTIONS

    def judged(self, role: str) -> tuple[Finding, ...]:
        """Return theory's findings of a role that have a score: only these are judged."""
        found = (self.findings[row.id] for row in OF_ROLE[role])
        return tuple(finding for finding in found if finding.score is not None)

    def wished(self, role: str) -> dict[str, str]:
        """Return theory's wishes of a role by criterion, without the number before them."""
        return {
            str(found.id): found.wish.partition(":")[2].strip()
            for found in self.judged(role)
            if found.wish and (found.score or 0.0) < GOOD
        }
