# @description FilmComposer: Mix
# @version 0.1.0
# @author FilmComposer
# @about
#   Works out dynamics, panning, reverb and volume envelopes of the cue and writes them to its
#   tracks. What you changed stays. One undo step.
# @changelog
#   First version.
"""Mix the cue."""

import sys

sys.path.insert(1, sys.path[0] + "/lib")
try:
    from filmcomposer_reaper.bootstrap import start
except Exception as fault:  # noqa: BLE001 - an action ends in a sentence, whatever happened
    RPR_ShowConsoleMsg(  # noqa: F821 - REAPER gives it
        f"FilmComposer: {sys.path[0]}/lib cannot be loaded ({fault}). Run install.py again.\n"
    )
else:
    start("mix", globals())
