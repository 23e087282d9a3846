"""Render: the plan becomes sound, and sound and picture become a movie (Sec. 3.3, 5.3).

The names load on first use, so that importing the package stays quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from filmcomposer_core.render.result import Footage, MovieResult, RenderResult, RenderSettings

if TYPE_CHECKING:
    from filmcomposer_core.render.movie import write_movie
    from filmcomposer_core.render.render import render_cue
    from filmcomposer_core.render.wav import verify_wav

__all__ = [
    "Footage",
    "MovieResult",
    "RenderResult",
    "RenderSettings",
    "render_cue",
    "verify_wav",
    "write_movie",
]


def __getattr__(name: str) -> object:
    if name == "render_cue":
        from filmcomposer_core.render.render import render_cue

        return render_cue
    if name == "verify_wav":
        from filmcomposer_core.render.wav import verify_wav

        return verify_wav
    if name == "write_movie":
        from filmcomposer_core.render.movie import write_movie

        return write_movie
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
