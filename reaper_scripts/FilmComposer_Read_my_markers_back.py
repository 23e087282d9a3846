# @description FilmComposer: Read my markers back
# @version 0.1.0
# @author FilmComposer
# @about
#   Takes your changes of the hit markers into the cue: moved, renamed, deleted and added ones. A
#   marker named such as 9 downbeat | door slam sets weight and class. The next Fit tempo, Arrange
#   or Score follows them. One undo step.
# @changelog
#   First version.
"""Take over the user's markers."""

import sys

sys.path.insert(1, sys.path[0] + "/lib")
try:
    from filmcomposer_reaper.bootstrap import start
except Exception as fault:  # noqa: BLE001 - an action ends in a sentence, whatever happened
    RPR_ShowConsoleMsg(  # noqa: F821 - REAPER gives it
        f"FilmComposer: {sys.path[0]}/lib cannot be loaded ({fault}). Run install.py again.\n"
    )
else:
    start("read_my_markers_back", globals())
