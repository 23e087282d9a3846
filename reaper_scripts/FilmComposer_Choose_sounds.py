# @description FilmComposer: Choose sounds
# @version 0.1.0
# @author FilmComposer
# @about
#   Lets the parts play their printed stems, instruments of yours, or racks of REAPER's own
#   sampler. Which of your instruments plays what stands in FilmComposer/sounds.toml in REAPER's
#   resource folder. What you changed stays. One undo step.
# @changelog
#   First version.
"""Choose what plays the parts."""

import sys

sys.path.insert(1, sys.path[0] + "/lib")
try:
    from filmcomposer_reaper.bootstrap import start
except Exception as fault:  # noqa: BLE001 - an action ends in a sentence, whatever happened
    RPR_ShowConsoleMsg(  # noqa: F821 - REAPER gives it
        f"FilmComposer: {sys.path[0]}/lib cannot be loaded ({fault}). Run install.py again.\n"
    )
else:
    start("choose_sounds", globals())
