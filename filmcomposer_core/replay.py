"""The user's edits put into a file made anew: what still makes sense goes in, the rest waits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from filmcomposer_core import pins
from filmcomposer_core.contracts.cue import Pin
from filmcomposer_core.grounds import CANDIDATE, OUTSIDE, Grounds, Values, lost_hits
from filmcomposer_core.level_edits import is_level
from filmcomposer_core.tempo_choice import CHOSEN, with_chosen

Tree = Any
GONE = "what they belong to is not there any more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A tree with the edits in it.

    ``held`` are the pins that hold, ``parked`` those that wait, ``why`` the reason of each of
    those by its path, ``dropped`` choices that nothing in the new file answers to, ``moved`` a
    choice under its old and its new number.
    """

    tree: Tree
    held: tuple[Pin, ...]
    parked: tuple[Pin, ...]
    why: dict[tuple[str, ...], str]
    dropped: tuple[Pin, ...]
    moved: tuple[int, int] | None = None


def replay(
    name: str,
    tree: Tree,
    edits: Sequence[Pin],
    *,
    values: Values,
    valid: Callable[[Tree], bool],
) -> Replayed:
    """Put edits into what a stage has made.

    Parameters
    ----------
    name : str
        The document.
    tree : tree
        What the stage made.
    edits : sequence of Pin
        All pins of the document, those that waited so far before the others.
    values : Values
        The other documents as they are now.
    valid : callable
        Whether a tree makes a sound file.
    """
    choices = [pin for pin in edits if pin.path == CANDIDATE]
    tree = with_chosen(tree, edits, values) if name == "tempo.json" else tree
    grounds = Grounds(name, pins.keyed(tree), values, edits)
    edits = _along(edits, grounds)
    why = {pin.path: reason for pin in edits if (reason := grounds.why_not(pin))}
    rows = {path[:2] for path, reason in why.items() if reason == OUTSIDE}
    standing = [pin for pin in edits if pin.path not in why and pin not in choices]
    fitted = {pin.path: fit for pin in standing if (fit := grounds.as_it_fits(pin)) is not None}
    dropped = tuple(pin for pin in standing if pin.path not in fitted)
    base = _hits(tree, rows, standing) if name == "spots.csv" else tree
    made, held, unfit = pins.apply(base, list(fitted.values()), valid=valid)
    why |= {pin.path: GONE for pin in unfit}
    holding = {pin.path: pin for pin in held}
    chosen = next((pin for pin in standing if pin.path == CHOSEN and pin.path in holding), None)
    return Replayed(
        tree=made,
        # Choices and levels are kept as they fit now; of other edits the whole stays in the ledger.
        held=(
            *choices,
            *(
                holding[p.path] if p.path == CHOSEN or is_level(p) else p
                for p in standing
                if p.path in holding
            ),
        ),
        parked=tuple(pin for pin in edits if pin.path in why),
        why=why,
        dropped=dropped,
        moved=(chosen.value, holding[CHOSEN].value) if chosen else None,
    )


def _along(edits: Sequence[Pin], grounds: Grounds) -> Sequence[Pin]:
    """Let edits of the chosen tempo map go with it to the number that it has now."""
    choice = next((pin for pin in edits if pin.path == CHOSEN), None)
    fit = None if choice is None else grounds.as_it_fits(choice)
    if choice is None or fit is None or fit.value == choice.value:
        return edits
    old, new = ("maps", f"rank {choice.value}"), ("maps", f"rank {fit.value}")
    return tuple(
        replace(pin, path=(*new, *pin.path[2:])) if pin.path[:2] == old else pin for pin in edits
    )


def _hits(tree: Tree, outside: set[tuple[str, ...]], edits: Sequence[Pin]) -> Tree:
    """Leave out hits that the user has moved out of the picture's part, add those moved into it."""
    names = {path[1] for path in outside}
    rows = [row for row in tree["spots"] if f"id {row['id']}" not in names]
    return tree | {"spots": [*rows, *lost_hits(edits, tree["spots"])]}
