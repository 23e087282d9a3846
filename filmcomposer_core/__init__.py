"""FilmComposer: from a silent film clip to a finished cue (arXiv 2503.08147)."""

__version__ = "0.1.0"
