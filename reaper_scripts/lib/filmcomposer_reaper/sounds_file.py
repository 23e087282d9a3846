"""Where the user's sounds are told, and what is chosen there: the core reads the rest of it."""

from __future__ import annotations

import os
import re
from pathlib import Path

from filmcomposer_core.contracts.sounds import CHOICES

_MOST_BYTES = 1024 * 1024
_DEFAULT = re.compile(r"^\s*default\s*=\s*[\"'](\w+)[\"']", re.MULTILINE)


def sounds_path(resources: str) -> str:
    """Return the path of the file, as the core has it."""
    return os.path.join(resources, "FilmComposer", "sounds.toml")


def chosen_sound(resources: str) -> str:
    """Return what the file says that parts play; empty where it says nothing that can be read."""
    path = Path(sounds_path(resources))
    try:
        if path.stat().st_size > _MOST_BYTES:
            return ""
        found = _DEFAULT.search(path.read_text("utf-8", errors="replace"))
    except OSError:
        return ""
    return found[1] if found and found[1] in CHOICES else ""
