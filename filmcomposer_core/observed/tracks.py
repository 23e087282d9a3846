"""Part tracks of a DAW to the operations of the plan."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.daw_plan import (
    DawPlan,
    EnvelopeOp,
    MidiItemOp,
    Operation,
    SendOp,
    TempoOp,
    TrackOp,
)
from filmcomposer_core.contracts.observed import ObservedTrack
from filmcomposer_core.errors import InputError
from filmcomposer_core.level_edits import MOST_GAIN, SAME_VALUE, moved_level
from filmcomposer_core.observed.envelopes import edited_envelope
from filmcomposer_core.observed.marker_name import plain_text
from filmcomposer_core.observed.part_notes import edited_item
from filmcomposer_core.timeline import Timeline


def edited_plan(
    tracks: Sequence[ObservedTrack], *, plan: DawPlan
) -> tuple[DawPlan, tuple[str, ...]]:
    """Take over what a user changed on part tracks.

    Parameters
    ----------
    tracks : sequence of ObservedTrack
        What differs from what was written.
    plan : DawPlan
        The operations as they stand; its own tempo map turns seconds into beats.

    Returns
    -------
    DawPlan, tuple of str
        The plan, and a sentence for everything that could not be taken over as it is. Whatever
        was not really changed keeps its written value to the last digit.
    """
    points = next((op.points for op in plan.operations if isinstance(op, TempoOp)), None)
    if points is None:
        msg = "daw_plan.json has no tempo operation."
        raise InputError(msg, "Delete the file to have it made anew.")
    desk = _Desk(list(plan.operations), Timeline(points))
    for seen in tracks:
        desk.take(seen)
    if desk.operations == list(plan.operations):
        return plan, tuple(desk.said)
    return replace(plan, operations=tuple(desk.operations)), tuple(desk.said)


class _Desk:
    """The operations under work, and the sentences for the user."""

    def __init__(self, operations: list[Operation], timeline: Timeline) -> None:
        self.operations = operations
        self.said: list[str] = []
        self._timeline = timeline

    def take(self, seen: ObservedTrack) -> None:
        """Take over one track."""
        at = self._find(lambda op: isinstance(op, TrackOp) and op.id == seen.id)
        if at is None:
            self.said.append(
                f"Track '{seen.name or seen.id}' is not in the cue any more; "
                "what you changed on it was not taken over."
            )
            return
        track = self.operations[at]
        assert isinstance(track, TrackOp)
        self.operations[at] = self._track(track, seen)
        if seen.send is not None:
            self._send(seen, track.name, seen.send)
        for parameter, points in seen.envelopes.items():
            self._envelope(seen.id, parameter, points, name=track.name)
        if seen.notes is not None:
            self._notes(seen, track.name)

    def _find(self, fits: Callable[[Operation], bool]) -> int | None:
        return next((n for n, op in enumerate(self.operations) if fits(op)), None)

    def _track(self, track: TrackOp, seen: ObservedTrack) -> TrackOp:
        if seen.name is not None and plain_text(seen.name) != plain_text(track.name):
            track = replace(track, name=plain_text(seen.name))
        if seen.volume is not None:
            laid = seen.laid.get("volume", track.volume)
            gain = moved_level("volume", seen.volume, laid=laid, now=track.volume)
            gain = self._gain(gain, track.volume, f"{track.name}: the volume")
            track = replace(track, volume=gain)
        if seen.pan is not None:
            laid = seen.laid.get("pan", track.pan)
            pan = moved_level("pan", seen.pan, laid=laid, now=track.pan)
            if abs(pan - track.pan) > SAME_VALUE:
                track = replace(track, pan=round(pan, codec.DECIMALS))
        return track

    def _gain(self, now: float, before: float, what: str) -> float:
        """Return a gain, the written one where it is the same, and the most there is at most."""
        if now > MOST_GAIN * (1.0 + SAME_VALUE):
            self.said.append(
                f"{what} of {20.0 * math.log10(now):+.1f} dB is more than a plan holds; "
                "it is taken over as +12 dB."
            )
        now = min(now, MOST_GAIN)
        return before if abs(now - before) <= SAME_VALUE else round(now, codec.DECIMALS)

    def _send(self, seen: ObservedTrack, name: str, gain: float) -> None:
        at = self._find(lambda op: isinstance(op, SendOp) and op.source == seen.id)
        if at is None:
            self.said.append(f"{name}: the cue has no reverb send for it to be changed.")
            return
        send = self.operations[at]
        assert isinstance(send, SendOp)
        gain = moved_level("gain", gain, laid=seen.laid.get("send", send.gain), now=send.gain)
        self.operations[at] = replace(
            send, gain=self._gain(gain, send.gain, f"{name}: the reverb send")
        )

    def _envelope(
        self, track: str, parameter: str, points: Sequence[tuple[float, float]], *, name: str
    ) -> None:
        target = self._target(track) if parameter == "send" else ""
        if target is None:
            self.said.append(f"{name}: the cue has no reverb send for an envelope.")
            return
        at = self._find(
            lambda op: (
                isinstance(op, EnvelopeOp)
                and (op.track, op.parameter, op.target) == (track, parameter, target)
            )
        )
        before = None if at is None else self.operations[at]
        assert before is None or isinstance(before, EnvelopeOp)
        now = edited_envelope(before, points, track=track, parameter=parameter, target=target)
        if now is not None and at is None:
            self.operations.append(now)
        elif now is not None and at is not None:
            self.operations[at] = now
        elif at is not None:
            del self.operations[at]

    def _target(self, track: str) -> str | None:
        sends = (op for op in self.operations if isinstance(op, SendOp) and op.source == track)
        return next((op.target for op in sends), None)

    def _notes(self, seen: ObservedTrack, name: str) -> None:
        at = self._find(lambda op: isinstance(op, MidiItemOp) and op.track == seen.id)
        if at is None:
            self.said.append(f"{name}: no notes of the cue lie on this track.")
            return
        item = self.operations[at]
        assert isinstance(item, MidiItemOp)
        self.operations[at], said = edited_item(
            item, seen.notes or (), timeline=self._timeline, folded=seen.folded
        )
        self.said += said
