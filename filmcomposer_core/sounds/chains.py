"""The effects of a track template or an effect chain, as lines for a track's chain."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from filmcomposer_core.errors import InputError
from filmcomposer_core.sounds.caches import decoded
from filmcomposer_core.sounds.resource import CHAINS, ENDINGS, TEMPLATES

#: REAPER's Python gets no more than 4 MiB of a track at a time: what is laid has to stay below.
MOST_CHARACTERS = 2_000_000


def chain_lines(name: str, resources: Path) -> str:
    """Return the effects of a template or chain.

    Parameters
    ----------
    name : str
        Its path below ``TrackTemplates`` or ``FXChains``, or an absolute one.
    resources : Path
        REAPER's resource folder.

    Returns
    -------
    str
        Lines without indent, from the first effect's ``BYPASS`` on; of several tracks of a template
        those of the first.

    Raises
    ------
    InputError
        If it is not there, holds no effects, or is too large to be laid.
    """
    path = _path(name, resources)
    try:
        text = decoded(path.read_bytes())
    except OSError as exc:
        msg = f"{path} cannot be read ({exc.strerror or exc})."
        raise InputError(msg, "Check its name in sounds.toml.") from exc
    lines = [line.strip() for line in text.splitlines()]
    if path.suffix.lower() == ENDINGS[TEMPLATES]:
        lines = _inner(lines)
    first = next((i for i, line in enumerate(lines) if line.startswith("BYPASS ")), None)
    if first is None or not _is_whole(lines[first:]):
        msg = f"{path} holds no effects that could play a part."
        raise InputError(msg, "Put an instrument on the track and save the template again.")
    made = "\n".join(line for line in lines[first:] if line)
    if len(made) > MOST_CHARACTERS:
        msg = f"{path} holds {len(made) / 1e6:.1f} million characters, more than can be laid."
        raise InputError(msg, "Save the plug-in's setting as a preset and name plugin and preset.")
    return made


def _path(name: str, resources: Path) -> Path:
    given = Path(name)
    if given.suffix.lower() not in ENDINGS.values():
        msg = f"{name} is neither a track template nor an effect chain."
        raise InputError(msg, "Its name ends in .RTrackTemplate or .RfxChain.")
    if given.is_absolute():
        return given
    folder = TEMPLATES if given.suffix.lower() == ENDINGS[TEMPLATES] else CHAINS
    return resources / folder / given


def _inner(lines: Sequence[str]) -> list[str]:
    """Return what the first effect chain of a template holds."""
    start = next((i for i, line in enumerate(lines) if line.startswith("<FXCHAIN")), None)
    if start is None:
        return []
    depth = 0
    for i in range(start, len(lines)):
        depth += lines[i].startswith("<") - (lines[i] == ">")
        if not depth:
            return list(lines[start + 1 : i])
    return []


def _is_whole(lines: Sequence[str]) -> bool:
    """Whether every block is closed, and none that was not opened."""
    depth = 0
    for line in lines:
        depth += line.startswith("<") - (line == ">")
        if depth < 0:
            return False
    return depth == 0
