# @description FilmComposer: Render cue 48k 24 bit
# @version 0.1.0
# @author FilmComposer
# @about
#   Renders the span of the cue as REAPER now sounds, 48 kHz, 24 bit, stereo, into the cue folder.
#   Your render settings are as before afterwards; REAPER shows its own progress meanwhile.
# @changelog
#   First version.
"""Render the cue in REAPER."""

import sys

sys.path.insert(1, sys.path[0] + "/lib")
try:
    from filmcomposer_reaper.bootstrap import start
except Exception as fault:  # noqa: BLE001 - an action ends in a sentence, whatever happened
    RPR_ShowConsoleMsg(  # noqa: F821 - REAPER gives it
        f"FilmComposer: {sys.path[0]}/lib cannot be loaded ({fault}). Run install.py again.\n"
    )
else:
    start("render_cue_48k_24_bit", globals())
