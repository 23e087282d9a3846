"""The synthesisers behind one protocol, and which of them is taken."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.errors import InputError, MissingDependencyError
from filmcomposer_core.render.midi_bytes import SynthScore
from filmcomposer_core.render.result import SYNTHS
from filmcomposer_core.render.soundfont_zones import PlayerLaw

Sound = NDArray[np.float32]


class Synth(Protocol):
    """Play notes with a cut font.

    ``workers`` is how many calls make sense at the same time, ``law`` what the player does with
    velocity, ``deaf_to`` the controllers that it ignores.
    """

    name: str
    version: str
    workers: int
    law: PlayerLaw
    deaf_to: frozenset[int]

    def play(self, font: bytes, score: SynthScore) -> Sound:
        """Return the sound of a score.

        Parameters
        ----------
        font : bytes
            An SF2 file.
        score : SynthScore
            What is played.

        Returns
        -------
        ndarray, shape (score.length, 2), float32
            At 48 kHz; never clipped, so it may exceed 1.

        Raises
        ------
        RenderError
            If the synthesiser refuses or dies.
        """

    def close(self) -> None:
        """Let go of processes and files."""


def open_synth(name: str, *, workers: int) -> Synth:
    """Return a synthesiser that is ready to play; the caller closes it.

    Parameters
    ----------
    name : str
        One of ``SYNTHS``.
    workers : int
        How many parts are rendered at a time.

    Raises
    ------
    InputError
        For an unknown name.
    MissingDependencyError
        If the synthesiser is not installed.
    """
    if name == "auto":
        name = _first_installed(("midirenderer", "tinysoundfont"))
    if name == "midirenderer":
        _need(name)
        from filmcomposer_core.render.synth_midirenderer import MidiRenderer

        return MidiRenderer(workers=workers)
    if name == "tinysoundfont":
        _need(name)
        from filmcomposer_core.render.synth_tinysoundfont import TinySoundFont

        return TinySoundFont()
    if name == "fluidsynth":
        from filmcomposer_core.render.synth_fluidsynth import FluidSynth

        return FluidSynth(workers=workers)
    msg = f"unknown synthesiser {name!r}."
    raise InputError(msg, f"Take one of {', '.join(SYNTHS)}.")


def _first_installed(names: Sequence[str]) -> str:
    for name in names:
        if importlib.util.find_spec(name) is not None:
            return name
    msg = "No synthesiser is installed."
    raise MissingDependencyError(msg, f"Install one: pip install {names[0]}.")


def _need(package: str) -> None:
    if importlib.util.find_spec(package) is None:
        msg = f"The synthesiser {package} is not installed."
        raise MissingDependencyError(
            msg, f"Install it (pip install {package}) or leave --synth out."
        )
