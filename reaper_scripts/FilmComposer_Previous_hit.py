# @description FilmComposer: Previous hit
# @version 0.1.0
# @author FilmComposer
# @about
#   Moves the edit cursor to the cue's hit before it. Changes nothing in the project.
# @changelog
#   First version.
"""Go to the hit before."""

import sys

sys.path.insert(1, sys.path[0] + "/lib")
try:
    from filmcomposer_reaper.bootstrap import start
except Exception as fault:  # noqa: BLE001 - an action ends in a sentence, whatever happened
    RPR_ShowConsoleMsg(  # noqa: F821 - REAPER gives it
        f"FilmComposer: {sys.path[0]}/lib cannot be loaded ({fault}). Run install.py again.\n"
    )
else:
    start("previous_hit", globals())
