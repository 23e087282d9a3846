"""What the clip shows: its facts, its labels of Table 6, and a print to know it again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from filmcomposer_core.contracts.clip import FilmClip
from filmcomposer_core.contracts.description import Label
from filmcomposer_core.contracts.sample import SHORTEST_S, VisualDescription
from filmcomposer_core.dataset.likeness import picture_print
from filmcomposer_core.dataset.manifest import LABELS, Pair
from filmcomposer_core.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A clip, what it shows, and its print."""

    clip: FilmClip
    visual: VisualDescription
    picture: str


def see(path: Path, pair: Pair) -> Seen:
    """Look at a clip as a cue does (Sec. 3.1), and put people's labels before what is seen.

    Parameters
    ----------
    path : Path
        The clip.
    pair : Pair
        Its labels, where people gave them.

    Raises
    ------
    InputError
        If it cannot be read, or is shorter than 8 s.
    """
    from filmcomposer_core.description import describe_clip
    from filmcomposer_core.recognition import recognise_clip
    from filmcomposer_core.visual import analyse_clip

    looked = analyse_clip(path)
    clip = looked.analysis.clip
    if clip.duration_s < SHORTEST_S:
        msg = f"{path} lasts {clip.duration_s:.2f} s, must be {SHORTEST_S:g} s or longer."
        raise InputError(msg, "Choose a longer part of the film.")
    sightings = recognise_clip(path, looked.analysis, looked.curves).sightings
    found = describe_clip(looked.analysis, looked.curves, sightings)
    given = {
        name: Label(value=getattr(pair, name), source="user", confidence=1.0)
        for name in LABELS
        if getattr(pair, name)
    }
    return Seen(
        clip=clip,
        visual=VisualDescription(
            overall=replace(found.overall, **given),
            shots=found.shots,
            emotion=found.emotion,
            plot=found.plot,
            motion=found.motion,
        ),
        picture=picture_print(path, start_s=clip.picture_start_s, duration_s=clip.duration_s),
    )
