"""REAPER's own rendering, with the user's settings put back afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from filmcomposer_reaper.adapter.reaper import Reaper

#: File: Render project, using the most recent render settings, auto-close render dialog.
RENDER = 42230
#: WAV with 24 bits a sample (shared/reascript facts h3; the same bytes as in cue.rpp).
WAV_24 = "ZXZhdxgAAQ=="
MASTER_MIX, CUSTOM_BOUNDS, STEREO, RATE = 0, 0, 2, 48000
#: Solo in place: sends of a soloed track still reach the reverb.
IN_PLACE = 2


def render_span(
    reaper: Reaper, *, folder: str, name: str, start_s: float, end_s: float, cue: str
) -> None:
    """Render a cue's tracks alone; returns when REAPER has finished.

    Parameters
    ----------
    reaper : Reaper
    folder, name : str
        Where to, and the file's name without its ending. A file of that name must not be there.
    start_s, end_s : float
        The span in project seconds.
    cue : str
        Id of the cue whose tracks sound.
    """
    numbers = {
        "RENDER_SETTINGS": MASTER_MIX,
        "RENDER_BOUNDSFLAG": CUSTOM_BOUNDS,
        "RENDER_STARTPOS": start_s,
        "RENDER_ENDPOS": end_s,
        "RENDER_CHANNELS": STEREO,
        "RENDER_SRATE": RATE,
        "RENDER_TAILFLAG": 0,
        "RENDER_ADDTOPROJ": 0,
        "RENDER_DITHER": 0,
        "RENDER_NORMALIZE": 0,
    }
    texts = {
        "RENDER_FILE": folder,
        "RENDER_PATTERN": name,
        "RENDER_FORMAT": WAV_24,
        "RENDER_FORMAT2": "",
    }
    with _settings(reaper, numbers, texts), _alone(reaper, cue):
        reaper.rpr.Main_OnCommand(RENDER, 0)


@contextmanager
def _settings(reaper: Reaper, numbers: dict[str, float], texts: dict[str, str]) -> Iterator[None]:
    rpr = reaper.rpr
    old_numbers = {key: rpr.GetSetProjectInfo(0, key, 0.0, False) for key in numbers}
    old_texts = {key: rpr.GetSetProjectInfo_String(0, key, "", False)[3] for key in texts}
    try:
        _set(reaper, numbers, texts)
        yield
    finally:
        _set(reaper, old_numbers, old_texts)


def _set(reaper: Reaper, numbers: dict[str, float], texts: dict[str, str]) -> None:
    for key, value in numbers.items():
        reaper.rpr.GetSetProjectInfo(0, key, float(value), True)
    for key, text in texts.items():
        reaper.rpr.GetSetProjectInfo_String(0, key, text, True)


@contextmanager
def _alone(reaper: Reaper, cue: str) -> Iterator[None]:
    """Solo the cue's tracks and disarm all, which REAPER asks about before it renders."""
    rpr = reaper.rpr
    tracks = [rpr.GetTrack(0, n) for n in range(rpr.CountTracks(0))]
    before = [
        (t, key, value)
        for t in tracks
        for key in ("I_SOLO", "I_RECARM")
        if (value := rpr.GetMediaTrackInfo_Value(t, key))
    ]
    ours = [
        t for t in tracks if rpr.GetSetMediaTrackInfo_String(t, "P_EXT:fc_cue", "", False)[3] == cue
    ]
    try:
        for track, key, _ in before:
            rpr.SetMediaTrackInfo_Value(track, key, 0.0)
        for track in ours:
            rpr.SetMediaTrackInfo_Value(track, "I_SOLO", float(IN_PLACE))
        yield
    finally:
        for track in ours:
            rpr.SetMediaTrackInfo_Value(track, "I_SOLO", 0.0)
        for track, key, value in before:
            rpr.SetMediaTrackInfo_Value(track, key, value)
