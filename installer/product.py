"""What an installation consists of: every file's place in REAPER's resource folder."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from installer.errors import SetupError
from installer.headers import Action, read_actions
from installer.site import SITE, site_files

OWN = "Scripts/FilmComposer"
ICONS = "Data/toolbar_icons"
#: Below ``reaper_scripts``: what is copied from elsewhere, or only says how to install.
_NOT_COPIED = ("icons", "reapy_site", "toolbar.toml", "__pycache__")
#: Tells the actions where the bridge's interpreter is.
NOTED = f"{OWN}/installed.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A version of the product: its files by place, and its actions in the toolbar's order."""

    version: str
    files: Mapping[str, bytes]
    actions: tuple[Action, ...]


def read_product(checkout: Path, python: Path, site: Path | None = None) -> Product:
    """Read what is to be installed.

    Parameters
    ----------
    checkout : Path
        The folder that holds ``reaper_scripts``.
    python : Path
        The interpreter that runs the bridge.
    site : Path, optional
        The scripts' packages; ``reaper_scripts/reapy_site`` unless given.
    """
    scripts = checkout / "reaper_scripts"
    files: dict[str, bytes] = {}
    for path in sorted(scripts.rglob("*")):
        name = path.relative_to(scripts).as_posix()
        parts = name.split("/")
        if path.is_file() and parts[0] not in _NOT_COPIED and "__pycache__" not in parts:
            files[f"{OWN}/{name}"] = path.read_bytes()
    for name, data in site_files(site or checkout / SITE).items():
        files[f"{OWN}/reapy_site/{name}"] = data
    for path in sorted((scripts / "icons").glob("*/*.png")):
        scale = "" if path.parent.name == "100" else f"{path.parent.name}/"
        files[f"{ICONS}/{scale}{path.name}"] = path.read_bytes()
    version = read_version(checkout)
    noted = {
        "program": "FilmComposer",
        "version": version,
        "python": str(python),
        "checkout": str(checkout),
    }
    files[NOTED] = (json.dumps(noted, indent=1) + "\n").encode("ascii")
    return Product(version=version, files=files, actions=read_actions(scripts))


def read_version(checkout: Path) -> str:
    """Return the product's version, read and not imported: it must be that of this folder.

    Raises
    ------
    SetupError
        When the folder is not whole.
    """
    source = checkout / "filmcomposer_core" / "__init__.py"
    text = source.read_text("utf-8") if source.is_file() else ""
    found = re.search(r'^__version__ = "(.+)"$', text, re.MULTILINE)
    if found is None:
        raise SetupError(f"{source} names no version.", "Fetch FilmComposer again, whole.")
    return found[1]
