"""Size of ``reaper/session.json`` and the time to make it: 3 minutes, 16 parts, 10,000 notes.

Run with ``python -m benchmarks.session``.
"""

from __future__ import annotations

import json
import random
import time
from dataclasses import replace

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.daw_plan import (
    AudioItemOp,
    DawPlan,
    EnvelopeOp,
    EnvelopePoint,
    MidiItemOp,
    Operation,
    PlayedNote,
    SendOp,
    TempoOp,
    TrackOp,
    stem_path,
)
from filmcomposer_core.contracts.session import SessionRequest
from filmcomposer_core.execution.live import CueSoFar, make_session
from tests import samples

SECONDS, PARTS, NOTES = 180.0, 16, 10_000
BEATS = int(SECONDS * 2)  # at 120 BPM


def long_plan() -> DawPlan:
    """Return the plan of a long cue, with volume envelopes of a point a bar."""
    rng = random.Random(1)
    names = [f"part{n:02d}" for n in range(PARTS)]
    ops: list[Operation] = [TempoOp(points=samples.tempo_plan().map.points)]
    ops.append(TrackOp(id="@cue", name="FilmComposer cue", kind="folder"))
    ops += [TrackOp(id=n, name=n, kind="part", parent="@cue", muted=True) for n in names]
    ops.append(TrackOp(id="@reverb", name="Reverb", kind="bus"))
    ops.append(TrackOp(id="@stems", name="FilmComposer printed stems", kind="folder"))
    for number, name in enumerate(names, start=1):
        stem = f"stem/{name}"
        notes = tuple(
            PlayedNote(
                beat=beat, length=0.5, pitch=40 + number, velocity=rng.randint(40, 110), channel=0
            )
            for beat in sorted(rng.uniform(0, BEATS - 1) for _ in range(NOTES // PARTS))
        )
        points = tuple(EnvelopePoint(time_s=2.0 * n, value=rng.random()) for n in range(90))
        ops += [
            TrackOp(id=stem, name=name, kind="stem", parent="@stems"),
            AudioItemOp(track=stem, path=stem_path(number, name), position_s=0.0, length_s=SECONDS),
            MidiItemOp(
                track=name,
                name=name,
                instrument="violins1",
                start_beat=0.0,
                end_beat=float(BEATS),
                sounds=(),
                notes=notes,
            ),
            SendOp(source=name, target="@reverb", gain=0.3),
            EnvelopeOp(track=name, parameter="volume", points=points),
        ]
    return DawPlan(version=1, operations=tuple(ops))


def main() -> None:
    plan = long_plan()
    cue = CueSoFar(
        clip=replace(samples.clip(), duration_s=SECONDS, frames=4320),
        title="Long",
        folder="/films/long",
        reached="report",
        spots=samples.spots(),
        tempo=samples.tempo_plan(),
        daw_plan=plan,
        stems={op.path for op in plan.operations if isinstance(op, AudioItemOp)},
    )
    request = SessionRequest(cue="0a1b2c3d", anchor_s=100.0, system="linux")
    begun = time.perf_counter()
    session = make_session(cue, request)
    made = time.perf_counter()
    data = codec.dump_json(session).encode()
    written = time.perf_counter()
    json.loads(data)
    read = time.perf_counter()
    tracks = len(session.tracks)
    print(f"{tracks} tracks, {NOTES} notes: {len(data)} bytes, largest track "
          f"{max(len(t.text) for t in session.tracks)} characters")  # fmt: skip
    print(f"made in {made - begun:.3f} s, to JSON {written - made:.3f} s, "
          f"JSON read {1000 * (read - written):.1f} ms")  # fmt: skip


if __name__ == "__main__":
    main()
