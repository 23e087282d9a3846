"""The stages around the theme: plan, arrange, mix, assess (Sec. 3.3)."""

from __future__ import annotations

from filmcomposer_core.agents.for_cue import record, speaker_for
from filmcomposer_core.contracts import codec
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
from filmcomposer_core.stages.assessing import ASSESSING, judge
from filmcomposer_core.stages.trying import picture_of, rank, said_of, tries_json

#: Tries of the arrangement before the best is kept.
CUE_TRIES = 2
#: What a verdict is about.
_WHOLE_CUE = "the cue, judged with all its parts and the mix"


def plan(cue: Cue, progress: Progress) -> Made:
    """Plan sections, keys, chords and tension."""
    from filmcomposer_core.planning import plan_cue

    found = plan_cue(
        analysis=cue.value("analysis.json"),
        seed=cue.ledger.settings.seed,
        film=cue.ledger.film,
        **picture_of(cue),
    )
    progress(1.0, f"{found.idiom}, {len(found.sections)} sections")
    return Made(values={"plan.toml": found})


def arrange(cue: Cue, progress: Progress) -> Made:
    """Arrange until assessors and Reviewer are content, capped; the best try is kept.

    Where the Reviewer of the mix wants lines or players changed, that takes another try.
    """
    from filmcomposer_core.arrangement import unheeded

    picture, speaker = picture_of(cue), speaker_for(cue, progress)
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
    best = max(range(len(tries)), key=lambda n: (not tries[n][0].wants, *rank(tries[n][1])))
    made, verdict = tries[best]
    return Made(
        values={"score.json": made.score},
        files={"candidates/cue_tries.json": tries_json("cue", [v for _, v in tries], best)},
        model=models_in(made.speeches),
        notes=(*said_of(_WHOLE_CUE, verdict, tries), *unheeded(made.score, picture["description"])),
    )


def mix(cue: Cue, progress: Progress) -> Made:
    """Write the mix scheme (Table 2, Fig. 3)."""
    talk, scheme = mix_score(
        cue.value("score.json"),
        cue.value("plan.toml"),
        picture_of(cue),
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
    picture, speaker = picture_of(cue), speaker_for(cue, progress)
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
