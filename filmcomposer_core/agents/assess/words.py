"""The music in the words and short tables in which the roles of Table 1 are asked."""

from __future__ import annotations

from filmcomposer_core.agents.arrange.words import (
    abc_of,
    brief_of,
    picture_of,
    pitch_range,
    runs,
    sections_of,
)
from filmcomposer_core.agents.assess.state import OF_ROLE, AssessState
from filmcomposer_core.assessment.subject import PlayedPart, Subject
from filmcomposer_core.contracts.wishing import ANYWHERE, LOCAL, WORDS

THEME_ALONE = "(the theme alone; the parts are not written yet)"
_MOST_PARTS = 20


def variables_of(state: AssessState, role: str) -> dict[str, str]:
    """Return what is told of picture, plan, music and measures."""
    subject = state.subject
    return {
        "last": str(state.bars),
        "criteria": criteria_of(state, role),
        "actions": actions_of(state),
        "brief": brief_of(subject.description),
        "picture": picture_of(subject.description),
        "sections": sections_of(subject.plan),
        "chords": chords_of(subject),
        "abc": abc_of(state.abc),
        "parts": parts_of(subject),
        "measured": measured_of(state, role),
    }


def criteria_of(state: AssessState, role: str) -> str:
    """Return the criteria to judge, a line each."""
    names = {row.id: row.name for row in OF_ROLE[role]}
    return "\n".join(f"{found.id}. {names[found.id]}" for found in state.judged(role))


def measured_of(state: AssessState, role: str) -> str:
    """Return the evidence for each criterion; the computed score is not told, lest it is copied."""
    return "\n".join(f"{found.id}: {found.evidence}" for found in state.judged(role))


def actions_of(state: AssessState) -> str:
    """Return what may be wished for, a line each."""
    lines = []
    for action in state.actions:
        where = " (name its bars)" if action in LOCAL else ""
        where = " (name its bars, or none for all)" if action in ANYWHERE else where
        lines.append(f"{action}: {WORDS[action]}{where}")
    return "\n".join(lines)


def chords_of(subject: Subject) -> str:
    """Return the planned chords by section, bars apart by ``|``."""
    return "\n".join(
        f"{section.start}-{section.start + section.bars - 1}: {section.chords}"
        for section in subject.plan.sections
        if not section.silence
    )


def parts_of(subject: Subject) -> str:
    """Return the parts, a line each: who plays what, how, in which bars and range."""
    if subject.parts is None:
        return THEME_ALONE
    return "\n".join(_part(subject, played) for played in subject.parts[:_MOST_PARTS])


def _part(subject: Subject, played: PlayedPart) -> str:
    notes = played.notes
    if not len(notes):
        return f"{played.name}: silent"
    where = runs(subject.bar_numbers(notes.start))
    reach = f", {pitch_range(notes.pitch.tolist())}" if played.player.pitched else ""
    how = ", ".join(dict.fromkeys(played.techniques))
    return f"{played.name} ({played.part.role}): {how}; bars {where}{reach}"
