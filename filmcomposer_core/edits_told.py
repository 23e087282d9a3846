"""What becomes of the user's edits in one run, gathered and told at its end in a few lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from filmcomposer_core.contracts.cue import Pin
from filmcomposer_core.edit_words import hit_name, listed, phrases
from filmcomposer_core.grounds import OTHER_THEME, OUTSIDE
from filmcomposer_core.replay import Replayed

Tree = Any
Paths = set[tuple[str, ...]]
#: The documents whose edits may sound strange in music made anew.
_MUSIC = ("tempo.json", "plan.toml", "melody.mid", "score.json", "scheme.json", "daw_plan.json")
#: How notes come back that were written in another theme.
BACK_WITH_THEME = (
    "They come back with the theme that they were written in: undo in REAPER, or compose with the "
    "brief, seed and hit points of then."
)


class EditsTold:
    """The edits of one run, by document."""

    def __init__(self) -> None:
        self._taken: dict[str, tuple[tuple[Pin, ...], Tree]] = {}
        self._gone: dict[str, Paths] = {}
        self._still: dict[str, list[str]] = {}
        self._lines: list[str] = []
        self._back: list[str] = []
        self._outside: list[str] = []

    def took(self, name: str, edits: Sequence[Pin], tree: Tree) -> None:
        """Note edits that were found in this run; ``tree`` is what they were made in."""
        before, _ = self._taken.get(name, ((), tree))
        paths = {pin.path for pin in edits}
        kept = tuple(pin for pin in before if pin.path not in paths)
        self._taken[name] = ((*kept, *edits), tree)
        self._gone.setdefault(name, set()).difference_update(paths)

    def left(self, name: str, edits: Sequence[Pin], tree: Tree, *, history: str) -> None:
        """Note edits of a take that the user has put another in the place of."""
        self._gone.setdefault(name, set()).update(pin.path for pin in edits)
        self._lines.append(
            f"Set aside with the take that you no longer use: {listed(phrases(name, edits, tree))}."
            f" The file as you left it is {history}."
        )

    def choice_gone(self, choice: Pin) -> None:
        """Note that a chosen theme is none of those composed now."""
        self._gone.setdefault("melody.mid", set()).add(choice.path)
        self._lines.append(
            f"Your choice of theme {choice.value} goes, since the themes are new: "
            "the best of them is taken."
        )

    def replayed(
        self,
        name: str,
        waited: Sequence[Pin],
        done: Replayed,
        tree: Tree,
        *,
        anew: bool,
        history: str,
    ) -> None:
        """Note what became of the edits of a document that was made anew.

        Parameters
        ----------
        name : str
            The document.
        waited : sequence of Pin
            The pins that waited before.
        done : Replayed
            What became of all of them.
        tree : tree
            The document with the edits in it, as pins name it.
        anew : bool
            Whether what it is made from has changed.
        history : str
            Where the file as the user left it is.
        """
        before = {pin.path for pin in waited}
        gone = self._gone.setdefault(name, set())
        gone |= {pin.path for pin in (*done.parked, *done.dropped)}
        back = [pin for pin in done.held if pin.path in before]
        self._back += _named(name, back, tree)
        aside = [pin for pin in done.parked if pin.path not in before]
        self._set_aside(name, aside, done.why, tree, history)
        for pin in done.dropped:
            self._lines.append(_dropped(pin, tree))
        if done.moved and done.moved[0] != done.moved[1]:
            self._lines.append(
                f"Tempo map {done.moved[0]}, as you chose it, is number {done.moved[1]} now."
            )
        taken = {pin.path for pin in self._taken.get(name, ((), None))[0]} | before
        if anew and name in _MUSIC:
            old = [pin for pin in done.held if pin.path not in taken]
            self._still[name] = phrases(name, old, tree)

    def _set_aside(
        self,
        name: str,
        aside: Sequence[Pin],
        why: dict[tuple[str, ...], str],
        tree: Tree,
        history: str,
    ) -> None:
        out = [pin for pin in aside if why[pin.path] == OUTSIDE]
        self._outside += _named(name, out, tree)
        for reason in dict.fromkeys(why[pin.path] for pin in aside if pin not in out):
            found = phrases(name, [pin for pin in aside if why[pin.path] == reason], tree)
            if found:
                back = f" {BACK_WITH_THEME}" if reason == OTHER_THEME else ""
                self._lines.append(
                    f"Set aside, since {reason}: {listed(found)}.{back} "
                    f"The file as you left it is {history}."
                )

    def sentences(self) -> list[str]:
        """Return everything in sentences."""
        kept: list[str] = []
        for name, (edits, tree) in self._taken.items():
            gone = self._gone.get(name, set())
            kept += phrases(name, [pin for pin in edits if pin.path not in gone], tree)
        still = [phrase for found in self._still.values() for phrase in found]
        return [
            *_sentence("Kept", kept),
            *_sentence("Back again", self._back),
            *_sentence(
                "Outside the part that is scored, kept for when that is longer again", self._outside
            ),
            *self._lines,
            *_sentence("Your edits still apply", [p for p in still if p not in kept]),
        ]


def _sentence(what: str, found: Iterable[str]) -> list[str]:
    once = list(dict.fromkeys(found))
    return [f"{what}: {listed(once)}."] if once else []


def _named(name: str, edits: Sequence[Pin], tree: Tree) -> list[str]:
    """Name edits; of hits only the hits, and not those whose row was deleted."""
    if name == "spots.csv":
        names: dict[str, str] = {}
        for pin in edits:
            if pin.op != "remove":
                named = pin.op == "set" and pin.path[-1] == "name"
                called = f"marker '{pin.value}'" if named else hit_name(pin)
                if named or pin.path[1] not in names:
                    names[pin.path[1]] = called
        return list(names.values())
    return phrases(name, edits, tree)


def _dropped(pin: Pin, tree: Tree) -> str:
    """Say that no new tempo map is like the one that was chosen."""
    return (
        f"Your choice of tempo map {pin.value} ({float(pin.like['bpm']):.0f} BPM) is dropped: "
        f"none of the new maps is like it; map {tree['chosen']} is taken."
    )
