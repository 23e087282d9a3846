# @description FilmComposer: Fit tempo to hits
# @version 0.1.0
# @author FilmComposer
# @about
#   Works out tempo maps that land on the hit points, shows them ranked in the console, and lays the
#   one that you choose into the project. Nothing of yours moves in time. One undo step.
# @changelog
#   First version.
"""Choose a tempo map."""

import sys

sys.path.insert(1, sys.path[0] + "/lib")
try:
    from filmcomposer_reaper.bootstrap import start
except Exception as fault:  # noqa: BLE001 - an action ends in a sentence, whatever happened
    RPR_ShowConsoleMsg(  # noqa: F821 - REAPER gives it
        f"FilmComposer: {sys.path[0]}/lib cannot be loaded ({fault}). Run install.py again.\n"
    )
else:
    start("fit_tempo_to_hits", globals())
