"""Mixing: where each track sits, and how much of the room it has."""

from __future__ import annotations

import math
from dataclasses import dataclass

from filmcomposer_core.arrangement.idioms import Idiom
from filmcomposer_core.catalogue import instrument
from filmcomposer_core.contracts.description import Description
from filmcomposer_core.contracts.scheme import FxScheme
from filmcomposer_core.contracts.score import Part, Score

#: Send level of the families whose place in the hall is known, dB.
SEND_DB = {
    "violins1": -13.0, "violins2": -13.0, "violas": -13.0, "cellos": -14.0, "basses": -17.0,
    "horns_a4": -9.0, "horn_solo": -9.0, "trumpet": -10.0, "trumpets_a3": -10.0,
    "trombones_a3": -11.0, "tuba": -11.0, "timpani": -10.0, "harp": -12.0, "celesta": -10.0,
    "piano": -16.0, "choir_aah": -6.0, "choir_ooh": -6.0,
}  # fmt: skip
#: A line leaning on the theme's register is darkened so that the theme stands out.
PAD_LOWPASS_HZ = 7000.0
TREMOLO_LOWPASS_HZ = 6000.0
CLOSE_VIEWS = ("close-up shot", "extreme close-up shot")
LONG_VIEWS = ("long shot",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Pan from -1 to 1, linear send gain, and one effect if it is useful."""

    panning: float
    reverb_space: float
    fx: FxScheme | None


def place_tracks(
    score: Score, *, idiom: Idiom, description: Description, width: float
) -> dict[str, Place]:
    """Speak fifth: set pan and reverb for every part.

    Parameters
    ----------
    idiom : Idiom
        A comedy is dry, a wonder wet.
    description : Description
        A close view is drier than a long one.
    width : float
        Share of the concert seating's width that is used, 0 to 1; the Reviewer narrows a
        lopsided stage.

    Returns
    -------
    dict of str to Place

    Notes
    -----
    Implements duties 1 and 2 of the Mixing agent (Table 2 of FilmComposer).
    """
    view = description.overall.view_scale.value
    wet_db = idiom.wet_db + (2.0 if view in LONG_VIEWS else -2.0 if view in CLOSE_VIEWS else 0.0)
    return {
        part.id: Place(
            panning=round(width * _seat(part), 3),
            reverb_space=_send(part, wet_db),
            fx=_effect(part),
        )
        for part in score.parts
    }


def _seat(part: Part) -> float:
    """Return the concert seat; who carries the theme moves towards the middle."""
    pan = instrument(part.instrument).pan
    return 0.7 * pan if part.role == "melody" else pan


def _send(part: Part, wet_db: float) -> float:
    player = instrument(part.instrument)
    send_db = SEND_DB.get(player.id, -19.0 + 18.0 * player.depth) + wet_db
    if part.role == "bass":
        send_db -= 2.0
    return round(min(1.0, max(0.02, math.pow(10.0, send_db / 20.0))), 3)


def _effect(part: Part) -> FxScheme | None:
    if part.instrument in ("pad_warm", "pad_bowed_glass", "strings2_slow"):
        return FxScheme(parameter="lowpass_hz", value=PAD_LOWPASS_HZ)
    if part.technique == "tremolo" and part.role == "pad":
        return FxScheme(parameter="lowpass_hz", value=TREMOLO_LOWPASS_HZ)
    return None
