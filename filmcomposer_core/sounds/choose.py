"""The user's sounds of a cue: read the mapping, make it where there is none, scan again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from filmcomposer_core.contracts.sounds import MINE, OwnSound, SoundMap
from filmcomposer_core.errors import FilmComposerError, InputError
from filmcomposer_core.sounds.caches import Plugin, plain_name
from filmcomposer_core.sounds.mapping import (
    NAME,
    joined,
    read_sounds,
    sounds_file,
    sounds_of,
    with_default,
    with_proposals,
    write_sounds,
)
from filmcomposer_core.sounds.propose import Proposals, propose
from filmcomposer_core.sounds.resource import Found, scan

#: So many names are told in a sentence.
_MOST_NAMES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What a scan did: the file, the instruments that were added, sentences for the user."""

    path: Path
    added: tuple[str, ...]
    said: tuple[str, ...]


def scan_sounds(resources: Path, path: Path | None = None) -> Scanned:
    """Bring the mapping up to what is installed.

    Parameters
    ----------
    resources : Path
        REAPER's resource folder.
    path : Path or None
        The mapping; None = the one in the resource folder.

    Returns
    -------
    Scanned
        Nothing that the file said is changed.

    Raises
    ------
    InputError
        If the folder is none of REAPER's, or the mapping cannot be read.
    DiskError
        If it cannot be written.
    """
    path = sounds_file(resources) if path is None else path
    known = read_sounds(path)  # refused before anything is written
    found = scan(resources)
    proposals = propose(found)
    before = path.read_text("utf-8-sig") if path.is_file() else None
    text, added = with_proposals(before, proposals.sounds, proposals.players)
    if text != before:
        sounds_of(text, where=str(path))
        write_sounds(path, text)
    return Scanned(path=path, added=added, said=tuple(_said(known, found, proposals)))


def _said(known: SoundMap, found: Found, proposals: Proposals) -> Iterable[str]:
    instruments = [plugin for plugin in found.plugins if plugin.instrument]
    yield (
        f"REAPER knows {len(found.plugins)} plug-ins, {len(instruments)} of them instruments; "
        f"{len(found.presets)} presets of these, {len(found.templates)} track templates and "
        f"{len(found.chains)} effect chains were looked at."
    )
    if found.unread:
        yield f"Could not be read: {', '.join(found.unread)}."
    if proposals.players:
        names = _listed(player.title for player in proposals.players)
        yield (
            f"Players that need a preset or a track template named after an instrument: {names}."
        )
    unknown = unknown_plugins(known, found.plugins)
    if unknown:
        yield f"sounds.toml names plug-ins that REAPER does not list: {_listed(unknown)}."


def unknown_plugins(sounds: SoundMap, plugins: Iterable[Plugin]) -> tuple[str, ...]:
    """Return the plug-ins that a mapping names and that REAPER's caches do not."""
    known = {plain_name(plugin.name) for plugin in plugins}
    named = dict.fromkeys(o.plugin for o in sounds.instruments.values() if o.plugin)
    return tuple(name for name in named if plain_name(name) not in known)


def _listed(names: Iterable[str]) -> str:
    found = list(names)
    more = f" and {len(found) - _MOST_NAMES} more" if len(found) > _MOST_NAMES else ""
    return ", ".join(found[:_MOST_NAMES]) + more


def sounds_of_cue(
    resources: str, folder: Path, *, choice: str = "", tell: Callable[[str], None]
) -> SoundMap:
    """Return the sounds of a cue.

    Parameters
    ----------
    resources : str
        REAPER's resource folder, whose mapping is made where there is none yet; empty = unknown.
    folder : Path
        The cue folder; a mapping in it goes before.
    choice : str
        What parts play from now on (stems, mine, racks); written into the mapping. Empty = as it
        says.
    tell : callable
        Gets sentences. What is wrong with a mapping is one of them: then printed stems sound.
    """
    try:
        shared = _shared(Path(resources), choice, tell) if resources else SoundMap()
        own = folder / NAME
        sounds = joined(shared, read_sounds(own) if own.is_file() else None)
    except FilmComposerError as exc:
        tell(f"The printed stems sound: {exc}")
        return SoundMap()
    if choice and sounds.default != choice:
        tell(f"{folder / NAME} says '{sounds.default}' for this cue, which goes before '{choice}'.")
    return sounds


def _shared(resources: Path, choice: str, tell: Callable[[str], None]) -> SoundMap:
    path = sounds_file(resources)
    if choice or not path.is_file():
        _prepare(resources, path, tell)
    if choice:
        text = path.read_text("utf-8-sig") if path.is_file() else ""
        made = with_default(text, choice)
        if made != text:
            sounds_of(made, where=str(path))
            write_sounds(path, made)
    sounds = read_sounds(path)
    if choice == MINE and not any(own.is_there for own in sounds.instruments.values()):
        tell(f"No sound of yours is named yet: name them in {path}.")
    return sounds


def _prepare(resources: Path, path: Path, tell: Callable[[str], None]) -> None:
    is_new = not path.is_file()
    try:
        scanned = scan_sounds(resources, path)
    except InputError as exc:
        if not is_new:
            raise
        tell(f"REAPER's plug-ins could not be looked at: {exc}")
        write_sounds(path, with_proposals(None, dict[str, OwnSound]())[0])
        return
    if is_new:
        tell(f"Which sounds play the parts is said in {path}, which is yours to edit.")
    elif scanned.added:
        tell(f"{path}: added {', '.join(scanned.added)}.")
