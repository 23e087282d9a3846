"""Everything that was seen in a DAW, written into the cue folder as edits of its files."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from filmcomposer_core.choices import choose_map, choose_theme
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.cue import Settings
from filmcomposer_core.contracts.observed import (
    OBSERVED_FILE,
    Observed,
    ObservedMarker,
    ObservedTheme,
)
from filmcomposer_core.contracts.session import SESSION_FILE, Session
from filmcomposer_core.cue import Cue
from filmcomposer_core.cue_folder import text_hash
from filmcomposer_core.document import bars_of
from filmcomposer_core.errors import InputError
from filmcomposer_core.observed.markers import Shown, edited_spots
from filmcomposer_core.observed.read import parse_observed, read_observed
from filmcomposer_core.observed.shift import later
from filmcomposer_core.observed.tempo import checked_points, same_points
from filmcomposer_core.observed.theme import EditedTheme, edited_theme
from filmcomposer_core.observed.tracks import edited_plan
from filmcomposer_core.spotting.grid import make_grid
from filmcomposer_core.timeline import Timeline, bar_of_beat

#: Keeps the hash of the last file that was taken over: a job that is taken up again after a kill
#: must not read seconds by a tempo map that is no longer the one they were written to.
_TAKEN = "reaper/observed.sha256"


#: What has to be there for a document to be read.
_NEEDED = {
    "spots.csv": ("analysis.json", "curves.npz"),
    "tempo.json": ("analysis.json", "spots.csv"),
    "melody.mid": ("analysis.json", "tempo.json", "plan.toml", "melody.mid"),
    "daw_plan.json": ("daw_plan.json",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was seen, and the hash of the file that says it."""

    observed: Observed
    sha256: str


def look(cue: Cue) -> Looked | None:
    """Read ``reaper/observed.json``.

    Returns
    -------
    Looked or None
        None if this very file has been taken over already.

    Raises
    ------
    InputError
        If it is missing, too large or faulty, or if the files that its changes belong to are not
        there: then they could only be lost.
    """
    path = cue.folder.file(OBSERVED_FILE)
    data = read_observed(path)
    sha = text_hash(data)
    if cue.folder.last_written(_TAKEN) == sha.encode():
        return None
    observed = parse_observed(data, where=str(path))
    for seen, name, what in (
        (observed.theme is not None, "melody.mid", "the theme"),
        (bool(observed.tracks), "daw_plan.json", "the tracks"),
    ):
        if seen and not _there(cue, name):
            msg = (
                f"What you changed about {what} in REAPER cannot be taken over: "
                f"{cue.place(name)} is not there."
            )
            raise InputError(
                msg, "Put the cue's folder back, or answer No when asked to keep your changes."
            )
    return Looked(observed=observed, sha256=sha)


def take_over(
    cue: Cue,
    looked: Looked,
    *,
    fit: Callable[[], None],
    first_spots: bool = False,
    trimmed_s: float = 0.0,
) -> None:
    """Make what was seen edits of ``spots.csv``, ``tempo.json``, the theme and ``daw_plan.json``.

    Parameters
    ----------
    cue : Cue
        With the user's own edits of the files taken already.
    looked : Looked
        From :func:`look`.
    fit : callable
        Has tempo maps fitted; called where one was chosen and none is there.
    first_spots : bool
        Whether the hits were found in this very run, so that no DAW can have shown them yet.
    trimmed_s : float
        How much later the picture begins than when the music was written, in seconds: notes and
        automation lie so much further on in that.

    Raises
    ------
    InputError
        If something cannot be what it says; then nothing was changed.
    """
    observed = later(looked.observed, trimmed_s)
    said: list[str] = []
    edits: dict[str, Any] = {}
    theme: EditedTheme | None = None
    if observed.markers is not None and _there(cue, "spots.csv"):
        edits["spots.csv"] = _spots(cue, observed, said, first_spots=first_spots)
    if observed.theme is not None:
        theme = _theme(cue, observed.theme, trimmed_s)
        edits["melody.mid"] = theme.melody
        said += theme.said
    if observed.tracks:
        edits["daw_plan.json"], told = edited_plan(observed.tracks, plan=cue.value("daw_plan.json"))
        said += told
    given = checked_points(observed.tempo_points) if observed.tempo_points is not None else None
    if theme is not None and theme.choice:
        choose_theme(cue, theme.choice, cue.candidates()[theme.choice])
    for name, value in edits.items():
        cue.edit(name, value)
    if observed.tempo_rank is not None and not _there(cue, "tempo.json"):
        fit()
    if observed.tempo_rank is not None and _there(cue, "tempo.json"):
        # Only now: the hits in the file are measured on the hit points as they have become.
        _choose_map(cue, observed.tempo_rank, said)
    if given is not None:
        _set_tempo(cue, given)
    cue.folder.save_ledger(cue.ledger)
    cue.folder.remember(_TAKEN, looked.sha256.encode())
    for sentence in said:
        cue.tell(sentence)


def take_dragged_out(cue: Cue, looked: Looked, before: Settings) -> Looked:
    """Take over markers that were dragged to where the picture was then cut off.

    They are edits of the hits as they lie in the picture of before: so they wait, as hits that are
    cut off later do, until that part is scored again. Call it before the new part is looked at.

    Parameters
    ----------
    cue : Cue
        With the analysis as it was.
    looked : Looked
        From :func:`look`.
    before : Settings
        By which the picture was cut then.

    Returns
    -------
    Looked
        Without those markers.
    """
    observed, shown = looked.observed, _shown(cue)
    if not observed.markers or not shown or not _there(cue, "spots.csv"):
        return looked
    clip, now = cue.value("analysis.json").clip, cue.ledger.settings
    end_s = math.inf if now.out_s is None else (now.out_s - now.in_s) / now.rate
    out: dict[str, ObservedMarker] = {}
    for marker in observed.markers:
        base = shown.get(marker.id)
        if base is None or marker.time_s == base.time_s or 0.0 <= marker.time_s < end_s:
            continue
        then_s = (now.in_s + marker.time_s * now.rate - before.in_s) / before.rate
        if 0.0 <= then_s < clip.duration_s:
            out[marker.id] = replace(marker, time_s=then_s)
    if not out:
        return looked
    as_shown = (ObservedMarker(id=i, time_s=s.time_s, name=s.name) for i, s in shown.items())
    markers = tuple(out.get(marker.id, marker) for marker in as_shown)
    whole = replace(observed, markers=markers)
    cue.edit("spots.csv", _spots(cue, whole, [], first_spots=False))
    rest = tuple(marker for marker in observed.markers if marker.id not in out)
    return replace(looked, observed=replace(observed, markers=rest))


def _there(cue: Cue, name: str) -> bool:
    known = cue.ledger.artefacts
    return name in known and all(cue.folder.exists(file) for file in (name, *_NEEDED[name]))


def _spots(cue: Cue, observed: Observed, said: list[str], *, first_spots: bool) -> Any:
    clip = cue.value("analysis.json").clip
    times = cue.value("curves.npz").time_s.tolist() if clip.variable_frame_rate else None
    found, told = edited_spots(
        observed.markers or (),
        spots=cue.value("spots.csv"),
        clip=clip,
        shown={} if first_spots else _shown(cue),
        frame_times=times,
    )
    said += told
    return found


def _shown(cue: Cue) -> Mapping[str, Shown] | None:
    """Return the markers as REAPER was last given them; None where that is not known."""
    if not cue.folder.exists(SESSION_FILE):
        return None
    where = cue.place(SESSION_FILE)
    try:
        text = cue.folder.read(SESSION_FILE).decode("utf-8", errors="replace")
        session = codec.build(Session, codec.parse_json(text, where=where), where=where)
    except InputError:
        return None
    return {m.id: Shown(time_s=m.time_s - session.anchor_s, name=m.name) for m in session.markers}


def _choose_map(cue: Cue, rank: int, said: list[str]) -> None:
    plan = cue.value("tempo.json")
    if rank in [tempo_map.rank for tempo_map in plan.maps]:
        choose_map(cue, rank)
    else:
        said.append(f"There is no tempo map {rank} any more; map {plan.chosen} stays.")


def _theme(cue: Cue, theme: ObservedTheme, trimmed_s: float) -> EditedTheme:
    timeline = Timeline(cue.value("tempo.json").map.points)
    clip = cue.value("analysis.json").clip
    bars, grid = bars_of(cue), make_grid(clip)

    def place(beat: float) -> str:
        # The music was written before the picture was cut to where it begins now.
        frame = grid.frame_of(timeline.time_at(beat) - trimmed_s)
        return f"bar {bar_of_beat(bars, beat).number} ({grid.timecode_of(frame)})"

    return edited_theme(
        theme,
        melody=cue.value("melody.mid"),
        candidates=cue.candidates(),
        timeline=timeline,
        place=place,
    )


def _set_tempo(cue: Cue, points: Any) -> None:
    """Keep a given map, or none: edits of the maps there were belong to those."""
    settings = cue.ledger.settings
    if same_points(points, settings.tempo_points):
        return
    known = cue.ledger.artefacts.get("tempo.json")
    if known is not None and known.pins:
        cue.discard_edits("tempo")
    cue.ledger = replace(cue.ledger, settings=replace(settings, tempo_points=tuple(points)))
