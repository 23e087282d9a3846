"""Texts of ours that the project keeps."""

from __future__ import annotations

from filmcomposer_reaper.adapter.reaper import SECTION, Reaper

#: What a buffer of REAPER's Python wrapper holds, its closing NUL aside.
MOST_BYTES = 4 * 1024 * 1024 - 1
_KEY_BYTES = 256


def project_keys(reaper: Reaper) -> list[str]:
    """Return the keys of all texts that we keep in the project in front."""
    keys: list[str] = []
    while True:
        found = reaper.rpr.EnumProjExtState(0, SECTION, len(keys), "", _KEY_BYTES, "", 1)
        if not found[0]:
            return keys
        keys.append(found[4])


def project_text(reaper: Reaper, key: str) -> str:
    """Return a text that the project keeps; "" where there is none."""
    found = reaper.rpr.GetProjExtState(0, SECTION, key, "", MOST_BYTES)
    return str(found[4]) if found[0] else ""


def keep_project_text(reaper: Reaper, key: str, text: str) -> None:
    """Have the project keep one line of text; "" drops it."""
    reaper.rpr.SetProjExtState(0, SECTION, key, text)
