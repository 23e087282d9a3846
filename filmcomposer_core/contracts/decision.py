"""Who decided something in a score or a scheme, beside what theory computed for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from filmcomposer_core.contracts._check import STRICT, one_of

#: Who may decide: the functions of theory, a language model, or the user in the file.
DECIDERS: Final = ("theory", "model", "user")
#: What a decision of a track is about; the names of the fields that hold it.
DECIDED: Final = (
    "instrument", "technique", "panning", "reverb_space", "volume_envelope", "duplicates", "soften",
)  # fmt: skip
#: Fields that are left out of files while they are empty, so that older files stay as they are.
SPARSE: Final[Mapping[str, bool]] = {"sparse": True}

Computed = str | float | dict[str, float] | tuple[int, ...] | tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """How one value came about; without such an entry theory decided.

    ``computed`` is theory's value where a model decided (of duplicates: their instruments), None
    where it is what stands. ``why`` is the model's reason, or why its choice was not taken.
    ``pinned`` is set by the user: the value stays as it is in every run.
    """

    __pydantic_config__ = STRICT

    by: str = "theory"
    model: str = ""
    computed: Computed = None
    why: str = ""
    pinned: bool = False

    def __post_init__(self) -> None:
        one_of("by", self.by, DECIDERS)


def refused(model: str, why: str) -> Decision:
    """Return the note that a model's choice gave way to theory's."""
    return Decision(by="theory", model=model, why=f"Not taken: {why}.")
