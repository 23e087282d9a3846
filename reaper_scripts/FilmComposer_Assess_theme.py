# @description FilmComposer: Assess theme
# @version 0.1.0
# @author FilmComposer
# @about
#   Judges the active take of the theme by 19 criteria of mode, melody, harmony, rhythm and emotion,
#   and says what it would change. Changes nothing in the project.
# @changelog
#   First version.
"""Judge the theme."""

import sys

sys.path.insert(1, sys.path[0] + "/lib")
try:
    from filmcomposer_reaper.bootstrap import start
except Exception as fault:  # noqa: BLE001 - an action ends in a sentence, whatever happened
    RPR_ShowConsoleMsg(  # noqa: F821 - REAPER gives it
        f"FilmComposer: {sys.path[0]}/lib cannot be loaded ({fault}). Run install.py again.\n"
    )
else:
    start("assess_theme", globals())
