"""What a stage made, put in its place with the user's edits in it."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from filmcomposer_core import pins
from filmcomposer_core.choices import theme_chosen
from filmcomposer_core.contracts.cue import Artefact, Provenance, Settings
from filmcomposer_core.cue import Cue, Unwritten
from filmcomposer_core.cue_folder import file_hash
from filmcomposer_core.cue_values import said
from filmcomposer_core.document import Document
from filmcomposer_core.documents import DOCUMENT_OF, DOCUMENTS
from filmcomposer_core.errors import InputError
from filmcomposer_core.replay import Replayed, replay

#: Packages whose version goes into the provenance.
VERSIONED = ("filmcomposer", "numpy", "scipy", "av", "opencv-python-headless")
Files = Mapping[str, bytes | Path]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a stage made: documents by name, other files, and how they came about.

    ``notes`` are sentences for the user. ``engine`` is what composed where that is not the engine
    that was asked for.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    files: Files = field(default_factory=dict)
    model: str = "none"
    licence: str = "MIT"
    versions: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    engine: str = ""


def put(cue: Cue, stage: str, made: Made, inputs: dict[str, str]) -> None:
    """Write what a stage made, with the user's pins in it, and record it.

    Parameters
    ----------
    cue : Cue
    stage : str
        Its name.
    made : Made
    inputs : dict of str to str
        What it was made from, by content.

    Raises
    ------
    DiskError
        If a file cannot be written.
    """
    record = _provenance(cue.ledger.settings, made)
    files: dict[str, bytes | Path] = dict(made.files)
    edits: dict[str, Replayed] = {}
    contents: dict[str, str] = {}
    for name, value in made.values.items():
        document = DOCUMENTS[name]
        value, replayed = _with_pins(cue, document, value, made, inputs)
        edits |= {} if replayed is None else {name: replayed}
        rendered = document.render(value, cue)
        # Later stages see what the file says, whether or not this process made it.
        value = document.parse({name: rendered[name]}, Unwritten(cue, name))
        cue.hold(name, value)
        files |= rendered
        contents |= dict.fromkeys(rendered, said(document, value))
    for name in made.files:
        cue.let_go(name)
    _save_user_versions(cue, files)
    hashes = cue.folder.write(files, editable=set(DOCUMENT_OF))
    _forget(cue, stage, files)
    for name, sha in hashes.items():
        artefact = Artefact(
            stage=stage,
            sha256=sha,
            # Of a file that nobody edits each byte counts.
            content=contents.get(name, sha),
            inputs=inputs,
            provenance=record,
            pins=edits[name].held if name in edits else (),
            parked=edits[name].parked if name in edits else (),
            notes=made.notes,
        )
        cue.record(name, artefact)
    cue.folder.save_ledger(cue.ledger)


def _with_pins(
    cue: Cue, document: Document, value: Any, made: Made, inputs: Mapping[str, str]
) -> tuple[Any, Replayed | None]:
    name = document.name
    known = cue.ledger.artefacts.get(name)
    edits = (*known.parked, *known.pins) if known else ()
    if known is None or not edits or not cue.folder.exists(name):
        return value, None

    def valid(tree: Any) -> bool:
        try:
            document.from_tree(tree, cue)
        except InputError:
            return False
        return True

    value, edits, lost = theme_chosen(cue, value, edits, known.parked, made.files)
    tree = document.tree(value, cue)
    done = replay(name, tree, edits, values=cue, valid=valid)
    kept = [cue.folder.keep_in_history(f) for f in document.files if cue.folder.exists(f)]
    anew = known.inputs != inputs
    keyed = pins.keyed(done.tree)
    cue.told.replayed(name, known.parked, done, keyed, anew=anew, history=kept[0])
    return document.from_tree(done.tree, cue), replace(done, parked=(*lost, *done.parked))


def _save_user_versions(cue: Cue, files: Files) -> None:
    """Keep a file that the user changed although nothing reads it back (cue.rpp, say)."""
    announced = cue.folder.announced()
    for name, item in files.items():
        known = cue.ledger.artefacts.get(name)
        place = cue.folder.file(name)
        # What stays in its place is not lost, and stems are long to read.
        if known is None or name in DOCUMENT_OF or item == place or not place.is_file():
            continue
        if file_hash(place) not in (known.sha256, announced.get(name)):
            kept = cue.folder.keep_in_history(name)
            cue.tell(f"{name} was changed outside FilmComposer; your version is {kept}.")


def _forget(cue: Cue, stage: str, files: Files) -> None:
    """Remove files an earlier run of the stage made and this one does not."""
    for name, known in list(cue.ledger.artefacts.items()):
        if known.stage == stage and name not in files:
            path = cue.folder.file(name)
            if path.is_file() and file_hash(path) == known.sha256:
                path.unlink()
            cue.drop(name)


def _provenance(settings: Settings, made: Made) -> Provenance:
    versions = {"python": platform.python_version()}
    for name in VERSIONED:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "unknown"
    return Provenance(
        engine=made.engine or settings.engine,
        model=made.model,
        licence=made.licence,
        seed=settings.seed,
        versions=versions | dict(made.versions),
    )
