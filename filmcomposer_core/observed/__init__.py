"""What a user changed in the DAW, taken over into the documents of the cue."""

from filmcomposer_core.observed.markers import Shown, edited_spots
from filmcomposer_core.observed.read import parse_observed, read_observed
from filmcomposer_core.observed.take_over import Looked, look, take_dragged_out, take_over
from filmcomposer_core.observed.tempo import checked_points, same_points
from filmcomposer_core.observed.theme import edited_theme
from filmcomposer_core.observed.tracks import edited_plan

__all__ = [
    "Looked",
    "Shown",
    "checked_points",
    "edited_plan",
    "edited_spots",
    "edited_theme",
    "look",
    "parse_observed",
    "read_observed",
    "same_points",
    "take_dragged_out",
    "take_over",
]
