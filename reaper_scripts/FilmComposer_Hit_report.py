# @description FilmComposer: Hit report
# @version 0.1.0
# @author FilmComposer
# @about
#   Measures how far the notes that are now on the tracks lie from the hit markers, in frames, and
#   colours the markers green (met), yellow (near) or red (missed). One undo step.
# @changelog
#   First version.
"""Measure the hits."""

import sys

sys.path.insert(1, sys.path[0] + "/lib")
try:
    from filmcomposer_reaper.bootstrap import start
except Exception as fault:  # noqa: BLE001 - an action ends in a sentence, whatever happened
    RPR_ShowConsoleMsg(  # noqa: F821 - REAPER gives it
        f"FilmComposer: {sys.path[0]}/lib cannot be loaded ({fault}). Run install.py again.\n"
    )
else:
    start("hit_report", globals())
