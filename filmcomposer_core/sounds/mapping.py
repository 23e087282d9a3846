"""``sounds.toml``: the user's sounds by instrument, theirs to edit.

It lies in REAPER's resource folder, ``FilmComposer/sounds.toml``, and holds for all projects of
that REAPER; a ``sounds.toml`` in a cue folder says what is otherwise in that cue. A scan adds
tables for instruments that have none yet; no line that is there is ever changed, but for
``default`` when the user chooses it anew in REAPER.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from filmcomposer_core.atomic import write_atomic
from filmcomposer_core.catalogue import catalogue, instrument
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.sounds import CHOICES, OwnSound, SoundMap
from filmcomposer_core.errors import InputError
from filmcomposer_core.sounds.articulations import read_articulation
from filmcomposer_core.sounds.caches import Plugin

FOLDER, NAME = "FilmComposer", "sounds.toml"
#: The octave that middle C (MIDI 60) has in the names of keyswitches, unless the file says so.
MIDDLE_C = 4
_MOST_BYTES = 1024 * 1024
_DEFAULT_LINE = re.compile(r"^(\s*default\s*=\s*)(\"[^\"]*\"|'[^']*')", re.MULTILINE)
_HEAD = """\
# FilmComposer: which sounds play a cue in REAPER. Yours to edit: a scan only adds what is missing.
#
# A part plays its printed stem ("stems"), your instrument below ("mine"), or a rack of REAPER's
# own sampler ("racks"). Where "mine" finds no instrument below, the printed stem stays.

[sound]
default = "stems"    # stems, mine or racks; for one instrument alone: sound = "..." in its table
middle_c = 4         # the octave of middle C in your library's key names: 4 (C4), or 3 (C3)

# An instrument's table, in full; its name stands in the list at the end of this file:
#
#   [violins1]
#   plugin = "VST3i: Kontakt 7 (Native Instruments)"     as REAPER's list of effects shows it
#   preset = "Violins 1"                                  a preset saved in REAPER, if any
#   template = "Strings/Violins 1.RTrackTemplate"         or a track template or FX chain instead
#   channel = 1                                           all notes there; 0 = one per technique
#   sound = "mine"                                        for this instrument, whatever default is
#
#   [violins1.articulations]                              how its techniques are called up: a key,
#   sustain = "C-1"                                       a program, a controller, a channel
#   pizzicato = "program 5"
#   tremolo = "cc 32 17"
#   trill = "D-1 channel 3"
"""


def sounds_file(resources: Path) -> Path:
    """Return where the sounds of a REAPER are told."""
    return resources / FOLDER / NAME


def read_sounds(path: Path) -> SoundMap:
    """Read a mapping; one that is not there says printed stems.

    Raises
    ------
    InputError
        Naming the file, the place in it and the fault.
    """
    text = _text(path)
    return SoundMap() if text is None else sounds_of(text, where=str(path))


def sounds_of(text: str, *, where: str) -> SoundMap:
    """Return the mapping that a text says.

    Raises
    ------
    InputError
        Naming the place and the fault.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        msg = f"{where} cannot be read: {exc}."
        raise InputError(msg, "Mend that line, or delete the file to have it made anew.") from exc
    settings = _table(data.pop("sound", {}), f"{where}: [sound]")
    middle_c = settings.pop("middle_c", MIDDLE_C)
    if type(middle_c) is not int or not 2 <= middle_c <= 5:
        msg = f"{where}: middle_c is {middle_c!r}, must be 2 to 5."
        raise InputError(msg, "Most libraries call middle C C3 or C4.")
    made = {}
    for ident, value in data.items():
        place = f"{where}: [{ident}]"
        table = _table(value, place)
        _known(ident, place)
        spoken = _table(table.get("articulations", {}), f"{place}: articulations")
        calls = {
            technique: read_articulation(call, middle_c=middle_c, where=f"{place}: {technique}")
            for technique, call in spoken.items()
        }
        for technique in calls:
            _technique(ident, technique, place)
        made[ident] = table | ({"articulations": calls} if calls else {})
    return codec.build(SoundMap, {**settings, "instruments": made}, where=where)


def joined(first: SoundMap, other: SoundMap | None) -> SoundMap:
    """Return a mapping with another one's entries in place of its own."""
    if other is None:
        return first
    return SoundMap(
        default=other.default or first.default,
        instruments={**first.instruments, **other.instruments},
    )


def _text(path: Path) -> str | None:
    try:
        if path.stat().st_size > _MOST_BYTES:
            msg = f"{path} is far too large for a list of sounds."
            raise InputError(msg, "Delete it to have it made anew.")
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as exc:
        msg = f"{path} is not written in UTF-8."
        raise InputError(msg, "Save it as UTF-8 in your editor.") from exc
    except OSError as exc:
        msg = f"{path} cannot be read: {exc.strerror or exc}."
        raise InputError(msg, "Check its permissions.") from exc


def _table(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        msg = f"{where} must be a table."
        raise InputError(msg, "See the example at the top of the file.")
    return dict(value)


def _known(ident: str, where: str) -> None:
    try:
        instrument(ident)
    except InputError as exc:
        msg = f"{where} is no instrument of the catalogue."
        raise InputError(msg, exc.hint) from exc


def _technique(ident: str, technique: str, where: str) -> None:
    try:
        instrument(ident).technique(technique)
    except InputError as exc:
        raise InputError(f"{where}: {exc.message}", exc.hint) from exc


def listing(sounds: SoundMap, added: Collection[str] = ()) -> str:
    """Return a mapping as lines for reading; what a scan has just added is marked by ``+``."""
    lines = [f"  default: {sounds.choice('')}"]
    for ident, own in sounds.instruments.items():
        what = own.template or own.plugin or "nothing yet"
        preset = f", preset '{own.preset}'" if own.preset and not own.template else ""
        choice = f" ({own.sound})" if own.sound else ""
        mark = "+" if ident in added else " "
        lines.append(f"{mark} {ident}: {what}{preset}{choice}")
    return "\n".join(lines)


# --- writing --------------------------------------------------------------------------------------


def with_proposals(
    text: str | None, sounds: Mapping[str, OwnSound], players: Iterable[Plugin] = ()
) -> tuple[str, tuple[str, ...]]:
    """Return the file's text with sounds for instruments that have no table yet.

    Parameters
    ----------
    text : str or None
        As it is; None where there is no file.
    sounds : mapping of str to OwnSound
        Proposals by instrument.
    players : iterable of Plugin
        Installed players, listed in a new file.

    Returns
    -------
    str, tuple of str
        The text, and the instruments that were added. All that stood there stands there still.
    """
    known = set() if text is None else {*tomllib.loads(text)}
    new = [ident for ident in catalogue() if ident in sounds and ident not in known]
    tables = "".join(f"\n{_written(ident, sounds[ident])}" for ident in new)
    if text is None:
        return _HEAD + _listed(players) + tables + _instruments(), tuple(new)
    if not new:
        return text, ()
    end = "" if text.endswith("\n") else "\n"
    return f"{text}{end}\n# Added by a scan:\n{tables}", tuple(new)


def _written(ident: str, own: OwnSound) -> str:
    lines = [f"[{ident}]    # {catalogue()[ident].name}"]
    for name in ("plugin", "preset", "template"):
        value = getattr(own, name)
        if value:
            lines.append(f"{name} = {json.dumps(value, ensure_ascii=False)}")
    return "\n".join([*lines, ""])


def _listed(players: Iterable[Plugin]) -> str:
    names = [f"#   {player.name}" for player in players]
    if not names:
        return ""
    head = (
        "\n# Players that are installed. They open empty or with any sound: load an instrument in\n"
        "# one, save it in REAPER as a preset or a track template called after it, scan again.\n"
    )
    return head + "\n".join([*names, ""])


def _instruments() -> str:
    """Return the list of instruments and their techniques, for copying."""
    lines = ["", "# All instruments and their techniques:", "#"]
    for item in catalogue().values():
        names = ", ".join(technique.name for technique in item.techniques)
        lines.append(f"#   [{item.id}]  {item.name}: {names}")
    return "\n".join([*lines, ""])


def with_default(text: str, choice: str) -> str:
    """Return the file's text with another choice; nothing else of it changes.

    Raises
    ------
    InputError
        For a choice that there is not.
    """
    if choice not in CHOICES:
        msg = f"{choice!r} is no choice of sounds."
        raise InputError(msg, f"Choose one of: {', '.join(CHOICES)}.")
    head = re.search(r"^\s*\[sound\][^\n]*\n", text, re.MULTILINE)
    if head is None:
        return f'[sound]\ndefault = "{choice}"\n\n{text}'
    after = re.search(r"^\s*\[", text[head.end() :], re.MULTILINE)
    stop = len(text) if after is None else head.end() + after.start()
    table = text[head.end() : stop]
    made, count = _DEFAULT_LINE.subn(lambda m: f'{m[1]}"{choice}"', table, count=1)
    if not count:
        made = f'default = "{choice}"\n{table}'
    return text[: head.end()] + made + text[stop:]


def write_sounds(path: Path, text: str) -> None:
    """Write the file whole or not at all.

    Raises
    ------
    DiskError
        If it cannot be written.
    """
    write_atomic(path, text.encode("utf-8"))
