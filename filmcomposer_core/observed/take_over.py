"""Everything that was seen in a DAW, written into the cue folder as edits of its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.observed import OBSERVED_FILE, Observed
from filmcomposer_core.contracts.score import Melody
from filmcomposer_core.contracts.session import SESSION_FILE, Session
from filmcomposer_core.cue import Cue
from filmcomposer_core.cue_folder import text_hash
from filmcomposer_core.errors import InputError
from filmcomposer_core.observed.markers import Shown, edited_spots
from filmcomposer_core.observed.read import parse_observed, read_observed
from filmcomposer_core.observed.shift import later
from filmcomposer_core.observed.tempo import checked_points, same_points
from filmcomposer_core.observed.theme import edited_theme
from filmcomposer_core.observed.tracks import edited_plan
from filmcomposer_core.timeline import Timeline

#: Keeps the hash of the last file that was taken over: a job that is taken up again after a kill
#: must not read seconds by a tempo map that is no longer the one they were written to.
_TAKEN = "reaper/observed.sha256"


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
        If it is missing, too large or faulty.
    """
    path = cue.folder.file(OBSERVED_FILE)
    data = read_observed(path)
    sha = text_hash(data)
    if cue.folder.last_written(_TAKEN) == sha.encode():
        return None
    return Looked(observed=parse_observed(data, where=str(path)), sha256=sha)


def take_over(
    cue: Cue, looked: Looked, *, first_spots: bool = False, trimmed_s: float = 0.0
) -> None:
    """Make what was seen edits of ``spots.csv``, ``tempo.json``, the theme and ``daw_plan.json``.

    Parameters
    ----------
    cue : Cue
        With the user's own edits of the files taken already.
    looked : Looked
        From :func:`look`.
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
    if observed.markers is not None and _there(cue, "spots.csv", "markers", said):
        edits["spots.csv"] = _spots(cue, observed, said, first_spots=first_spots)
    if observed.theme is not None and _there(cue, "melody.mid", "theme", said):
        edits["melody.mid"] = _theme(cue, observed, said)
    if observed.tracks and _there(cue, "daw_plan.json", "tracks", said):
        edits["daw_plan.json"], told = edited_plan(observed.tracks, plan=cue.value("daw_plan.json"))
        said += told
    given = checked_points(observed.tempo_points) if observed.tempo_points is not None else None
    for name, value in edits.items():
        cue.edit(name, value)
    if observed.tempo_rank is not None and _there(cue, "tempo.json", "choice of a map", said):
        # Only now: the hits in the file are measured on the hit points as they have become.
        cue.edit("tempo.json", _chosen(cue, observed.tempo_rank, said))
    if given is not None:
        _set_tempo(cue, given)
    cue.folder.save_ledger(cue.ledger)
    cue.folder.remember(_TAKEN, looked.sha256.encode())
    for sentence in said:
        cue.tell(sentence)


def _there(cue: Cue, name: str, what: str, said: list[str]) -> bool:
    if cue.content(name) and all(cue.folder.exists(file) for file in _NEEDED[name]):
        return True
    said.append(f"The {what} in REAPER could not be taken over: {name} is not there yet.")
    return False


#: What has to be there for a document to be read.
_NEEDED = {
    "spots.csv": ("analysis.json", "curves.npz"),
    "tempo.json": ("analysis.json", "spots.csv"),
    "melody.mid": ("analysis.json", "tempo.json", "plan.toml", "melody.mid"),
    "daw_plan.json": ("daw_plan.json",),
}


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


def _chosen(cue: Cue, rank: int, said: list[str]) -> Any:
    plan = cue.value("tempo.json")
    if rank not in [tempo_map.rank for tempo_map in plan.maps]:
        said.append(f"There is no tempo map {rank} any more; map {plan.chosen} stays.")
        return plan
    return replace(plan, chosen=rank)


def _theme(cue: Cue, observed: Observed, said: list[str]) -> Melody:
    assert observed.theme is not None
    found, told = edited_theme(
        observed.theme,
        melody=cue.value("melody.mid"),
        candidates=_candidates(cue),
        timeline=Timeline(cue.value("tempo.json").map.points),
    )
    said += told
    return found


def _candidates(cue: Cue) -> dict[int, Melody]:
    from filmcomposer_core.notation import midi_to_melody

    found: dict[int, Melody] = {}
    for name in cue.ledger.artefacts:
        words = name.split("/")
        candidate = len(words) == 3 and words[0] == "candidates" and words[2] == "melody.mid"
        if candidate and words[1].isascii() and words[1].isdigit() and cue.folder.exists(name):
            data = cue.folder.read(name)
            found[int(words[1])] = midi_to_melody(data, where=cue.place(name))
    return found


def _set_tempo(cue: Cue, points: Any) -> None:
    """Keep a given map, or none: edits of the maps there were belong to those."""
    settings = cue.ledger.settings
    if same_points(points, settings.tempo_points):
        return
    known = cue.ledger.artefacts.get("tempo.json")
    if known is not None and known.pins:
        cue.discard_edits("tempo")
    cue.ledger = replace(cue.ledger, settings=replace(settings, tempo_points=tuple(points)))
