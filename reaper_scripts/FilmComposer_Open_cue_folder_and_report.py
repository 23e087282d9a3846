# @description FilmComposer: Open cue folder and report
# @version 0.1.0
# @author FilmComposer
# @about
#   Opens the folder of the cue in the file manager, and its report in the browser. Changes nothing
#   in the project.
# @changelog
#   First version.
"""Show the cue folder."""

import sys

sys.path.insert(1, sys.path[0] + "/lib")
try:
    from filmcomposer_reaper.bootstrap import start
except Exception as fault:  # noqa: BLE001 - an action ends in a sentence, whatever happened
    RPR_ShowConsoleMsg(  # noqa: F821 - REAPER gives it
        f"FilmComposer: {sys.path[0]}/lib cannot be loaded ({fault}). Run install.py again.\n"
    )
else:
    start("open_cue_folder_and_report", globals())
