"""A cue between its files and its stages: typed values, edits found, results put in place."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from filmcomposer_core import pins
from filmcomposer_core.contracts.cue import Artefact, CueFile, Pin, Provenance
from filmcomposer_core.contracts.score import Melody
from filmcomposer_core.cue_folder import CueFolder, file_hash, text_hash, write_atomic
from filmcomposer_core.cue_values import (
    HANDED_ON,
    candidates_of,
    content_hash,
    pack_curves,
    said,
    same_content,
    starting_at,
)
from filmcomposer_core.documents import DOCUMENT_OF, DOCUMENTS, Document
from filmcomposer_core.edits_told import EditsTold
from filmcomposer_core.errors import InputError
from filmcomposer_core.grounds import CANDIDATE, CHOSEN, Grounds, tune
from filmcomposer_core.replay import Replayed, replay

__all__ = ["Cue", "Made", "content_hash", "pack_curves", "starting_at"]

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


class Cue:
    """An open cue folder with its ledger; implements :class:`documents.Values`."""

    def __init__(self, folder: CueFolder, ledger: CueFile, tell: Callable[[str], None]) -> None:
        self.folder = folder
        self.ledger = ledger
        self.tell = tell
        self.told = EditsTold()
        self._values: dict[str, Any] = {}

    # -- reading ---------------------------------------------------------------------------

    def place(self, name: str) -> str:
        """Return the path of a file, for messages."""
        return str(self.folder.path / name)

    def value(self, name: str) -> Any:
        """Return the value of a document, of ``curves.npz`` or of ``sightings.json``."""
        if name not in self._values:
            if name in HANDED_ON:
                data = self.folder.read(name)
                self._values[name] = HANDED_ON[name](data, where=self.place(name))
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
        tree = document.tree(before, self)
        new = pins.changes(tree, document.tree(value, self))
        if name != document.name:
            # What the user left alone stays as the main file has it, to the tick.
            whole = document.tree(self.written(document.name), self)
            whole, _, _ = pins.apply(whole, new, valid=lambda _: True)
            value = document.from_tree(whole, self)
        keyed = pins.keyed(tree)
        new = Grounds(document.name, keyed, self).marked(new)
        main = self.ledger.artefacts[document.name]
        held, parked = pins.merge(main.pins, new), pins.still_parked(main.parked, new)
        # The first map is what is taken without a choice.
        held = tuple(pin for pin in held if (pin.path, pin.value) != (CHOSEN, 1))
        self._accept(document, name, data, value, held, parked)
        self.told.took(document.name, new, keyed)

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

    def choose_theme(self, number: int, melody: Melody) -> None:
        """Take a candidate for the theme as it was composed.

        Notes that the user had changed in another take go to the history; the choice is kept as
        one, so that it goes when the themes are composed anew.
        """
        name = "melody.mid"
        document, known = DOCUMENTS[name], self.ledger.artefacts[name]
        edits = [pin for pin in known.pins if pin.path != CANDIDATE]
        if edits:
            tree = pins.keyed(document.tree(self.value(name), self))
            kept = self.folder.keep_in_history(name)
            self.told.left(name, edits, tree, history=kept)
        files = document.render(melody, self)
        value = document.parse({name: files[name]}, self)
        choice = Pin(op="set", path=CANDIDATE, value=number, like={"notes": tune(melody)})
        content = said(document, value)
        # Announced before they are written: a run killed here sees no edit of theirs.
        for file, sha in self.folder.write(files, editable=set(files)).items():
            entry = replace(self.ledger.artefacts[file], sha256=sha, content=content)
            if file == name:
                waiting = tuple(pin for pin in known.parked if pin.path != CANDIDATE)
                entry = replace(entry, pins=(choice,), parked=waiting)
            self._record(file, entry)
        self.folder.save_ledger(self.ledger)
        self._values[name] = value
        self.told.took(name, (choice,), {})

    def tell_edits(self) -> None:
        """Say what became of the user's edits since this was last said."""
        told, self.told = self.told, EditsTold()
        for sentence in told.sentences():
            self.tell(sentence)

    def pin(self, name: str, held: tuple[Pin, ...], parked: tuple[Pin, ...] = ()) -> None:
        """Give a document that will be made anew other pins; the ledger is not saved."""
        self._record(name, replace(self.ledger.artefacts[name], pins=held, parked=parked))

    def unpin(self, name: str, gone: Callable[[Pin], bool]) -> int:
        """Drop some of the user's pins of a document, which is then made anew.

        The ledger is not saved: what takes the place of the edits is to be saved with it.

        Returns
        -------
        int
            How many pins went.
        """
        known = self.ledger.artefacts.get(name)
        if known is None:
            return 0
        parked = tuple(pin for pin in known.parked if not gone(pin))
        kept = tuple(pin for pin in known.pins if not gone(pin))
        if (len(kept), len(parked)) == (len(known.pins), len(known.parked)):
            return 0
        inputs = known.inputs if len(kept) == len(known.pins) else {}
        self._record(name, replace(known, pins=kept, parked=parked, inputs=inputs))
        return len(known.pins) - len(kept)

    def _accept(
        self,
        document: Document,
        name: str,
        data: bytes,
        value: Any,
        held: tuple[Pin, ...],
        parked: tuple[Pin, ...],
    ) -> None:
        """Record an edit: the user's file stays, files that say the same are written anew.

        Where the edit has consequences in the file itself (time cells that have to agree, hits of
        a moved tempo, the source of a label), the file is written out and theirs kept.

        The ledger holds the pins before the file is taken for ours: a run killed on the way finds
        the edit again.
        """
        files = document.render(value, self)
        if len(document.files) > 1 or same_content(name, data, files[name]):
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
            kept, waits = (held, parked) if file == document.name else ((), ())
            self._record(file, replace(known, sha256=sha, content=content, pins=kept, parked=waits))
        self.folder.save_ledger(self.ledger)
        self.folder.remember(name, files[name])

    def discard_edits(self, stage: str) -> None:
        """Drop the pins of a stage's documents; the edited files go to the history."""
        for name, known in list(self.ledger.artefacts.items()):
            if known.stage != stage or name not in DOCUMENT_OF:
                continue
            if known.pins or known.parked or self._is_edited(name):
                kept = self.folder.keep_in_history(name)
                self.tell(f"{name}: your edits are discarded; the old file is {kept}.")
            sha = file_hash(self.folder.file(name)) if self.folder.exists(name) else ""
            self._record(name, replace(known, sha256=sha, content="", pins=(), parked=()))
        self._values.clear()
        self.folder.save_ledger(self.ledger)

    # -- results ---------------------------------------------------------------------------

    def put(self, stage: str, made: Made, inputs: dict[str, str]) -> None:
        """Write what a stage made, with the user's pins in it, and record it."""
        record = self._provenance(made)
        files: dict[str, bytes | Path] = dict(made.files)
        edits: dict[str, Replayed] = {}
        contents: dict[str, str] = {}
        for name, value in made.values.items():
            document = DOCUMENTS[name]
            value, replayed = self._with_pins(document, value, made, inputs)
            edits |= {} if replayed is None else {name: replayed}
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
                    pins=edits[name].held if name in edits else (),
                    parked=edits[name].parked if name in edits else (),
                    notes=made.notes,
                ),
            )
        self.folder.save_ledger(self.ledger)

    def _with_pins(
        self, document: Document, value: Any, made: Made, inputs: Mapping[str, str]
    ) -> tuple[Any, Replayed | None]:
        name = document.name
        known = self.ledger.artefacts.get(name)
        edits = (*known.parked, *known.pins) if known else ()
        if known is None or not edits or not self.folder.exists(name):
            return value, None

        def valid(tree: Any) -> bool:
            try:
                document.from_tree(tree, self)
            except InputError:
                return False
            return True

        value, edits, lost = self._theme_chosen(value, edits, known.parked, made)
        tree = document.tree(value, self)
        done = replay(name, tree, edits, values=self, valid=valid)
        kept = [self.folder.keep_in_history(f) for f in document.files if self.folder.exists(f)]
        anew = known.inputs != inputs
        keyed = pins.keyed(done.tree)
        self.told.replayed(name, known.parked, done, keyed, anew=anew, history=kept[0])
        return document.from_tree(done.tree, self), replace(done, parked=(*lost, *done.parked))

    def _theme_chosen(
        self, value: Any, edits: tuple[Pin, ...], parked: tuple[Pin, ...], made: Made
    ) -> tuple[Any, tuple[Pin, ...], tuple[Pin, ...]]:
        """Take the theme that was chosen where it is among those composed now, else the best.

        Returns the theme, the edits without a choice that is not among them, and that choice.
        """
        choice = next((pin for pin in edits if pin.path == CANDIDATE), None)
        if choice is None:
            return value, edits, ()
        rest = tuple(pin for pin in edits if pin is not choice)
        for number, melody in candidates_of(made.files, where=f"{self.folder.path}/").items():
            if tune(melody) == choice.like.get("notes"):
                found = replace(melody, phrase_starts=value.phrase_starts)
                return found, (replace(choice, value=number), *rest), ()
        if choice not in parked:
            self.told.choice_gone(choice)
        return value, rest, (choice,)

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
