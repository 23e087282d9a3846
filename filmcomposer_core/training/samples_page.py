"""A page to listen to a run: what the model plays to held-out rhythms, update by update."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Final

from filmcomposer_core.atomic import write_atomic
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts._check import STRICT
from filmcomposer_core.contracts.take import TakeRequest
from filmcomposer_core.errors import InputError
from filmcomposer_core.training.onsets import agreement, heard_onsets
from filmcomposer_core.training.pieces import Piece, strokes_of
from filmcomposer_core.training.prompts import sentence
from filmcomposer_core.training.recipe import MUSIC_PARTS, PICTURE_PARTS
from filmcomposer_core.training.samples import Samples

_PAGE, _ROWS = "index.html", "samples.json"
_WIDTH, _HEIGHT, _MID = 600, 44, 22
_SEED: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A held-out rhythm (``wanted``, seconds) as a model played it (``heard``) after an update."""

    __pydantic_config__ = STRICT

    step: int
    sample: str
    words: str
    file: str
    duration_s: float
    wanted: tuple[float, ...]
    heard: tuple[float, ...]
    score: float


def play(
    model: Path,
    samples: Samples,
    pieces: Sequence[Piece],
    *,
    step: int,
    folder: Path,
    device: str,
) -> tuple[Played, ...]:
    """Let a model play some rhythms and add them to the page.

    Parameters
    ----------
    model : Path
        Its folder; it plays through the engine of the product.
    samples : Samples
        Held out.
    pieces : sequence of Piece
        Whose rhythms and words it gets.
    step : int
        Updates that it has seen.
    folder : Path
        Of the page; sounds lie beside it.
    device : str

    Returns
    -------
    tuple of Played
        What was added.
    """
    import io

    import soundfile

    from filmcomposer_core.melody.generate import MelodyEngine

    engine = MelodyEngine(model, device=device)
    added = []
    for number, piece in enumerate(pieces, start=1):
        strokes = strokes_of(samples, piece)
        words = sentence(samples.words(piece.sample), music=MUSIC_PARTS, picture=PICTURE_PARTS)
        duration_s = piece.end_s - piece.begin_s
        request = TakeRequest(text=words, strokes=strokes, duration_s=duration_s, seeds=(_SEED,))
        sound = engine.generate(request)[0].sound
        data = io.BytesIO()
        soundfile.write(data, sound, engine.rate, format="FLAC")
        name = f"{step:08d}-{number}.flac"
        write_atomic(folder / name, data.getvalue())
        wanted = [stroke.time_s for stroke in strokes]
        heard = [round(float(time_s), 3) for time_s in heard_onsets(sound, engine.rate)]
        added.append(
            Played(
                step=step, sample=piece.sample, words=words, file=name, duration_s=duration_s,
                wanted=tuple(wanted), heard=tuple(heard), score=agreement(wanted, heard),
            )
        )  # fmt: skip
    rows = [row for row in _read(folder / _ROWS) if row.step < step] + added
    write_atomic(folder / _ROWS, json.dumps([asdict(row) for row in rows]).encode())
    write_atomic(folder / _PAGE, page(rows).encode())
    return tuple(added)


def page(rows: Sequence[Played]) -> str:
    """Return the page: the latest update first, strokes asked for above those heard."""
    parts = []
    for step in sorted({row.step for row in rows}, reverse=True):
        here = [row for row in rows if row.step == step]
        mean = sum(row.score for row in here) / len(here)
        parts.append(f"<h2>Update {step:,}: onset F-measure {mean:.2f}</h2>")
        parts += [_row(row) for row in here]
    own = files("filmcomposer_core.training").joinpath("samples_page.html").read_text("utf-8")
    return Template(own).substitute(rows="\n".join(parts))


def _row(row: Played) -> str:
    def ticks(times: Sequence[float], kind: str, top: int) -> str:
        return "".join(
            f'<path class="{kind}" d="M{_WIDTH * t / row.duration_s:.1f} {top}v18"/>' for t in times
        )

    picture = ticks(row.wanted, "wanted", 2) + ticks(row.heard, "heard", _MID + 2)
    return (
        f"<figure><figcaption>{escape(row.sample)}: {escape(row.words)} "
        f"<b>{row.score:.2f}</b></figcaption>"
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" preserveAspectRatio="none">'
        f'<path class="line" d="M0 {_MID}H{_WIDTH}"/>{picture}</svg>'
        f'<audio controls preload="none" src="{escape(row.file)}"></audio></figure>'
    )


def _read(path: Path) -> list[Played]:
    """Return what the page holds; a damaged list begins anew, the sounds stay."""
    if not path.is_file():
        return []
    try:
        data = codec.parse_json(path.read_text("utf-8", errors="replace"), where=str(path))
        rows = data if isinstance(data, list) else []
        return [codec.build(Played, row, where=str(path)) for row in rows]
    except InputError:
        return []
