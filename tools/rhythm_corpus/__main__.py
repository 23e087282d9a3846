"""Write the rhythms of music21's corpus to a file that ``filmcomposer train crt`` reads.

::

    python -m tools.rhythm_corpus FILE
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from filmcomposer_core.rhythm.training.pieces import Piece, save_pieces
from tools.priors.chorales import read_chorales
from tools.priors.tunes import read_tunes
from tools.rhythm_corpus.rhythms import chorale_piece, tune_piece


def main() -> None:
    """Read the corpus and write the file."""
    parser = argparse.ArgumentParser(prog="tools.rhythm_corpus", description=__doc__)
    parser.add_argument("file", type=Path)
    given = parser.parse_args()
    tunes = [piece for tune in read_tunes() if (piece := tune_piece(tune))]
    chorales = [piece for chorale in read_chorales() if (piece := chorale_piece(chorale))]
    pieces: list[Piece] = [*tunes, *chorales]
    save_pieces(given.file, pieces)
    sys.stdout.write(f"{len(tunes)} tunes, {len(chorales)} chorales in {given.file}\n")


if __name__ == "__main__":
    main()
