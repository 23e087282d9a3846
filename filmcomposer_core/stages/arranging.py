"""Arrange and mix with the agents of Table 2: one try at an arrangement, and a cue's mix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from filmcomposer_core.agents.speaker import Speaker
from filmcomposer_core.contracts.arranging import ArrangeChoices
from filmcomposer_core.contracts.scheme import Scheme
from filmcomposer_core.contracts.score import Score
from filmcomposer_core.contracts.speech import Speech
from filmcomposer_core.cue import Cue

if TYPE_CHECKING:
    from filmcomposer_core.agents.arrange import MixTalk

#: What the conversations of the two stages are called in the transcript, the first with a number.
ARRANGING, MIXING = "arrange", "mix"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arranged:
    """One try at an arrangement.

    ``scheme`` is its mix, ``wants`` what the Reviewer of that mix wants arranged or cast otherwise,
    by role, ``choices`` what was decided before it was written.
    """

    score: Score
    scheme: Scheme
    speeches: tuple[Speech, ...]
    wants: Mapping[str, str]
    choices: ArrangeChoices


def try_arrangement(
    cue: Cue,
    picture: Mapping[str, Any],
    *,
    speaker: Speaker,
    attempt: int,
    wishes: Sequence[str],
    before: Arranged | None,
) -> Arranged:
    """Let all six roles speak about one arrangement, and write it.

    The Reviewer looks at it as it would be mixed. What it asks of Analyze, Arrange and Instrument
    is told to them in the next try, the one after ``before``; Analyze speaks there only if asked.

    Parameters
    ----------
    cue : Cue
    picture : mapping
        Spots, curves, description and tempo map.
    speaker : Speaker
    attempt : int
        Number of the try.
    wishes : sequence of str
        What the assessors wish changed.
    before : Arranged or None
        The try before this one.
    """
    from filmcomposer_core.agents.arrange import talk_arrange
    from filmcomposer_core.arrangement import arrange_take, begin_take
    from filmcomposer_core.notation import melody_to_abc

    plan, melody = cue.value("plan.toml"), cue.value("melody.mid")
    take = begin_take(
        **picture,
        plan=plan,
        melody=melody,
        duration_s=cue.value("analysis.json").clip.duration_s,
        seed=cue.ledger.settings.seed,
        attempt=attempt,
        wishes=wishes,
    )
    talk = talk_arrange(
        take,
        abc=melody_to_abc(melody, tempo_map=picture["tempo_map"], plan=plan, title=""),
        speaker=speaker,
        name=f"{ARRANGING} {attempt}",
        remarks={} if before is None else before.wants,
        heard=None if before is None else before.choices,
    )
    score = arrange_take(take, choices=talk.choices)
    mixed, scheme = mix_score(
        score, plan, picture, speaker=speaker, name=f"{ARRANGING} {attempt}, {MIXING}"
    )
    return Arranged(
        score=score,
        scheme=scheme,
        speeches=(*talk.speeches, *mixed.speeches),
        wants=mixed.wants,
        choices=talk.choices,
    )


def mix_score(
    score: Score, plan: Any, picture: Mapping[str, Any], *, speaker: Speaker, name: str
) -> tuple[MixTalk, Scheme]:
    """Let Volume, Mixing and Reviewer speak about a score, and write the scheme."""
    from filmcomposer_core.agents.arrange import talk_mix
    from filmcomposer_core.arrangement import begin_mix, mix_take

    view = {name: picture[name] for name in ("tempo_map", "curves", "description")}
    take = begin_mix(score=score, plan=plan, **view)
    talk = talk_mix(take, speaker=speaker, name=name)
    return talk, mix_take(take, choices=talk.choices)
