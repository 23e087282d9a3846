"""Lines for the user: the names of themes, and what made the music."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from filmcomposer_core.contracts.verdict import Assessment
from filmcomposer_core.execution.assessment_words import points_words, verdict_words

if TYPE_CHECKING:  # the ledger's contract imports numpy; this package runs inside REAPER too
    from filmcomposer_core.contracts.cue import Artefact, Provenance

#: Stages whose work is music.
MUSIC_STAGES = ("plan", "compose", "arrange", "mix", "render")
_NON_COMMERCIAL = re.compile(r"(?<![a-z])nc(?![a-z])|non-?\s?commercial", re.IGNORECASE)
_NO_MODEL = "none"
#: The end of a soundfont's file name, and what plays it.
_SOUNDFONT = re.compile(r"\.sf[23](?: by .*)?$", re.IGNORECASE)


def theme_words(number: int, assessment: Assessment, *, edited: bool = False) -> str:
    """Return the name of a theme, such as ``Theme 1 (13.8 of 15, accepted)``.

    The second number is how many of the 19 criteria can be judged before the cue is arranged.
    """
    tail = ", edited" if edited else ""
    return f"Theme {number} ({points_words(assessment)}, {verdict_words(assessment)}{tail})"


def made_by(artefacts: Mapping[str, Artefact], stages: Iterable[str]) -> tuple[str, ...]:
    """Say what made the music: engine, seed, models and soundfont.

    Parameters
    ----------
    artefacts : mapping of str to Artefact
        The ledger.
    stages : iterable of str
        The stages to speak of, in order.

    Returns
    -------
    tuple of str
        One short line, such as ``embedded engine, seed 1, MuseScore General Lite.``, or none. A
        licence that forbids commercial use is named as such, that of a model which looks at the
        picture too; the stages are named where engine or seed differ.
    """
    groups: dict[tuple[str, int], tuple[list[str], dict[str, None]]] = {}
    for stage in stages:
        made = next((a.provenance for a in artefacts.values() if a.stage == stage), None)
        if made is not None and (stage in MUSIC_STAGES or _is_limited(made)):
            names, models = groups.setdefault((made.engine, made.seed), ([], {}))
            names.append(stage)
            models |= {} if made.model == _NO_MODEL else {_model(made): None}
    several = len(groups) > 1
    words = [
        (f"{', '.join(names)}: " if several else "")
        + ", ".join((f"{engine} engine", f"seed {seed}", *models))
        for (engine, seed), (names, models) in groups.items()
    ]
    return (f"{'; '.join(words)}.",) if words else ()


def _model(made: Provenance) -> str:
    """Return a model's or a soundfont's name, and what its licence forbids."""
    name = _SOUNDFONT.sub(" ", made.model).replace("_", " ").strip()
    if _is_limited(made):
        return f"{name} (licence {made.licence}: FOR NON-COMMERCIAL USE ONLY)"
    return name


def _is_limited(made: Provenance) -> bool:
    return made.model != _NO_MODEL and _NON_COMMERCIAL.search(made.licence) is not None
