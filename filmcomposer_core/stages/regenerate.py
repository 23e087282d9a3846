"""Write some bars of some parts anew, as an edit of the score."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from filmcomposer_core.contracts.cue import Pin
from filmcomposer_core.contracts.regenerate import Regenerate
from filmcomposer_core.contracts.score import Score
from filmcomposer_core.cue import Cue
from filmcomposer_core.errors import InputError
from filmcomposer_core.progress import Progress

#: How the tree of a plan names the notes of a part's track, or of one that doubles it.
_ITEM = re.compile(r"midi_item (?P<part>.+?)(_dup\d+)?( #\d+)?")


def regenerate(cue: Cue, wanted: Regenerate, progress: Progress) -> None:
    """Put other notes into a selection and pin them.

    Edits of the same bars in ``daw_plan.json`` (notes that were changed on the tracks) go, since
    they would hide what is new.

    Parameters
    ----------
    cue : Cue
        With an arrangement that is up to date.
    wanted : Regenerate
        The selection.
    progress : Progress
        Told at the end.

    Raises
    ------
    InputError
        If the selection holds no bar of the score, or names no part of it.
    """
    from filmcomposer_core.arrangement.regenerate import measures_of, regenerate_bars

    score: Score = cue.value("score.json")
    tempo_map = cue.value("tempo.json").map
    found = measures_of(score, tempo_map, wanted.start_s, wanted.end_s)
    if found is None:
        msg = (
            f"No bar of the score lies between {wanted.start_s:.2f} s and {wanted.end_s:.2f} s of "
            "the picture."
        )
        raise InputError(msg, "Select some time where the cue has music.")
    first, last = found
    made, said = regenerate_bars(
        score=score,
        plan=cue.value("plan.toml"),
        melody=cue.value("melody.mid"),
        tempo_map=tempo_map,
        spots=cue.value("spots.csv"),
        curves=cue.value("curves.npz"),
        description=cue.value("description.toml"),
        duration_s=cue.value("analysis.json").clip.duration_s,
        first_measure=first,
        last_measure=last,
        tracks=wanted.tracks,
        seed=wanted.seed,
    )
    bars = f"bar {first}" if first == last else f"bars {first} to {last}"
    changed = _changed(score, made)
    gone = cue.unpin("daw_plan.json", _holds_bar_of(changed, first, last))
    cue.edit("score.json", made, told=False)
    cue.folder.save_ledger(cue.ledger)
    if gone:
        cue.tell(f"Your own notes in {bars} of these tracks give way to the new ones.")
    plain = [name for name in changed.values() if not any(s.startswith(f"{name}:") for s in said)]
    if plain:
        cue.tell(f"New notes in {bars}: {', '.join(plain)}.")
    for sentence in said:
        cue.tell(sentence)
    progress(1.0, f"{bars} of {len(wanted.tracks)} tracks")


def _changed(score: Score, made: Score) -> dict[str, str]:
    """Return the ids and names of the parts that play something new."""
    before = {part.id: part for part in score.parts}
    return {part.id: part.name for part in made.parts if part != before.get(part.id)}


def _holds_bar_of(parts: Collection[str], first: int, last: int) -> Callable[[Pin], bool]:
    """Return what tells pins of notes in some bars of some parts, duplicates included."""
    bars = {f"measure {number}" for number in range(first, last + 1)}

    def holds(pin: Pin) -> bool:
        if len(pin.path) < 4 or pin.path[3] not in bars:
            return False
        words = _ITEM.fullmatch(pin.path[1])
        return words is not None and words["part"] in parts

    return holds
