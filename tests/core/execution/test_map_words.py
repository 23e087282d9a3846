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
            "104 BPM, 4/4, one steady tempo; "
            "strong hits met: 2 of 2 (on the bar line 2 of 2 that want one)",
        ),
        # S001 lies 2.5 frames off its bar line, S002 is met on beat 3.
        (
            tempo_map(
                ("S001", 1.0, 2.5),
                ("S002", 3.0, -1.0),
                points=((0.0, 96.2, "4/4"), (1.0, 104.4, "4/4")),
            ),
            "96.2-104.4 BPM, 4/4, one step at 1.0 s; "
            "strong hits met: 1 of 2 (on the bar line 0 of 2 that want one)",
        ),
        (
            tempo_map(
                points=((0.0, 70.0, "3/4"), (1.0, 71.6, "3/4"), (2.5, 70.0, "3/4")), ramp=True
            ),
            "70-71.6 BPM, 3/4, 2 glides from 0.0 s on; no strong hits",
        ),
        # The bar that only fills the time before the music is neither tempo nor metre of it.
        (
            tempo_map(points=((0.0, 120.0, "1/8"), (0.25, 133.0, "4/4")), first_bar=2),
            "133 BPM, 4/4, music from 0.25 s, one steady tempo; no strong hits",
        ),
        # 99 quarters are 66 dotted quarters.
        (
            tempo_map(points=((0.0, 99.0, "6/8"),)),
            "99 BPM (66 felt beats a minute), 6/8, one steady tempo; no strong hits",
        ),
        (
            tempo_map(points=((0.0, 100.0, "2/4"), (1.2, 100.0, "6/8"), (3.0, 100.0, "2/4"))),
            "100 BPM, 2/4 and 6/8, one steady tempo; no strong hits",
        ),
    ],
)
def test_a_map_in_a_line(given: TempoMap, said: str) -> None:
    assert map_lines((given,), samples.spots()) == (said,)


@pytest.mark.parametrize(
    ("beat", "counts"),
    [
        (1.0, "2 of 2 (MUST 1 of 1; on the bar line 2 of 2 that want one)"),
        # Half a bar off is no place for a MUST: the report's marker is not green there either.
        (3.0, "1 of 2 (MUST 0 of 1; on the bar line 1 of 2 that want one)"),
    ],
)
def test_must_hits_are_among_those_counted(beat: float, counts: str) -> None:
    spots = tuple(
        replace(spot, weight="MUST") if spot.id == "S002" else spot for spot in samples.spots()
    )
    given = tempo_map(("S001", 1.0, 0.0), ("S002", beat, 0.0))
    assert map_lines((given,), spots)[0].endswith(f"; strong hits met: {counts}")


def test_a_line_does_not_depend_on_the_lines_beside_it() -> None:
    first, second = tempo_map(), tempo_map(points=((0.0, 110.0, "3/4"),))
    alone = map_lines((second,), ())[0]
    assert map_lines((first, second), ()) == (f"{map_lines((first,), ())[0]}; fits best", alone)


@pytest.mark.parametrize("seed", [1, 4, 7, 13])
def test_no_two_maps_read_the_same(seed: int) -> None:
    """Tempo, metre, start, course tell them apart; one steady map may come near one that bends."""
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
