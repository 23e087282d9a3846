"""What REAPER's resource folder holds that could play a part: plug-ins, presets, templates."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from filmcomposer_core.errors import InputError
from filmcomposer_core.sounds.caches import (
    Plugin,
    au_plugins,
    clap_plugins,
    decoded,
    js_plugins,
    tags,
    vst_plugins,
)

_READERS: tuple[tuple[re.Pattern[str], Callable[[str], list[Plugin]]], ...] = (
    (re.compile(r"reaper-vst3?plugins(64|_\w+)?\.ini"), vst_plugins),
    (re.compile(r"reaper-auplugins\S*\.ini"), au_plugins),
    (re.compile(r"reaper-clap-\S+\.ini"), clap_plugins),
    (re.compile(r"reaper-jsfx\.ini"), js_plugins),
)
_TAGS = "reaper-fxtags.ini"
TEMPLATES, CHAINS, PRESETS = "TrackTemplates", "FXChains", "presets"
ENDINGS = {TEMPLATES: ".rtracktemplate", CHAINS: ".rfxchain"}
#: A cache or a folder larger than this is not what it should be.
_MOST_BYTES = 32 * 1024 * 1024
_MOST_FILES = 5000
_DEPTH = 4
#: Files of presets are called by kind and file of the plug-in: ``vst3-LABS.ini``.
_PRESET_FILE = re.compile(r"(vst3?|au|clap|js)-(.+?)(-\d{5,})?(-builtin)?\.ini", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What there is: plug-ins, presets as (plug-in, preset), templates and chains as paths.

    Paths are relative to the folder that they lie in, with ``/``; ``unread`` names files that could
    not be read.
    """

    plugins: tuple[Plugin, ...] = ()
    presets: tuple[tuple[Plugin, str], ...] = ()
    templates: tuple[str, ...] = ()
    chains: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def scan(folder: Path) -> Found:
    """Read what REAPER's resource folder says of instruments.

    Parameters
    ----------
    folder : Path
        The resource folder (Options > Show REAPER resource path).

    Raises
    ------
    InputError
        If it is no folder, or none of REAPER's.
    """
    if not folder.is_dir():
        msg = f"{folder} is no folder."
        raise InputError(
            msg, "Name REAPER's resource folder (Options > Show REAPER resource path)."
        )
    names = sorted(os.listdir(folder))
    if not any(n == "reaper.ini" or reader.fullmatch(n) for n in names for reader, _ in _READERS):
        msg = f"{folder} is not REAPER's resource folder: it has no reaper.ini."
        raise InputError(msg, "In REAPER: Options > Show REAPER resource path.")
    unread: list[str] = []
    known: dict[str, Plugin] = {}
    for name in names:
        reader = next((read for form, read in _READERS if form.fullmatch(name)), None)
        if reader is not None:
            for plugin in reader(_text(folder / name, unread)):
                known.setdefault(plugin.name, plugin)
    categories = tags(_text(folder / _TAGS, unread)) if _TAGS in names else {}
    plugins = tuple(replace(p, tags=categories.get(p.file, ())) for p in known.values())
    return Found(
        plugins=plugins,
        presets=tuple(_presets(folder / PRESETS, plugins, unread)),
        templates=tuple(_files(folder / TEMPLATES, ENDINGS[TEMPLATES])),
        chains=tuple(_files(folder / CHAINS, ENDINGS[CHAINS])),
        unread=tuple(unread),
    )


def _text(path: Path, unread: list[str]) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            unread.append(path.name)
            return ""
        return decoded(path.read_bytes())
    except OSError:
        unread.append(path.name)
        return ""


def _files(folder: Path, ending: str) -> Iterator[str]:
    """Yield the files of a folder and the folders in it, sorted, links to folders left alone."""
    count = 0
    for place, inner, names in os.walk(folder):
        inner.sort()
        depth = len(Path(place).relative_to(folder).parts)
        if depth >= _DEPTH:
            inner.clear()
        for name in sorted(names):
            count += 1
            if count > _MOST_FILES:
                return
            if name.lower().endswith(ending) and f"{place}{name}".isprintable():
                yield (Path(place) / name).relative_to(folder).as_posix()


def _presets(
    folder: Path, plugins: tuple[Plugin, ...], unread: list[str]
) -> Iterator[tuple[Plugin, str]]:
    """Yield the presets that the user has saved of instruments, each once."""
    if not folder.is_dir():
        return
    by_file = {(p.kind, _stem(p.file)): p for p in plugins if p.instrument}
    met: set[tuple[str, str]] = set()
    for name in sorted(os.listdir(folder))[:_MOST_FILES]:
        match = _PRESET_FILE.fullmatch(name)
        plugin = by_file.get((match[1].upper(), _stem(match[2]))) if match else None
        if plugin is None:
            continue
        for line in _text(folder / name, unread).splitlines():
            key, mark, value = line.partition("=")
            preset = value.strip()
            is_new = preset.isprintable() and (plugin.name, preset) not in met
            if key == "Name" and mark and preset and is_new:
                met.add((plugin.name, preset))
                yield plugin, preset


def _stem(file: str) -> str:
    """Return a plug-in's file as the names of its presets' files have it, for comparing."""
    bare = re.sub(r"\.(vst3|vst|dll|clap|so|dylib)\b", "", file, flags=re.IGNORECASE)
    return re.sub(r"[^a-z0-9]+", "", bare.lower())
