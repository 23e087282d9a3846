"""What the render stage is asked for and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

SYNTHS = ("auto", "midirenderer", "tinysoundfont", "fluidsynth")


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderSettings:
    """How a cue is rendered.

    ``synth`` is one of ``SYNTHS``; ``auto`` takes midirenderer, or tinysoundfont where its wheel is
    missing. ``soundfont`` is an SF2 or SF3 file, None the shipped one. ``lufs`` is the integrated
    loudness aimed at. ``block_s`` is how much is held in memory at a time.
    """

    synth: str = "auto"
    soundfont: Path | None = None
    lufs: float = -23.0
    seed: int = 0
    block_s: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderResult:
    """What was rendered: with what, how loud, and every remark that the user should see.

    ``stems`` are paths relative to the folder, in the order of the parts. ``lufs`` is minus
    infinity for silence. ``printed`` of the parts were played; the others were there from before.
    ``written`` are the files that were made, ``stems`` and mix in all where nothing of a finished
    cue could be kept.
    """

    synth: str
    synth_version: str
    soundfont: str
    soundfont_sha256: str
    soundfont_licence: str
    lufs: float
    true_peak_dbtp: float
    duration_s: float
    stems: tuple[str, ...]
    printed: int
    written: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def kept(self) -> int:
        """Number of parts that were not played, though their stems may have been written again."""
        return len(self.stems) - self.printed


@dataclass(frozen=True, slots=True, kw_only=True)
class Footage:
    """The picture that plays: a clip or a part of it.

    Its first frame stands at ``start_s`` on the clip's clock, and ``lead_s`` after time 0, where it
    is shown from; it plays ``rate`` times as fast as the clip. ``duration_s`` and ``fps`` are those
    that play. Unless it is the ``whole`` clip it is encoded anew.
    """

    start_s: float
    duration_s: float
    fps: Fraction
    lead_s: float = 0.0
    rate: float = 1.0
    whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MovieResult:
    """A movie that was written.

    ``copied`` tells whether the picture was taken over without encoding it again; ``offset_s`` is
    how late the sound starts against the first picture frame, by the file's own clock.
    """

    copied: bool
    offset_s: float
    notes: tuple[str, ...]
