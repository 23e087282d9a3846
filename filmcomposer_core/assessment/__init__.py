"""The assessment of Table 1: nineteen criteria, of the theme and of the arranged cue."""

from filmcomposer_core.assessment.assess import (
    Reviews,
    assess_cue,
    assess_theme,
    conclude,
    review,
)
from filmcomposer_core.assessment.subject import Subject, make_subject

__all__ = [
    "Reviews",
    "Subject",
    "assess_cue",
    "assess_theme",
    "conclude",
    "make_subject",
    "review",
]
