"""The points of envelopes, as far as straight lines can say them."""

from __future__ import annotations

from collections.abc import Sequence

from filmcomposer_reaper.chunks.text import children, key, number, plain, words

STRAIGHT, SQUARE = 0, 1
#: A step becomes two points this far apart, in seconds.
STEP_S = 0.001
#: What a send that we write says after its gain: pan, mute, mono, phase, channels, pan law, MIDI.
_PLAIN_SEND = ["0", "0", "0", "0", "0", "0", "-1:U", "0", "-1"]


def envelope_points(block: Sequence[str]) -> tuple[list[tuple[float, float]], bool]:
    """Return an envelope's points, and whether they are all there is to it.

    Parameters
    ----------
    block : sequence of str
        The envelope's block.

    Returns
    -------
    tuple of (list of (float, float), bool)
        Project seconds and values as the chunk holds them (gains, also with fader scaling), in
        order of time; none of one that is switched off. False for curves, steps and automation
        items, which straight lines only follow.
    """
    whole = True
    raw: list[tuple[float, float, int]] = []
    for child in children(block):
        name = key(child[0])
        if name == "PT":
            shape = int(number(child[0], 3))
            whole = whole and shape == STRAIGHT
            raw.append((number(child[0], 1), number(child[0], 2), shape))
        elif name == "ACT" and not number(child[0], 1, 1.0):
            return [], False
        elif "POOLEDENV" in name:
            whole = False
    raw.sort(key=lambda point: point[0])
    return _straight(raw), whole


def _straight(raw: Sequence[tuple[float, float, int]]) -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    for place, (time, value, shape) in enumerate(raw):
        points.append((time, value))
        if shape == SQUARE and place + 1 < len(raw) and raw[place + 1][0] - time > STEP_S:
            points.append((raw[place + 1][0] - STEP_S, value))
    return points


def is_plain_send(line: str) -> bool:
    """Whether an ``AUXRECV`` line differs from one of ours in its gain only."""
    found = [plain(word) for word in words(line)]
    return found[2:3] == ["0"] and found[4:13] == _PLAIN_SEND
