"""Let the agents of Table 1 judge a theme or an arranged cue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from filmcomposer_core.agents.assess import AssessTalk, talk_assess
from filmcomposer_core.agents.speaker import Speaker
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.scheme import Scheme
from filmcomposer_core.contracts.score import Melody, Score

#: What the conversations are called in the transcript; those of tries begin with their stage.
COMPOSING, ASSESSING = "compose", "assess"


def judge(
    melody: Melody,
    plan: CuePlan,
    picture: Mapping[str, Any],
    *,
    speaker: Speaker,
    name: str,
    score: Score | None = None,
    scheme: Scheme | None = None,
) -> AssessTalk:
    """Hold the conversation about a theme, or about a cue where score and scheme are given.

    Parameters
    ----------
    melody : Melody
    plan : CuePlan
    picture : mapping
        Spots, curves, description and tempo map.
    speaker : Speaker
    name : str
        Of the conversation, for the transcript.
    score, scheme : Score and Scheme, optional
    """
    from filmcomposer_core.assessment import make_subject
    from filmcomposer_core.notation import melody_to_abc

    subject = make_subject(melody=melody, plan=plan, score=score, scheme=scheme, **picture)
    abc = melody_to_abc(melody, tempo_map=picture["tempo_map"], plan=plan, title="")
    return talk_assess(subject, abc=abc, speaker=speaker, name=name)
