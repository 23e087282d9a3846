"""Write ``reaper/session.json`` from whatever a cue folder holds that is up to date."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from filmcomposer_core.atomic import write_atomic
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.score import Melody
from filmcomposer_core.contracts.session import SESSION_FILE, SessionRequest
from filmcomposer_core.contracts.verdict import Assessment, AssessmentFile
from filmcomposer_core.cue import Cue
from filmcomposer_core.errors import InputError
from filmcomposer_core.execution.live import CueSoFar, make_session
from filmcomposer_core.execution.live_theme import Candidate, same_notes
from filmcomposer_core.execution.live_words import made_by
from filmcomposer_core.laid_stems import stem_paths
from filmcomposer_core.sounds.session import sounding_session
from filmcomposer_core.stages import STAGES, Stage
from filmcomposer_core.stages.music import read_tries

_TRIES = "candidates/tries.json"
_RENDER = next(stage for stage in STAGES if stage.name == "render")
#: What a session holds of each stage.
_LAID = {
    "spot": "hit points",
    "tempo": "tempo map",
    "plan": "sections",
    "compose": "themes",
    "assess": "assessment",
    "build": "tracks",
    "render": "stems",
}


def write_session(cue: Cue, request: SessionRequest, *, run: str) -> None:
    """Write what REAPER's side lays into the open project.

    Results that are older than what they were made from are left out, and so are stems whose
    files are gone; the session says so.

    Parameters
    ----------
    cue : Cue
        After a run.
    request : SessionRequest
        The cue's id in the project, where its picture lies, the system.
    run : str
        Name of the folder's state (:func:`filmcomposer_core.runs.keep_state`).

    Raises
    ------
    InputError
        If the clip has not been looked at yet, or a file of the folder is damaged.
    DiskError
        If the file cannot be written.
    """
    session = make_session(replace(read_cue(cue), run=run), request)
    session = sounding_session(cue, session, request)
    data = codec.dump_json(session).encode()
    write_atomic(cue.folder.file(SESSION_FILE), data)


def read_cue(cue: Cue) -> CueSoFar:
    """Gather what is up to date in a cue folder.

    Raises
    ------
    InputError
        If the clip has not been looked at yet, or a file of the folder is damaged.
    """
    fresh = current_stages(cue)
    if "see" not in fresh:
        msg = f"{cue.folder.path} holds no analysis of its clip yet."
        raise InputError(msg, "Spot the video first.")
    settings = cue.ledger.settings
    printed = "build" in fresh and _holds(cue, _RENDER, {"build"})
    stems = _stems(cue) if printed else {}
    candidates = _candidates(cue) if "compose" in fresh else ()
    melody: Melody | None = cue.value("melody.mid") if "compose" in fresh else None
    theme, whole = _assessments(cue, fresh, candidates, melody)
    return CueSoFar(
        clip=cue.value("analysis.json").clip,
        title=title_of(settings.clip, in_s=settings.in_s),
        folder=str(cue.folder.path.absolute()),
        reached=_reached(fresh),
        spots=cue.value("spots.csv") if "spot" in fresh else (),
        tempo=cue.value("tempo.json") if "tempo" in fresh else None,
        keeps_tempo=bool(settings.tempo_points),
        plan=cue.value("plan.toml") if "plan" in fresh else None,
        melody=melody,
        candidates=candidates,
        theme_assessment=theme,
        cue_assessment=whole,
        daw_plan=cue.value("daw_plan.json") if "build" in fresh else None,
        stems=stems,
        notes=(
            *_notes(cue, fresh),
            *_left_out(cue, fresh | ({"render"} if printed else set())),
            *(_gone(cue, stems) if printed else ()),
        ),
        made_by=made_by(cue.ledger.artefacts, [s.name for s in STAGES if s.name in fresh]),
    )


def title_of(clip: str, *, in_s: float) -> str:
    """Return what a cue is called: its clip, and where in it the picture begins.

    Examples
    --------
    >>> title_of("films/door.mp4", in_s=75.2)
    'door from 1:15'
    """
    stem = Path(clip).stem
    return f"{stem} from {int(in_s) // 60}:{int(in_s) % 60:02d}" if in_s >= 1 else stem


def current_stages(cue: Cue) -> set[str]:
    """Return the stages whose results are there and not older than what they were made from."""
    current: set[str] = set()
    for stage in STAGES:
        mine = [n for n, a in cue.ledger.artefacts.items() if a.stage == stage.name]
        if mine and all(cue.folder.exists(n) for n in mine) and _holds(cue, stage, current):
            current.add(stage.name)
    return current


def _holds(cue: Cue, stage: Stage, current: Collection[str]) -> bool:
    """Whether what a stage was made from still says the same and is up to date itself."""
    known = cue.ledger.artefacts
    used = {name: cue.content(name) for name in (*stage.inputs, *stage.optional)}
    if any(content and known[name].stage not in current for name, content in used.items()):
        return False
    mine = [artefact for artefact in known.values() if artefact.stage == stage.name]
    return all(a.inputs.get(name, "") == used[name] for a in mine for name in used)


def _reached(current: Collection[str]) -> str:
    """Return the last command all of whose stages are up to date."""
    behind = {stage.command for stage in STAGES if stage.name not in current}
    return [stage.command for stage in STAGES if stage.command not in behind][-1]


def _candidates(cue: Cue) -> tuple[Candidate, ...]:
    from filmcomposer_core.notation import midi_to_melody

    found: list[Candidate] = []
    for entry in read_tries(cue, _TRIES):
        tune, verdict = (
            f"candidates/{entry.number}/{name}" for name in ("melody.mid", "assessment.json")
        )
        where = cue.place(verdict)
        data = codec.parse_json(cue.folder.read(verdict).decode(), where=where)
        found.append(
            Candidate(
                number=entry.number,
                melody=midi_to_melody(cue.folder.read(tune), where=cue.place(tune)),
                assessment=codec.build(Assessment, data, where=where),
            )
        )
    return tuple(found)


def _assessments(
    cue: Cue,
    current: Collection[str],
    candidates: tuple[Candidate, ...],
    melody: Melody | None,
) -> tuple[Assessment | None, Assessment | None]:
    """Return what is known of the theme and of the arranged cue."""
    if "assess" in current:
        whole: AssessmentFile = cue.value("assessment.json")
        return whole.theme, whole.cue
    # A theme that somebody has edited is none of the candidates, and nobody has judged it.
    same = (c for c in candidates if melody is not None and same_notes(c.melody, melody))
    chosen = next(same, None)
    return (chosen.assessment if chosen else None), None


def _stems(cue: Cue) -> dict[str, str]:
    """Return the printed stems that are there, with the paths for the project."""
    paths = stem_paths(cue.folder, cue.ledger)
    return {name: path for name, path in paths.items() if cue.folder.exists(name)}


def _notes(cue: Cue, current: Collection[str]) -> tuple[str, ...]:
    notes: dict[str, None] = {}
    for artefact in cue.ledger.artefacts.values():
        if artefact.stage in current:
            notes |= dict.fromkeys(artefact.notes)
    return tuple(notes)


def _left_out(cue: Cue, current: Collection[str]) -> tuple[str, ...]:
    """Say what is in the folder but older than what it is made from."""
    made = {artefact.stage for artefact in cue.ledger.artefacts.values()}
    old = [words for stage, words in _LAID.items() if stage in made and stage not in current]
    if not old:
        return ()
    return (f"Older than what they are made from, so left out: {', '.join(old)}.",)


def _gone(cue: Cue, stems: Collection[str]) -> tuple[str, ...]:
    """Say which stems were printed of the plan as it is and have been deleted since."""
    made = (n for n, a in cue.ledger.artefacts.items() if a.stage == "render" and n != "cue.wav")
    gone = sorted(name for name in made if name not in stems)
    if not gone:
        return ()
    words = "is gone, so its part is" if len(gone) == 1 else "are gone, so their parts are"
    return (f"{', '.join(gone)} {words} not heard; Mix prints what is missing again.",)
