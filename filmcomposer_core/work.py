"""The work itself: the edits of the user taken over, then the stages that have become stale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filmcomposer_core.agents.for_cue import agents_mark, tell_spent
from filmcomposer_core.contracts.cue import EMBEDDED, Settings
from filmcomposer_core.contracts.regenerate import Regenerate
from filmcomposer_core.contracts.tempo import TempoPlan
from filmcomposer_core.cue import Cue
from filmcomposer_core.cue_values import content_hash
from filmcomposer_core.documents import DOCUMENTS
from filmcomposer_core.errors import InputError
from filmcomposer_core.music_words import music_line, tempo_change
from filmcomposer_core.progress import Progress
from filmcomposer_core.recut import recut
from filmcomposer_core.results import put
from filmcomposer_core.stages import MODEL_SETTINGS, STAGES, Stage

if TYPE_CHECKING:
    from filmcomposer_core.observed import Looked

#: The subcommands in the order of work.
COMMANDS = tuple(dict.fromkeys(stage.command for stage in STAGES))
_FOLLOWS_CLIP = "clip"
_FOLLOWS_MODEL = "vision_model"
_FOLLOWS_AGENTS = "agents"
_MELODY_MODEL = "melody_model"
_SPOT, _TEMPO, COMPOSE, ARRANGE = "spot", "tempo", "compose", "arrange"
#: After these the music is told in a line.
_MUSIC = frozenset((COMPOSE, ARRANGE))


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
class Run:
    """One run of stages; ``ran`` fills as it goes."""

    cue: Cue
    before: Settings | None
    until: str
    start: str | None
    discard: tuple[str, ...]
    watcher: Watcher
    ran: list[str] = field(default_factory=list)

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages that are wanted."""
        last = COMMANDS.index(self.until)
        return tuple(stage for stage in STAGES if COMMANDS.index(stage.command) <= last)

    @property
    def trimmed_s(self) -> float:
        """By how many seconds the cue begins later in its clip than it did, as it played."""
        now = self.cue.ledger.settings
        return 0.0 if self.before is None else (now.in_s - self.before.in_s) / self.before.rate

    @property
    def recut(self) -> bool:
        """Whether another part of the clip is scored than before."""
        if self.before is None:
            return False
        one, other = ((s.in_s, s.out_s, s.rate) for s in (self.before, self.cue.ledger.settings))
        return one != other

    def forces(self, stage: Stage) -> bool:
        """Whether a stage runs whether or not anything has changed.

        A subcommand is begun with the stage of its name: what leads up to that only if it must.
        """
        names = [known.name for known in STAGES]
        place = names.index(stage.name)
        again = self.start is not None and place >= names.index(self.start)
        return again or (stage.command in self.discard and place >= names.index(stage.command))


def carry_out(run: Run, *, observed: bool, regenerate: Regenerate | None) -> None:
    """Take over the user's edits, from files and from the DAW, then run the stages.

    What was seen in the DAW is looked at first: if it cannot be taken over, nothing is written.
    """
    looked = _look(run) if observed else None
    _discard(run, looked)
    try:
        _take_all_edits(run.cue)
        stages = list(run.stages)
        if looked is not None:
            stages = _take_over(run, looked, stages)
        if regenerate is not None:
            count = 1 + [stage.name for stage in stages].index(ARRANGE)
            _run_stages(run, stages[:count])
            _regenerate(run, regenerate)
            stages = stages[count:]
        _run_stages(run, stages)
    finally:
        run.cue.tell_edits()
        tell_spent(run.cue)
    if _MUSIC & set(run.ran) and run.cue.content("plan.toml"):
        run.cue.tell(music_line(run.cue.value("plan.toml"), run.cue.value("tempo.json").map))


def _look(run: Run) -> Looked | None:
    """Return what was seen in the DAW; refuse it here, before anything is written."""
    from filmcomposer_core.observed import look

    return look(run.cue)


def _discard(run: Run, looked: Looked | None) -> None:
    """Drop the user's edits of some stages, not those that the DAW's user keeps just now."""
    keeps_theme = looked is not None and looked.observed.theme is not None
    for command in run.discard:
        if not (keeps_theme and command == COMPOSE):
            run.cue.discard_edits(command)


def _take_over(run: Run, looked: Looked, stages: list[Stage]) -> list[Stage]:
    """Make what was seen in the DAW edits of the files; return the stages that are left to run.

    Markers that were set before anything was spotted need the hits that they stand beside, and
    where the picture was trimmed or stretched, the hits as they lie in it now.
    """
    from filmcomposer_core.observed import take_dragged_out, take_over

    if run.recut and run.before is not None:
        looked = take_dragged_out(run.cue, looked, run.before)
    first = not run.cue.content("spots.csv")
    names = [stage.name for stage in stages]
    count = 0
    if ((looked.observed.markers and first) or run.recut) and _SPOT in names:
        count = 1 + names.index(_SPOT)
        _run_stages(run, stages[:count])
    else:
        for stage in STAGES:
            _take_edits(run.cue, stage)

    def fit() -> None:
        nonlocal count
        if _TEMPO in names:
            after = max(count, 1 + names.index(_TEMPO))
            _run_stages(run, stages[count:after])
            count = after

    take_over(run.cue, looked, fit=fit, first_spots=first, trimmed_s=run.trimmed_s)
    return stages[count:]


def _regenerate(run: Run, wanted: Regenerate) -> None:
    from filmcomposer_core.stages.regenerate import regenerate

    run.watcher.stage_started("regenerate")
    regenerate(run.cue, wanted, _progress(run.watcher, "regenerate"))
    run.watcher.stage_ended("regenerate", ran=True)
    run.ran.append("regenerate")


def _run_stages(run: Run, stages: Sequence[Stage]) -> None:
    cue, watcher = run.cue, run.watcher
    for stage in stages:
        if stage.name == "see":
            _note_clip(cue)
        _take_edits(cue, stage)
        inputs = _inputs(cue, stage)
        if run.forces(stage) or _stale(cue, stage, inputs):
            watcher.stage_started(stage.name)
            made = stage.run(cue, _progress(watcher, stage.name))
            if stage.name == "see":
                clip = made.values["analysis.json"].clip
                recut(cue, clip)
                film = cue.ledger.film or clip.sha256[:12]
                cue.ledger = replace(cue.ledger, clip=clip, film=film)
            before = cue.written("tempo.json") if stage.name == _TEMPO else None
            put(cue, stage.name, made, inputs)
            if before is not None:
                _tell_tempo(cue, before)
            for note in made.notes:
                cue.tell(note)
            watcher.stage_ended(stage.name, ran=True)
            run.ran.append(stage.name)
        else:
            watcher.stage_ended(stage.name, ran=False)


def _tell_tempo(cue: Cue, before: TempoPlan) -> None:
    """Say that the tempo map is another one, where music may have been written to the old one."""
    now: TempoPlan = cue.value("tempo.json")
    planned = cue.ledger.artefacts.get("plan.toml")
    if planned is None:
        return
    same_picture = planned.inputs.get("analysis.json") == cue.content("analysis.json")
    length_s = cue.value("analysis.json").clip.duration_s if same_picture else None
    change = tempo_change(before.map, now.map, length_s=length_s)
    if change:
        cue.tell(change)


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
    known = cue.ledger.artefacts
    inputs |= {f"{n}, each byte": known[n].sha256 for n in stage.exact if n in known}
    settings = {name: getattr(cue.ledger.settings, name) for name in stage.settings}
    if _FOLLOWS_CLIP in settings:
        # What the file says decides, not where it lies.
        settings[_FOLLOWS_CLIP] = list(cue.ledger.clip_stat or ())
        if stage.name == "see":
            settings["path"] = cue.ledger.settings.clip
    if settings.get(_FOLLOWS_MODEL):
        # Here only: it loads what recognises.
        from filmcomposer_core.recognition.clip_files import clip_mark

        settings[_FOLLOWS_MODEL] = clip_mark(Path(settings[_FOLLOWS_MODEL]))
    if _MELODY_MODEL in settings:
        settings = _of_engine(cue, settings)
    if _FOLLOWS_AGENTS in settings:
        # Who speaks, not where that was asked for; theory alone is no input.
        mark = agents_mark(cue.ledger.settings)
        settings = {n: v for n, v in settings.items() if n != _FOLLOWS_AGENTS}
        settings |= {_FOLLOWS_AGENTS: mark} if mark else {}
    if settings:
        inputs["settings"] = content_hash(settings)
    return inputs


def _of_engine(cue: Cue, settings: dict[str, Any]) -> dict[str, Any]:
    """Return the settings that count: the embedded composer has no model."""
    if cue.ledger.settings.engine == EMBEDDED:
        return {name: value for name, value in settings.items() if name not in MODEL_SETTINGS}
    from filmcomposer_core.stages.generating import model_mark

    return settings | {_MELODY_MODEL: model_mark(cue.ledger.settings.melody_model)}


def _stale(cue: Cue, stage: Stage, inputs: dict[str, str]) -> bool:
    mine = {n: a for n, a in cue.ledger.artefacts.items() if a.stage == stage.name}
    if not mine:
        return True
    if not all(cue.folder.exists(name) for name in mine):
        return True
    return any(artefact.inputs != inputs for artefact in mine.values())
