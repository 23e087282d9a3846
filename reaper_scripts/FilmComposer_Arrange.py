# @description FilmComposer: Arrange
# @version 0.1.0
# @author FilmComposer
# @about
#   Arranges the chosen theme for the orchestra: parts as MIDI on tracks in a folder, and printed
#   stems that sound at once. Notes, faders and names that you changed stay. One undo step.
# @changelog
#   First version.
"""Arrange the cue."""

import sys

sys.path.insert(1, sys.path[0] + "/lib")
try:
    from filmcomposer_reaper.bootstrap import start
except Exception as fault:  # noqa: BLE001 - an action ends in a sentence, whatever happened
    RPR_ShowConsoleMsg(  # noqa: F821 - REAPER gives it
        f"FilmComposer: {sys.path[0]}/lib cannot be loaded ({fault}). Run install.py again.\n"
    )
else:
    start("arrange", globals())
