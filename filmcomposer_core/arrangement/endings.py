"""How the accompaniment leaves: held, as a button, part by part, or cut off."""

from __future__ import annotations

from filmcomposer_core.arrangement.ground import SAME_BEAT, Ground, Tone
from filmcomposer_core.arrangement.orchestra import Orchestra, Track

#: Bars before the last chord at which a role leaves an evaporating cue; 0 = before the chord.
LEAVES = {"percussion": 3, "motion": 2, "counter": 1, "bass": 0, "drone": -1, "colour": -1}
BUTTON_BEATS = 0.75


def end_cue(ground: Ground, orchestra: Orchestra) -> None:
    """Shape the last chord as the plan's ending asks: ``contracts.labels.ENDINGS``."""
    if not ground.spans:
        return
    for track in orchestra.values():
        if ground.plan.ending == "button":
            track.tones = [_buttoned(ground, tone) for tone in track.tones]
        elif ground.plan.ending == "evaporate":
            track.tones = _evaporated(ground, track)


def _buttoned(ground: Ground, tone: Tone) -> Tone:
    if tone.beat < ground.final - SAME_BEAT:
        return tone
    room = ground.end - tone.beat
    length = min(tone.length, BUTTON_BEATS, max(room, SAME_BEAT))
    return Tone(tone.beat, length, tone.pitch, tone.accent + 6)


def _evaporated(ground: Ground, track: Track) -> list[Tone]:
    """Let a role stop some bars before the last chord; the pad alone holds it."""
    bars = LEAVES.get(track.role)
    if bars is None or bars < 0 or track.gesture or len(ground.spans) < 4:
        return track.tones
    bar = ground.bar_at(ground.final)
    leave = ground.final - bars * (bar.end - bar.start)
    if leave <= ground.blocks[-1].section.start and len(ground.blocks) < 2:
        return track.tones
    return [tone for tone in track.tones if tone.beat < leave - SAME_BEAT]
