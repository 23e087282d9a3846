"""What is known of samples that were made before: ``racks/index.json``."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filmcomposer_core.atomic import write_atomic
from filmcomposer_core.render.keys import hashed
from filmcomposer_core.render.soundfont import Soundfont
from filmcomposer_core.render.synth import Synth
from filmcomposer_core.sounds.racks import Rack

_INDEX = "index.json"
#: Goes into every key: raised when samples come out otherwise.
_VERSION = 1


@dataclass(frozen=True, slots=True)
class KeptSample:
    """A sample as it was made: key, file, gain, where its loop begins, release."""

    root: int
    file: str
    gain: float
    loop_s: float
    release_s: float


def kept_key(rack: Rack, *, font: Soundfont, synth: Synth) -> str:
    """Return what the samples of a rack depend on, as a hash."""
    sound = rack.sound
    return hashed(
        _VERSION,
        (font.sha256, synth.name, synth.version, repr(synth.law)),
        (rack.instrument, sound.bank, sound.program, sound.technique),
        (sound.lowpass_hz, sound.highpass_hz, sound.trim_db),
        (rack.velocity, rack.hold_s, rack.kit, [zone.root for zone in rack.zones]),
    )


class Kept:
    """The index of a folder of samples; one that cannot be read is begun anew."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._entries: dict[str, list[dict[str, Any]]] = {}
        try:
            data = json.loads((folder / _INDEX).read_text("utf-8"))
            self._entries = data if isinstance(data, dict) else {}
        except (OSError, ValueError):
            pass

    def find(self, key: str) -> list[KeptSample] | None:
        """Return the samples of a rack, None unless all files are there."""
        try:
            found = [KeptSample(**entry) for entry in self._entries[key]]
            there = all((self._folder / sample.file).is_file() for sample in found)
        except (KeyError, TypeError):
            return None
        return found if there else None

    def note(self, key: str, samples: Sequence[KeptSample]) -> None:
        """Keep what was made."""
        self._entries[key] = [asdict(sample) for sample in samples]

    def save(self, used: Collection[str]) -> None:
        """Write the index: what is used now, and older entries whose files are still there."""
        entries = {k: v for k, v in self._entries.items() if k in used or self.find(k) is not None}
        text = json.dumps(entries, indent=1, sort_keys=True)
        write_atomic(self._folder / _INDEX, text.encode())
