"""Give the tracks of a session their sounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from filmcomposer_core.catalogue import catalogue
from filmcomposer_core.contracts.daw_plan import DawPlan, MidiItemOp
from filmcomposer_core.contracts.session import Session, SessionInstrument, SessionTrack
from filmcomposer_core.contracts.sounds import MINE, RACKS, OwnSound, SoundMap
from filmcomposer_core.errors import FilmComposerError, InputError
from filmcomposer_core.execution.rpp_place import Placement
from filmcomposer_core.sounds.chains import chain_lines
from filmcomposer_core.sounds.keyed import keyed_track
from filmcomposer_core.sounds.racks import Rack, plan_racks
from filmcomposer_core.sounds.rs5k import sampler
from filmcomposer_core.sounds.samples import FOLDER, Player, Sample, make_samples

_PART = "part"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Where sounds come from: the mapping, REAPER's resource folder, the cue folder, a player."""

    sounds: SoundMap
    resources: Path
    folder: Path
    player: Player
    system: str


def with_sounds(
    session: Session,
    plan: DawPlan,
    shelf: Shelf,
    *,
    tell: Callable[[int, int], None] | None = None,
) -> Session:
    """Return a session whose part tracks have the instruments that the mapping says.

    Parameters
    ----------
    session : Session
        As :func:`filmcomposer_core.execution.live.make_session` makes it: printed stems sound.
    plan : DawPlan
        What it was made from.
    shelf : Shelf
        Where sounds come from.
    tell : callable or None
        Told the racks made and all of them.

    Returns
    -------
    Session
        With a sentence for each thing that cannot be had; that part keeps its printed stem.
    """
    items = {op.track: op for op in plan.operations if isinstance(op, MidiItemOp)}
    parts = [t for t in session.tracks if t.kind == _PART and t.id in items]
    choices = {t.id: shelf.sounds.choice(items[t.id].instrument) for t in parts}
    notes: list[str] = []
    made: dict[str, SessionTrack] = {}
    lacking: list[str] = []
    for track in parts:
        item = items[track.id]
        own = shelf.sounds.instruments.get(item.instrument)
        if choices[track.id] != MINE:
            continue
        if own is None or not own.is_there:
            lacking.append(item.instrument)
        else:
            made[track.id] = _mine(track, item, own, shelf, notes)
    if lacking:
        names = ", ".join(dict.fromkeys(_name(ident) for ident in lacking))
        notes.append(f"sounds.toml names no sound of yours for: {names}; printed stems stay there.")
    racked = [track for track in parts if choices[track.id] == RACKS]
    made |= _racked(racked, plan, shelf, notes, tell)
    tracks = tuple(made.get(track.id, track) for track in session.tracks)
    return replace(session, tracks=tracks, notes=(*session.notes, *notes))


def _name(instrument: str) -> str:
    known = catalogue().get(instrument)
    return known.name if known else instrument


def _mine(
    track: SessionTrack, item: MidiItemOp, own: OwnSound, shelf: Shelf, notes: list[str]
) -> SessionTrack:
    instrument = SessionInstrument(plugin=own.plugin, preset=own.preset)
    if own.template:
        try:
            chain = chain_lines(own.template, shelf.resources)
        except InputError as exc:
            notes.append(f"{track.name} keeps its printed stem: {exc}")
            return track
        instrument = SessionInstrument(plugin=own.template, chain=chain)
    keyed = keyed_track(track.text, item, own)
    notes += keyed.said
    return replace(
        track, text=keyed.text, instruments=(instrument,), keys=keyed.keys, folded=keyed.folded
    )


def _racked(
    tracks: Sequence[SessionTrack],
    plan: DawPlan,
    shelf: Shelf,
    notes: list[str],
    tell: Callable[[int, int], None] | None,
) -> dict[str, SessionTrack]:
    racks = plan_racks(plan, [track.id for track in tracks])
    try:
        samples = make_samples(racks, shelf.folder / FOLDER, player=shelf.player, tell=tell)
    except FilmComposerError as exc:
        notes.append(f"No racks could be made, so printed stems stay: {exc}")
        return {}
    made = {
        track.id: replace(track, instruments=found)
        for track in tracks
        if (found := _samplers(track.id, samples, shelf))
    }
    if made:
        count = sum(len(track.instruments) for track in made.values())
        files = {sample.path: sample.bytes for found in samples.values() for sample in found}
        notes.append(
            f"Racks: {count} ReaSamplOmatic5000 for {len(made)} "
            f"{'part' if len(made) == 1 else 'parts'}, {sum(files.values()) / 1e6:.0f} MB of "
            "samples (not yet verified in REAPER)."
        )
    left = [track.name for track in tracks if track.id not in made]
    if left:
        notes.append(f"No rack for {', '.join(left)}: nothing to sample, or no room; stems stay.")
    return made


def _samplers(
    track: str, samples: Mapping[Rack, Sequence[Sample]], shelf: Shelf
) -> tuple[SessionInstrument, ...]:
    place = Placement(folder=str(shelf.folder), system=shelf.system)
    return tuple(
        sampler(sample, rack, path=place.path(f"{FOLDER}/{sample.path.name}"))
        for rack, found in samples.items()
        if rack.track == track
        for sample in found
    )
