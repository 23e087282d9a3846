"""What the scoring actions have in common: look at the project, have work done, lay the result in.

Nothing is written to the project before the bridge has finished; then it is one undo step.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from typing import Any

from filmcomposer_core.contracts.observed import Observed
from filmcomposer_core.contracts.session import Session
from filmcomposer_core.errors import Cancelled, DawError
from filmcomposer_reaper.adapter.dialogs import ask_yes_no_cancel
from filmcomposer_reaper.adapter.project import project_in_front
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.apply import Plan, Step, apply
from filmcomposer_reaper.bridge.work import carry_out
from filmcomposer_reaper.cue.cues import cue_steps, open_cue
from filmcomposer_reaper.cue.picture import Picture, picture_again
from filmcomposer_reaper.cue.records import CueRecord, save_record
from filmcomposer_reaper.cue.start_timecode import start_timecode
from filmcomposer_reaper.markers.lay import marker_steps, name_notice, read_markers
from filmcomposer_reaper.tempo.lay import KEEP, choose_map, foreign_map, project_points, tempo_steps
from filmcomposer_reaper.tracks.ahead import read_ahead
from filmcomposer_reaper.tracks.changes import user_changes
from filmcomposer_reaper.tracks.lay import cost_ms, prepare_tracks
from filmcomposer_reaper.tracks.observe import observe_tracks

MARKERS, TEMPO, TRACKS = "markers", "tempo", "tracks"
EVERYTHING = (TEMPO, MARKERS, TRACKS)
#: The record's part with what is known of the film.
FILM = "film"
#: What a marker is thought to cost, in milliseconds.
MARKER_MS = 0.2
#: Changes named in the dialog.
SHOWN = 12
#: How often the picture may move while the bridge works.
MOVES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What an action wants.

    ``name`` is the undo step's, ``until`` the last stage, ``params`` go to the bridge; ``lays``
    says what of the result goes into the project; ``seen`` is added to what was observed.
    """

    name: str
    until: str
    params: dict[str, Any] = field(default_factory=dict)
    lays: tuple[str, ...] = EVERYTHING
    seen: Observed = field(default_factory=Observed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The cue that an action works on, and its picture as it lies now."""

    record: CueRecord
    picture: Picture


def open_desk(reaper: Reaper, *, make: bool = True) -> Desk:
    """Return the cue of the selected video item; ``make`` = a new one where there is none."""
    record, picture = open_cue(reaper, make=make)
    return Desk(record=record, picture=picture)


def carry(reaper: Reaper, python: str, desk: Desk, task: Task) -> Generator[None, None, Session]:
    """Have a task done and lay its result into the project in one undo step.

    Raises
    ------
    FilmComposerError
        If the work fails or is cancelled; the project is as it was.
    """
    here = project_in_front(reaper)
    yield from read_ahead(reaper, desk.record)
    if not project_in_front(reaper).is_same(here):
        msg = "Another project came to the front before the work on the cue had begun."
        raise DawError(msg, "Go back to the cue's project and press the button again.")
    keep = TRACKS not in task.lays or _keeps(reaper, desk.record)
    yield
    seen = _look(reaper, desk, task, keep=keep)
    yield
    params = {"until": task.until, **_timecode(reaper, desk), **task.params}
    if not keep:
        params["discard"] = [*params.get("discard", ()), "build"]
    session = yield from _work(reaper, python, desk, params, seen)
    for _ in range(MOVES):
        now = _where(reaper, desk)
        if now == desk.picture:
            yield from _lay(reaper, desk, session, task, keep=keep)
            return session
        reaper.say("FilmComposer: the picture was moved or cut meanwhile; following it.")
        desk = replace(desk, picture=now)
        session = yield from _work(reaper, python, desk, {"until": task.until}, None)
    msg = "The video item keeps being moved while its cue is made."
    raise DawError(msg, "Leave it where it is and press the button again.")


def _keeps(reaper: Reaper, record: CueRecord) -> bool:
    """Whether what the user changed stays; asks only where something is new since the last time."""
    changes = [change.words for change in user_changes(reaper, record) if not change.stays]
    film = record.parts.setdefault(FILM, {})
    if set(changes) <= set(film.get("kept", ())):
        return True
    lines = changes[:SHOWN]
    if len(changes) > SHOWN:
        lines.append(f"... and {len(changes) - SHOWN} more")
    listed = "\n".join(lines)
    answer = ask_yes_no_cancel(
        reaper,
        f"You have changed:\n\n{listed}\n\nKeep your changes? (No: FilmComposer's own again.)",
    )
    if answer is None:
        raise Cancelled("Nothing was done.")
    film["kept"] = changes if answer else []
    return answer


def _look(reaper: Reaper, desk: Desk, task: Task, *, keep: bool) -> Observed:
    """Return what the user changed, and the tempo map that the music is to follow."""
    record, picture = desk.record, desk.picture
    # The tracks may still lie where the picture was when they were written.
    laid_s = record.parts.get(FILM, {}).get("laid_s", picture.position_s)
    there = replace(picture, position_s=laid_s)
    tracks, theme = observe_tracks(reaper, record, there) if keep else ((), None)
    points = task.seen.tempo_points
    if TEMPO in task.lays:
        kept = foreign_map(reaper, record, picture) and choose_map(reaper, record) == KEEP
        points = project_points(reaper, picture) if kept else ()
    markers = read_markers(reaper, record, picture)
    notice = name_notice(reaper) if markers else ""
    if notice:
        reaper.say(f"FilmComposer: {notice}")
    return replace(task.seen, markers=markers, tracks=tracks, theme=theme, tempo_points=points)


def _timecode(reaper: Reaper, desk: Desk) -> dict[str, str]:
    """Return the ruler's timecode where the picture begins, as a setting of the cue."""
    if desk.picture.rate != 1.0:  # the ruler's frames are not the film's
        return {}
    fps = desk.record.parts.get(FILM, {}).get("fps")
    start = start_timecode(reaper, desk.picture.position_s, Fraction(fps) if fps else None)
    if start.why and fps:
        reaper.say(f"FilmComposer: {start.why}")
    return {"start_timecode": start.timecode} if start.timecode else {}


def _work(
    reaper: Reaper, python: str, desk: Desk, params: dict[str, Any], seen: Observed | None
) -> Generator[None, None, Session]:
    return carry_out(
        reaper, python, desk.record, desk.picture, stage="score", params=params, observed=seen
    )


def _where(reaper: Reaper, desk: Desk) -> Picture:
    now = picture_again(reaper, desk.picture)
    if now is None:
        msg = "The video item was deleted while its cue was made; nothing was laid in."
        raise DawError(msg, "Undo its removal and press the button again.")
    return now


def _lay(
    reaper: Reaper, desk: Desk, session: Session, task: Task, *, keep: bool
) -> Generator[None, None, None]:
    record, said = desk.record, list[str]()
    if not task.lays:
        return
    film = record.parts.setdefault(FILM, {})
    film["fps"] = f"{session.fps_num}/{session.fps_den}"
    tracks: list[Step] = []
    if TRACKS in task.lays:
        tracks = yield from prepare_tracks(reaper, record, session, keep=keep, said=said)
        if session.tracks:
            film["laid_s"] = session.anchor_s
    # From here on nothing may come between what was looked at and what is written.
    steps: list[Step] = []
    if TEMPO in task.lays:
        steps += tempo_steps(reaper, record, session, desk.picture, keep=keep)
    if MARKERS in task.lays:
        steps += marker_steps(reaper, record, session, keep=keep)
        # Should a later slice fail, markers that are not in the record would be taken for new hits.
        steps.append(partial(save_record, reaper, record))
    steps += [*tracks, *cue_steps(reaper, record, desk.picture)]
    cost = MARKER_MS * len(session.markers) + (cost_ms(session) if tracks else 0.0)
    yield from apply(reaper, Plan(name=task.name, steps=steps, cost_ms=cost))
    for sentence in said:
        reaper.say(f"FilmComposer: {sentence}")
