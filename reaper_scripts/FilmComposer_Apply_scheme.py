# @description FilmComposer: Apply scheme
# @version 0.1.0
# @author FilmComposer
# @about
#   Reads scheme.json of the cue folder, which you may have edited (instruments, techniques,
#   panning, reverb, volume by measure), and applies it to the tracks. One undo step.
# @changelog
#   First version.
"""Apply the edited scheme."""

import sys

sys.path.insert(1, sys.path[0] + "/lib")
try:
    from filmcomposer_reaper.bootstrap import start
except Exception as fault:  # noqa: BLE001 - an action ends in a sentence, whatever happened
    RPR_ShowConsoleMsg(  # noqa: F821 - REAPER gives it
        f"FilmComposer: {sys.path[0]}/lib cannot be loaded ({fault}). Run install.py again.\n"
    )
else:
    start("apply_scheme", globals())
