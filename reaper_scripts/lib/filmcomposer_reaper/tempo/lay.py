"""The cue's tempo map in the open project: written, taken out, chosen, or the project's own read.

The project keeps its own tempo before the picture and after its end, and nothing in it moves.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from filmcomposer_core.contracts.session import Session
from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_core.errors import Cancelled
from filmcomposer_reaper.adapter.dialogs import ask_fields, ask_yes_no_cancel
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.adapter.tempo import read_map
from filmcomposer_reaper.adapter.tempo_hold import set_timebases
from filmcomposer_reaper.apply import Step
from filmcomposer_reaper.cue.picture import Picture
from filmcomposer_reaper.cue.records import CueRecord, load_records
from filmcomposer_reaper.tempo.book import (
    CHOICE,
    END,
    PART,
    START,
    VIDEO,
    Parted,
    forget,
    part_map,
    remember,
    same_map,
    written_map,
)
from filmcomposer_reaper.tempo.fill import Filled, lay_filled
from filmcomposer_reaper.tempo.layout import lay
from filmcomposer_reaper.tempo.map import SAME_S, MapPoint, ProjectMap, from_session
from filmcomposer_reaper.tempo.own import own_points
from filmcomposer_reaper.tempo.words import edit_words, fill_words, loose_words
from filmcomposer_reaper.tempo.write import write_map

REPLACE, KEEP = "replace", "keep"
TIME = 0


def tempo_steps(
    reaper: Reaper,
    record: CueRecord,
    session: Session,
    picture: Picture,
    *,
    keep: bool = True,
) -> list[Step]:
    """Return the steps that write a session's tempo map over its picture.

    Parameters
    ----------
    reaper : Reaper
    record : CueRecord
        Its part "tempo" is brought up to date by the steps.
    session : Session
        Without tempo points but with beats, the project's own map holds and ours is taken out.
    picture : Picture
        Its item becomes time-based, so that the picture stays when the tempo is changed later.
    keep : bool
        Whether tempo changes that the user has made in the cue stay while the session's map is the
        one that was written last.

    Returns
    -------
    list of Step
        One step: the map is written and proved in one go, or left as it was.
    """
    if session.tempo:
        return [partial(_write_cue, reaper, record, session, picture, keep)]
    return remove_tempo_steps(reaper, record) if session.beats else []


def remove_tempo_steps(reaper: Reaper, record: CueRecord) -> list[Step]:
    """Return the steps that take a cue's tempo map out and give the project its own back."""
    return [partial(_remove, reaper, record)]


def _write_cue(
    reaper: Reaper, record: CueRecord, session: Session, picture: Picture, keep: bool
) -> None:
    part = record.parts.setdefault(PART, {})
    found = read_map(reaper)
    parted = part_map(found.points, part)
    kept = keep and bool(parted.edited_s) and same_map(part, session)
    cue = _cue(parted, session) if kept else from_session(session.tempo, session.length_s)
    start, end = session.anchor_s, session.anchor_s + session.length_s
    base = ProjectMap(parted.base)
    pieces = picture.pieces or (picture.item_guid,)
    before = set_timebases(reaper, dict.fromkeys(pieces, TIME), start, end)
    try:
        done = write_map(
            reaper,
            found,
            lay(base, cue, start, end),
            lambda: lay_filled(base, cue, start, end),
            end,
        )
    except BaseException:
        set_timebases(reaper, before, start, end)
        raise
    lines = edit_words(written_map(part), parted, kept=kept) + fill_words(done.bars)
    if not parted.written:
        lines += loose_words(done.loose)
    for line in lines:
        reaper.say(f"FilmComposer: {line}")
    if done.touched or not (same_map(part, session) and abs(part[START] - start) <= SAME_S):
        remember(part, parted, done.points, session, kept=kept)
    known = part.setdefault(VIDEO, {})
    known.update({guid: b for guid, b in before.items() if b != TIME or guid not in known})


def _cue(parted: Parted, session: Session) -> list[MapPoint]:
    """Return the cue's points as the user has left them, moved along with the picture."""
    shift = session.anchor_s - parted.start_s
    first = from_session(session.tempo[:1], session.length_s)
    found = [
        MapPoint(
            time_s=p.time_s + shift, bpm=p.bpm, ramp=p.ramp, num=p.num, den=p.den, flags=p.flags
        )
        for p in parted.cue
    ]
    begins = found and found[0].num and abs(found[0].time_s - session.anchor_s) <= SAME_S
    return found if begins else [*first, *found]


def _remove(reaper: Reaper, record: CueRecord) -> None:
    part = record.parts.get(PART, {})
    found = read_map(reaper)
    parted = part_map(found.points, part)
    if parted.written:
        plan = Filled(points=parted.base, bars=())
        write_map(reaper, found, parted.base, lambda: plan, float("-inf"))
    if part.get(VIDEO):
        set_timebases(reaper, part[VIDEO], part[START], part[END])
    forget(part)


# --- the project's own map ------------------------------------------------------------------------


def foreign_map(reaper: Reaper, record: CueRecord, picture: Picture) -> bool:
    """Whether the project has a tempo map that the user should be asked about.

    That is more than a first point, without what this cue wrote, and without what other cues wrote
    outside of this picture.
    """
    others = [r.parts.get(PART, {}) for r in load_records(reaper).values() if r.id != record.id]
    points = part_map(read_map(reaper).points, record.parts.get(PART, {})).base
    start, end = picture.position_s, picture.position_s + picture.length_s
    for part in others:
        ours = part_map(points, part).ours
        points = tuple(p for p in points if p not in ours or start <= p.time_s < end)
    return any(p.time_s > SAME_S for p in points)


def choose_map(reaper: Reaper, record: CueRecord) -> str:
    """Ask once per cue whether its map replaces the project's; the answer is remembered.

    Returns
    -------
    {"replace", "keep"}

    Raises
    ------
    Cancelled
        If the user wants neither now.
    """
    part: dict[str, Any] = record.parts.setdefault(PART, {})
    if part.get(CHOICE) not in (REPLACE, KEEP):
        answer = ask_yes_no_cancel(
            reaper,
            "This project has a tempo map of its own.\n\n"
            "Yes: FilmComposer's map replaces it within the picture; before and after it stays.\n"
            "No: your map is kept, and the music is written to it.",
        )
        if answer is None:
            raise Cancelled("Nothing was done.")
        part[CHOICE] = REPLACE if answer else KEEP
    return str(part[CHOICE])


def forget_choice(record: CueRecord) -> None:
    """Have the user asked again about the project's own map."""
    record.parts.get(PART, {}).pop(CHOICE, None)


def project_points(reaper: Reaper, picture: Picture) -> tuple[TempoPoint, ...]:
    """Return the project's own map over a picture, in seconds from its first frame.

    What a cue on this item wrote is left out. Every bar line of the project in the picture is one
    of the points' bars; see ``tempo_own`` for bars that are cut short.

    Raises
    ------
    DawError
        Where the project's map cannot be told as whole bars.
    """
    cues = [r for r in load_records(reaper).values() if r.item_guid == picture.item_guid]
    points = read_map(reaper).points
    for record in cues:
        points = part_map(points, record.parts.get(PART, {})).base
    start = picture.position_s
    return own_points(ProjectMap(points), start, start + picture.length_s)


# --- choosing among the ranked maps ---------------------------------------------------------------


def map_lines(session: Session) -> list[str]:
    """Return the ranked maps for the console, best first; the one in use is marked."""
    return [f"{'>' if m.rank == session.chosen else ' '} {m.rank}. {m.words}" for m in session.maps]


def choose_rank(reaper: Reaper, session: Session) -> int | None:
    """Have the user type the number of a map; None if they cancel or there is none."""
    ranks = [m.rank for m in session.maps]
    if not ranks:
        return None
    text, title = str(session.chosen or ranks[0]), "Fit tempo to hits"
    label = f"Map ({min(ranks)} to {max(ranks)}; see the console)"
    while True:
        found = ask_fields(reaper, title, [(label, text)])
        if found is None:
            return None
        text = found[0].strip()
        if text.isdecimal() and int(text) in ranks:
            return int(text)
        title = f"There is no map {text[:12]}" if text else "Type the number of a map"
