"""Decide whether REAPER keeps its Python, and which one it gets otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from installer.python_advice import how_to_get
from installer.python_library import Library, Search, Setting, search_library, working_setting


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonChoice:
    """Keys to set in reaper.ini (none: nothing changes), what REAPER then uses, and why."""

    keys: tuple[tuple[str, str], ...]
    sentence: str
    notes: tuple[str, ...] = ()


def choose_python(
    reaper_ini: bytes,
    arch: str | None,
    *,
    replace: bool,
    judge: Callable[[bytes, str | None], Setting] = working_setting,
    search: Callable[[str | None], Search] = search_library,
) -> PythonChoice:
    """Keep a setting that works; else take the best Python library of this computer.

    Parameters
    ----------
    reaper_ini : bytes
        The file.
    arch : str or None
        REAPER's processor.
    replace : bool
        Replace also a setting that works.
    judge, search : callable
        How a setting is judged and libraries are looked for.
    """
    setting = judge(reaper_ini, arch)
    if not replace:
        if setting.state == "working":
            return PythonChoice(keys=(), sentence=setting.sentence)
        if setting.state == "too_old":
            hint = "install.py --replace-python lets REAPER use another one; it was left as it is."
            return PythonChoice(keys=(), sentence=setting.sentence, notes=(hint,))
        if setting.state == "unset" and setting.library:
            said = _will_use(setting.library)
            return PythonChoice(keys=(("reascript", "1"),), sentence=said)
    found = search(arch)
    if found.library:
        replaced = () if setting.state == "unset" else (f"{setting.sentence} That is replaced.",)
        if setting.library == found.library and setting.state == "working":
            return PythonChoice(keys=(), sentence=setting.sentence)
        said = _will_use(found.library)
        return PythonChoice(keys=found.library.keys(), sentence=said, notes=replaced)
    advice = (*found.notes, how_to_get(arch))
    if setting.state == "working":
        return PythonChoice(keys=(), sentence=setting.sentence, notes=advice)
    said = f"{setting.sentence} No other was found, so the actions cannot start yet."
    return PythonChoice(keys=(), sentence=said, notes=advice)


def _will_use(library: Library) -> str:
    version = ".".join(map(str, library.version)) if library.version else "of unknown version"
    return f"REAPER will use {library.path} (Python {version})."
