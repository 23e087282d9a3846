"""Learn the composer's priors from music21's corpus.

::

    python -m tools.priors

writes ``composition/tables.toml``, ``composition/SOURCE.md`` and ``planning/chorales.toml``. It
needs music21 and about a minute; the product itself reads only what is written.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import music21

from tools.priors.chorales import Chorale, read_chorales
from tools.priors.figures import bands
from tools.priors.harmony import transitions
from tools.priors.source import source_text
from tools.priors.toml import toml_text
from tools.priors.tunes import Tune, read_tunes

CORE = Path(__file__).parents[2] / "filmcomposer_core"
TABLES, SOURCE = "composition/tables.toml", "composition/SOURCE.md"
CHORALES = "planning/chorales.toml"
KINDS = ("slow", "folk")
_MODES = {"major": False, "minor": True}


def tables(tunes: Sequence[Tune]) -> str:
    """Return ``tables.toml``: bands of slow airs and others."""
    kinds = {kind: [tune for tune in tunes if tune.kind == kind] for kind in KINDS}
    counts = Counter(tune.kind for tune in tunes)
    note = (
        f"Figures of {counts['folk']} dances and songs (folk) and {counts['slow']} slow airs.\n"
        "Bands: percentiles 10, 50 and 90 over tunes."
    )
    return toml_text({"bands": {kind: bands(some) for kind, some in kinds.items()}}, note=note)


def chorale_table(chorales: Sequence[Chorale]) -> str:
    """Return ``chorales.toml``: what chord follows a chord."""
    data = {
        mode: transitions(chorale for chorale in chorales if chorale.minor == minor)
        for mode, minor in _MODES.items()
    }
    note = "What follows a chord in Bach's chorales, percent of its changes; 4 and more are kept."
    return toml_text(data, note=note)


def main() -> int:
    """Write the files."""
    tunes, chorales = read_tunes(), list(read_chorales())
    source = source_text(tunes, chorales, version=music21.__version__)
    texts = {TABLES: tables(tunes), SOURCE: source, CHORALES: chorale_table(chorales)}
    for name, text in texts.items():
        (CORE / name).write_text(text, encoding="utf-8", newline="\n")
        sys.stdout.write(f"{CORE / name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
