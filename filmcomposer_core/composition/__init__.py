"""Compose: the theme, from a motif that returns and develops, on the plan's chords (Sec. 3.2)."""

from filmcomposer_core.composition.theme import compose_theme

__all__ = ["compose_theme"]
