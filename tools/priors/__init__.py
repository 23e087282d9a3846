"""Statistics of real music for the embedded composer, from the corpus of music21."""
