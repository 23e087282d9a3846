"""See a film clip: shots, motion, colour and key frames (Sec. 3.1 of the paper)."""

from filmcomposer_core.visual.motion import motion_saliency, motion_speed
from filmcomposer_core.visual.see import SeenClip, analyse_clip

__all__ = ["SeenClip", "analyse_clip", "motion_saliency", "motion_speed"]
