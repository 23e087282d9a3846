"""Plug-ins on a track: put there, set, taken away, put to sleep."""

from __future__ import annotations

from filmcomposer_core.contracts.session import SessionInstrument
from filmcomposer_reaper.adapter.reaper import Reaper

#: Where a track keeps what we put on it.
SOUND = "P_EXT:fc_sound"
#: Added at a place of the chain: -1000 is the first.
_FIRST = -1000
#: Kinds of plug-ins by which a name may begin, and the same without the i of instruments.
_KINDS = {"VST3i:": "VST3:", "VSTi:": "VST:", "CLAPi:": "CLAP:", "AUi:": "AU:"}


def resource_folder(reaper: Reaper) -> str:
    """Return REAPER's resource folder."""
    return str(reaper.rpr.GetResourcePath())


def add_instrument(reaper: Reaper, track: str, instrument: SessionInstrument, place: int) -> int:
    """Put a plug-in on a track and set it.

    Parameters
    ----------
    reaper : Reaper
    track : str
    instrument : SessionInstrument
        One without a chain.
    place : int
        Where in the chain, from 0.

    Returns
    -------
    int
        Its place; -1 where REAPER does not have it.
    """
    rpr = reaper.rpr
    found = -1
    for name in _names(instrument.plugin):
        found = int(rpr.TrackFX_AddByName(track, name, False, _FIRST - place))
        if found >= 0:
            break
    if found < 0:
        return -1
    for config in instrument.configs:
        rpr.TrackFX_SetNamedConfigParm(track, found, config.name, config.value)
    for parameter in instrument.parameters:
        rpr.TrackFX_SetParam(track, found, parameter.number, parameter.value)
    return found


def _names(plugin: str) -> list[str]:
    """Return the names to try: as REAPER's list shows it, and by its kind without the i."""
    short = [plugin.replace(k, v, 1) for k, v in _KINDS.items() if plugin.startswith(k)]
    return [plugin, *short]


def choose_preset(reaper: Reaper, track: str, place: int, preset: str) -> bool:
    """Load a preset of a plug-in; False where it has none of this name."""
    return bool(reaper.rpr.TrackFX_SetPreset(track, place, preset))


def remove_effect(reaper: Reaper, track: str, place: int) -> None:
    """Take an effect away."""
    reaper.rpr.TrackFX_Delete(track, place)


def set_offline(reaper: Reaper, track: str, place: int, *, offline: bool) -> None:
    """Put an effect to sleep, with its settings kept and its memory free, or wake it."""
    reaper.rpr.TrackFX_SetOffline(track, place, offline)


def set_muted(reaper: Reaper, track: str, *, muted: bool) -> None:
    """Mute a track or not."""
    reaper.rpr.SetMediaTrackInfo_Value(track, "B_MUTE", float(muted))
