"""Where the files of a dataset lie."""

from __future__ import annotations

from typing import Final

DATASET: Final = "dataset.toml"
SAMPLES: Final = "samples"
SPLITS: Final = "splits.json"
QUARANTINE: Final = "quarantine"
#: Samples are made here and moved to their place whole; nothing in it is worth keeping.
BUILDING: Final = ".building"
LOCK: Final = ".lock"

SAMPLE: Final = "sample.json"
MUSIC: Final = "music.flac"
MELODY: Final = "melody.mid"
SPOTS: Final = "spots.json"
#: Sides of a split.
SIDES: Final = ("train", "test")
