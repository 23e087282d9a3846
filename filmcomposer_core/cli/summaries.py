"""The stage commands, each with a few words. Kept apart so that reading it loads no stage."""

from __future__ import annotations

SUMMARIES = {
    "see": "analyse the picture: shots, motion, light",
    "spot": "find the hit points",
    "describe": "describe the picture and the music it asks for",
    "tempo": "fit tempo maps to the hits",
    "plan": "plan the cue: sections, keys, chords",
    "compose": "compose the theme",
    "arrange": "arrange the theme for an orchestra",
    "mix": "write the mix scheme",
    "assess": "assess the theme and the arranged cue",
    "build": "build the DAW plan and the REAPER project",
    "render": "render stems, mix and movie",
    "report": "measure the hits and write the report",
}
#: Writes bars anew; no stage of its own.
REGENERATE = "regenerate"
#: Measures what the program makes; makes no cue that is kept.
BENCH = "bench"
#: Reads REAPER's plug-ins and keeps the file that says which of them play.
SOUNDS = "sounds"
#: Tries the language model and stores its key.
AGENTS = "agents"
#: Writes down a recording; makes no cue.
TRANSCRIBE = "transcribe"
#: Fetches and manages melody models.
MODELS = "models"
#: Trains the product's networks.
TRAIN = "train"
_OTHERS = {TRAIN, REGENERATE, BENCH, SOUNDS, AGENTS, TRANSCRIBE, MODELS}
OWN_COMMANDS = frozenset({"score", *_OTHERS, *SUMMARIES})
