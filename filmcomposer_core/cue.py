"""A cue between its files and its stages: typed values, edits found, results put in place."""

from __future__ import annotations

import hashlib
import io
import json
import platform
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from filmcomposer_core import pins
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.clip import Analysis, Curves
from filmcomposer_core.contracts.cue import Artefact, CueFile, Pin, Provenance
from filmcomposer_core.cue_folder import CueFolder, file_hash, text_hash, write_atomic
from filmcomposer_core.documents import DOCUMENT_OF, DOCUMENTS, Document
from filmcomposer_core.errors import InputError
from filmcomposer_core.timecode import parse_timecode

#: Packages whose version goes into the provenance.
VERSIONED = ("filmcomposer", "numpy", "scipy", "av", "opencv-python-headless")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a stage made: documents by name, other files, and how they came about.

    ``notes`` are sentences for the user.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, bytes | Path] = field(default_factory=dict)
    model: str = "none"
    licence: str = "MIT"
    versions: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def content_hash(value: Any) -> str:
    """Return the hash of what a value says, independent of how its file is laid out."""
    text = json.dumps(codec.plain(value), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def said(document: Document, value: Any) -> str:
    """Return the hash of what of a document the stages after it depend on."""
    return content_hash(document.counts(value))


def starting_at(analysis: Analysis, timecode: str) -> Analysis:
    """Return an analysis whose first frame has the timecode that the user gave, if they gave one.

    Raises
    ------
    InputError
        If it is no timecode at the clip's frame rate.
    """
    if not timecode:
        return analysis
    clip = analysis.clip
    parse_timecode(timecode, fps=clip.fps)
    return replace(analysis, clip=replace(clip, start_timecode=timecode.strip()))


def pack_curves(curves: Curves) -> bytes:
    """Write curves as ``.npz`` bytes, the same bytes for the same curves."""
    out = io.BytesIO()
    np.savez_compressed(out, **{name: getattr(curves, name) for name in Curves.__slots__})
    return out.getvalue()


def unpack_curves(data: bytes, *, where: str) -> Curves:
    """Read ``curves.npz``; InputError if it is damaged."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return Curves(**{name: arrays[name] for name in Curves.__slots__})
    except (OSError, ValueError, KeyError) as exc:
        msg = f"{where} is damaged."
        raise InputError(msg, "Delete it and run the command again.") from exc


class Cue:
    """An open cue folder with its ledger; implements :class:`documents.Values`."""

    def __init__(self, folder: CueFolder, ledger: CueFile, tell: Callable[[str], None]) -> None:
        self.folder = folder
        self.ledger = ledger
        self.tell = tell
        self._values: dict[str, Any] = {}

    # -- reading ---------------------------------------------------------------------------

    def place(self, name: str) -> str:
        """Return the path of a file, for messages."""
        return str(self.folder.path / name)

    def value(self, name: str) -> Any:
        """Return the value of a document, or of ``curves.npz``."""
        if name not in self._values:
            if name == "curves.npz":
                data = self.folder.read(name)
                self._values[name] = unpack_curves(data, where=self.place(name))
            else:
                doc = DOCUMENTS[name]
                self._values[name] = doc.parse({name: self.folder.read(name)}, self)
        if name == "analysis.json":
            # The file knows the clip's own timecode; a start that was asked for is no part of it.
            return starting_at(self._values[name], self.ledger.settings.start_timecode)
        return self._values[name]

    def written(self, name: str) -> Any | None:
        """Return a document as a file of it was last written, or None."""
        data = self.folder.last_written(name)
        if data is None:
            return None
        return DOCUMENT_OF[name].parse({name: data}, _Unwritten(self, name))

    def content(self, name: str) -> str:
        """Return the content hash of an artefact, empty if there is none."""
        known = self.ledger.artefacts.get(name)
        return known.content if known and self.folder.exists(name) else ""

    # -- edits -----------------------------------------------------------------------------

    def take_edits(self, document: Document) -> None:
        """Find what the user changed in a document since we wrote it, and pin it."""
        edited = [name for name in document.files if self._is_edited(name)]
        missing = [name for name in document.files if not self.folder.exists(name)]
        if not edited and (not missing or len(missing) == len(document.files)):
            return
        if not edited:
            edited = [name for name in document.files if name not in missing]
        if len(edited) > 1:
            names = " and ".join(self.place(name) for name in edited)
            msg = f"Both {names} were edited, and only one can rule."
            raise InputError(msg, "Delete one of them: it is written anew from the other.")
        name = edited[0]
        data = self.folder.read(name)
        value = document.parse({name: data}, self)
        before = self.written(name)
        new = pins.changes(document.tree(before, self), document.tree(value, self))
        if name != document.name:
            # What the user left alone stays as the main file has it, to the tick.
            whole = document.tree(self.written(document.name), self)
            whole, _, _ = pins.apply(whole, new, valid=lambda _: True)
            value = document.from_tree(whole, self)
        main = self.ledger.artefacts[document.name]
        held = pins.merge(main.pins, new)
        self._accept(document, name, data, value, held)
        if new:
            shown = ", ".join(pin.name for pin in new[:4]) + (" …" if len(new) > 4 else "")
            self.tell(f"{name}: your edit is kept ({len(new)} pinned: {shown}).")

    def _is_edited(self, name: str) -> bool:
        known = self.ledger.artefacts.get(name)
        if known is None or not self.folder.exists(name):
            return False
        last = self.folder.last_written(name)
        if last is None:
            return False
        data = self.folder.read(name)
        found = text_hash(data)
        if found == known.sha256 and data != last:
            # A run was killed between the ledger and this, its last step.
            self.folder.remember(name, data)
        return found not in (known.sha256, self.folder.announced().get(name))

    def edit(self, name: str, value: Any) -> None:
        """Change a document as its user would in the file: what differs is pinned."""
        if said(DOCUMENTS[name], value) == said(DOCUMENTS[name], self.value(name)):
            return
        data = DOCUMENTS[name].render(value, self)[name]
        write_atomic(self.folder.file(name), data)
        self.take_edits(DOCUMENTS[name])
        # What other documents say may follow from this one.
        self._values = {name: self._values[name]}

    def pin(self, name: str, held: tuple[Pin, ...]) -> None:
        """Give a document that will be made anew other pins; the ledger is not saved."""
        self._record(name, replace(self.ledger.artefacts[name], pins=held))

    def unpin(self, name: str, gone: Callable[[Pin], bool]) -> int:
        """Drop some of the user's pins of a document, which is then made anew.

        The ledger is not saved: what takes the place of the edits is to be saved with it.

        Returns
        -------
        int
            How many pins went.
        """
        known = self.ledger.artefacts.get(name)
        kept = tuple(pin for pin in known.pins if not gone(pin)) if known else ()
        if known is None or len(kept) == len(known.pins):
            return 0
        self._record(name, replace(known, pins=kept, inputs={}))
        return len(known.pins) - len(kept)

    def _accept(
        self, document: Document, name: str, data: bytes, value: Any, held: tuple[Pin, ...]
    ) -> None:
        """Record an edit: the user's file stays, files that say the same are written anew.

        Where the edit has consequences in the file itself (time cells that have to agree, hits of
        a moved tempo, the source of a label), the file is written out and theirs kept.

        The ledger holds the pins before the file is taken for ours: a run killed on the way finds
        the edit again.
        """
        files = document.render(value, self)
        if len(document.files) > 1 or _same_content(name, data, files[name]):
            files[name] = data
        else:
            self.folder.keep_in_history(name)
        others = {file: item for file, item in files.items() if file != name}
        hashes = self.folder.write(others, editable=set(others)) | {name: text_hash(files[name])}
        if files[name] != data:
            write_atomic(self.folder.file(name), files[name])
        self._values[document.name] = value
        content = said(document, value)
        for file, sha in hashes.items():
            known = self.ledger.artefacts[file]
            kept = held if file == document.name else ()
            self._record(file, replace(known, sha256=sha, content=content, pins=kept))
        self.folder.save_ledger(self.ledger)
        self.folder.remember(name, files[name])

    def discard_edits(self, stage: str) -> None:
        """Drop the pins of a stage's documents; the edited files go to the history."""
        for name, known in list(self.ledger.artefacts.items()):
            if known.stage != stage or name not in DOCUMENT_OF:
                continue
            if known.pins or self._is_edited(name):
                kept = self.folder.keep_in_history(name)
                self.tell(f"{name}: your edits are discarded; the old file is {kept}.")
            sha = file_hash(self.folder.file(name)) if self.folder.exists(name) else ""
            self._record(name, replace(known, sha256=sha, content="", pins=()))
        self._values.clear()
        self.folder.save_ledger(self.ledger)

    # -- results ---------------------------------------------------------------------------

    def put(self, stage: str, made: Made, inputs: dict[str, str]) -> None:
        """Write what a stage made, with the user's pins in it, and record it."""
        record = self._provenance(made)
        files: dict[str, bytes | Path] = dict(made.files)
        held: dict[str, tuple[Pin, ...]] = {}
        contents: dict[str, str] = {}
        for name, value in made.values.items():
            document = DOCUMENTS[name]
            value, held[name] = self._with_pins(document, value)
            rendered = document.render(value, self)
            # Later stages see what the file says, whether or not this process made it.
            value = document.parse({name: rendered[name]}, _Unwritten(self, name))
            self._values[name] = value
            files |= rendered
            contents |= dict.fromkeys(rendered, said(document, value))
        for name, item in made.files.items():
            self._values.pop(name, None)
            contents[name] = text_hash(item) if isinstance(item, bytes) else file_hash(item)
        self._save_user_versions(files)
        hashes = self.folder.write(files, editable=set(DOCUMENT_OF))
        self._forget(stage, files)
        for name, sha in hashes.items():
            self._record(
                name,
                Artefact(
                    stage=stage,
                    sha256=sha,
                    content=contents[name],
                    inputs=inputs,
                    provenance=record,
                    pins=held.get(name, ()),
                    notes=made.notes,
                ),
            )
        self.folder.save_ledger(self.ledger)

    def _with_pins(self, document: Document, value: Any) -> tuple[Any, tuple[Pin, ...]]:
        known = self.ledger.artefacts.get(document.name)
        if known is None or not known.pins or not self.folder.exists(document.name):
            return value, ()

        def valid(tree: Any) -> bool:
            try:
                document.from_tree(tree, self)
            except InputError:
                return False
            return True

        tree = document.tree(value, self)
        tree, held, unfit = pins.apply(tree, known.pins, valid=valid)
        for pin in unfit:
            self.tell(f"{document.name}: your edit of {pin.name} no longer fits and was left out.")
        for file in document.files:
            if self.folder.exists(file):
                self.folder.keep_in_history(file)
        return document.from_tree(tree, self), held

    def _save_user_versions(self, files: Mapping[str, bytes | Path]) -> None:
        """Keep a file that the user changed although nothing reads it back (cue.rpp, say)."""
        announced = self.folder.announced()
        for name in files:
            known = self.ledger.artefacts.get(name)
            if known is None or name in DOCUMENT_OF or not self.folder.exists(name):
                continue
            if file_hash(self.folder.file(name)) not in (known.sha256, announced.get(name)):
                kept = self.folder.keep_in_history(name)
                self.tell(f"{name} was changed outside FilmComposer; your version is {kept}.")

    def _forget(self, stage: str, files: Mapping[str, bytes | Path]) -> None:
        """Remove files an earlier run of the stage made and this one does not."""
        artefacts = dict(self.ledger.artefacts)
        for name, known in self.ledger.artefacts.items():
            if known.stage == stage and name not in files:
                path = self.folder.file(name)
                if path.is_file() and file_hash(path) == known.sha256:
                    path.unlink()
                del artefacts[name]
        self.ledger = replace(self.ledger, artefacts=artefacts)

    def _record(self, name: str, artefact: Artefact) -> None:
        artefacts = dict(self.ledger.artefacts) | {name: artefact}
        self.ledger = replace(self.ledger, artefacts=artefacts)

    def _provenance(self, made: Made) -> Provenance:
        versions = {"python": platform.python_version()}
        for name in VERSIONED:
            try:
                versions[name] = metadata.version(name)
            except metadata.PackageNotFoundError:
                versions[name] = "unknown"
        settings = self.ledger.settings
        return Provenance(
            engine=settings.engine,
            model=made.model,
            licence=made.licence,
            seed=settings.seed,
            versions=versions | dict(made.versions),
        )


def _same_content(name: str, one: bytes, other: bytes) -> bool:
    """Whether two files say the same, white space and comments apart where the format has them."""
    first, second = (data.decode("utf-8-sig") for data in (one, other))
    if name.endswith(".json"):
        return bool(json.loads(first) == json.loads(second))
    if name.endswith(".toml"):
        return tomllib.loads(first) == tomllib.loads(second)
    return first == second


class _Unwritten:
    """Values for reading a file as it was last written: nothing was written before that."""

    def __init__(self, cue: Cue, name: str) -> None:
        self._cue = cue
        self._name = name

    def value(self, name: str) -> Any:
        return self._cue.value(name)

    def place(self, name: str) -> str:
        return f"{self._cue.place(name)} (as last written)"

    def written(self, name: str) -> Any | None:
        return None if name == self._name else self._cue.written(name)
