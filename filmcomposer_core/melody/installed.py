"""Where models lie on this computer."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from filmcomposer_core.errors import InputError

#: Environment variable that names another folder for models.
FOLDER_VARIABLE: Final = "FILMCOMPOSER_MODELS"
#: Names of installed models; anything else is a path.
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def models_folder() -> Path:
    """Return the folder that holds installed models, each in a folder of its name."""
    import platformdirs

    given = os.environ.get(FOLDER_VARIABLE, "")
    if given:
        return Path(given)
    return Path(platformdirs.user_data_dir("FilmComposer", appauthor=False)) / "models"


def installed_models() -> tuple[str, ...]:
    """Return the names of the installed models in order."""
    folder = models_folder()
    if not folder.is_dir():
        return ()
    return tuple(sorted(p.name for p in folder.iterdir() if (p / "config.json").is_file()))


def find_model(given: str) -> Path | None:
    """Return the folder of a model by name or path.

    Parameters
    ----------
    given : str
        A name, a path, or empty = the only installed one, or the first in order.

    Returns
    -------
    Path or None
        None where nothing was given and nothing is installed.

    Raises
    ------
    InputError
        If what was given is not there.
    """
    if not given:
        names = installed_models()
        return models_folder() / names[0] if names else None
    if NAME.fullmatch(given) and given in installed_models():
        return models_folder() / given
    if Path(given).is_dir():
        return Path(given)
    known = ", ".join(installed_models()) or "none"
    msg = f"There is no melody model {given!r}."
    hint = f"Installed: {known}. Name a folder, or fetch one: filmcomposer models get NAME"
    raise InputError(msg, hint)
