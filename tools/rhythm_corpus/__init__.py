"""Rhythms of the tunes and chorales of music21's corpus, for the rhythm transformer."""
