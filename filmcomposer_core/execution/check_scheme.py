"""Refuse a scheme that does not fit its score, naming the file, the track, the value, the cure."""

from __future__ import annotations

from collections.abc import Collection

from filmcomposer_core.catalogue import Instrument, Technique, instrument
from filmcomposer_core.contracts.scheme import ByMeasure, Scheme, TrackScheme, measure_number
from filmcomposer_core.contracts.score import Part, Score
from filmcomposer_core.errors import InputError

FILE, SCORE_FILE = "scheme.json", "score.json"
#: Beginnings of ids that the session needs for its own tracks.
RESERVED = ("@", "stem/")


def check_scheme(scheme: Scheme, *, score: Score, measures: int) -> None:
    """Check every name and measure of a scheme that a user may have edited.

    Parameters
    ----------
    scheme : Scheme
        The scheme.
    score : Score
        The score that it arranges.
    measures : int
        Number of the last measure there is.

    Raises
    ------
    InputError
        For an unknown or missing track, an unknown instrument or technique, a note of the score
        with an unknown technique, or a measure that the cue does not have.
    """
    _check_tracks(scheme, score=score)
    for part in score.parts:
        check_techniques(part)
    for item in scheme.measures:
        _check_measure(item.measure, measures=measures, where="measures")
    for track in scheme.tracks:
        chosen(track)
        for duplicate in track.duplicates:
            find_instrument(duplicate.instrument, track=track.id, field="duplicates")
        for field, keys in _measure_keys(track):
            for number in keys:
                _check_measure(number, measures=measures, where=f"track {track.id!r}: {field}")


def chosen(track: TrackScheme) -> tuple[Instrument, Technique]:
    """Return the instrument and the technique that a track names.

    Raises
    ------
    InputError
        If the catalogue has no such instrument, or the instrument no such technique.
    """
    player = find_instrument(track.instrument, track=track.id, field="instrument")
    try:
        return player, player.technique(track.technique)
    except InputError as exc:
        msg = f"{FILE}: track {track.id!r}: technique: {exc.message}"
        raise InputError(msg, exc.hint) from exc


def check_techniques(part: Part) -> None:
    """Check the techniques that the notes of a part name.

    Raises
    ------
    InputError
        Naming the part and the note, if its instrument has no such technique.
    """
    named = {note.technique for note in part.notes} - {""}
    if not named:
        return
    known = [technique.name for technique in instrument(part.instrument).techniques]
    for note in part.notes:
        if note.technique and note.technique not in known:
            msg = (
                f"{SCORE_FILE}: part {part.id!r}: note at beat {note.beat:g}, pitch {note.pitch}: "
                f"{part.instrument} has no technique {note.technique!r}."
            )
            raise InputError(msg, f"It has: {', '.join(known)}; leave it empty for the part's own.")


def find_instrument(name: str, *, track: str, field: str) -> Instrument:
    """Return an instrument of the catalogue; InputError names the track and the field."""
    try:
        return instrument(name)
    except InputError as exc:
        msg = f"{FILE}: track {track!r}: {field}: {exc.message}"
        raise InputError(msg, exc.hint) from exc


def _check_tracks(scheme: Scheme, *, score: Score) -> None:
    parts = {part.id: part for part in score.parts}
    seen: set[str] = set()
    for track in scheme.tracks:
        if track.id in seen:
            msg = f"{FILE}: there are two tracks {track.id!r}."
            raise InputError(msg, "Remove one of them.")
        seen.add(track.id)
        if track.id not in parts:
            known = ", ".join(parts) or "none"
            msg = f"{FILE}: track {track.id!r} is not in the score."
            raise InputError(msg, f"The score has: {known}.")
        if track.id.startswith(RESERVED):
            msg = f"{FILE}: track {track.id!r} has a name that the session needs for itself."
            raise InputError(msg, "Give the part another id, without @ or stem/ at its beginning.")
    _check_complete(parts, seen)
    _check_duplicates(scheme, taken=parts)


def _check_complete(parts: dict[str, Part], seen: Collection[str]) -> None:
    missing = [name for name in parts if name not in seen]
    if missing:
        msg = f"{FILE}: track {missing[0]!r} of the score is missing."
        raise InputError(msg, "Put it back; to silence it, give it a volume_envelope of 0.")


def _check_duplicates(scheme: Scheme, *, taken: Collection[str]) -> None:
    for track in scheme.tracks:
        for number, _ in enumerate(track.duplicates, start=1):
            if duplicate_id(track.id, number) in taken:
                msg = f"{FILE}: {duplicate_id(track.id, number)!r} is a track and a duplicate."
                raise InputError(msg, "Give the track another id.")


def duplicate_id(track: str, number: int) -> str:
    """Return the track id of the n-th duplicate of a part."""
    return f"{track}_dup{number}"


def _measure_keys(track: TrackScheme) -> list[tuple[str, list[int]]]:
    tables: list[tuple[str, float | ByMeasure]] = [
        ("volume_envelope", track.volume_envelope),
        ("panning", track.panning),
        ("reverb_space", track.reverb_space),
    ]
    if track.fx is not None:
        tables.append((f"fx {track.fx.parameter}", track.fx.value))
    keys = [
        (name, [measure_number(key) for key in value])
        for name, value in tables
        if isinstance(value, dict)
    ]
    return [*keys, ("soften", list(track.soften))]


def _check_measure(number: int, *, measures: int, where: str) -> None:
    if not 1 <= number <= measures:
        msg = f"{FILE}: {where}: measure {number} does not exist."
        raise InputError(msg, f"The cue has the measures 1 to {measures}.")
