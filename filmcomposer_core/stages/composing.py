"""The stage that writes the theme, by the embedded composer or a melody model (Sec. 3.2, 3.3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from filmcomposer_core.agents.for_cue import record, speaker_for
from filmcomposer_core.agents.speaker import Speaker
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.rhythm import RhythmWriter
from filmcomposer_core.contracts.score import Melody
from filmcomposer_core.contracts.speech import Speech, models_in
from filmcomposer_core.contracts.verdict import Assessment
from filmcomposer_core.cue import Cue
from filmcomposer_core.progress import Progress
from filmcomposer_core.results import Made
from filmcomposer_core.stages.assessing import COMPOSING, judge
from filmcomposer_core.stages.trying import picture_of, rank, said_of, tries_json

MUSICGEN: Final = "musicgen"
#: Tries of the theme before the best is kept.
THEME_TRIES = 3
#: Further tries where a candidate to choose from came out like another one.
SPARE_TRIES = 8
#: What a verdict is about.
_THEME_ALONE = "the theme, judged as a melody alone"
#: What keeping the rhythm and the key is worth beside the mean of the criteria.
_KEEPS_RHYTHM, _KEEPS_KEY = 0.3, 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Theme:
    """A try at the theme, the verdict on it, and what was said for it.

    ``more`` are files that lie beside it, ``bonus`` what speaks for it beside the verdict.
    """

    melody: Melody
    verdict: Assessment
    speeches: tuple[Speech, ...]
    more: Mapping[str, bytes] = field(default_factory=dict)
    bonus: float = 0.0


#: Number of the theme, its wishes and the name of the conversation to a try.
_Writer = Callable[[int, tuple[str, ...], str], _Theme]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """All tries at the theme, and who wrote them; ``notes`` are sentences for the user."""

    tries: list[_Theme]
    model: str = ""
    licence: str = "MIT"
    versions: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    engine: str = ""


def compose(cue: Cue, progress: Progress) -> Made:
    """Compose until the assessors accept, capped; the best try is kept (Sec. 3.3).

    Where candidates to choose from are asked for, exactly that many themes are written, accepted
    or not, no two of them the same. A melody model makes all its candidates at once.
    """
    from filmcomposer_core.documents import DOCUMENTS

    wanted, speaker = cue.ledger.settings.candidates, speaker_for(cue, progress)
    written = _written(cue, speaker, progress)
    tries = written.tries
    speeches = [speech for each in tries for speech in each.speeches]
    record(cue, speeches, begins=COMPOSING)
    verdicts = [each.verdict for each in tries]
    best = max(range(len(tries)), key=lambda n: _rank(tries[n]))
    files: dict[str, bytes | Path] = {}
    for number, each in enumerate(tries, start=1):
        for name, data in DOCUMENTS["melody.mid"].render(each.melody, cue).items():
            files[f"candidates/{number}/{name}"] = data
        files[f"candidates/{number}/assessment.json"] = codec.dump_json(each.verdict).encode()
        files |= {f"candidates/{number}/{name}": data for name, data in each.more.items()}
    files["candidates/tries.json"] = tries_json("theme", verdicts, best)
    notes = (*written.notes, *said_of(_THEME_ALONE, verdicts[best], tries))
    if len(tries) < wanted:
        notes += (f"Only {len(tries)} of {wanted} themes came out different; they are kept.",)
    spoken = models_in(speeches)
    models = [written.model, *([spoken] if spoken != "none" else [])]
    return Made(
        values={"melody.mid": tries[best].melody},
        files=files,
        model=", ".join(name for name in models if name) or "none",
        licence=written.licence,
        versions=written.versions,
        notes=notes,
        engine=written.engine,
    )


def _rank(theme: _Theme) -> tuple[bool, float]:
    accepted, mean = rank(theme.verdict)
    return accepted, mean + theme.bonus


def _written(cue: Cue, speaker: Speaker, progress: Progress) -> _Written:
    """Have the theme written by the engine that is asked for, or say why by another one."""
    wanted = cue.ledger.settings.candidates
    write = _theme_writer(cue, speaker)
    told: tuple[str, ...] = ()
    if cue.ledger.settings.engine == MUSICGEN:
        from filmcomposer_core.stages.generating import model_for

        folder = model_for(cue)
        if folder is not None:
            found = _generated(cue, folder, speaker, progress)
            if found.tries:
                return found
            name = folder.name
            told = (f"{name} gave nothing that holds a theme; the embedded composer wrote it.",)
        else:
            told = (
                "No melody model is installed, so the embedded composer wrote the theme; "
                "filmcomposer models get musicgen-melody fetches one.",
            )
    tries = _candidates(write, wanted, progress) if wanted else _tries(write, progress)
    return _Written(tries=tries, notes=told, engine="embedded", versions=_rhythm_version(cue))


def _generated(cue: Cue, folder: Path, speaker: Speaker, progress: Progress) -> _Written:
    """Let a melody model write the candidates, and judge each."""
    from filmcomposer_core.assessment.measures.key_clarity import key_clarity, pitch_class_weights
    from filmcomposer_core.assessment.measures.notes import notes_of
    from filmcomposer_core.composition import compose_theme
    from filmcomposer_core.contracts.harmony import parse_pitch_class
    from filmcomposer_core.stages.generating import generate_themes

    picture, plan = picture_of(cue), cue.value("plan.toml")
    rhythm = compose_theme(
        plan=plan,
        tempo_map=picture["tempo_map"],
        spots=picture["spots"],
        curves=picture["curves"],
        duration_s=cue.value("analysis.json").clip.duration_s,
        seed=cue.ledger.settings.seed,
        film=cue.ledger.film,
        rhythm=_rhythm(cue, 1),
    )
    made = generate_themes(cue, folder, progress, rhythm=rhythm)
    home = plan.sections[0]
    tries = []
    for number, each in enumerate(made.candidates, start=1):
        talk = judge(each.melody, plan, picture, speaker=speaker, name=f"{COMPOSING} {number}")
        clarity = key_clarity(
            pitch_class_weights(notes_of(each.melody.notes)),
            tonic=parse_pitch_class(home.key),
            mode=home.mode,
        )
        about = {
            "seed": each.seed,
            "rhythm_agreement": round(each.agreement, 4),
            "key_clarity": round(clarity.r, 4),
            "written_down": each.told,
            "text": made.request.text,
            "strokes": len(made.request.strokes),
            "condition": made.request.condition,
            "model": codec.plain(made.model),
        }
        more = {"take.flac": each.sound, "take.json": codec.dump_json(about).encode()}
        tries.append(
            _Theme(
                melody=each.melody,
                verdict=talk.assessment,
                speeches=talk.speeches,
                more=more,
                bonus=_KEEPS_RHYTHM * each.agreement + _KEEPS_KEY * clarity.r,
            )
        )
    model = made.model
    trade = "" if model.commercial else ", not for commercial use"
    asked = f" of {len(made.request.seeds)}" if len(tries) < len(made.request.seeds) else ""
    notes = (
        f"The theme is by {model.name} ({model.licence}{trade}); its {model.heard_rhythm} heard "
        f"{len(made.request.strokes)} rhythm spots; {len(tries)}{asked} candidates, on "
        f"{model.device} in {model.dtype}.",
    )
    return _Written(
        tries=tries,
        model=model.name,
        licence=model.licence,
        versions=_versions() | _rhythm_version(cue) | {"weights": model.sha256[:16]},
        notes=notes,
        engine=MUSICGEN,
    )


def _rhythm(cue: Cue, attempt: int) -> RhythmWriter | None:
    """Return the writer of rhythm that a cue asks for."""
    from filmcomposer_core.rhythm import rhythm_writer

    settings, curves = cue.ledger.settings, cue.value("curves.npz")
    return rhythm_writer(settings.rhythm, curves, seed=settings.seed, attempt=attempt)


def _rhythm_version(cue: Cue) -> dict[str, str]:
    """Return who made the rhythm, with the mark of the weights, for the provenance."""
    from filmcomposer_core.rhythm import rhythm_mark

    return {"rhythm": rhythm_mark(cue.ledger.settings.rhythm)}


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {name: version(name) for name in ("torch", "transformers", "onnxruntime")}


def _theme_writer(cue: Cue, speaker: Speaker) -> _Writer:
    """Return what writes and assesses a theme."""
    from filmcomposer_core.composition import compose_theme

    picture, plan = picture_of(cue), cue.value("plan.toml")

    def write(attempt: int, wishes: tuple[str, ...], name: str) -> _Theme:
        melody = compose_theme(
            plan=plan,
            tempo_map=picture["tempo_map"],
            spots=picture["spots"],
            curves=picture["curves"],
            duration_s=cue.value("analysis.json").clip.duration_s,
            seed=cue.ledger.settings.seed,
            attempt=attempt,
            film=cue.ledger.film,
            wishes=wishes,
            rhythm=_rhythm(cue, attempt),
        )
        talk = judge(melody, plan, picture, speaker=speaker, name=name)
        return _Theme(melody=melody, verdict=talk.assessment, speeches=talk.speeches)

    return write


def _tries(write: _Writer, progress: Progress) -> list[_Theme]:
    """Write themes until one is accepted.

    Wishes about single bars are met in the theme that they were made of, all others in a new one.
    """
    from filmcomposer_core.composition.wishes import mends

    tries: list[_Theme] = []
    attempt = 1
    wishes: tuple[str, ...] = ()
    for number in range(1, THEME_TRIES + 1):
        progress((number - 1) / THEME_TRIES, f"try {number}")
        tries.append(write(attempt, wishes, f"{COMPOSING} {number}"))
        verdict = tries[-1].verdict
        if verdict.accepted:
            break
        # What was asked for before and is asked for again, this theme does not give.
        mended = set(mends(verdict.wishes)) - set(wishes)
        wishes = (*mends(wishes), *verdict.wishes) if mended else verdict.wishes
        attempt = attempt if mended else number + 1
    return tries


def _candidates(write: _Writer, wanted: int, progress: Progress) -> list[_Theme]:
    """Write themes to choose from; fewer only where there are no others (a theme of rests)."""
    found: list[_Theme] = []
    wishes: tuple[str, ...] = ()
    for attempt in range(1, wanted + SPARE_TRIES + 1):
        progress(len(found) / wanted, f"theme {len(found) + 1} of {wanted}")
        made = write(attempt, wishes, f"{COMPOSING} {attempt}")
        wishes = made.verdict.wishes
        if all(_tune(made.melody) != _tune(other.melody) for other in found):
            found.append(made)
        if len(found) == wanted:
            break
    return found


def _tune(melody: Melody) -> list[tuple[float, float, int]]:
    """Return what one hears as the same theme: velocities apart."""
    return [(round(note.beat, 4), round(note.length, 4), note.pitch) for note in melody.notes]
