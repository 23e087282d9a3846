"""Let the parts play printed stems, the user's own instruments, or racks of the sampler."""

from __future__ import annotations

from filmcomposer_core.contracts.sounds import CHOICES, MINE, STEMS
from filmcomposer_core.errors import DawError
from filmcomposer_reaper.adapter.dialogs import ask_fields
from filmcomposer_reaper.adapter.instruments import resource_folder
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.flow import Task, open_desk
from filmcomposer_reaper.poll import Work
from filmcomposer_reaper.sounds_file import chosen_sound, sounds_path
from filmcomposer_reaper.telling import carry_and_tell


def work(reaper: Reaper, python: str) -> Work:
    """Ask, have the choice written and the tracks brought up to it."""
    desk = open_desk(reaper, make=False)
    resources = resource_folder(reaper)
    before = chosen_sound(resources) or STEMS
    label = "stems (printed) / mine (my instruments) / racks (samplers)"
    found = ask_fields(reaper, "What plays the parts", [(label, before)], width=160)
    if found is None:
        reaper.say("FilmComposer: nothing was changed.")
        return
    choice = _choice(found[0])
    if choice == MINE:
        reaper.say(f"FilmComposer: your instruments are named in {sounds_path(resources)}.")
    task = Task(name="FilmComposer: Choose sounds", until="report", params={"sound": choice})
    yield from carry_and_tell(reaper, python, desk, task)


def _choice(text: str) -> str:
    """Return what was chosen, also by its first letters.

    Raises
    ------
    DawError
        For what is none of the choices.
    """
    word = text.strip().casefold()
    for choice in CHOICES:
        if word and choice.startswith(word):
            return choice
    raise DawError(f'"{text.strip()}" is no choice of sounds.', f"Write {', '.join(CHOICES)}.")
