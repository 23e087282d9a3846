"""Plan: sections, keys, chords and textures of the cue, before any note is written (Sec. 3.2)."""

from filmcomposer_core.planning.planner import plan_cue

__all__ = ["plan_cue"]
