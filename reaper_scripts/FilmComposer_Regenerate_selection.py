# @description FilmComposer: Regenerate selection
# @version 0.1.0
# @author FilmComposer
# @about
#   Writes new notes for the selected tracks of the cue within the time selection, in whole bars.
#   Everything else stays note for note. Press again for another one. One undo step.
# @changelog
#   First version.
"""Write a stretch anew."""

import sys

sys.path.insert(1, sys.path[0] + "/lib")
try:
    from filmcomposer_reaper.bootstrap import start
except Exception as fault:  # noqa: BLE001 - an action ends in a sentence, whatever happened
    RPR_ShowConsoleMsg(  # noqa: F821 - REAPER gives it
        f"FilmComposer: {sys.path[0]}/lib cannot be loaded ({fault}). Run install.py again.\n"
    )
else:
    start("regenerate_selection", globals())
