"""What can be played: range, hands, speed, breath and the clip's end, checked part by part."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from filmcomposer_core.arrangement.desks import BREATHING
from filmcomposer_core.arrangement.gestures import SOFT
from filmcomposer_core.arrangement.ground import SAME_BEAT, Ground, Tone
from filmcomposer_core.arrangement.orchestra import Track
from filmcomposer_core.catalogue import Instrument, Technique, instrument
from filmcomposer_core.contracts.score import Note

#: A breath before a new phrase, and before anything after a note longer than LONG_S.
BREATH_S, LONG_S = 0.14, 2.5
SHORTEST = 0.05


def playable(ground: Ground, track: Track) -> list[Tone]:
    """Return a part's own tones as its player can play them.

    Every pitch is inside the playable range (moved by octaves), no more tones sound together than
    the instrument has hands or players, onsets keep to its agility, and nothing lasts into a
    silence or beyond the clip's last note. The theme is not touched; where a part has both, its
    own tones give way.
    """
    player = instrument(track.instrument)
    technique = player.technique(track.technique)
    tones = [_in_range(tone, player, technique) for tone in track.tones]
    tones = _inside(ground, tones)
    tones = _agile(ground, tones, player)
    return _hands(tones, player, track.theme)


def pitch_in_range(pitch: int, player: Instrument) -> int:
    """Return the pitch moved by octaves into the playable range, the nearest limit if none fits."""
    while pitch < player.low:
        pitch += 12
    while pitch > player.high:
        pitch -= 12
    return max(pitch, player.low)


def _in_range(tone: Tone, player: Instrument, technique: Technique) -> Tone:
    pitch = technique.key if technique.key is not None else pitch_in_range(tone.pitch, player)
    return tone if pitch == tone.pitch else Tone(tone.beat, tone.length, pitch, tone.accent)


def _inside(ground: Ground, tones: Sequence[Tone]) -> list[Tone]:
    kept = []
    for tone in tones:
        late = tone.beat > ground.last_onset + SAME_BEAT and tone.accent < SOFT
        if late or tone.beat < 0 or tone.beat >= ground.end - SAME_BEAT:
            continue
        until = ground.sound_until(tone.beat)
        if until <= tone.beat + SAME_BEAT:
            until = tone.end
        end = min(tone.end, until, ground.end)
        if end - tone.beat > SAME_BEAT:
            kept.append(Tone(tone.beat, end - tone.beat, tone.pitch, tone.accent))
    return sorted(kept, key=lambda t: (t.beat, t.pitch, -t.length))


def _agile(ground: Ground, tones: Sequence[Tone], player: Instrument) -> list[Tone]:
    """Leave out onsets that come too soon after another; hits push out what stands before them."""
    if not tones:
        return []
    groups = [list(g) for _, g in groupby(tones, key=lambda t: round(t.beat, 4))]
    kept: list[list[Tone]] = []
    times: list[float] = []
    for group in groups:
        time_s = ground.timeline.time_at(group[0].beat)
        room = 0.999 / player.agility
        while kept and time_s - times[-1] < room and _heavier(group, kept[-1]):
            kept.pop()
            times.pop()
        if kept and time_s - times[-1] < room:
            continue
        kept.append(group)
        times.append(time_s)
    return [tone for group in kept for tone in group]


def _heavier(group: Sequence[Tone], before: Sequence[Tone]) -> bool:
    strong = max(tone.accent for tone in group)
    return strong >= SOFT and strong > max(tone.accent for tone in before)


def _hands(tones: Sequence[Tone], player: Instrument, theme: Sequence[Note]) -> list[Tone]:
    """End older tones where new ones need their hands; of too full a chord keep the outer tones."""
    kept: list[Tone] = []
    sounding: list[int] = []
    busy = list(theme)
    place = 0
    for _, group in groupby(tones, key=lambda t: round(t.beat, 4)):
        chord = list({tone.pitch: tone for tone in group}.values())
        beat = chord[0].beat
        while place < len(busy) and busy[place].end <= beat + SAME_BEAT:
            place += 1
        taken = sum(n.beat < chord[0].end for n in busy[place : place + 2])
        free = max(0, player.polyphony - taken)
        chord = _outer(chord, free)
        sounding = [i for i in sounding if kept[i].end > beat + SAME_BEAT]
        again = {tone.pitch for tone in chord}
        room = free - len(chord)
        for i in list(sounding):
            if kept[i].pitch in again or room <= 0:
                kept[i] = _cut(kept[i], beat)
                sounding.remove(i)
            else:
                room -= 1
        sounding += range(len(kept), len(kept) + len(chord))
        kept += chord
    return [tone for tone in kept if tone.length >= SHORTEST / 4]


def _cut(tone: Tone, beat: float) -> Tone:
    return Tone(tone.beat, max(beat - tone.beat, SHORTEST / 8), tone.pitch, tone.accent)


def _outer(chord: list[Tone], hands: int) -> list[Tone]:
    if len(chord) <= hands:
        return chord
    if hands <= 0:
        return []
    ordered = sorted(chord, key=lambda t: t.pitch)
    return ordered[-1:] if hands == 1 else [ordered[0], *ordered[-(hands - 1) :]]


def breathe(ground: Ground, track: Track) -> list[Tone]:
    """Return a part's tones; winds shorten the last note of a phrase and long ones by a breath."""
    if instrument(track.instrument).family not in BREATHING:
        return track.tones
    ends = {round(block.end, 3) for block in ground.blocks}
    breathed = []
    for tone in track.tones:
        start_s = ground.timeline.time_at(tone.beat)
        end_s = ground.timeline.time_at(tone.end)
        if round(tone.end, 3) in ends or end_s - start_s > LONG_S:
            end_s = max(start_s + 0.6 * (end_s - start_s), end_s - BREATH_S)
            length = ground.timeline.beat_at(end_s) - tone.beat
            breathed.append(Tone(tone.beat, length, tone.pitch, tone.accent))
        else:
            breathed.append(tone)
    return breathed
