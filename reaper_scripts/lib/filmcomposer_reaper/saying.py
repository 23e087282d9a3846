"""What is said to the user once, however often it holds."""

from __future__ import annotations

from filmcomposer_reaper.adapter.reaper import Reaper


def say_once(reaper: Reaper, key: str, text: str, *, of: str = "") -> None:
    """Say a sentence unless it was the last one said under a key since REAPER was started.

    Parameters
    ----------
    reaper : Reaper
    key : str
    text : str
        An empty one is not said, but what comes after it is.
    of : str
        What it is said of, where the words alone do not tell.
    """
    mark = of or text
    if reaper.recall(key) == mark:
        return
    reaper.remember(key, mark)
    if text:
        reaper.say(f"FilmComposer: {text}")
