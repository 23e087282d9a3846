"""The stages that look at the picture: see, spot, recognise, describe, tempo."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from filmcomposer_core.agents.for_cue import record, speaker_for
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.sightings import SIGHTINGS_FILE
from filmcomposer_core.contracts.speech import models_in
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.cue import Cue
from filmcomposer_core.cue_values import pack_curves, starting_at
from filmcomposer_core.errors import InputError
from filmcomposer_core.progress import Progress
from filmcomposer_core.results import Made

#: What the conversations about the picture are called in the transcript.
DESCRIBING = "describe"


def see(cue: Cue, progress: Progress) -> Made:
    """Decode the part of the clip that plays, once, and measure it (Sec. 3.1)."""
    from filmcomposer_core.visual import analyse_clip

    settings = cue.ledger.settings
    seen = analyse_clip(
        Path(settings.clip),
        in_s=settings.in_s,
        out_s=settings.out_s,
        rate=settings.rate,
        progress=progress,
    )
    # A timecode that cannot be counted is refused before anything is kept.
    starting_at(seen.analysis, settings.start_timecode)
    frames = io.BytesIO()
    pictures = {
        f"shot_{k.shot + 1:05d}_{round(k.time_s * 1000):09d}": np.frombuffer(k.jpeg, np.uint8)
        for k in seen.key_frames
    }
    np.savez(frames, **pictures)  # type: ignore[arg-type]
    return Made(
        values={"analysis.json": seen.analysis},
        files={"curves.npz": pack_curves(seen.curves), "frames.npz": frames.getvalue()},
        notes=seen.analysis.clip.notes,
    )


def spot(cue: Cue, progress: Progress) -> Made:
    """Find the hit points."""
    from filmcomposer_core.spotting import spot_hits

    found = spot_hits(cue.value("analysis.json"), cue.value("curves.npz"))
    spots = with_locked(found, _locked(cue), end_s=cue.value("analysis.json").clip.duration_s)
    strong = sum(spot.strong for spot in spots)
    progress(1.0, f"{len(spots)} hits, {strong} strong")
    return Made(values={"spots.csv": spots})


def _locked(cue: Cue) -> tuple[Spot, ...]:
    """Return the rows that the user has locked, as far as they fit the clip as it is scored now.

    Where another part of it is scored, locked rows have become pins that wait for their place.
    """
    if not cue.content("spots.csv"):
        return ()
    try:
        return tuple(spot for spot in cue.value("spots.csv") if spot.locked)
    except InputError:
        return ()


def with_locked(found: Sequence[Spot], locked: Sequence[Spot], *, end_s: float) -> tuple[Spot, ...]:
    """Put locked rows in the place of what was found anew; rows after the clip's end go.

    Parameters
    ----------
    found, locked : sequence of Spot
    end_s : float
        Length of the picture in seconds.
    """
    kept = {spot.id: spot for spot in locked if spot.time_s <= end_s}
    rest = [spot for spot in found if spot.id not in kept]
    return tuple(sorted([*rest, *kept.values()], key=lambda spot: (spot.time_s, spot.id)))


def recognise(cue: Cue, progress: Progress) -> Made:
    """Let detectors look at key frames of the part of the clip that plays (Sec. 3.1)."""
    from filmcomposer_core.recognition import recognise_clip

    settings = cue.ledger.settings
    found = recognise_clip(
        Path(settings.clip),
        cue.value("analysis.json"),
        cue.value("curves.npz"),
        in_s=settings.in_s,
        out_s=settings.out_s,
        rate=settings.rate,
        given=Path(settings.vision_model) if settings.vision_model else None,
        progress=progress,
    )
    models = found.sightings.models
    return Made(
        files={SIGHTINGS_FILE: codec.dump_json(found.sightings).encode()},
        model=", ".join(model.name for model in models) or "none",
        licence=", ".join(dict.fromkeys(model.licence for model in models)) or "MIT",
        versions=found.versions,
        notes=found.notes,
    )


def describe(cue: Cue, progress: Progress) -> Made:
    """Put the picture, and the music it asks for, into words."""
    from filmcomposer_core.agents.describe import talk_describe
    from filmcomposer_core.description import unread_words
    from filmcomposer_core.recognition.shown import key_jpegs

    settings = cue.ledger.settings
    analysis, curves = cue.value("analysis.json"), cue.value("curves.npz")

    def half(fraction: float, message: str = "") -> None:
        progress(fraction / 2, message)

    def pictures() -> dict[int, tuple[bytes, ...]]:
        return key_jpegs(
            Path(settings.clip),
            analysis,
            curves,
            in_s=settings.in_s,
            out_s=settings.out_s,
            rate=settings.rate,
            progress=half,
        )

    talk = talk_describe(
        analysis,
        curves,
        cue.value(SIGHTINGS_FILE),
        brief=settings.brief,
        pictures=pictures,
        speaker=speaker_for(cue, progress, at=0.5),
        name=DESCRIBING,
    )
    record(cue, talk.speeches, begins=DESCRIBING)
    kept = ("cache", "replay")
    sent = [speech for speech in talk.speeches if speech.images and speech.source not in kept]
    if sent:
        count = sum(speech.images for speech in sent)
        cue.tell(f"{count} key frames were sent to {sent[0].host}.")
    found = talk.description
    progress(1.0, f"{found.music.genre.value}, {found.music.mood.value}")
    unread = unread_words(settings.brief)
    notes = (f"Not followed in the brief: {', '.join(unread)}.",) if unread else ()
    return Made(values={"description.toml": found}, model=models_in(talk.speeches), notes=notes)


def tempo(cue: Cue, progress: Progress) -> Made:
    """Fit tempo maps to the hits, or measure the hits on the map that is given."""
    from filmcomposer_core.tempo import fit_tempo, given_tempo

    clip = cue.value("analysis.json").clip
    given = cue.ledger.settings.tempo_points
    if given:
        kept = given_tempo(given, cue.value("spots.csv"), fps=clip.fps)
        progress(1.0, "the map that is given")
        return Made(values={"tempo.json": kept})
    plan = fit_tempo(
        cue.value("spots.csv"),
        music=cue.value("description.toml").music,
        duration_s=clip.duration_s,
        fps=clip.fps,
        odd_bars=cue.ledger.settings.odd_bars,
    )
    progress(1.0, f"{len(plan.maps)} maps")
    return Made(values={"tempo.json": plan})
