"""The detectors: which there are, what they need, and one picture looked at by all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from importlib import import_module, metadata
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.sightings import Face, Guess, ModelUse, Person, Thing, Words
from filmcomposer_core.errors import MissingDependencyError
from filmcomposer_core.networks import model_files, open_session
from filmcomposer_core.recognition.key_frames import MOST_A_SHOT
from filmcomposer_core.visual.shrink import Pixels

Embedding = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finds:
    """What the detectors made of one picture so far.

    ``card`` is how much it looks like a text card, 0 to 1; ``embedding`` has shape (1280,);
    ``labels`` are what a model of the user's own says, by attribute of Table 6.
    """

    card: float = 0.0
    faces: tuple[Face, ...] = ()
    people: tuple[Person, ...] = ()
    things: tuple[Thing, ...] = ()
    words: tuple[Words, ...] = ()
    classes: tuple[Guess, ...] = ()
    embedding: Embedding | None = field(default=None, repr=False)
    labels: Mapping[str, tuple[Guess, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finder:
    """A detector: a function of a module (``.name`` is one of this folder), and its networks.

    It is called with a session for each of ``models``, the picture in BGR and the fields of
    ``Finds`` named in ``takes``; it returns the field named in ``gives``, or where these are
    several a tuple of them. ``most`` key frames of a shot are given to it, its middle ones;
    of the others nothing that it finds is told.
    """

    what: str
    models: tuple[str, ...] = ()
    module: str
    function: str
    takes: tuple[str, ...] = ()
    gives: tuple[str, ...]
    most: int = MOST_A_SHOT


#: In the order in which they look.
FINDERS: Final = (
    Finder(what="text cards", module=".cards", function="find_card", gives=("card",)),
    Finder(
        what="things",
        models=("objects_coco80",),
        module=".things",
        function="find_things",
        takes=("card",),
        gives=("things", "people"),
    ),
    Finder(
        what="bodies",
        models=("pose_multi",),
        module=".bodies",
        function="find_bodies",
        takes=("people", "card"),
        gives=("people",),
    ),
    Finder(
        what="faces",
        models=("face_short", "face_full"),
        module=".faces",
        function="find_faces",
        takes=("people", "card"),
        gives=("faces",),
    ),
    Finder(
        what="facial expressions",
        models=("face_emotion",),
        module=".face_emotion",
        function="find_face_emotion",
        takes=("faces",),
        gives=("faces",),
    ),
    Finder(
        what="scenes",
        models=("embedding_lite2",),
        module=".scene",
        function="find_scene",
        gives=("classes", "embedding"),
    ),
    Finder(
        what="words on the screen",
        models=("ocr_det", "ocr_rec"),
        module=".words",
        function="find_words",
        takes=("card",),
        gives=("words",),
        most=3,
    ),
)


#: The one that looks last where the user gives a model.
GIVEN: Final = Finder(
    what="labels by your model",
    module=".clip",
    function="find_labels",
    takes=("card",),
    gives=("labels",),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A detector to be called with a picture and what it takes of the finds."""

    finder: Finder
    find: Callable[..., Any] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """The detectors that are there, their networks, and why others are not, by what they find.

    ``notes`` are sentences on those that are there.
    """

    ready: tuple[Ready, ...]
    models: tuple[ModelUse, ...]
    missing: Mapping[str, str]
    notes: tuple[str, ...] = ()


def gather(finders: Sequence[Finder], models: Path) -> Team:
    """Open the networks of the detectors, as far as they are there.

    Parameters
    ----------
    finders : sequence of Finder
        In the order in which they look.
    models : Path
        Folder of the networks and their list.
    """
    ready: list[Ready] = []
    used: dict[str, ModelUse] = {}
    missing: dict[str, str] = {}
    for finder in finders:
        try:
            sessions = [open_session(name, models) for name in finder.models]
        except MissingDependencyError as exc:
            missing[finder.what] = exc.message
            continue
        find = getattr(import_module(finder.module, __package__), finder.function)
        ready.append(Ready(finder=finder, find=partial(find, *sessions)))
        used |= {name: model_files(models)[name].use for name in finder.models}
    return Team(ready=tuple(ready), models=tuple(used.values()), missing=missing)


def with_given(team: Team, given: Path) -> Team:
    """Add a model of the user's own to the detectors.

    Parameters
    ----------
    team : Team
    given : Path
        A folder or a file, as for ``clip_files.find_clip``.

    Raises
    ------
    InputError
        If it is not a model that can be used.
    """
    from filmcomposer_core.recognition import clip

    try:
        model = clip.open_clip(given)
    except MissingDependencyError as exc:
        return replace(team, missing={**team.missing, GIVEN.what: exc.message})
    return Team(
        ready=(*team.ready, Ready(finder=GIVEN, find=partial(clip.find_labels, model))),
        models=(*team.models, *model.uses),
        missing=team.missing,
        notes=(*team.notes, model.note),
    )


def look(bgr: Pixels, team: Team, *, rank: int) -> Finds:
    """Let the detectors look at one picture, each with what those before it found.

    Parameters
    ----------
    bgr : ndarray, shape (height, width, 3), uint8
    team : Team
    rank : int
        How many other key frames of the shot lie nearer to its middle.
    """
    finds = Finds()
    for ready in team.ready:
        finder = ready.finder
        if rank >= finder.most:
            continue
        found = ready.find(bgr, *(getattr(finds, name) for name in finder.takes))
        values = (found,) if len(finder.gives) == 1 else found
        finds = replace(finds, **dict(zip(finder.gives, values, strict=True)))
    return finds


def runtime(team: Team) -> dict[str, str]:
    """Return the version of what runs the networks, nothing where none ran."""
    return {"onnxruntime": metadata.version("onnxruntime")} if team.models else {}


def notes_on(missing: Mapping[str, str]) -> tuple[str, ...]:
    """Say what is not looked for, one sentence a reason.

    Examples
    --------
    >>> notes_on({"faces": "the file a.onnx is missing", "bodies": "the file a.onnx is missing"})
    ('Faces and bodies are not looked for: the file a.onnx is missing.',)
    """
    notes = []
    for reason in dict.fromkeys(missing.values()):
        found = [what for what, why in missing.items() if why == reason]
        listed = ", ".join(found[:-1]) + (" and " if found[1:] else "") + found[-1]
        notes.append(f"{listed[:1].upper()}{listed[1:]} are not looked for: {reason}.")
    return tuple(notes)
