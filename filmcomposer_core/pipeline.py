"""The order of work: which stages a request needs, and what an edit makes stale."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from filmcomposer_core.contracts.cue import SCHEMA_VERSION, CueFile, Settings
from filmcomposer_core.cue import Cue, content_hash
from filmcomposer_core.cue_folder import CueFolder, open_folder
from filmcomposer_core.documents import DOCUMENTS
from filmcomposer_core.errors import InputError
from filmcomposer_core.progress import Progress
from filmcomposer_core.stages import STAGES, Stage

#: The subcommands in the order of work.
COMMANDS = tuple(dict.fromkeys(stage.command for stage in STAGES))
_FOLLOWS_CLIP = "clip"


class Watcher:
    """What a run tells its caller; the base class is silent."""

    def stage_started(self, stage: str) -> None:
        """Say that a stage begins."""

    def stage_moved(self, stage: str, fraction: float, message: str) -> None:
        """Say how far a stage is."""

    def stage_ended(self, stage: str, *, ran: bool) -> None:
        """Say that a stage is done, or (``ran`` False) that its result still holds."""

    def tell(self, sentence: str) -> None:
        """Pass on a sentence for the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run did: the stages that ran, the ledger after it, and all sentences told."""

    ran: tuple[str, ...]
    ledger: CueFile
    told: tuple[str, ...]


def run_cue(
    path: Path,
    *,
    changes: dict[str, Any],
    until: str = "report",
    start: str | None = None,
    discard: tuple[str, ...] = (),
    replace_clip: bool = False,
    watcher: Watcher | None = None,
) -> Outcome:
    """Bring a cue folder up to date.

    Parameters
    ----------
    path : Path
        The cue folder; made if it is not there.
    changes : dict
        Settings to change (fields of :class:`Settings`); ``clip`` is needed in a new folder.
        ``keep_sound_db`` of minus infinity drops the clip's own sound again.
    until : str
        The last subcommand to carry out.
    start : str or None
        Run this subcommand and everything after it again, keeping the user's pins.
    discard : tuple of str
        Subcommands whose documents lose the user's pins.
    replace_clip : bool
        Whether a clip of another name may take the place of the folder's clip.
    watcher : Watcher or None
        Is told of progress; may raise ``Cancelled`` from ``stage_moved``.

    Returns
    -------
    Outcome

    Raises
    ------
    InputError
        For a bad clip, setting, edit or folder; nothing is lost.
    FilmComposerError
        If a stage fails.
    """
    for command in (until, *([start] if start else []), *discard):
        if command not in COMMANDS:
            msg = f"Unknown stage {command!r}."
            raise InputError(msg, f"Stages: {', '.join(COMMANDS)}.")
    watcher = watcher or Watcher()
    told: list[str] = []

    def tell(sentence: str) -> None:
        if sentence not in told:
            told.append(sentence)
            watcher.tell(sentence)

    if changes.get("clip") is not None:
        _check_clip(Path(changes["clip"]))
    elif not (path / "cue.json").is_file():
        msg = f"{path} is not a cue folder: it has no cue.json."
        raise InputError(msg, "Start one by naming a clip: filmcomposer score CLIP --out DIR")
    with open_folder(path) as folder:
        ledger = _ledger(folder, changes, replace_clip=replace_clip)
        cue = Cue(folder, ledger, tell)
        for command in discard:
            cue.discard_edits(command)
        ran = _run_stages(cue, until=until, start=start, discard=discard, watcher=watcher)
        return Outcome(ran=tuple(ran), ledger=cue.ledger, told=tuple(told))


def _check_clip(clip: Path) -> None:
    """Refuse a clip that is not there before a folder is made for it."""
    if not clip.exists():
        msg = f"{clip} does not exist."
        raise InputError(msg, "Check the path of the clip.")
    if clip.is_dir():
        msg = f"{clip} is a folder, not a video file."
        raise InputError(msg, "Name the video file itself.")


def _ledger(folder: CueFolder, changes: dict[str, Any], *, replace_clip: bool) -> CueFile:
    given = {name: value for name, value in changes.items() if value is not None}
    if given.get("keep_sound_db") == -math.inf:
        given["keep_sound_db"] = None
    found = folder.load_ledger()
    if found is not None and not replace_clip:
        before, now = Path(found.settings.clip), Path(given.get("clip", found.settings.clip))
        if before.name != now.name:
            msg = f"{folder.path} holds the cue of {before.name}, not of {now.name}."
            hint = "Choose another cue folder, or allow to replace the clip (--replace-clip)."
            raise InputError(msg, hint)
    try:
        if found is None:
            return CueFile(schema_version=SCHEMA_VERSION, settings=Settings(**given))
        return replace(found, settings=replace(found.settings, **given))
    except ValueError as exc:
        msg = f"{exc}."
        raise InputError(msg, "Correct it; filmcomposer score --help tells more.") from exc


def _run_stages(
    cue: Cue, *, until: str, start: str | None, discard: tuple[str, ...], watcher: Watcher
) -> list[str]:
    ran: list[str] = []
    _take_all_edits(cue)
    last = COMMANDS.index(until)
    first = COMMANDS.index(start) if start else len(COMMANDS)
    for stage in STAGES:
        position = COMMANDS.index(stage.command)
        if position > last:
            continue
        if stage.name == "see":
            _note_clip(cue)
        _take_edits(cue, stage)
        forced = position >= first or stage.command in discard
        inputs = _inputs(cue, stage)
        if forced or _stale(cue, stage, inputs):
            watcher.stage_started(stage.name)
            made = stage.run(cue, _progress(watcher, stage.name))
            if stage.name == "see":
                clip = made.values["analysis.json"].clip
                cue.ledger = replace(cue.ledger, clip=clip)
            cue.put(stage.name, made, inputs)
            for note in made.notes:
                cue.tell(note)
            watcher.stage_ended(stage.name, ran=True)
            ran.append(stage.name)
        else:
            watcher.stage_ended(stage.name, ran=False)
    return ran


def _take_all_edits(cue: Cue) -> None:
    """Read every edit before any work, so that a faulty one is told at once."""
    if all(cue.folder.exists(doc.name) for doc in DOCUMENTS.values()):
        for stage in STAGES:
            _take_edits(cue, stage)


def _take_edits(cue: Cue, stage: Stage) -> None:
    """Pin what the user changed in the documents of a stage before it might run again."""
    for document in DOCUMENTS.values():
        known = cue.ledger.artefacts.get(document.name)
        if known is not None and known.stage == stage.name:
            cue.take_edits(document)


def _progress(watcher: Watcher, stage: str) -> Progress:
    def progress(fraction: float, message: str = "") -> None:
        watcher.stage_moved(stage, fraction, message)

    return progress


def _note_clip(cue: Cue) -> None:
    """Note size and time of the clip; if they have changed, it is seen again."""
    clip = Path(cue.ledger.settings.clip)
    try:
        stat = clip.stat()
    except OSError as exc:
        msg = f"{clip} cannot be read: {exc.strerror}."
        raise InputError(msg, "Name the clip again at its present place.") from exc
    mark = (stat.st_size, stat.st_mtime_ns)
    if cue.ledger.clip_stat != mark:
        cue.ledger = replace(cue.ledger, clip_stat=mark)


def _inputs(cue: Cue, stage: Stage) -> dict[str, str]:
    inputs = {name: cue.content(name) for name in stage.inputs}
    inputs |= {name: cue.content(name) for name in stage.optional if cue.content(name)}
    settings = {name: getattr(cue.ledger.settings, name) for name in stage.settings}
    if _FOLLOWS_CLIP in settings:
        # What the file says decides, not where it lies.
        settings[_FOLLOWS_CLIP] = list(cue.ledger.clip_stat or ())
        if stage.name == "see":
            settings["path"] = cue.ledger.settings.clip
    if settings:
        inputs["settings"] = content_hash(settings)
    return inputs


def _stale(cue: Cue, stage: Stage, inputs: dict[str, str]) -> bool:
    mine = {n: a for n, a in cue.ledger.artefacts.items() if a.stage == stage.name}
    if not mine:
        return True
    if not all(cue.folder.exists(name) for name in mine):
        return True
    return any(artefact.inputs != inputs for artefact in mine.values())
