"""What the command line prints: progress while it works, and what is in the cue at the end."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TextIO

from filmcomposer_core.pipeline import Outcome, Watcher

_WIDTH = 72


class Screen(Watcher):
    """Draw progress on a terminal, or one line a stage where there is none."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()
        self._message = ""
        self._started = 0.0
        self._drawn = 0.0

    def _line(self, text: str) -> None:
        start = "\r" if self._live else ""
        self._stream.write(f"{start}{text:<{_WIDTH}}\n" if self._live else f"{text}\n")
        self._stream.flush()

    def stage_started(self, stage: str) -> None:
        """Note the time at which a stage begins."""
        self._started, self._message = time.monotonic(), ""
        self.stage_moved(stage, 0.0, "")

    def stage_moved(self, stage: str, fraction: float, message: str) -> None:
        """Redraw the line of the stage, at most ten times a second."""
        self._message = message or self._message
        now = time.monotonic()
        if self._live and (now - self._drawn > 0.1 or fraction in (0.0, 1.0)):
            self._drawn = now
            done = round(20 * min(1.0, max(0.0, fraction)))
            bar = "#" * done + "." * (20 - done)
            self._stream.write(f"\r{stage:>9} [{bar}] {self._message:<{_WIDTH - 33}.39}")
            self._stream.flush()

    def stage_ended(self, stage: str, *, ran: bool) -> None:
        """Leave one line for the stage."""
        if ran:
            seconds = time.monotonic() - self._started
            self._line(f"{stage:>9}  {seconds:5.1f} s  {self._message}")
        else:
            self._line(f"{stage:>9}  up to date")

    def tell(self, sentence: str) -> None:
        """Print a sentence of its own."""
        self._line(f"{'':>9}  {sentence}")


def _hits(report: dict[str, object]) -> str:
    summary = report["summary"]
    if not isinstance(summary, dict):
        return ""
    plural = "" if summary["strong_hits"] == 1 else "s"
    return (
        f"{summary['strong_hits']} strong hit{plural} "
        f"({summary['strong_hits_per_minute']:.1f} a minute), {summary['strong_hits_met']} met"
    )


def describe_cue(folder: Path, outcome: Outcome) -> str:
    """Return what is in a finished cue and where it lies, as lines of text.

    Parameters
    ----------
    folder : Path
        The cue folder.
    outcome : Outcome
        What the run did.
    """
    report = json.loads((folder / "report.json").read_text("utf-8"))
    summary = report["summary"]
    clip = outcome.ledger.clip
    length = f"{clip.duration_s:.2f} s at {float(clip.fps):.3f} frames/s" if clip else ""
    rows = [
        ("clip", length),
        ("music", summary["music"]),
        ("form", summary["form"]),
        ("hits", _hits(report)),
        ("musicality", summary["musicality"]),
        ("parts", summary["parts"]),
        ("sound", summary["sound"]),
        ("REAPER", str(folder / "cue.rpp")),
        ("mix", str(folder / "cue.wav")),
        ("movie", str(folder / "cue.mp4")),
        ("report", str(folder / "report.html")),
    ]
    missed = [f"{'':>11}  not as asked: {line}" for line in summary["missed"]]
    lines = [f"{name:>11}  {text}" for name, text in rows if text]
    return "\n".join(["", f"The cue is in {folder}", *lines, *missed])
