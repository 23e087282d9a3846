"""The cue's tempo map in the open project: written, taken out, chosen, or the project's own read.

The project keeps its own tempo before the picture and after its end, and nothing in it moves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from filmcomposer_core.contracts.session import Session
from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_core.errors import Cancelled
from filmcomposer_reaper.adapter.dialogs import ask_fields, ask_yes_no_cancel
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.adapter.tempo import ReadMap, read_map
from filmcomposer_reaper.adapter.tempo_hold import set_timebases
from filmcomposer_reaper.apply import Step
from filmcomposer_reaper.cue.picture import Picture
from filmcomposer_reaper.cue.records import CueRecord, load_records, save_record
from filmcomposer_reaper.tempo.book import (
    CHOICE,
    END,
    HELD,
    MAP,
    PART,
    START,
    VIDEO,
    Apart,
    Parted,
    forget,
    map_key,
    same_map,
    take_apart,
    written_map,
)
from filmcomposer_reaper.tempo.map import SAME_S, MapPoint, ProjectMap, from_session, to_json
from filmcomposer_reaper.tempo.own import own_points
from filmcomposer_reaper.tempo.several import (
    Layer,
    as_it_stands,
    compose,
    compose_filled,
    new_layer,
    overlap,
    remember,
)
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
    if not session.beats:
        return []
    return [*remove_tempo_steps(reaper, record), partial(_hold, reaper, record, session)]


def remove_tempo_steps(reaper: Reaper, record: CueRecord) -> list[Step]:
    """Return the steps that take a cue's tempo map out and give the project its own back."""
    return [partial(_remove, reaper, record)]


def _write_cue(
    reaper: Reaper, record: CueRecord, session: Session, picture: Picture, keep: bool
) -> None:
    part = record.parts.setdefault(PART, {})
    found, cues = read_map(reaper), _all_cues(reaper, record)
    apart = _apart(found, cues)
    parted, others = _split(apart, record)
    kept = keep and bool(parted.edited_s) and same_map(part, session)
    cue = _cue(parted, session) if kept else from_session(session.tempo, session.length_s)
    start, end = session.anchor_s, session.anchor_s + session.length_s
    before = parted if parted.written else None
    layers = {i: as_it_stands(other) for i, other in others.items()}
    layers[record.id] = new_layer(cue, start, end, others, before=before, kept=kept)
    stack = list(layers.values())
    pieces = picture.pieces or (picture.item_guid,)
    timebases = set_timebases(reaper, dict.fromkeys(pieces, TIME), start, end)
    try:
        done = write_map(
            reaper,
            found,
            compose(apart.base, stack),
            lambda: compose_filled(apart.base, stack),
            end,
        )
    except BaseException:
        set_timebases(reaper, timebases, start, end)
        raise
    lines = edit_words(written_map(part), parted, kept=kept) + fill_words(done.bars)
    if not parted.written:
        lines += loose_words(done.loose)
    for line in lines:
        reaper.say(f"FilmComposer: {line}")
    if done.touched or not (same_map(part, session) and abs(part[START] - start) <= SAME_S):
        part[MAP] = map_key(session)
        _remember(reaper, cues, layers, apart, done.points, own=record.id)
    known = part.setdefault(VIDEO, {})
    known.update({guid: b for guid, b in timebases.items() if b != TIME or guid not in known})


def _cue(parted: Parted, session: Session) -> list[MapPoint]:
    """Return the cue's points as the user has left them, moved along with the picture."""
    shift = session.anchor_s - parted.start_s
    return [replace(p, time_s=p.time_s + shift) for p in parted.cue]


def _remove(reaper: Reaper, record: CueRecord) -> None:
    part = record.parts.get(PART, {})
    found, cues = read_map(reaper), _all_cues(reaper, record)
    apart = _apart(found, cues)
    parted, others = _split(apart, record)
    if parted.written:
        layers = {i: as_it_stands(other) for i, other in others.items()}
        stack = list(layers.values())
        done = write_map(
            reaper,
            found,
            compose(apart.base, stack),
            lambda: compose_filled(apart.base, stack),
            float("-inf"),
        )
        _remember(reaper, cues, layers, apart, done.points, own=record.id)
    if part.get(VIDEO):
        set_timebases(reaper, part[VIDEO], part[START], part[END])
    forget(part)


def _hold(reaper: Reaper, record: CueRecord, session: Session) -> None:
    """Note which of the project's own points the music follows."""
    points = read_map(reaper).points
    start, end = session.anchor_s, session.anchor_s + session.length_s
    earlier = [p for p in points if p.time_s <= start + SAME_S]
    inner = [p for p in points if start + SAME_S < p.time_s < end]
    held = [to_json(p) for p in [*earlier[-1:], *inner]]
    record.parts.setdefault(PART, {}).update({HELD: held, START: start})


# --- all cues of the project ----------------------------------------------------------------------


def _all_cues(reaper: Reaper, record: CueRecord) -> dict[str, CueRecord]:
    return {**load_records(reaper), record.id: record}


def _apart(found: ReadMap, cues: Mapping[str, CueRecord]) -> Apart:
    return take_apart(found.points, {i: cue.parts.get(PART, {}) for i, cue in cues.items()})


def _split(apart: Apart, record: CueRecord) -> tuple[Parted, dict[str, Parted]]:
    """Return a cue's share of a map, and those of the others."""
    others = {i: parted for i, parted in apart.cues.items() if i != record.id}
    return apart.cues.get(record.id, Parted()), others


def _remember(
    reaper: Reaper,
    cues: Mapping[str, CueRecord],
    layers: Mapping[str, Layer],
    apart: Apart,
    laid: Sequence[MapPoint],
    *,
    own: str,
) -> None:
    """Bring the parts of all cues up to date; others are saved, for their records are not ours."""
    before = {i: dict(cues[i].parts[PART]) for i in layers}
    remember({i: cues[i].parts[PART] for i in layers}, layers, apart.base, laid)
    for ident in layers:
        if ident != own and cues[ident].parts[PART] != before[ident]:
            save_record(reaper, cues[ident])


# --- the project's own map ------------------------------------------------------------------------


def foreign_map(reaper: Reaper, record: CueRecord, picture: Picture) -> bool:
    """Whether the project has a tempo map that the user should be asked about.

    That is more than a first point, without what cues wrote, or the map of another cue whose
    picture overlaps this one.
    """
    apart = _apart(read_map(reaper), _all_cues(reaper, record))
    _, others = _split(apart, record)
    start, end = picture.position_s, picture.position_s + picture.length_s
    if any(overlap(other, start, end) for other in others.values()):
        return True
    return any(p.time_s > SAME_S for p in apart.base)


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
    of the points' bars; see :mod:`tempo.own` for bars that are cut short.

    Raises
    ------
    DawError
        Where the project's map cannot be told as whole bars.
    """
    cues = load_records(reaper)
    apart = _apart(read_map(reaper), cues)
    others = [
        as_it_stands(parted)
        for i, parted in apart.cues.items()
        if cues[i].item_guid != picture.item_guid
    ]
    points = compose(apart.base, others)
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
