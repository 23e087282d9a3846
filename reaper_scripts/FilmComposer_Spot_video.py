# @description FilmComposer: Spot video
# @version 0.1.0
# @author FilmComposer
# @about
#   Looks at the picture of the selected video item and lays its hit points as coloured markers (8
#   downbeat | door) into the project. Move, rename, weigh, delete or add markers, then read them
#   back. One undo step.
# @changelog
#   First version.
"""Find the hit points."""

import sys

sys.path.insert(1, sys.path[0] + "/lib")
try:
    from filmcomposer_reaper.bootstrap import start
except Exception as fault:  # noqa: BLE001 - an action ends in a sentence, whatever happened
    RPR_ShowConsoleMsg(  # noqa: F821 - REAPER gives it
        f"FilmComposer: {sys.path[0]}/lib cannot be loaded ({fault}). Run install.py again.\n"
    )
else:
    start("spot_video", globals())
