# @description FilmComposer: Score selected video
# @version 0.1.0
# @author FilmComposer
# @about
#   Scores the selected video item: hit points as markers, a tempo map that lands on them, a theme,
#   an arrangement as MIDI, instruments, pan, reverb and volume envelopes, printed stems. On a cue
#   that is there already only what depends on your changes is made anew, and what you changed
#   stays. One undo step.
# @changelog
#   First version.
"""Score the selected video."""

import sys

sys.path.insert(1, sys.path[0] + "/lib")
try:
    from filmcomposer_reaper.bootstrap import start
except Exception as fault:  # noqa: BLE001 - an action ends in a sentence, whatever happened
    RPR_ShowConsoleMsg(  # noqa: F821 - REAPER gives it
        f"FilmComposer: {sys.path[0]}/lib cannot be loaded ({fault}). Run install.py again.\n"
    )
else:
    start("score_selected_video", globals())
