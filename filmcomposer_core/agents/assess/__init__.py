"""The sequential chat of Table 1: Mode, Melody, Harmony; Rhythm and Emotion beside them."""

from filmcomposer_core.agents.assess.judges import JUDGES
from filmcomposer_core.agents.assess.state import AssessState
from filmcomposer_core.agents.assess.talk import AssessTalk, talk_assess

__all__ = ["JUDGES", "AssessState", "AssessTalk", "talk_assess"]
