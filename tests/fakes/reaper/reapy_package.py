"""Where the tests take reapy from: their own environment, else what ``install.py`` has fetched."""

from __future__ import annotations

import importlib.util
import shutil
from functools import cache
from pathlib import Path

#: The folder or file of each module that stands in ``reapy_site`` beside ours.
NAMES = ("reapy_boost", "typing_extensions")
_FETCHED = Path(__file__).parents[3] / "reaper_scripts" / "reapy_site"


@cache
def place(name: str) -> Path:
    """Return the folder or the file of a module."""
    spec = importlib.util.find_spec(name)
    if spec is not None and spec.origin is not None:
        origin = Path(spec.origin)
        return origin.parent if origin.name == "__init__.py" else origin
    found = next((p for p in (_FETCHED / name, _FETCHED / f"{name}.py") if p.exists()), None)
    assert found, f"{name} is not installed: .venv/bin/python -m pip install '.[test]'"
    return found


def copy_into(site: Path) -> None:
    """Put reapy and what it needs into a folder, without what REAPER never sees of them."""
    site.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        source = place(name)
        if source.is_dir():
            skip = shutil.ignore_patterns("__pycache__", ".mypy_cache")
            shutil.copytree(source, site / name, ignore=skip)
        else:
            shutil.copy(source, site / source.name)
