"""How parts are played where the description asks for a technique, and what of it was not met."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from filmcomposer_core.arrangement.brief import Forces, read_forces
from filmcomposer_core.arrangement.desks import technique_for
from filmcomposer_core.arrangement.vocabulary import ENSEMBLES
from filmcomposer_core.catalogue import catalogue, instrument
from filmcomposer_core.contracts.description import Description
from filmcomposer_core.contracts.score import Note, Part, Score

#: Techniques for short notes, and those that ornament long ones.
SHORT = ("staccato", "spiccato")
ORNAMENTS = ("trill", "glissando", "flutter", "arpeggio", "roll")
#: The longest short note and the shortest long one, in beats.
SHORT_BEATS, LONG_BEATS = 1.0, 1.0
#: All of an ensemble up to this size are expected to play.
SMALL = 5


def play_as_asked(parts: Sequence[Part], forces: Forces) -> tuple[Part, ...]:
    """Return the parts with the techniques that are asked for and without those that are shunned.

    A technique without a name is for everybody but the theme. Short notes take a short technique,
    long ones an ornament; a part that has none such plays all, or its longest note, so.
    """
    return tuple(_shun(_heed(part, forces), forces) for part in parts)


def _heed(part: Part, forces: Forces) -> Part:
    known = {technique.name for technique in instrument(part.instrument).techniques}
    for technique, who, ids in forces.how:
        if technique not in known or (who and part.instrument not in ids):
            continue
        own = [note for note in part.notes if who or part.role_of(note) != "melody"]
        chosen = set(map(id, _suited(own, technique)))
        notes = [
            (n, technique if id(n) in chosen else n.technique or part.technique) for n in part.notes
        ]
        if chosen:
            part = _with_techniques(part, notes)
            said = f"It plays {technique.replace('_', ' ')} as asked."
            part = replace(part, reasons=(" ".join([*part.reasons[:1], said]), *part.reasons[1:]))
    return part


def _suited(notes: Sequence[Note], technique: str) -> list[Note]:
    if technique in SHORT:
        return [n for n in notes if n.length <= SHORT_BEATS] or list(notes)
    if technique in ORNAMENTS:
        longest = max(notes, key=lambda n: n.length, default=None)
        return [n for n in notes if n.length >= LONG_BEATS] or ([longest] if longest else [])
    return list(notes)


def _shun(part: Part, forces: Forces) -> Part:
    """Return a part without the techniques that are refused, where its player has another."""
    player = instrument(part.instrument)
    kept = [technique for technique in player.techniques if technique.name not in forces.shunned]
    if not kept or not forces.shunned:
        return part
    spare = replace(player, techniques=tuple(kept))
    notes = []
    for note in part.notes:
        name = note.technique or part.technique
        style = "short" if note.length <= SHORT_BEATS else "hold"
        notes.append((note, technique_for(spare, style, asked=name)))
    return _with_techniques(part, notes)


def _with_techniques(part: Part, notes: Sequence[tuple[Note, str]]) -> Part:
    """Return a part whose notes have techniques; the commonest becomes the part's own."""
    if not notes:
        return part
    counts = Counter(name for _, name in notes)
    main = min(counts, key=lambda name: (-counts[name], name))
    return replace(
        part,
        technique=main,
        notes=tuple(replace(n, technique="" if name == main else name) for n, name in notes),
    )


def unheeded(score: Score, description: Description) -> tuple[str, ...]:
    """Return a sentence for each player or technique that is asked for and not in a score.

    Parameters
    ----------
    score : Score
    description : Description
        What the score was arranged for.
    """
    forces = read_forces(description)
    playing = {part.instrument for part in score.parts}
    playing |= {double.instrument for part in score.parts for double in part.duplicates}
    said = [words for word, ids in forces.names if (words := _absent(word, ids, playing, forces))]
    leads = {p.instrument for p in score.parts if any(p.role_of(n) == "melody" for n in p.notes)}
    if forces.solo and not leads & set(forces.solo) and playing & set(forces.solo):
        name = instrument(next(n for n in forces.solo if n in playing)).name
        said.append(f"{name} plays, but another has the theme: it lies outside its range or speed.")
    said += [words for item in forces.how if (words := _unplayed(score, *item))]
    return tuple(dict.fromkeys(said))


def _absent(word: str, ids: Sequence[str], playing: set[str], forces: Forces) -> str:
    """Say who of a name does not play, and why; empty where it is as asked."""
    allowed = [name for name in ids if name not in forces.banned]
    if not allowed:
        return f"No {word} plays: the brief also refuses it."
    if not playing & set(allowed):
        return f"No {word} plays: no line of this cue lies in its range and speed."
    missing = [name for name in allowed if name not in playing]
    if word in ENSEMBLES and len(ids) <= SMALL and missing:
        names = ", ".join(instrument(name).name for name in missing)
        return f"Of the {word} {names} does not play: the cue has no line for it."
    return ""


def _unplayed(score: Score, technique: str, who: str, ids: Sequence[str]) -> str:
    """Say why nobody plays a technique that is asked for; empty where somebody does."""
    spoken = technique.replace("_", " ")
    parts = [part for part in score.parts if not who or part.instrument in ids]
    if any(technique == (n.technique or part.technique) for part in parts for n in part.notes):
        return ""
    able = [n for n in ids or catalogue() if technique in _techniques(n)]
    if not able:
        return f"No {spoken} by {who}: it has no such sound."
    if who and not parts:
        return f"No {spoken} by {who}: it does not play."
    return f"No {spoken}{f' by {who}' if who else ''}: nobody who plays has a note for it."


def _techniques(name: str) -> frozenset[str]:
    return frozenset(technique.name for technique in instrument(name).techniques)
