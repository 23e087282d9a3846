"""Measure the music: every cue against its picture, real music, chance and itself moved.

Not a stage: nothing in a cue depends on it. ``filmcomposer bench music`` runs it.
"""
