"""A cue between its files and its stages: typed values, and the user's edits found in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from filmcomposer_core import pins
from filmcomposer_core.atomic import write_atomic
from filmcomposer_core.contracts.cue import Artefact, CueFile, Pin
from filmcomposer_core.contracts.score import Melody
from filmcomposer_core.cue_folder import CueFolder, file_hash, text_hash
from filmcomposer_core.cue_values import (
    HANDED_ON,
    candidates_of,
    most_like,
    said,
    same_content,
    starting_at,
)
from filmcomposer_core.decision_marks import follow_marks
from filmcomposer_core.document import Document
from filmcomposer_core.documents import DOCUMENT_OF, DOCUMENTS
from filmcomposer_core.edits_told import EditsTold
from filmcomposer_core.errors import InputError
from filmcomposer_core.grounds import Grounds

if TYPE_CHECKING:
    from filmcomposer_core.agents.for_cue import AgentRun


class Cue:
    """An open cue folder with its ledger; implements :class:`document.Values`."""

    def __init__(self, folder: CueFolder, ledger: CueFile, tell: Callable[[str], None]) -> None:
        self.folder = folder
        self.ledger = ledger
        self.tell = tell
        self.told = EditsTold()
        # Of the run: who speaks, and what may still be spent.
        self.agents: AgentRun | None = None
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
        return DOCUMENT_OF[name].parse({name: data}, Unwritten(self, name))

    def content(self, name: str) -> str:
        """Return the content hash of an artefact, empty if there is none."""
        known = self.ledger.artefacts.get(name)
        return known.content if known and self.folder.exists(name) else ""

    # -- edits -----------------------------------------------------------------------------

    def take_edits(self, document: Document, *, told: bool = True) -> None:
        """Find what the user changed in a document since we wrote it, and pin it.

        Without ``told`` it is not said that it was kept.
        """
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
        main = self.ledger.artefacts[document.name]
        composed = self._composed(document)
        new = Grounds(document.name, keyed, self, main.pins, composed=composed).marked(new)
        before_them = main.pins
        if document.name == "scheme.json":
            now = pins.keyed(document.tree(value, self))
            before_them, new = follow_marks(main.pins, new, now)
        held, parked = pins.merge(before_them, new), pins.still_parked(main.parked, new)
        self._accept(document, name, data, value, held, parked)
        if told:
            self.told.took(document.name, new, keyed)

    def candidates(self) -> dict[int, Melody]:
        """Return the themes as they were composed, by number."""
        names = [name for name in self.ledger.artefacts if self.folder.exists(name)]
        return candidates_of({n: self.folder.file(n) for n in names}, where=self.place(""))

    def _composed(self, document: Document) -> Any:
        """Return the theme in use as it was composed, as a tree; None for other documents."""
        found = self.candidates() if document.name == "melody.mid" else {}
        before: Melody | None = self.written(document.name)
        if not found or before is None:
            return None
        number = most_like(found, before)
        return pins.keyed(document.tree(found[number], self))

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

    def edit(self, name: str, value: Any, *, told: bool = True) -> None:
        """Change a document as its user would in the file: what differs is pinned.

        Without ``told`` it is not their own doing, and nothing is said of it here.
        """
        if said(DOCUMENTS[name], value) == said(DOCUMENTS[name], self.value(name)):
            return
        data = DOCUMENTS[name].render(value, self)[name]
        write_atomic(self.folder.file(name), data)
        self.take_edits(DOCUMENTS[name], told=told)
        # What other documents say may follow from this one.
        self._values = {name: self._values[name]}

    def tell_edits(self) -> None:
        """Say what became of the user's edits since this was last said."""
        told, self.told = self.told, EditsTold()
        for sentence in told.sentences():
            self.tell(sentence)

    def pin(self, name: str, held: tuple[Pin, ...], parked: tuple[Pin, ...] = ()) -> None:
        """Give a document that will be made anew other pins; the ledger is not saved."""
        self.record(name, replace(self.ledger.artefacts[name], pins=held, parked=parked))

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
        self.record(name, replace(known, pins=kept, parked=parked, inputs=inputs))
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
            self.record(file, replace(known, sha256=sha, content=content, pins=kept, parked=waits))
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
            self.record(name, replace(known, sha256=sha, content="", pins=(), parked=()))
        self._values.clear()
        self.folder.save_ledger(self.ledger)

    # -- the ledger and the values -----------------------------------------------------------

    def hold(self, name: str, value: Any) -> None:
        """Take a value for what a file says from now on."""
        self._values[name] = value

    def let_go(self, name: str) -> None:
        """Have a file read again when its value is asked for."""
        self._values.pop(name, None)

    def drop(self, name: str) -> None:
        """Leave a file out of the ledger, which is not saved."""
        artefacts = {n: a for n, a in self.ledger.artefacts.items() if n != name}
        self.ledger = replace(self.ledger, artefacts=artefacts)

    def record(self, name: str, artefact: Artefact) -> None:
        """Note a file in the ledger, which is not saved."""
        artefacts = dict(self.ledger.artefacts) | {name: artefact}
        self.ledger = replace(self.ledger, artefacts=artefacts)


class Unwritten:
    """Values for reading a file as it was last written: nothing was written before that."""

    def __init__(self, cue: Cue, name: str) -> None:
        self._cue = cue
        self._name = name

    def value(self, name: str) -> Any:
        """Return the value of another document."""
        return self._cue.value(name)

    def place(self, name: str) -> str:
        """Return the path of a file, for messages."""
        return f"{self._cue.place(name)} (as last written)"

    def written(self, name: str) -> Any | None:
        """Return a document as it was last written; of the one that is read, None."""
        return None if name == self._name else self._cue.written(name)
