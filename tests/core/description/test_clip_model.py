from __future__ import annotations

from filmcomposer_core.description.clip_model import clip_model
from filmcomposer_core.description.describer import Film
from filmcomposer_core.description.look import measure_look
from filmcomposer_core.description.tables import read_table
from tests.core.description.seen import film, frame, guesses, sightings


def test_frames_that_it_was_not_shown_do_not_make_it_less_sure() -> None:
    analysis, curves = film()
    trust = read_table("idioms.toml")["given_model"]["trust"]
    one = frame(labels={"setting": guesses(sea=0.8, null=0.2)})
    other = frame(labels={"setting": guesses(sea=0.4, beach=0.6)})
    seen = sightings(one, frame(card=0.9), other)
    look = measure_look(analysis, curves)
    found = clip_model(Film(analysis=analysis, curves=curves, look=look, sightings=seen))
    told = {label.value: label.confidence for label in found.shots[0].labels["setting"]}
    assert told == {"sea": round(trust * 0.6, 3), "beach": round(trust * 0.3, 3)}
