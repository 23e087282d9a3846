"""What the user chose among several: a theme among the candidates, a tempo map among the ranked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from filmcomposer_core import pins
from filmcomposer_core.contracts.cue import Pin
from filmcomposer_core.contracts.score import Melody
from filmcomposer_core.cue import Cue
from filmcomposer_core.cue_values import candidates_of, said
from filmcomposer_core.documents import DOCUMENTS
from filmcomposer_core.grounds import CANDIDATE, Grounds, tune
from filmcomposer_core.tempo_choice import CHOSEN

_THEME, _TEMPO = "melody.mid", "tempo.json"


def choose_theme(cue: Cue, number: int, melody: Melody) -> None:
    """Take a candidate for the theme as it was composed.

    Notes that the user had changed in another take go to the history; the choice is kept as
    one, so that it goes when the themes are composed anew.
    """
    document, known = DOCUMENTS[_THEME], cue.ledger.artefacts[_THEME]
    edits = [pin for pin in known.pins if pin.path != CANDIDATE]
    if edits:
        tree = pins.keyed(document.tree(cue.value(_THEME), cue))
        kept = cue.folder.keep_in_history(_THEME)
        cue.told.left(_THEME, edits, tree, history=kept)
    files = document.render(melody, cue)
    value = document.parse({_THEME: files[_THEME]}, cue)
    choice = Pin(op="set", path=CANDIDATE, value=number, like={"notes": tune(melody)})
    content = said(document, value)
    # Announced before they are written: a run killed here sees no edit of theirs.
    for file, sha in cue.folder.write(files, editable=set(files)).items():
        entry = replace(cue.ledger.artefacts[file], sha256=sha, content=content)
        if file == _THEME:
            waiting = tuple(pin for pin in known.parked if pin.path != CANDIDATE)
            entry = replace(entry, pins=(choice,), parked=waiting)
        cue.record(file, entry)
    cue.folder.save_ledger(cue.ledger)
    cue.hold(_THEME, value)
    cue.told.took(_THEME, (choice,), {})


def theme_chosen(
    cue: Cue,
    value: Any,
    edits: tuple[Pin, ...],
    parked: tuple[Pin, ...],
    files: Mapping[str, bytes | Path],
) -> tuple[Any, tuple[Pin, ...], tuple[Pin, ...]]:
    """Take the theme that was chosen where it is among those composed now, else the best.

    Parameters
    ----------
    cue : Cue
    value : document
        Any document, made anew; only a theme can change.
    edits, parked : tuple of Pin
        All its pins, and those of them that waited.
    files : mapping of name to bytes or Path
        What else was made: the candidates.

    Returns
    -------
    value, tuple of Pin, tuple of Pin
        The theme, the edits without a choice that is not among them, and that choice.
    """
    choice = next((pin for pin in edits if pin.path == CANDIDATE), None)
    if choice is None:
        return value, edits, ()
    rest = tuple(pin for pin in edits if pin is not choice)
    for number, melody in candidates_of(files, where=f"{cue.folder.path}/").items():
        if tune(melody) == choice.like.get("notes"):
            found = replace(melody, phrase_starts=value.phrase_starts)
            return found, (replace(choice, value=number), *rest), ()
    if choice not in parked:
        cue.told.choice_gone(choice)
    return value, rest, (choice,)


def choose_map(cue: Cue, rank: int) -> None:
    """Take a tempo map by its number, also the one that is in use: then it is to stay.

    Parameters
    ----------
    cue : Cue
        With a ``tempo.json`` that holds the map.
    rank : int
        Its number.
    """
    plan = cue.value(_TEMPO)
    if plan.chosen != rank:
        cue.edit(_TEMPO, replace(plan, chosen=rank))
        return
    known = cue.ledger.artefacts[_TEMPO]
    keyed = pins.keyed(DOCUMENTS[_TEMPO].tree(plan, cue))
    choice = Grounds(_TEMPO, keyed, cue).marked([Pin(op="set", path=CHOSEN, value=rank)])
    held, parked = pins.merge(known.pins, choice), pins.still_parked(known.parked, choice)
    cue.pin(_TEMPO, held, parked)
    cue.folder.save_ledger(cue.ledger)
    cue.told.took(_TEMPO, choice, keyed)
