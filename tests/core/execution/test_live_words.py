"""What the user is told of maps, themes, the assessment and of what made the music."""

from __future__ import annotations

from dataclasses import replace

import pytest

from filmcomposer_core.contracts.cue import Artefact, Provenance
from filmcomposer_core.contracts.tempo import MappedHit, TempoMap, TempoPoint
from filmcomposer_core.execution.live_words import (
    assessment_lines,
    made_by,
    map_words,
    theme_words,
)
from tests import samples
from tests.core.execution.live_cases import verdict


def tempo_map(*hits: tuple[str, float, float], bpm: tuple[float, ...] = (104.0,)) -> TempoMap:
    points = tuple(
        TempoPoint(time_s=float(n), bpm=b, ramp=False, num=4, den=4) for n, b in enumerate(bpm)
    )
    mapped = tuple(
        MappedHit(spot=spot, time_s=8.0, bar=1, beat=beat, frames_off=off)
        for spot, beat, off in hits
    )
    return TempoMap(rank=2, kind="piecewise", first_bar=1, cost=0.0, points=points, hits=mapped)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        # S001 and S002 are strong and may be off by a frame; S003 is weak.
        (
            tempo_map(("S001", 1.0, 0.4), ("S002", 1.0, -0.2), ("S003", 2.0, 7.0)),
            "2: 104 BPM, 4/4, 2 of 2 strong hits on the downbeat, worst 0.4 frames",
        ),
        (
            tempo_map(("S001", 1.0, 2.5), ("S002", 3.0, -1.0), bpm=(96.2, 104.4)),
            "2: 96-104 BPM, 4/4, 0 of 2 strong hits on the downbeat, 1 on another beat, "
            "worst 2.5 frames",
        ),
        (tempo_map(bpm=(96.1, 96.4)), "2: 96.1-96.4 BPM, 4/4, no strong hits"),
        (tempo_map(("S003", 2.0, 0.0), bpm=(96.04,)), "2: 96 BPM, 4/4, no strong hits"),
    ],
)
def test_a_map_in_a_line(given: TempoMap, said: str) -> None:
    assert map_words(given, samples.spots()) == said


def test_meters_are_named_once_each_in_order() -> None:
    meters = ((2, 4), (6, 8), (2, 4))
    points = tuple(
        TempoPoint(time_s=float(n), bpm=100.0, ramp=False, num=num, den=den)
        for n, (num, den) in enumerate(meters)
    )
    assert "100 BPM, 2/4 and 6/8, " in map_words(replace(tempo_map(), points=points), ())


def test_themes_and_verdicts() -> None:
    assert theme_words(1, verdict(16.84, pending=0)) == "Theme 1 (16.8 of 19, accepted)"
    lines = assessment_lines("Theme", verdict(13.8))
    assert lines[0] == "Theme: 13.8 of 15, accepted."
    assert lines[1] == " 1 Name 1: 0.75 good."
    assert lines[19] == "19 Name 19: pending."
    assert len(lines) == 20
    refused = assessment_lines("Theme", verdict(6.0, accepted=False))
    assert refused[0] == "Theme: 6.0 of 15, not accepted."
    assert refused[20:] == ("To mend: 6: more.",)
    assert assessment_lines("Arranged cue", None) == ()


def artefact(stage: str, model: str = "none", licence: str = "MIT") -> Artefact:
    made = Provenance(engine="embedded", model=model, licence=licence, seed=3, versions={})
    return Artefact(stage=stage, sha256="", content="", inputs={}, provenance=made)


def test_what_made_the_music() -> None:
    ledger = {
        "analysis.json": artefact("see"),
        "melody.mid": artefact("compose"),
        "score.json": artefact("arrange"),
        "cue.wav": artefact("render", "Hall.sf3 by midirenderer", "CC0"),
    }
    stages = ("see", "compose", "arrange", "mix", "render")
    assert made_by(ledger, stages) == (
        "compose, arrange: embedded engine, no trained weights, seed 3, licence MIT.",
        "render: embedded engine, Hall.sf3 by midirenderer, seed 3, licence CC0.",
    )


@pytest.mark.parametrize(
    ("licence", "limited"),
    [
        ("CC-BY-NC-4.0", True),
        ("CC BY-NC-SA 4.0", True),
        ("for non-commercial use", True),
        ("noncommercial", True),
        ("MIT (parts CC0 and public domain)", False),
        ("Encore licence", False),
    ],
)
def test_weights_that_forbid_commercial_use_are_named_as_such(licence: str, limited: bool) -> None:
    (line,) = made_by({"melody.mid": artefact("compose", "Weights", licence)}, ("compose",))
    assert ("FOR NON-COMMERCIAL USE ONLY" in line) == limited
    (line,) = made_by({"analysis.json": artefact("see", "Vision", licence)}, ("see",))
    assert "Vision" in line
