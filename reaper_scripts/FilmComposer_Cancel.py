# @description FilmComposer: Cancel
# @version 0.1.0
# @author FilmComposer
# @about
#   Stops the job that FilmComposer's bridge is working on, and says which. What is finished of it
#   is kept, so that scoring the cue again goes on from there. Changes nothing in the project.
# @changelog
#   First version.
"""Stop the job at work."""

import sys

sys.path.insert(1, sys.path[0] + "/lib")
try:
    from filmcomposer_reaper.bootstrap import start
except Exception as fault:  # noqa: BLE001 - an action ends in a sentence, whatever happened
    RPR_ShowConsoleMsg(  # noqa: F821 - REAPER gives it
        f"FilmComposer: {sys.path[0]}/lib cannot be loaded ({fault}). Run install.py again.\n"
    )
else:
    start("cancel", globals())
