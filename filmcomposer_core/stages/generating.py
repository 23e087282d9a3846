"""The theme by a melody model: rhythm and words to sound, sound to notes (Sec. 3.2, 3.3)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from filmcomposer_core.contracts.harmony import parse_chords
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.score import Melody
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.take import MelodyModel, Stroke, TakeRequest
from filmcomposer_core.cue import Cue
from filmcomposer_core.errors import InputError
from filmcomposer_core.progress import Progress
from filmcomposer_core.seeding import rng_for
from filmcomposer_core.timeline import Bar, Timeline, bar_of_beat

if TYPE_CHECKING:
    from filmcomposer_core.melody.audiocraft_engine import AudiocraftEngine
    from filmcomposer_core.melody.generate import MelodyEngine
    from filmcomposer_core.melody.takes import Take

#: Candidates where none are asked for.
USUAL: Final = 4
#: A candidate with fewer notes is no theme.
_FEWEST: Final = 6
#: Strokes of rhythm and of hits, as shares of the loudest.
_RHYTHM, _HIT = 0.55, 1.0
#: What the work takes of the stage's progress.
_GENERATED: Final = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A theme that a model made: its sound as FLAC, how well it keeps the rhythm, what was done."""

    melody: Melody
    sound: bytes
    seed: int
    agreement: float
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """All candidates that hold a theme, and the model that made them."""

    candidates: tuple[Candidate, ...]
    model: MelodyModel
    request: TakeRequest


def model_for(cue: Cue) -> Path | None:
    """Return the folder of the model that a cue asks for; None where none is installed.

    Raises
    ------
    InputError
        If it is not there, or may not be used commercially and that is asked for.
    """
    from filmcomposer_core.melody.checkpoint import find_checkpoint
    from filmcomposer_core.melody.installed import find_model

    settings = cue.ledger.settings
    folder = find_model(settings.melody_model)
    if folder is None:
        return None
    if not _is_audiocraft(folder):
        about = find_checkpoint(folder).about
        _check_trade(cue, about.commercial, about.licence, folder.name)
    return folder


def _check_trade(cue: Cue, commercial: bool, licence: str, name: str) -> None:
    if cue.ledger.settings.commercial_safe and not commercial:
        msg = f"The model {name} may not be used commercially ({licence})."
        raise InputError(msg, "Leave --commercial-safe out, or take the embedded composer.")


def _is_audiocraft(folder: Path) -> bool:
    """Whether a folder is in audiocraft's layout, which runs in an environment of its own."""
    return (folder / "state_dict.bin").is_file() and not (folder / "config.json").is_file()


def model_mark(given: str) -> str:
    """Return what tells one model from another, and that its files have changed."""
    from filmcomposer_core.melody.installed import find_model

    folder = find_model(given)
    return "none" if folder is None else repr(_stamp(folder))


def generate_themes(cue: Cue, folder: Path, progress: Progress, *, rhythm: Melody) -> Generated:
    """Let a model make candidates for the theme and write them down.

    Parameters
    ----------
    cue : Cue
        Planned.
    folder : Path
        Of the model.
    progress : Progress
        May stop the work.
    rhythm : Melody
        Its onsets are the rhythm that the model is asked for, beside the hit points.

    Raises
    ------
    FilmComposerError
        If the model cannot be loaded or does not fit into memory.
    """
    from filmcomposer_core.melody.prompt import text_condition

    settings, plan = cue.ledger.settings, cue.value("plan.toml")
    clip = cue.value("analysis.json").clip
    timeline = Timeline(cue.value("tempo.json").map.points)
    bars = timeline.bars_until(clip.duration_s)
    spots: Sequence[Spot] = cue.value("spots.csv")
    request = TakeRequest(
        text=text_condition(cue.value("description.toml"), plan),
        strokes=strokes_of(rhythm, spots, plan=plan, bars=bars, timeline=timeline),
        duration_s=clip.duration_s,
        seeds=_seeds(settings.seed, settings.candidates or USUAL),
        condition=settings.condition,
        guidance=settings.guidance,
        top_k=settings.top_k,
        temperature=settings.temperature,
    )
    progress(0.0, f"loads {folder.name}")
    engine = _engine(str(folder), settings.dtype, _stamp(folder))
    _check_trade(cue, engine.model.commercial, engine.model.licence, folder.name)

    def generating(fraction: float, message: str = "") -> None:
        progress(_GENERATED * fraction, message)

    takes = engine.generate(request, progress=generating)
    found = []
    for number, take in enumerate(takes, start=1):
        part = _GENERATED + (1.0 - _GENERATED) * number / len(takes)
        progress(part, f"writes down {number} of {len(takes)}")
        heard = _heard(take, request, cue, plan=plan, bars=bars, timeline=timeline)
        if heard is not None:
            found.append(heard)
    return Generated(candidates=tuple(found), model=engine.model, request=request)


def strokes_of(
    rhythm: Melody,
    spots: Sequence[Spot],
    *,
    plan: CuePlan,
    bars: Sequence[Bar],
    timeline: Timeline,
) -> tuple[Stroke, ...]:
    """Return the rhythm spots as the model hears them.

    Parameters
    ----------
    rhythm : Melody
        Onsets between the hits, in beats.
    spots : sequence of Spot
        Hit points; those that music is to avoid make no stroke.
    plan : CuePlan
        The strokes sound the chords planned for their moments.
    bars : sequence of Bar
        All bars of the tempo map.
    timeline : Timeline
        The map.
    """
    strokes: dict[int, Stroke] = {}

    def add(time_s: float, strength: float) -> None:
        key = round(time_s * 25)
        old = strokes.get(key)
        if old is None or old.strength < strength:
            pitches = _pitches(plan, bars, timeline.beat_at(time_s))
            strokes[key] = Stroke(time_s=time_s, strength=strength, pitches=pitches)

    for note in rhythm.notes:
        add(max(0.0, timeline.time_at(note.beat)), _RHYTHM * (0.6 + 0.4 * note.velocity / 127))
    for spot in spots:
        if spot.hit_class != "avoid":
            add(spot.time_s, _HIT * (0.6 + 0.4 * spot.strength / 10.0))
    return tuple(strokes[key] for key in sorted(strokes))


def _pitches(plan: CuePlan, bars: Sequence[Bar], beat: float) -> tuple[int, ...]:
    bar = bar_of_beat(bars, beat)
    section = plan.section_at(bar.number)
    if section is None or section.silence:
        return ()
    cell = parse_chords(section.chords)[bar.number - section.start]
    place = int((beat - bar.start_beat) / bar.beats * len(cell) + 1e-9)
    chord = cell[min(max(0, place), len(cell) - 1)]
    return () if chord.silent else tuple(sorted(set(chord.pitch_classes)))


def _heard(
    take: Take,
    request: TakeRequest,
    cue: Cue,
    *,
    plan: CuePlan,
    bars: Sequence[Bar],
    timeline: Timeline,
) -> Candidate | None:
    """Write a take down and bring it into the plan; None where it holds no theme."""
    import librosa
    import soundfile

    from filmcomposer_core.melody.agreement import rhythm_agreement
    from filmcomposer_core.transcription.clean import clean_up
    from filmcomposer_core.transcription.engine import transcriber
    from filmcomposer_core.transcription.fit_plan import fit_melody

    clip = cue.value("analysis.json").clip
    frame_s = clip.fps_den / clip.fps_num
    listener = transcriber("basic-pitch")
    try:
        transcript = listener.transcribe(
            librosa.resample(take.sound, orig_sr=take.rate, target_sr=listener.rate)
        )
        cleaned = clean_up(
            transcript,
            points=timeline.points,
            anchors_s=[spot.time_s for spot in cue.value("spots.csv") if spot.strong],
            frame_s=frame_s,
        )
    except InputError:
        return None  # silence, or nothing that sounds like a note
    fitted = fit_melody(
        cleaned.melody, plan=plan, bars=bars, last_beat=timeline.beat_at(clip.duration_s)
    )
    if len(fitted.melody.notes) < _FEWEST:
        return None
    buffer = io.BytesIO()
    soundfile.write(buffer, take.sound, take.rate, format="FLAC", subtype="PCM_16")
    told = (
        f"{len(fitted.melody.notes)} notes, transposed by {fitted.semitones}, {fitted.moved} moved "
        f"into key and chords, {fitted.left_out} outside of the planned melody left out"
    )
    return Candidate(
        melody=fitted.melody,
        sound=buffer.getvalue(),
        seed=take.seed,
        agreement=rhythm_agreement(take.sound, request.strokes, rate=take.rate, frame_s=frame_s),
        told=told,
    )


def _seeds(seed: int, count: int) -> tuple[int, ...]:
    rng = rng_for(seed, "melody model")
    return tuple(int(number) for number in rng.integers(0, 2**31 - 1, size=count))


def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Return what tells that a model's files have changed since it was loaded."""
    stats = [(p.name, p.stat()) for p in sorted(folder.iterdir()) if p.is_file()]
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)


@lru_cache(maxsize=1)
def _engine(folder: str, dtype: str, stamp: Any) -> MelodyEngine | AudiocraftEngine:
    """Return a loaded model; a process keeps the last one for its next cue."""
    if _is_audiocraft(Path(folder)):
        from filmcomposer_core.melody.audiocraft_engine import AudiocraftEngine

        return AudiocraftEngine(Path(folder))
    from filmcomposer_core.melody.generate import MelodyEngine

    return MelodyEngine(Path(folder), dtype=dtype)
