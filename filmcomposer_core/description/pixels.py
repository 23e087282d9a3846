"""The describer that needs no model: light and hue of every shot, by its mean colours."""

from __future__ import annotations

from filmcomposer_core.contracts.clip import Shot
from filmcomposer_core.contracts.description import Label
from filmcomposer_core.contracts.labels import NULL
from filmcomposer_core.description.describer import Film, Findings, ShotFindings
from filmcomposer_core.description.look import Look

SOURCE = "pixels"
#: How often the measured word for light was right on hand-labelled shots.
LIGHT = 0.85


def pixels(film: Film) -> Findings:
    """Say how light a film is and what its hue; the mood of its pixels comes with the curves.

    Parameters
    ----------
    film : Film

    Returns
    -------
    Findings
        ``brightness`` and ``hue`` of each shot.
    """
    return Findings(
        source=SOURCE,
        shots=tuple(
            ShotFindings(
                shot=number,
                labels={
                    "brightness": _seen(shot.brightness, LIGHT),
                    "hue": _seen(shot.hue, _hue_confidence(shot, film.look)),
                },
            )
            for number, shot in enumerate(film.analysis.shots, start=1)
        ),
    )


def _hue_confidence(shot: Shot, look: Look) -> float:
    """Return how surely a hue is seen: little in a film without colour, more the richer it is."""
    return 0.3 if look.monochrome else round(min(0.9, 0.5 + shot.saturation), 3)


def _seen(value: str, confidence: float) -> tuple[Label, ...]:
    return () if value == NULL else (Label(value=value, source=SOURCE, confidence=confidence),)
