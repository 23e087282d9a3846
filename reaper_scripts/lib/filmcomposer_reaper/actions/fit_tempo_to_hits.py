"""Choose one of the ranked tempo maps."""

from __future__ import annotations

from filmcomposer_core.contracts.observed import Observed
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.asking import ask_brief
from filmcomposer_reaper.flow import EVERYTHING, MARKERS, TEMPO, Task, carry, open_desk
from filmcomposer_reaper.poll import Work
from filmcomposer_reaper.tempo.lay import choose_rank, map_lines

NAME = "FilmComposer: Fit tempo to hits"


def work(reaper: Reaper, python: str) -> Work:
    """Ask for the brief, show the maps, have the user choose, and lay the chosen one in.

    A cue that is arranged already is brought up to the new map as a whole.
    """
    desk = open_desk(reaper)
    brief = ask_brief(reaper, desk.record, "Fit tempo to hits")
    if brief is None:
        return
    look = Task(name=NAME, until="tempo", params=brief, lays=())
    session = yield from carry(reaper, python, desk, look)
    reaper.say("\n".join(map_lines(session)))
    rank = choose_rank(reaper, session)
    if rank is None:
        reaper.say("FilmComposer: the tempo map stays as it was.")
        return
    yield
    arranged = bool(desk.record.parts.get("tracks", {}).get("tracks"))
    task = Task(
        name=NAME,
        until="report" if arranged else "tempo",
        lays=EVERYTHING if arranged else (TEMPO, MARKERS),
        seen=Observed(tempo_rank=rank),
    )
    yield from carry(reaper, python, desk, task)
    reaper.say(f"FilmComposer: tempo map {rank} lies in the project.")
