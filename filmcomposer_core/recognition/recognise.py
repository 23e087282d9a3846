"""The stage: choose key frames, decode them, let every detector look at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from filmcomposer_core.contracts.clip import Analysis, Curves, Shot
from filmcomposer_core.contracts.sightings import Person, SeenFrame, Sightings
from filmcomposer_core.networks import MODELS
from filmcomposer_core.progress import Progress, silent
from filmcomposer_core.recognition.camera import Flow, measure_flow, person_motion
from filmcomposer_core.recognition.cards import CARD
from filmcomposer_core.recognition.finders import (
    FINDERS,
    Embedding,
    Finder,
    Finds,
    gather,
    look,
    notes_on,
    runtime,
    with_given,
)
from filmcomposer_core.recognition.groups import group_shots
from filmcomposer_core.recognition.key_frames import (
    KeyFrame,
    KeyPicture,
    choose_key_frames,
    read_key_pictures,
)
from filmcomposer_core.visual.extent import checked_span

#: A shot darker and flatter than this (0 to 1) shows no place.
_DARK, _FLAT = 0.04, 0.06


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """What was seen, sentences on what was not looked for, and versions of what ran networks."""

    sightings: Sightings
    notes: tuple[str, ...]
    versions: Mapping[str, str]


def recognise_clip(
    path: Path,
    analysis: Analysis,
    curves: Curves,
    *,
    in_s: float = 0.0,
    out_s: float | None = None,
    rate: float = 1.0,
    models: Path = MODELS,
    finders: Sequence[Finder] = FINDERS,
    given: Path | None = None,
    progress: Progress = silent,
) -> Recognised:
    """Let detectors look at the key frames of a clip.

    Parameters
    ----------
    path : Path
        The video file.
    analysis, curves : Analysis, Curves
        What ``analyse_clip`` measured of the same part of it, arrays of shape (frames,).
    in_s, out_s, rate : float
        The part that plays and how many times as fast, as for ``analyse_clip``.
    models : Path
        Folder of the networks and their list.
    finders : sequence of Finder
        The detectors, in the order in which they look.
    given : Path or None
        A CLIP-style model of the user's own, as for ``clip_files.find_clip``.
    progress : Progress
        Told the share done; may raise to stop.

    Returns
    -------
    Recognised
        Frames in order of time. What cannot be looked for, because a network or onnxruntime is not
        there, is told in the notes.

    Raises
    ------
    InputError
        If the file cannot be read, or is no longer the one that was measured; if the given model
        cannot be used.
    """
    team = gather(finders, models)
    if given is not None:
        team = with_given(team, given)
    keys = choose_key_frames(analysis, curves)
    middle = _middle_ranks(keys)
    frames: list[SeenFrame] = []
    found: list[Finds] = []
    pictures = read_key_pictures(
        path, keys, curves, span=checked_span(in_s, out_s, rate), progress=progress
    )
    for picture, rank in zip(pictures, middle, strict=True):
        finds = look(picture.bgr, team, rank=rank)
        frames.append(_seen(picture, finds, time_s=float(curves.time_s[picture.key.frame])))
        found.append(finds)
    sightings = Sightings(
        models=team.models,
        missing=tuple(team.missing),
        frames=tuple(frames),
        groups=_groups(analysis.shots, frames, found),
    )
    progress(1.0, f"{len(frames)} key frames")
    return Recognised(
        sightings=sightings, notes=(*notes_on(team.missing), *team.notes), versions=runtime(team)
    )


def _middle_ranks(keys: Sequence[KeyFrame]) -> list[int]:
    """Return for each key frame how many others of its shot lie nearer to the shot's middle."""
    ranks: list[int] = []
    for _, shot in groupby(keys, key=lambda key: key.shot):
        count = len(list(shot))
        order = sorted(range(count), key=lambda k: (abs(2 * k - count + 1), k))
        ranks += [order.index(k) for k in range(count)]
    return ranks


def _seen(picture: KeyPicture, finds: Finds, *, time_s: float) -> SeenFrame:
    flow = measure_flow(picture.luma, picture.luma_after, step_s=picture.step_s)
    return SeenFrame(
        shot=picture.key.shot,
        time_s=time_s,
        card=finds.card,
        faces=finds.faces,
        people=tuple(_moving(person, flow) for person in finds.people),
        things=finds.things,
        words=finds.words,
        classes=finds.classes,
        labels=finds.labels,
        camera=flow.camera,
    )


def _moving(person: Person, flow: Flow) -> Person:
    return replace(person, motion=person_motion(flow, person.box))


def _groups(
    shots: Sequence[Shot], frames: Sequence[SeenFrame], finds: Sequence[Finds]
) -> tuple[int, ...]:
    """Return the group of each shot; black and text cards stay on their own."""
    looks: list[list[Embedding]] = [[] for _ in shots]
    for frame, found in zip(frames, finds, strict=True):
        shot = shots[frame.shot - 1]
        black = shot.luma < _DARK and shot.contrast < _FLAT
        if found.embedding is not None and found.card < CARD and not black:
            looks[frame.shot - 1].append(found.embedding)
    return group_shots(looks, [(shot.start_s, shot.end_s) for shot in shots])
