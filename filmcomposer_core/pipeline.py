"""The order of work: which stages a request needs, and what an edit makes stale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from filmcomposer_core.contracts.cue import SCHEMA_VERSION, CueFile, Settings
from filmcomposer_core.contracts.regenerate import Regenerate
from filmcomposer_core.contracts.session import SessionRequest
from filmcomposer_core.cue import Cue
from filmcomposer_core.cue_folder import CueFolder, open_folder
from filmcomposer_core.errors import InputError
from filmcomposer_core.runs import finish_return, follow_project, keep_state
from filmcomposer_core.work import ARRANGE, COMMANDS, Run, Watcher, carry_out

__all__ = ["COMMANDS", "Outcome", "Watcher", "run_cue"]


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
    observed: bool = False,
    regenerate: Regenerate | None = None,
    session: SessionRequest | None = None,
    watcher: Watcher | None = None,
) -> Outcome:
    """Bring a cue folder up to date.

    Parameters
    ----------
    path : Path
        The cue folder; made if it is not there.
    changes : dict
        Settings to change (fields of :class:`Settings`); ``clip`` is needed in a new folder.
        ``keep_sound_db`` of minus infinity drops the clip's own sound again, ``out_s`` of infinity
        is the clip's end.
    until : str
        The last subcommand to carry out.
    start : str or None
        Run this subcommand and everything after it again, keeping the user's pins.
    discard : tuple of str
        Subcommands whose documents lose the user's pins.
    replace_clip : bool
        Whether a clip of another name may take the place of the folder's clip.
    observed : bool
        Whether what a user changed in the DAW (``reaper/observed.json``) becomes edits first.
    regenerate : Regenerate or None
        Bars and parts to write anew once the arrangement is up to date; they are pinned as an edit
        of ``score.json`` would be.
    session : SessionRequest or None
        Asks for ``reaper/session.json`` at the end.
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
    _check_commands((until, *([start] if start else []), *discard))
    if regenerate is not None and COMMANDS.index(until) < COMMANDS.index(ARRANGE):
        msg = f"Bars cannot be written anew by a run that ends with {until}."
        raise InputError(msg, f"Let it go on to {ARRANGE} or further.")
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
    if changes.get("vision_model"):
        from filmcomposer_core.recognition.clip_files import find_clip

        find_clip(Path(changes["vision_model"]))  # refused before any work
    with open_folder(path) as folder:
        finish_return(folder)
        if session is not None:
            follow_project(folder, session.run, wishes=changes, tell=tell)
        before, ledger = _ledger(folder, changes, replace_clip=replace_clip)
        cue = Cue(folder, ledger, tell)
        run = Run(
            cue=cue, before=before, until=until, start=start, discard=discard, watcher=watcher
        )
        carry_out(run, observed=observed, regenerate=regenerate)
        if cue.ledger.settings != before:
            # Also where no stage had to run: a model that was moved is found again.
            folder.save_ledger(cue.ledger)
        if session is not None:
            from filmcomposer_core.stages.session import write_session

            laid = "" if session.lays else session.run
            write_session(cue, session, run=keep_state(folder, cue.ledger, laid=laid))
        return Outcome(ran=tuple(run.ran), ledger=cue.ledger, told=tuple(told))


def _check_commands(commands: Sequence[str]) -> None:
    for command in commands:
        if command not in COMMANDS:
            msg = f"Unknown stage {command!r}."
            raise InputError(msg, f"Stages: {', '.join(COMMANDS)}.")


def _check_clip(clip: Path) -> None:
    """Refuse a clip that is not there before a folder is made for it."""
    if not clip.exists():
        msg = f"{clip} does not exist."
        raise InputError(msg, "Check the path of the clip.")
    if clip.is_dir():
        msg = f"{clip} is a folder, not a video file."
        raise InputError(msg, "Name the video file itself.")


def _ledger(
    folder: CueFolder, changes: dict[str, Any], *, replace_clip: bool
) -> tuple[Settings | None, CueFile]:
    """Return the settings as they were, if any, and the ledger with the new ones."""
    given = {name: value for name, value in changes.items() if value is not None}
    for name, nothing in (("keep_sound_db", -math.inf), ("out_s", math.inf)):
        if given.get(name) == nothing:
            given[name] = None
    found = folder.load_ledger()
    if found is not None and not replace_clip:
        before, now = Path(found.settings.clip), Path(given.get("clip", found.settings.clip))
        if before.name != now.name:
            msg = f"{folder.path} holds the cue of {before.name}, not of {now.name}."
            hint = "Choose another cue folder, or allow to replace the clip (--replace-clip)."
            raise InputError(msg, hint)
    try:
        if found is None:
            return None, CueFile(schema_version=SCHEMA_VERSION, settings=Settings(**given))
        return found.settings, replace(found, settings=replace(found.settings, **given))
    except ValueError as exc:
        msg = f"{exc}."
        raise InputError(msg, "Correct it; filmcomposer score --help tells more.") from exc
