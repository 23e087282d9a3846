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
from filmcomposer_core.contracts.session import THEME_TRACK, Session
from filmcomposer_core.errors import Cancelled, DawError
from filmcomposer_reaper.adapter.dialogs import ask_yes_no_cancel
from filmcomposer_reaper.adapter.project import project_in_front
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.apply import Plan, Step, apply
from filmcomposer_reaper.asking import (
    changed_words,
    forget_kept,
    known_kept,
    listed_changes,
    note_kept,
)
from filmcomposer_reaper.bridge.work import carry_out
from filmcomposer_reaper.cue.cues import cue_steps, open_cue
from filmcomposer_reaper.cue.picture import Picture, picture_again
from filmcomposer_reaper.cue.records import (
    FILM,
    RUN,
    CueRecord,
    from_line,
    record_line,
    save_record,
    to_line,
)
from filmcomposer_reaper.cue.start_timecode import start_timecode
from filmcomposer_reaper.markers.lay import marker_steps, name_notice, read_markers
from filmcomposer_reaper.one_at_a_time import alone
from filmcomposer_reaper.tempo.book import CHOICE
from filmcomposer_reaper.tempo.lay import KEEP, choose_map, foreign_map, project_points, tempo_steps
from filmcomposer_reaper.tracks.ahead import read_ahead
from filmcomposer_reaper.tracks.changes import ALL_DELETED, Change, user_changes
from filmcomposer_reaper.tracks.lay import cost_ms, prepare_tracks
from filmcomposer_reaper.tracks.observe import observe_tracks

MARKERS, TEMPO, TRACKS = "markers", "tempo", "tracks"
EVERYTHING = (TEMPO, MARKERS, TRACKS)
#: What a marker is thought to cost, in milliseconds.
MARKER_MS = 0.2
#: How often the picture may move while the bridge works.
MOVES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What an action wants.

    ``name`` is the undo step's, ``until`` the last stage, ``params`` go to the bridge; ``lays``
    says what of the result goes into the project; ``seen`` is added to what was observed.
    ``new_theme`` tells that themes may be written anew over the one that the user has chosen.
    """

    name: str
    until: str
    params: dict[str, Any] = field(default_factory=dict)
    lays: tuple[str, ...] = EVERYTHING
    seen: Observed = field(default_factory=Observed)
    new_theme: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The cue that an action works on, and its picture as it lies now.

    ``line`` is what the project said of the cue when work on it began: undo may change it.
    """

    record: CueRecord
    picture: Picture
    line: str = ""


def open_desk(reaper: Reaper, *, make: bool = True) -> Desk:
    """Return the cue of the selected video item; ``make`` = a new one where there is none."""
    record, picture = open_cue(reaper, make=make)
    return Desk(record=record, picture=picture)


def carry(reaper: Reaper, python: str, desk: Desk, task: Task) -> Generator[None, None, Session]:
    """Have a task done and lay its result into the project in one undo step.

    Raises
    ------
    FilmComposerError
        If the work fails or is cancelled, or another action is at work on the cue; the project is
        as it was.
    """
    work = _carry(reaper, python, desk, task)
    return (yield from alone(reaper, desk.record.id, task.name, work))


def _carry(reaper: Reaper, python: str, desk: Desk, task: Task) -> Generator[None, None, Session]:
    here = project_in_front(reaper)
    desk = replace(desk, line=record_line(reaper, desk.record))
    yield from read_ahead(reaper, desk.record)
    if not project_in_front(reaper).is_same(here):
        msg = "Another project came to the front before the work on the cue had begun."
        raise DawError(msg, "Go back to the cue's project and press the button again.")
    shown = _given_back(reaper, desk, task) if TRACKS in task.lays else None
    keep = shown is None
    taken = changed_words(_changes(reaper, desk, task)) if TRACKS not in task.lays else []
    yield
    seen = _look(reaper, desk, task, keep=keep)
    yield
    params = {"until": task.until, **_timecode(reaper, desk), **task.params}
    if not keep:
        params["discard"] = [*params.get("discard", ()), "build"]
    lays, again = bool(task.lays), {"until": task.until}
    session = yield from _work(reaper, python, desk, params, seen, lays=lays)
    for _ in range(MOVES):
        now = _where(reaper, desk)
        if now == desk.picture:
            note_kept(reaper, desk.record, taken)  # the work has taken them over
            yield from _lay(reaper, desk, session, task, shown)
            return session
        reaper.say("FilmComposer: the picture was moved or cut meanwhile; following it.")
        desk = replace(desk, picture=now)
        desk.record.parts.setdefault(FILM, {})[RUN] = session.run  # what was finished is used
        session = yield from _work(reaper, python, desk, again, None, lays=lays)
    msg = "The video item keeps being moved while its cue is made."
    raise DawError(msg, "Leave it where it is and press the button again.")


def _given_back(reaper: Reaper, desk: Desk, task: Task) -> tuple[Change, ...] | None:
    """Return what the user has changed and gives back; None where all of it stays.

    Asks only where something is new since the last time; of a cue without any tracks also where
    new music is asked for, so that they can come back.
    """
    found = _changes(reaper, desk, task)
    changes = changed_words(found)
    again = task.new_theme and ALL_DELETED in changes
    if set(changes) <= known_kept(reaper, desk.record) and not again:
        return None
    listed = listed_changes(changes)
    answer = ask_yes_no_cancel(
        reaper,
        f"You have changed:\n\n{listed}\n\nKeep your changes? (No: FilmComposer's own again.)",
    )
    if answer is None:
        raise Cancelled("Nothing was done.")
    forget_kept(reaper, desk.record)
    if answer:
        note_kept(reaper, desk.record, changes)
    return None if answer else found


def _changes(reaper: Reaper, desk: Desk, task: Task) -> tuple[Change, ...]:
    """Return what the user has changed, without the theme where that is what the work is for."""
    found = user_changes(reaper, desk.record, desk.picture.position_s)
    return tuple(c for c in found if task.new_theme or not _is_theme(c))


def _is_theme(change: Change) -> bool:
    """Whether a change is which take of the theme plays, or the notes in it."""
    kind = change.aspect.partition(":")[0]
    return change.track == THEME_TRACK and kind in ("take", "notes")


def _look(reaper: Reaper, desk: Desk, task: Task, *, keep: bool) -> Observed:
    """Return what the user changed, and the tempo map that the music is to follow."""
    record, picture = desk.record, desk.picture
    tracks, theme = observe_tracks(reaper, record, picture)
    if not keep:
        tracks, theme = (), None if task.new_theme else theme
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
    reaper: Reaper,
    python: str,
    desk: Desk,
    params: dict[str, Any],
    seen: Observed | None,
    *,
    lays: bool,
) -> Generator[None, None, Session]:
    return carry_out(
        reaper,
        python,
        desk.record,
        desk.picture,
        stage="score",
        params=params,
        observed=seen,
        lays=lays,
    )


def _where(reaper: Reaper, desk: Desk) -> Picture:
    now = picture_again(reaper, desk.picture)
    if now is None:
        msg = "The video item was deleted while its cue was made; nothing was laid in."
        raise DawError(msg, "Undo its removal and press the button again.")
    return now


def _lay(
    reaper: Reaper, desk: Desk, session: Session, task: Task, shown: tuple[Change, ...] | None
) -> Generator[None, None, None]:
    """Lay a session into the project; of what the user changed only ``shown`` is taken back."""
    record, said = desk.record, list[str]()
    _check_unchanged(reaper, desk)
    if not task.lays:
        return
    film = record.parts.setdefault(FILM, {})
    film["fps"], film[RUN] = f"{session.fps_num}/{session.fps_den}", session.run
    tracks: list[Step] = []
    if TRACKS in task.lays:
        tracks = yield from prepare_tracks(
            reaper, record, session, keep=shown is None, shown=shown, said=said
        )
        _check_unchanged(reaper, desk)
    # From here on nothing may come between what was looked at and what is written.
    steps: list[Step] = []
    if TEMPO in task.lays:
        steps += tempo_steps(reaper, record, session, desk.picture)
    if MARKERS in task.lays:
        steps += marker_steps(reaper, record, session)
        # Should a later slice fail, markers that are not in the record would be taken for new hits.
        steps.append(partial(save_record, reaper, record))
    steps += [*tracks, *cue_steps(reaper, record, desk.picture)]
    cost = MARKER_MS * len(session.markers) + (cost_ms(session) if tracks else 0.0)
    yield from apply(reaper, Plan(name=task.name, steps=steps, cost_ms=cost))
    for sentence in said:
        reaper.say(f"FilmComposer: {sentence}")


def _check_unchanged(reaper: Reaper, desk: Desk) -> None:
    """Refuse to lay in where undo, redo or another action changed the cue meanwhile.

    Another cue's work may have written our share of the tempo map anew, which is no change of ours.
    """
    line = record_line(reaper, desk.record)
    if line == desk.line:
        return
    then, now = (from_line(desk.record.id, text) for text in (desk.line, line))
    if then is None or now is None or _without_tempo(then) != _without_tempo(now):
        msg = "The cue was changed in the project while it was worked on; nothing was laid in."
        raise DawError(msg, "Press the button again.")
    mine, theirs = (record.parts.get(TEMPO, {}) for record in (desk.record, now))
    chosen = {CHOICE: mine[CHOICE]} if CHOICE in mine else {}
    desk.record.parts[TEMPO] = theirs | chosen


def _without_tempo(record: CueRecord) -> str:
    return to_line(replace(record, parts={k: v for k, v in record.parts.items() if k != TEMPO}))
