"""The assessment of Table 1: 19 criteria, each from 0 to 1."""

from __future__ import annotations

from dataclasses import dataclass, field

from filmcomposer_core.contracts._check import STRICT, in_range, one_of
from filmcomposer_core.contracts.decision import SPARSE

PENDING = "pending"
UNJUDGED = "not judged"
VERDICTS = ("good", "fair", "poor", PENDING, UNJUDGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputedScore:
    """What the measures alone say of a criterion."""

    __pydantic_config__ = STRICT

    score: float
    evidence: str

    def __post_init__(self) -> None:
        in_range("score", self.score, 0.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelScore:
    """What a language model says of a criterion, and which."""

    __pydantic_config__ = STRICT

    score: float
    reason: str
    model: str

    def __post_init__(self) -> None:
        in_range("score", self.score, 0.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionScore:
    """The score of one criterion that counts, with the reason and the measures behind it.

    It has no score while it is ``pending`` (needs the arranged cue), or if it is ``not judged``
    (the music is too short, or has nothing of the kind). ``computed`` and ``model`` stand beside it
    where it is not the measures' alone. The model's score counts where it lies near the computed
    one, else the mean of both (:func:`filmcomposer_core.assessment.settle.counted`). A ``pinned``
    score is the user's: it counts, whatever the others say.
    """

    __pydantic_config__ = STRICT

    id: int
    agent: str
    name: str
    score: float | None
    evidence: str
    verdict: str
    computed: ComputedScore | None = field(default=None, metadata=SPARSE)
    model: ModelScore | None = field(default=None, metadata=SPARSE)
    pinned: bool = field(default=False, metadata=SPARSE)

    def __post_init__(self) -> None:
        in_range("id", self.id, 1, 19)
        one_of("verdict", self.verdict, VERDICTS)
        if (self.score is None) != (self.verdict in (PENDING, UNJUDGED)):
            msg = f"criterion {self.id} must have a score unless it is pending or not judged"
            raise ValueError(msg)
        if self.score is not None:
            in_range("score", self.score, 0.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """All 19 criteria in order; ``musicality`` is the sum of the scores given.

    ``wishes`` are what the next try should mend, in words that name bars where they can.
    """

    __pydantic_config__ = STRICT

    criteria: tuple[CriterionScore, ...]
    musicality: float
    accepted: bool
    wishes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if [c.id for c in self.criteria] != list(range(1, 20)):
            msg = "an assessment holds the criteria 1 to 19 in order"
            raise ValueError(msg)

    @property
    def judged(self) -> int:
        """How many criteria have a score: the points to be had."""
        return sum(criterion.score is not None for criterion in self.criteria)

    @property
    def mean(self) -> float:
        """The mean of the scores given, 1 where none is: nothing is wrong with nothing."""
        return self.musicality / self.judged if self.judged else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One try of the theme or of the arrangement, and whether it was kept."""

    __pydantic_config__ = STRICT

    what: str
    number: int
    musicality: float
    accepted: bool
    kept: bool

    def __post_init__(self) -> None:
        one_of("what", self.what, ("theme", "cue"))


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentFile:
    """Everything in ``assessment.json``; ``cue`` is missing until the arrangement is assessed."""

    __pydantic_config__ = STRICT

    theme: Assessment
    cue: Assessment | None
    tries: tuple[Try, ...]
