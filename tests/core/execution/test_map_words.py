"""The ranked tempo maps as a user reads them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import MappedHit, TempoMap, TempoPoint
from filmcomposer_core.execution.map_words import map_lines
from filmcomposer_core.tempo import fit_tempo
from tests import samples
from tests.core.tempo.lists import FPS, music, random_spots

Points = tuple[tuple[float, float, str], ...]


def tempo_map(
    *hits: tuple[str, float, float],
    points: Points = ((0.0, 104.0, "4/4"),),
    first_bar: int = 1,
    ramp: bool = False,
) -> TempoMap:
    made = tuple(
        TempoPoint(
            time_s=time_s,
            bpm=bpm,
            ramp=ramp and n + 1 < len(points),
            num=int(meter.split("/")[0]),
            den=int(meter.split("/")[1]),
        )
        for n, (time_s, bpm, meter) in enumerate(points)
    )
    mapped = tuple(
        MappedHit(spot=spot, time_s=8.0, bar=1, beat=beat, frames_off=off)
        for spot, beat, off in hits
    )
    return TempoMap(
        rank=2, kind="piecewise", first_bar=first_bar, cost=0.0, points=made, hits=mapped
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        # S001 and S002 are strong downbeats and may be off by a frame; S003 is weak.
        (
            tempo_map(("S001", 1.0, 0.4), ("S002", 1.0, -0.2), ("S003", 2.0, 7.0)),
            "104 BPM, 4/4; strong 2 of 2 (2 of 2 on downbeats); fits best",
        ),
        (
            tempo_map(
                ("S001", 1.0, 2.5),
                ("S002", 3.0, -1.0),
                points=((0.0, 96.2, "4/4"), (1.0, 104.4, "4/4")),
            ),
            "96-104 BPM, 4/4; strong 1 of 2 (0 of 2 on downbeats); fits best",
        ),
        # Three in a hundred are no change of tempo to speak of.
        (
            tempo_map(points=((0.0, 70.0, "3/4"), (1.0, 71.6, "3/4"))),
            "70.8 BPM, 3/4; no strong hits; fits best",
        ),
        # The bar that only fills the time before the music is neither tempo nor metre of it.
        (
            tempo_map(
                points=((0.0, 375.0, "1/8"), (0.08, 133.0, "4/4")),
                first_bar=2,
            ),
            "133 BPM, 4/4, from 0.08 s; no strong hits; fits best",
        ),
        (
            tempo_map(points=((0.0, 100.0, "2/4"), (1.2, 100.0, "6/8"), (3.0, 100.0, "2/4"))),
            "100 BPM, 2/4 and 6/8; no strong hits; fits best",
        ),
    ],
)
def test_a_map_in_a_line(given: TempoMap, said: str) -> None:
    assert map_lines((given,), samples.spots()) == (said,)


def test_must_hits_are_counted_apart() -> None:
    spots = tuple(
        replace(spot, weight="MUST") if spot.id == "S002" else spot for spot in samples.spots()
    )
    given = tempo_map(("S001", 1.0, 0.0), ("S002", 3.0, 0.0))
    assert map_lines((given,), spots) == (
        "104 BPM, 4/4; MUST 1 of 1, strong 1 of 1 (1 of 2 on downbeats); fits best",
    )


def test_each_map_says_what_sets_it_apart_from_the_one_above() -> None:
    steps = ((0.0, 100.0, "4/4"), (4.8, 102.0, "4/4"))
    maps = (
        tempo_map(points=steps),
        tempo_map(points=steps, ramp=True),
        tempo_map(points=((0.0, 100.0, "4/4"),)),
        tempo_map(points=((0.0, 110.0, "4/4"),)),
        tempo_map(points=((0.0, 110.0, "3/4"),)),
        tempo_map(points=((0.0, 60.0, "1/4"), (1.0, 110.0, "3/4")), first_bar=2),
    )
    told = [line.rsplit("; ", 1)[1] for line in map_lines(maps, ())]
    assert told == [
        "fits best",
        "glides",
        "one steady tempo",
        "10 % faster",
        "3/4 instead of 4/4",
        "begins later",
    ]


@pytest.mark.parametrize("seed", [1, 4, 7, 13])
def test_no_two_maps_read_the_same(seed: int) -> None:
    """Tempo, metre and start tell them apart; one steady map may come near one that bends."""
    spots: list[Spot] = random_spots(seed, duration_s=13.0)[:3]
    plan = fit_tempo(spots, music=music(132, 146, "4/4"), duration_s=13.0, fps=FPS)
    lines = map_lines(plan.maps, spots)
    assert len({line.split(";")[0] for line in lines}) == len(lines) >= 2
    steady = False
    for place, found in enumerate(plan.maps):
        first_steady = found.kind == "constant" and not steady
        steady = steady or first_steady
        if not first_steady:
            assert not any(_alike(found, other) for other in plan.maps[:place])


def _alike(one: TempoMap, other: TempoMap) -> bool:
    meters = {(p.num, p.den) for p in (one.points[-1], other.points[-1])}
    slow, fast = sorted(p.bpm for p in (one.points[-1], other.points[-1]))
    starts = [m.points[m.first_bar - 1].time_s for m in (one, other)]
    return len(meters) == 1 and fast < 1.01 * slow and abs(starts[0] - starts[1]) < 0.05
