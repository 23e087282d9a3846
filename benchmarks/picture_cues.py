"""Run the product on the labelled clips as far as its description, and take the time."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.picture_labels import Judged, LabelledShot, answers_of, match_shots
from benchmarks.speed import decode_seconds
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.clip import Analysis
from filmcomposer_core.contracts.description import Description
from filmcomposer_core.pipeline import Watcher, run_cue

#: Made anew in every run: it is cheap, and what is tuned.
_DESCRIPTION = "description.toml"
_TIMES = "times.json"


class _Clock(Watcher):
    """Take the seconds of the stages that ran, and print what is told."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._begun = 0.0

    def stage_started(self, stage: str) -> None:
        self._begun = time.perf_counter()

    def stage_ended(self, stage: str, *, ran: bool) -> None:
        if ran:
            self.seconds[stage] = time.perf_counter() - self._begun

    def tell(self, sentence: str) -> None:
        print(f"  ({sentence})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A clip as the product saw it.

    ``judged`` are the labelled shots that were found, ``lost`` those that were not. ``seconds``
    are those of each stage and of plain decoding (``decode``), when it last ran.
    """

    clip: str
    length_s: float
    starts: tuple[int, ...]
    judged: tuple[Judged, ...]
    lost: tuple[LabelledShot, ...]
    seconds: dict[str, float] = field(repr=False)


def describe(
    clip: Path, labelled: Sequence[LabelledShot], work: Path, *, again: str | None
) -> Described:
    """Run ``see`` to ``describe`` on a clip and pair its shots with the labelled ones.

    Parameters
    ----------
    clip : Path
    labelled : sequence of LabelledShot
        Those of this clip.
    work : Path
        Holds a cue folder for each clip; what was seen there is used again, the description is not.
    again : str or None
        The stage from which on all is made anew.
    """
    folder = work / clip.stem
    seconds = _times(folder)
    (folder / _DESCRIPTION).unlink(missing_ok=True)
    clock = _Clock()
    run_cue(
        folder, changes={"clip": str(clip)}, until="describe", start=again,
        watcher=clock,
    )  # fmt: skip
    if "see" in clock.seconds:
        clock.seconds["decode"] = decode_seconds(clip)
    seconds |= clock.seconds
    (folder / _TIMES).write_text(json.dumps(seconds), encoding="utf-8")
    text = (folder / "analysis.json").read_text(encoding="utf-8")
    analysis = codec.build(Analysis, codec.parse_json(text, where=str(folder)), where=str(folder))
    text = (folder / _DESCRIPTION).read_text(encoding="utf-8")
    told = codec.build(Description, codec.parse_toml(text, where=str(folder)), where=str(folder))
    starts = tuple(shot.start_frame for shot in analysis.shots)
    pairs = match_shots(labelled, starts)
    judged = tuple(
        Judged(
            shot=labelled[k], answers=answers_of(told.shots[found]), group=told.shots[found].group
        )
        for k, found in pairs.items()
    )
    return Described(
        clip=clip.name,
        length_s=analysis.clip.duration_s,
        starts=starts,
        judged=judged,
        lost=tuple(shot for k, shot in enumerate(labelled) if k not in pairs),
        seconds=seconds,
    )


def _times(folder: Path) -> dict[str, float]:
    path = folder / _TIMES
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}
