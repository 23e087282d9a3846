"""Lay a cue's tracks into the project: insert what is missing, write what is new, keep the rest."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from functools import partial

from filmcomposer_core.contracts.session import Session
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.adapter.tracks import native_colour
from filmcomposer_reaper.adapter.undo import user_edits
from filmcomposer_reaper.apply import Step
from filmcomposer_reaper.cue.records import CueRecord
from filmcomposer_reaper.tracks.ahead import Slice
from filmcomposer_reaper.tracks.along import LAID
from filmcomposer_reaper.tracks.changes import Change, track_part
from filmcomposer_reaper.tracks.frame import lay_frame
from filmcomposer_reaper.tracks.instruments import put_instruments, told
from filmcomposer_reaper.tracks.order import close_open, slots_of
from filmcomposer_reaper.tracks.sentences import sentences
from filmcomposer_reaper.tracks.titles import NUMBER, TITLE, number_of, numbered
from filmcomposer_reaper.tracks.wanted import Wanted, wanted_track
from filmcomposer_reaper.tracks.work import Work, look
from filmcomposer_reaper.tracks.write import write_track

#: How often looking begins anew when the user edits meanwhile; the last time is in one go.
ROUNDS = 3
#: What a plan is thought to cost: for each track, and for each million characters of its lines.
TRACK_MS, MILLION_MS = 1.2, 60.0


def track_steps(
    reaper: Reaper,
    record: CueRecord,
    session: Session,
    *,
    keep: bool = True,
    shown: Sequence[Change] | None = None,
    said: list[str] | None = None,
) -> list[Step]:
    """Return the steps that lay a cue's tracks, looked at in one go.

    Parameters
    ----------
    reaper : Reaper
    record : CueRecord
        ``parts["tracks"]`` is brought up to date as the steps are carried out.
    session : Session
        The cue. One without tracks changes nothing.
    keep : bool
        Whether what the user changed stays; else the session rules, but for what was added.
    shown : sequence of Change or None
        What the user was asked about: without ``keep`` only that is taken back, as long as it is
        as it was then. None = everything.
    said : list of str or None
        Gets sentences of what was kept.

    Returns
    -------
    list of Step
        For :func:`filmcomposer_reaper.apply.apply`, after the steps of the tempo map.
    """
    work = prepare_tracks(reaper, record, session, keep=keep, shown=shown, said=said)
    while True:
        try:
            next(work)
        except StopIteration as end:
            steps: list[Step] = end.value
            return steps


def prepare_tracks(
    reaper: Reaper,
    record: CueRecord,
    session: Session,
    *,
    keep: bool = True,
    shown: Sequence[Change] | None = None,
    said: list[str] | None = None,
) -> Generator[None, None, list[Step]]:
    """Do the same a little at a time; the steps hold for the slice in which it returns."""
    if not session.tracks:
        return []
    part, which = Slice(reaper), number_of(reaper, record, session)
    wanted: dict[str, Wanted] = {}
    for track in session.tracks:
        if track.kind != "video":  # the project has the picture already
            made = wanted_track(session, track, partial(native_colour, reaper))
            wanted[track.id] = numbered(made, session.title, which)
        if part.is_over():
            yield
            part.begin()
    work = Work(reaper, record, session, wanted, keep=keep, shown=shown)
    for again in range(ROUNDS):
        work.begin()
        for ident in work.todo():
            look(work, ident)
            if again < ROUNDS - 1 and part.is_over():
                yield
                part.begin()
        if user_edits(reaper) == work.edits:
            break
    work.settle()
    found = sentences(work)
    if said is not None:
        said += found
        work.said = said
    return [*_steps(work), partial(_finish, work, which)]


def _steps(work: Work) -> list[Step]:
    steps: list[Step] = [work.retune]
    is_open = close_open(slots_of(work.ours.all), work.inside())
    if work.missing or work.leaving or is_open:
        steps.append(partial(lay_frame, work))
    parts = [ident for ident in work.order() if work.wanted[ident].kind == "part"]
    steps += [partial(put_instruments, work, ident) for ident in parts]
    steps += [partial(write_track, work, ident) for ident in work.order()]
    return [*steps, partial(told, work)]


def _finish(work: Work, number: int) -> None:
    """Note in the record what stands now."""
    part = track_part(work.record)
    part["taken"] = {}
    part[LAID] = work.session.anchor_s
    part[TITLE], part[NUMBER] = work.session.title, number
    for ident in [i for i in part["tracks"] if i not in work.wanted and i not in work.staying]:
        del part["tracks"][ident]


def cost_ms(session: Session) -> float:
    """Return what laying a session's tracks is thought to cost, in milliseconds."""
    characters = sum(len(track.text) for track in session.tracks)
    return len(session.tracks) * TRACK_MS + characters / 1e6 * MILLION_MS
