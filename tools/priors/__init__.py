"""Learn the composer's priors from the openly usable music in music21's corpus."""
