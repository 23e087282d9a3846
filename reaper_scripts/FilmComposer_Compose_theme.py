# @description FilmComposer: Compose theme
# @version 0.1.0
# @author FilmComposer
# @about
#   Writes several themes for the cue and lays them as takes of one item on a track of their own,
#   the best one active: listen, switch takes, edit the notes. The take that is active goes on into
#   Arrange. One undo step.
# @changelog
#   First version.
"""Write themes to choose from."""

import sys

sys.path.insert(1, sys.path[0] + "/lib")
try:
    from filmcomposer_reaper.bootstrap import start
except Exception as fault:  # noqa: BLE001 - an action ends in a sentence, whatever happened
    RPR_ShowConsoleMsg(  # noqa: F821 - REAPER gives it
        f"FilmComposer: {sys.path[0]}/lib cannot be loaded ({fault}). Run install.py again.\n"
    )
else:
    start("compose_theme", globals())
