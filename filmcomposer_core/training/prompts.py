"""The words a model hears in a stage of the curriculum (Sec. 4, C.1)."""

from __future__ import annotations

from numpy.random import Generator

from filmcomposer_core.training.recipe import MUSIC_PARTS, Recipe
from filmcomposer_core.training.samples import Words

_MOST_CHARS = 600


def words_at(words: Words, recipe: Recipe, step: int, chance: Generator) -> str:
    """Return the words of a sample for an update.

    Parameters
    ----------
    words : Words
        Of the sample.
    recipe : Recipe
        Gives the stages, and how often the music description stays whole.
    step : int
        The update.
    chance : numpy.random.Generator
        Drawn from once.

    Notes
    -----
    Sec. 4: "we introduced music descriptions and removed components in stages". The reading here:
    the music description leads alone, the visual description joins it, then the music description
    goes part by part until the visual one stands alone, which is what Eq. 6 is given. A share
    keeps the whole music description to the end, because C.1 wants it still understood.
    """
    stage = recipe.stage_at(step)
    whole = chance.random() < recipe.keep_music
    return sentence(words, music=MUSIC_PARTS if whole else stage.music, picture=stage.picture)


def sentence(words: Words, *, music: tuple[str, ...], picture: tuple[str, ...]) -> str:
    """Say some parts as a cue says them (``melody/prompt.py``): music first, then the scene.

    Examples
    --------
    >>> words = Words(music={"genre": "waltz", "mood": "sad"}, picture={"setting": "beach"})
    >>> sentence(words, music=("genre", "mood"), picture=("setting",))
    'sad waltz film music. For a film scene: beach.'
    """
    said = {name: words.music[name] for name in music if words.music.get(name)}
    style = " ".join(said[name] for name in ("mood", "genre") if name in said)
    first = [f"{style} film music" if style else "", said.get("instrumentation", "")]
    first.append(said.get("tempo", ""))
    seen = [words.picture[name] for name in picture if words.picture.get(name)]
    parts = [", ".join(part for part in first if part)]
    parts.append(f"For a film scene: {', '.join(dict.fromkeys(seen))}" if seen else "")
    text = " ".join(f"{part.rstrip('.')}." for part in parts if part)
    return text if len(text) <= _MOST_CHARS else text[:_MOST_CHARS].rsplit(" ", 1)[0]
