# @description FilmComposer: Bridge status
# @version 0.1.0
# @author FilmComposer
# @about
#   Shows in the console whether FilmComposer's bridge runs, what it is working on and where its log
#   is. Starts the bridge if none runs. Changes nothing in the project.
# @changelog
#   First version.
"""Show what the bridge is doing."""

import sys

sys.path.insert(1, sys.path[0] + "/lib")
try:
    from filmcomposer_reaper.bootstrap import start
except Exception as fault:  # noqa: BLE001 - an action ends in a sentence, whatever happened
    RPR_ShowConsoleMsg(  # noqa: F821 - REAPER gives it
        f"FilmComposer: {sys.path[0]}/lib cannot be loaded ({fault}). Run install.py again.\n"
    )
else:
    start("bridge_status", globals())
