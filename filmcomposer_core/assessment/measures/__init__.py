"""Measures of music: small functions on notes, chords and bars."""
