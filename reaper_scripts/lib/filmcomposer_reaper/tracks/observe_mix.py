"""What the user has done to the mix: faders, pans, sends and their envelopes."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from filmcomposer_reaper.chunks.text import number
from filmcomposer_reaper.tracks.observe_envelopes import envelope_points, is_plain_send
from filmcomposer_reaper.tracks.seen import Seen

#: The most that a fader and a send can give, +12 dB, as the plan holds it.
MOST_GAIN = 4.0
_ENVELOPES = {"env:VOLENV2": ("volume", 1.0), "env:PANENV2": ("pan", -1.0)}
_SEND_ENVELOPE = "AUXVOLENV"


def observe_mix(track: Seen, into: dict[str, Any], anchor_s: float) -> None:
    """Tell fader, pan and envelopes of a part where the user changed them."""
    fader = track.piece("fader")
    if fader is not None and "fader" in track.changed:
        into["volume"] = _gain(number(fader.lines[0], 1, 1.0))
        into["pan"] = min(max(number(fader.lines[0], 2), -1.0), 1.0)
        laid = track.levels.get("fader", ())
        into.setdefault("laid", {}).update(zip(("volume", "pan"), laid, strict=False))
        track.take("fader")
    for aspect, (key, sign) in _ENVELOPES.items():
        if aspect in track.changed:
            _observe_envelope(track, aspect, key, into, anchor_s, sign)


def _observe_envelope(
    track: Seen, aspect: str, key: str, into: dict[str, Any], anchor_s: float, sign: float = 1.0
) -> None:
    """Tell the points of an envelope; none for one that was deleted or switched off."""
    piece = track.piece(aspect)
    points, whole = envelope_points(piece.lines) if piece else ([], True)
    told = tuple((time - anchor_s, sign * value) for time, value in points)
    into.setdefault("envelopes", {})[key] = told
    if whole:
        track.take(aspect)


def observe_sends(
    track: Seen, found: dict[str, dict[str, Any]], anchor_s: float, there: Container[str]
) -> None:
    """Tell the gains of the sends to the reverb, by the part that sends.

    Parameters
    ----------
    track : Seen
        The reverb.
    found : dict
        Gets them.
    anchor_s : float
        Where the picture begins.
    there : container of str
        The tracks that are there: what went with a deleted one is no edit of its send.
    """
    for aspect in sorted(track.changed):
        kind, _, sender = aspect.partition(":")
        part = sender.removesuffix(f":{_SEND_ENVELOPE}")
        if part not in there:
            continue
        piece = track.piece(aspect)
        if kind == "send" and aspect in track.written:
            line = piece.lines[0] if piece else ""
            sounds = piece is not None and not number(line, 5)
            into = found.setdefault(part, {})
            into["send"] = _gain(number(line, 3)) if sounds else 0.0
            into.setdefault("laid", {}).update(
                zip(("send",), track.levels.get(aspect, ()), strict=False)
            )
            if piece is None or is_plain_send(line):
                track.take(aspect)
        elif kind == "sendenv" and sender != part:
            _observe_envelope(track, aspect, "send", found.setdefault(part, {}), anchor_s)


def _gain(value: float) -> float:
    return min(max(value, 0.0), MOST_GAIN)
