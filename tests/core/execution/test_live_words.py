"""What the user is told of themes and of what made the music."""

from __future__ import annotations

from dataclasses import replace

import pytest

from filmcomposer_core.contracts.cue import Artefact, Provenance
from filmcomposer_core.execution.live_words import made_by, theme_words
from tests.core.execution.live_cases import verdict


def test_names_of_themes() -> None:
    assert theme_words(1, verdict(16.84, pending=0)) == "Theme 1 (16.8 of 19, accepted)"
    refused = theme_words(2, verdict(6.0, accepted=False), edited=True)
    assert refused == "Theme 2 (6.0 of 15, not accepted, edited)"


def artefact(stage: str, model: str = "none", licence: str = "MIT") -> Artefact:
    made = Provenance(engine="embedded", model=model, licence=licence, seed=3, versions={})
    return Artefact(stage=stage, sha256="", content="", inputs={}, provenance=made)


def test_what_made_the_music() -> None:
    ledger = {
        "analysis.json": artefact("see"),
        "melody.mid": artefact("compose"),
        "score.json": artefact("arrange"),
        "cue.wav": artefact("render", "Hall_of_Fame.sf3 by midirenderer", "CC0"),
    }
    stages = ("see", "compose", "arrange", "mix", "render")
    assert made_by(ledger, stages) == ("embedded engine, seed 3, Hall of Fame.",)
    assert made_by(ledger, ()) == ()
    other = artefact("compose", "Weights_2", "CC-BY-NC-4.0")
    other = replace(other, provenance=replace(other.provenance, engine="remote", seed=4))
    assert made_by(ledger | {"melody.mid": other}, stages) == (
        "compose: remote engine, seed 4, Weights 2 (licence CC-BY-NC-4.0: FOR NON-COMMERCIAL USE "
        "ONLY); arrange, render: embedded engine, seed 3, Hall of Fame.",
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
    # Of what looked at the picture only that is said.
    lines = made_by({"analysis.json": artefact("see", "Vision", licence)}, ("see",))
    assert len(lines) == limited
    assert all("Vision (licence" in line for line in lines)
