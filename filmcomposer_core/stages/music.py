"""The stages that write music: plan, compose, arrange, mix, assess (Sec. 3.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filmcomposer_core.agents.for_cue import record, speaker_for
from filmcomposer_core.agents.speaker import Speaker
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.score import Melody
from filmcomposer_core.contracts.speech import Speech, models_in
from filmcomposer_core.contracts.verdict import Assessment, AssessmentFile, Try
from filmcomposer_core.cue import Cue
from filmcomposer_core.progress import Progress
from filmcomposer_core.results import Made
from filmcomposer_core.stages.arranging import (
    ARRANGING,
    MIXING,
    Arranged,
    mix_score,
    try_arrangement,
)
from filmcomposer_core.stages.assessing import ASSESSING, COMPOSING, judge

#: Tries of the theme and of the arrangement before the best is kept.
THEME_TRIES = 3
CUE_TRIES = 2
#: Further tries where a candidate to choose from came out like another one.
SPARE_TRIES = 8
#: What a verdict is about.
_THEME_ALONE = "the theme, judged as a melody alone"
_WHOLE_CUE = "the cue, judged with all its parts and the mix"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Theme:
    """A try at the theme, the verdict on it, and what was said for it."""

    melody: Melody
    verdict: Assessment
    speeches: tuple[Speech, ...]


#: Number of the theme, its wishes and the name of the conversation to a try.
_Writer = Callable[[int, tuple[str, ...], str], _Theme]


def _picture(cue: Cue) -> dict[str, Any]:
    """Gather what planner, arranger and assessor all look at."""
    return {
        "spots": cue.value("spots.csv"),
        "curves": cue.value("curves.npz"),
        "description": cue.value("description.toml"),
        "tempo_map": cue.value("tempo.json").map,
    }


def plan(cue: Cue, progress: Progress) -> Made:
    """Plan sections, keys, chords and tension."""
    from filmcomposer_core.planning import plan_cue

    found = plan_cue(
        analysis=cue.value("analysis.json"), seed=cue.ledger.settings.seed, **_picture(cue)
    )
    progress(1.0, f"{found.idiom}, {len(found.sections)} sections")
    return Made(values={"plan.toml": found})


def _rank(assessment: Assessment) -> tuple[bool, float]:
    return assessment.accepted, assessment.mean


def compose(cue: Cue, progress: Progress) -> Made:
    """Compose until the assessors accept, capped; the best try is kept (Sec. 3.3).

    Where candidates to choose from are asked for, exactly that many themes are written, accepted
    or not, no two of them the same.
    """
    from filmcomposer_core.documents import DOCUMENTS

    wanted, speaker = cue.ledger.settings.candidates, speaker_for(cue, progress)
    write = _theme_writer(cue, speaker)
    tries = _candidates(write, wanted, progress) if wanted else _tries(write, progress)
    speeches = [speech for each in tries for speech in each.speeches]
    record(cue, speeches, begins=COMPOSING)
    verdicts = [each.verdict for each in tries]
    best = max(range(len(tries)), key=lambda n: _rank(verdicts[n]))
    files: dict[str, bytes | Path] = {}
    for number, each in enumerate(tries, start=1):
        for name, data in DOCUMENTS["melody.mid"].render(each.melody, cue).items():
            files[f"candidates/{number}/{name}"] = data
        files[f"candidates/{number}/assessment.json"] = codec.dump_json(each.verdict).encode()
    files["candidates/tries.json"] = _tries_json("theme", verdicts, best)
    notes = _said(_THEME_ALONE, verdicts[best], tries)
    if len(tries) < wanted:
        notes += (f"Only {len(tries)} of {wanted} themes came out different; they are kept.",)
    return Made(
        values={"melody.mid": tries[best].melody},
        files=files,
        model=models_in(speeches),
        notes=notes,
    )


def _theme_writer(cue: Cue, speaker: Speaker) -> _Writer:
    """Return what writes and assesses a theme."""
    from filmcomposer_core.composition import compose_theme

    picture, plan = _picture(cue), cue.value("plan.toml")

    def write(attempt: int, wishes: tuple[str, ...], name: str) -> _Theme:
        melody = compose_theme(
            plan=plan,
            tempo_map=picture["tempo_map"],
            spots=picture["spots"],
            curves=picture["curves"],
            duration_s=cue.value("analysis.json").clip.duration_s,
            seed=cue.ledger.settings.seed,
            attempt=attempt,
            wishes=wishes,
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


def _tries_json(what: str, verdicts: list[Assessment], best: int) -> bytes:
    rows = tuple(
        Try(
            what=what,
            number=number,
            musicality=v.musicality,
            accepted=v.accepted,
            kept=number == best + 1,
        )
        for number, v in enumerate(verdicts, start=1)
    )
    return codec.dump_json(rows).encode()


def _said(what: str, verdict: Assessment, tries: list[Any]) -> tuple[str, ...]:
    if verdict.accepted:
        return ()
    return (
        f"No try of {what}, met the criteria; the best of {len(tries)} is kept "
        f"({verdict.musicality:.1f} of {verdict.judged} points).",
    )


def arrange(cue: Cue, progress: Progress) -> Made:
    """Arrange until assessors and Reviewer are content, capped; the best try is kept.

    Where the Reviewer of the mix wants lines or players changed, that takes another try.
    """
    from filmcomposer_core.arrangement import unheeded

    picture, speaker = _picture(cue), speaker_for(cue, progress)
    plan, melody = cue.value("plan.toml"), cue.value("melody.mid")
    tries: list[tuple[Arranged, Assessment]] = []
    speeches: list[Speech] = []
    wishes: tuple[str, ...] = ()
    for attempt in range(1, CUE_TRIES + 1):
        progress((attempt - 1) / CUE_TRIES, f"try {attempt}")
        before = tries[-1][0] if tries else None
        made = try_arrangement(
            cue, picture, speaker=speaker, attempt=attempt, wishes=wishes, before=before
        )
        talk = judge(
            melody,
            plan,
            picture,
            score=made.score,
            scheme=made.scheme,
            speaker=speaker,
            name=f"{ARRANGING} {attempt}, {ASSESSING}",
        )
        verdict = talk.assessment
        tries.append((made, verdict))
        speeches += [*made.speeches, *talk.speeches]
        wishes = verdict.wishes
        if verdict.accepted and not made.wants:
            break
    record(cue, speeches, begins=ARRANGING)
    best = max(range(len(tries)), key=lambda n: (not tries[n][0].wants, *_rank(tries[n][1])))
    made, verdict = tries[best]
    return Made(
        values={"score.json": made.score},
        files={"candidates/cue_tries.json": _tries_json("cue", [v for _, v in tries], best)},
        model=models_in(made.speeches),
        notes=(*_said(_WHOLE_CUE, verdict, tries), *unheeded(made.score, picture["description"])),
    )


def mix(cue: Cue, progress: Progress) -> Made:
    """Write the mix scheme (Table 2, Fig. 3)."""
    talk, scheme = mix_score(
        cue.value("score.json"),
        cue.value("plan.toml"),
        _picture(cue),
        speaker=speaker_for(cue, progress),
        name=MIXING,
    )
    record(cue, talk.speeches)
    progress(1.0, f"{len(scheme.tracks)} tracks")
    return Made(values={"scheme.json": scheme}, model=models_in(talk.speeches))


def read_tries(cue: Cue, name: str) -> tuple[Try, ...]:
    """Read a list of tries as it stands in ``candidates/``."""
    where = cue.place(name)
    data = codec.parse_json(cue.folder.read(name).decode(), where=where)
    return tuple(codec.build(Try, row, where=where) for row in data)


def assess(cue: Cue, progress: Progress) -> Made:
    """Assess the theme and, where it is there, the arranged cue (Table 1)."""
    picture, speaker = _picture(cue), speaker_for(cue, progress)
    plan, melody = cue.value("plan.toml"), cue.value("melody.mid")
    theme = judge(melody, plan, picture, speaker=speaker, name=f"{ASSESSING} theme")
    talks, tries = [theme], read_tries(cue, "candidates/tries.json")
    if cue.content("score.json") and cue.content("scheme.json"):
        whole = judge(
            melody,
            plan,
            picture,
            score=cue.value("score.json"),
            scheme=cue.value("scheme.json"),
            speaker=speaker,
            name=f"{ASSESSING} cue",
        )
        talks.append(whole)
        tries += read_tries(cue, "candidates/cue_tries.json")
    speeches = [speech for talk in talks for speech in talk.speeches]
    record(cue, speeches, begins=ASSESSING)
    shown = talks[-1].assessment
    progress(1.0, f"musicality {shown.musicality:.1f} of {shown.judged}")
    result = AssessmentFile(
        theme=theme.assessment, cue=shown if len(talks) > 1 else None, tries=tries
    )
    return Made(values={"assessment.json": result}, model=models_in(speeches))
