"""Plans, maps and real tunes for the tests of the assessment."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

from filmcomposer_core.assessment import assess_cue, assess_theme
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.score import Melody, Note
from filmcomposer_core.contracts.tempo import TempoMap, TempoPoint
from filmcomposer_core.contracts.verdict import Assessment
from filmcomposer_core.errors import InputError
from filmcomposer_core.notation import abc_to_melody
from tests import samples


def scores(found: Assessment) -> dict[int, float]:
    """Scores by criterion, without the pending ones."""
    return {c.id: c.score for c in found.criteria if c.score is not None}


def theme(**changes: Any) -> Assessment:
    """Assess the sample theme with some inputs changed."""
    inputs: dict[str, Any] = {
        "melody": samples.melody(),
        "plan": samples.cue_plan(),
        "tempo_map": samples.tempo_plan().map,
        "spots": samples.spots(),
        "curves": samples.curves(),
        "description": samples.description(),
    }
    return assess_theme(**(inputs | changes))


def cue(**changes: Any) -> Assessment:
    """Assess the sample cue with some inputs changed."""
    inputs: dict[str, Any] = {
        "melody": samples.melody(),
        "score": samples.score(),
        "scheme": samples.scheme(),
        "plan": samples.cue_plan(),
        "tempo_map": samples.tempo_plan().map,
        "spots": samples.spots(),
        "curves": samples.curves(),
        "description": samples.description(),
    }
    return assess_cue(**(inputs | changes))


def plan(
    chords: str,
    *,
    key: str = "C",
    mode: str = "ionian",
    idiom: str = "travel",
    texture: str = "melody+pad+bass",
) -> CuePlan:
    """One section from bar 1, one chord cell a bar."""
    bars = len(chords.split("|"))
    section = dataclasses.replace(
        samples.cue_plan().sections[0],
        bars=bars,
        key=key,
        mode=mode,
        chords=chords,
        texture=texture,
    )
    return CuePlan(
        idiom=idiom,
        blend="null",
        ending="cadence",
        sections=(section,),
        bar_tension=tuple(0.2 + 0.6 * i / max(1, bars - 1) for i in range(bars)),
    )


def tempo_map(num: int = 4, den: int = 4, bpm: float = 120.0) -> TempoMap:
    points = (TempoPoint(time_s=0.0, bpm=bpm, ramp=False, num=num, den=den),)
    return TempoMap(rank=1, kind="constant", first_bar=1, cost=0.0, points=points, hits=())


def line(*notes: tuple[float, float, int]) -> Melody:
    """A melody of (beat, length, pitch)."""
    return Melody(notes=tuple(Note(beat=b, length=n, pitch=p, velocity=80) for b, n, p in notes))


@dataclasses.dataclass(frozen=True)
class Tune:
    """A folk tune with its key and metre."""

    name: str
    melody: Melody
    key: str
    mode: str
    num: int
    den: int


_MODES = {"": "ionian", "maj": "ionian", "m": "aeolian", "min": "aeolian"}
_MODES |= {"dor": "dorian", "mix": "mixolydian"}


def tunes(folder: Path, *, most: int) -> list[Tune]:
    """Read tunes of at least 16 bars from a folder of ABC files, every ninth of them."""
    found: list[Tune] = []
    for path in sorted(folder.glob("*.abc")):
        parts = re.split(r"(?m)^(?=X:)", path.read_text(encoding="utf-8", errors="replace"))
        for text in parts[1::9]:
            key = re.search(r"(?m)^K: *([A-G][#b]?) *([A-Za-z]{0,3})", text)
            metre = re.search(r"(?m)^M: *(\d+)/(\d+)", text)
            if key is None or metre is None or key[2].lower() not in _MODES:
                continue
            try:
                melody = abc_to_melody(text, where=path.name)
            except InputError:
                continue  # many of these transcriptions have bars that do not add up
            num, den = int(metre[1]), int(metre[2])
            if melody.notes and melody.notes[-1].end >= 16 * num * 4 / den:
                mode = _MODES[key[2].lower()]
                name = f"{path.name} {len(found)}"
                found.append(Tune(name, melody, key[1], mode, num, den))
            if len(found) == most:
                return found
    return found
