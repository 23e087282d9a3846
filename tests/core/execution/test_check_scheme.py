from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from filmcomposer_core.contracts.scheme import FxScheme, MeasureScheme, Scheme
from filmcomposer_core.contracts.score import Duplicate
from filmcomposer_core.errors import InputError
from tests import samples
from tests.core.execution.cases import built, scheme_with


def refused(scheme: Scheme) -> InputError:
    with pytest.raises(InputError, match=r"scheme\.json") as caught:
        built(scheme=scheme)
    assert caught.value.hint
    return caught.value


def test_an_unknown_instrument_is_named_with_its_neighbours() -> None:
    error = refused(scheme_with("violins", instrument="violins7"))
    assert "'violins'" in error.message
    assert "violins7" in error.message
    assert "violins1" in error.hint


def test_an_unknown_technique_is_named_with_those_there_are() -> None:
    error = refused(scheme_with("violins", technique="wah"))
    assert "'wah'" in error.message
    assert "pizzicato" in error.hint


def test_an_unknown_duplicate_is_named() -> None:
    duplicate = Duplicate(instrument="theremin", semitones=0, gain=0.5)
    assert "duplicates" in refused(scheme_with("violins", duplicates=(duplicate,))).message


@pytest.mark.parametrize(
    "change",
    [
        {"volume_envelope": {"measure11": 0.5}},
        {"panning": {"measure1": 0.0, "measure99": 0.5}},
        {"reverb_space": {"measure11": 0.5}},
        {"fx": FxScheme(parameter="lowpass_hz", value={"measure11": 900.0})},
        {"soften": (0,)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_measure_that_is_not_there_is_named(change: dict[str, Any]) -> None:
    error = refused(scheme_with("horns", **change))
    assert "does not exist" in error.message
    assert "'horns'" in error.message
    assert "1 to 10" in error.hint


def test_a_dynamic_for_a_measure_that_is_not_there() -> None:
    scheme = replace(samples.scheme(), measures=(MeasureScheme(measure=44, dynamic="f"),))
    assert "measure 44" in refused(scheme).message


def test_a_track_that_is_not_in_the_score() -> None:
    scheme = samples.scheme()
    tracks = (*scheme.tracks, replace(scheme.tracks[0], id="kazoo"))
    error = refused(replace(scheme, tracks=tracks))
    assert "'kazoo'" in error.message
    assert "violins" in error.hint


def test_a_track_that_was_taken_out() -> None:
    scheme = samples.scheme()
    assert "'basses'" in refused(replace(scheme, tracks=scheme.tracks[:2])).message


def test_a_track_twice() -> None:
    scheme = samples.scheme()
    assert (
        "two tracks" in refused(replace(scheme, tracks=(*scheme.tracks, scheme.tracks[0]))).message
    )


@pytest.mark.parametrize("name", ["@reverb", "stem/violins"])
def test_a_name_that_the_session_needs(name: str) -> None:
    score, scheme = samples.score(), samples.scheme()
    score = replace(score, parts=(replace(score.parts[0], id=name), *score.parts[1:]))
    scheme = replace(scheme, tracks=(replace(scheme.tracks[0], id=name), *scheme.tracks[1:]))
    with pytest.raises(InputError, match="needs for itself"):
        built(score=score, scheme=scheme)


def test_a_track_named_like_a_duplicate() -> None:
    score, scheme = samples.score(), samples.scheme()
    name = "violins_dup1"
    score = replace(score, parts=(*score.parts[:2], replace(score.parts[2], id=name)))
    doubled = replace(
        scheme.tracks[0], duplicates=(Duplicate(instrument="flute", semitones=12, gain=0.5),)
    )
    tracks = (doubled, scheme.tracks[1], replace(scheme.tracks[2], id=name))
    with pytest.raises(InputError, match="a track and a duplicate"):
        built(score=score, scheme=replace(scheme, tracks=tracks))
