"""Make a cue as far as it is needed, and measure it."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from filmcomposer_core.assessment.measures.notes import Floats
from filmcomposer_core.assessment.subject import make_subject
from filmcomposer_core.contracts.clip import Analysis, Curves
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.cue import Cue
from filmcomposer_core.cue_folder import open_folder
from filmcomposer_core.errors import FilmComposerError
from filmcomposer_core.evaluation import across, audio, controls, follow
from filmcomposer_core.evaluation.heard import Heard, heard_score
from filmcomposer_core.evaluation.piece import Piece, piece_of_cue
from filmcomposer_core.evaluation.reference import real_music
from filmcomposer_core.evaluation.symbolic import measure_line, measure_voices
from filmcomposer_core.evaluation.sync import meeting
from filmcomposer_core.pipeline import run_cue

#: The last stages that are made once for a clip, and once for a seed.
_PICTURE_UNTIL: Final = "tempo"
_MUSIC_UNTIL, _SOUND_UNTIL = "mix", "render"

Values = dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A clip that is ready to be scored, with its own music's values and chroma, if it has any."""

    clip: str
    folder: Path
    own: Values = field(default_factory=dict)
    own_chroma: Floats | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A cue and its values, and those of its controls: random notes, the music shifted."""

    clip: str
    seed: int
    idioms: tuple[str, ...]
    values: Values
    random: Values
    shifted: Values
    moves: tuple[across.Move, ...]
    chroma: Floats
    random_chroma: Floats
    mix_chroma: Floats | None
    duration_s: float
    work_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A cue that could not be made or measured, and why; ``seed`` 0 = the picture."""

    clip: str
    seed: int
    why: str


def see_clip(clip: Path, folder: Path) -> Seen | Failed:
    """Look at a clip once, and measure the music that it has.

    Parameters
    ----------
    clip : Path
        The clip.
    folder : Path
        A folder for its analysis; it must not be there yet.
    """
    try:
        run_cue(folder, changes={"clip": str(clip.absolute())}, until=_PICTURE_UNTIL)
        own, chroma = _own_music(folder)
    except Exception as exc:  # noqa: BLE001 - a clip that fails is counted, the others go on
        return Failed(clip=clip.name, seed=0, why=_why(exc))
    return Seen(clip=clip.name, folder=folder, own=own, own_chroma=chroma)


def score_clip(seen: Seen, seed: int, *, sound: bool) -> Scored | Failed:
    """Score a clip with a seed and measure the cue.

    Parameters
    ----------
    seen : Seen
        The clip; its folder stays as it is.
    seed : int
        Of the cue.
    sound : bool
        Whether the mix is rendered and measured too.
    """
    folder = seen.folder.with_name(f"{seen.folder.name}-{seed}")
    try:
        shutil.copytree(seen.folder, folder)
        begin = time.monotonic()
        run_cue(folder, changes={"seed": seed}, until=_MUSIC_UNTIL)
        work_s = time.monotonic() - begin
        if sound:
            run_cue(folder, changes={}, until=_SOUND_UNTIL)
        return _measure(folder, seen.clip, seed, work_s=work_s, sound=sound)
    except Exception as exc:  # noqa: BLE001 - a cue that fails is counted, the others go on
        return Failed(clip=seen.clip, seed=seed, why=_why(exc))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _why(exc: Exception) -> str:
    return str(exc) if isinstance(exc, FilmComposerError) else f"{type(exc).__name__}: {exc}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Picture:
    """What of the picture the music is held against."""

    hits_s: Floats
    curves: Curves
    fps: float
    duration_s: float


def _picture(analysis: Analysis, spots: tuple[Spot, ...], curves: Curves) -> _Picture:
    return _Picture(
        hits_s=np.array([spot.time_s for spot in spots if spot.strong], dtype=np.float64),
        curves=curves,
        fps=float(analysis.clip.fps),
        duration_s=analysis.clip.duration_s,
    )


def measure_picture(heard: Heard, picture: _Picture) -> Values:
    """Measure music against the picture: hits, chance, motion, silence.

    Returns
    -------
    dict of str to float
        NaN for hits where there are none, for motion where it does not vary.
    """
    met = meeting(heard, picture.hits_s, fps=picture.fps)
    dense = follow.density_motion(heard, picture.curves)
    loud = follow.loudness_motion(heard, picture.curves)
    return {
        "hits": float(picture.hits_s.size),
        "strong_hits": met.rate,
        "onset_chance": met.chance,
        "onset_lift": met.onset_lift,
        "onsets_per_s": heard.times_s.size / heard.duration_s,
        "accent_rate": met.accent_rate,
        "accent_chance": met.accent_chance,
        "accent_lift": met.lift,
        "density_motion": dense.correlation if dense.varies else float("nan"),
        "loudness_motion": loud if dense.varies else float("nan"),
        "silence": follow.silence_share(heard),
    }


def _own_music(folder: Path) -> tuple[Values, Floats | None]:
    with open_folder(folder) as opened:
        ledger = opened.load_ledger()
        if ledger is None:
            return {}, None
        cue = Cue(opened, ledger, _quiet)
        analysis = cue.value("analysis.json")
        picture = _picture(analysis, cue.value("spots.csv"), cue.value("curves.npz"))
    clip = analysis.clip
    if not clip.has_audio or clip.rate != 1.0:
        return {}, None
    sound = audio.read_sound(
        Path(ledger.settings.clip), start_s=clip.in_point_s, duration_s=clip.duration_s
    )
    if sound is None:
        return {}, None
    return measure_picture(audio.heard_sound(sound), picture), audio.sound_chroma(sound)


def _quiet(_: str) -> None:
    """Say nothing."""


def _measure(folder: Path, clip: str, seed: int, *, work_s: float, sound: bool) -> Scored | Failed:
    with open_folder(folder) as opened:
        ledger = opened.load_ledger()
        if ledger is None:
            return Failed(clip=clip, seed=seed, why="no ledger was written")
        cue = Cue(opened, ledger, _quiet)
        analysis, curves = cue.value("analysis.json"), cue.value("curves.npz")
        picture = _picture(analysis, cue.value("spots.csv"), curves)
        subject = make_subject(
            melody=cue.value("melody.mid"),
            plan=cue.value("plan.toml"),
            tempo_map=cue.value("tempo.json").map,
            spots=cue.value("spots.csv"),
            curves=curves,
            description=cue.value("description.toml"),
            score=cue.value("score.json"),
            scheme=cue.value("scheme.json"),
        )
    piece = piece_of_cue(subject)
    drawn = controls.random_piece(piece, seed=seed)
    heard = heard_score(piece, duration_s=picture.duration_s)
    values = _values(piece, heard, picture)
    mix, mix_chroma = _mix(folder / "cue.wav", picture) if sound else ({}, None)
    turned = [measure_picture(other, picture) for other in controls.shifted(heard)]
    return Scored(
        clip=clip,
        seed=seed,
        idioms=subject.idioms,
        values=values | mix,
        random=_values(drawn, heard_score(drawn, duration_s=picture.duration_s), picture),
        shifted={name: mean([row[name] for row in turned]) for name in turned[0]},
        moves=across.theme_moves(piece.line),
        chroma=across.chroma(piece.pitched, float(piece.lines[-1])),
        random_chroma=across.chroma(drawn.pitched, float(drawn.lines[-1])),
        mix_chroma=mix_chroma,
        duration_s=picture.duration_s,
        work_s=work_s,
    )


def _values(piece: Piece, heard: Heard, picture: _Picture) -> Values:
    return (
        measure_picture(heard, picture)
        | follow.ending(piece, duration_s=picture.duration_s, fps=picture.fps)
        | measure_line(piece, profile=real_music().intervals)
        | measure_voices(piece)
    )


def _mix(wav: Path, picture: _Picture) -> tuple[Values, Floats | None]:
    sound = audio.read_sound(wav, start_s=0.0, duration_s=picture.duration_s)
    if sound is None:
        return {}, None
    found = measure_picture(audio.heard_sound(sound), picture)
    names = {
        "mix_hits": "strong_hits",
        "mix_lift": "accent_lift",
        "mix_loudness_motion": "loudness_motion",
        "mix_silence": "silence",
    }
    return {name: found[other] for name, other in names.items()}, audio.sound_chroma(sound)


def mean(values: list[float]) -> float:
    """Return the mean of what is known, NaN for nothing."""
    known = [value for value in values if not np.isnan(value)]
    return float(np.mean(known)) if known else float("nan")
