"""The assessment of Table 1: nineteen criteria, of the theme and of the arranged cue."""

from filmcomposer_core.assessment.assess import assess_cue, assess_theme

__all__ = ["assess_cue", "assess_theme"]
