"""Make the accompaniment land on strong hits, stop after them and keep away from 'avoid' spots."""

from __future__ import annotations

import bisect
from collections.abc import Sequence

from filmcomposer_core.arrangement.gestures import STRONG, Stage, play_gesture, touch
from filmcomposer_core.arrangement.ground import SAME_BEAT, Ground, Tone
from filmcomposer_core.arrangement.hits import LAND_FRAMES, Hit
from filmcomposer_core.arrangement.orchestra import Orchestra, Track
from filmcomposer_core.contracts.spots import Spot

#: An onset this close before or after a hit is moved onto it.
PULL_S = 0.07
#: Two onsets closer than this are heard as one that is not together.
FLAM_S = 0.035
#: The orchestra rests this long after a stop, at most.
STOP_BEATS = 1.5
SHORTEST = 0.12
#: A note moved off a spot begins this many beats after it.
RESUME_BEATS = 0.2


def land_hits(stage: Stage, hits: Sequence[Hit]) -> None:
    """Let all parts but the theme land on every hit, then play the gestures."""
    land_tracks(stage.ground, stage.orchestra, hits)
    for hit in hits:
        play_gesture(stage, hit)
    for hit in uncovered(stage, hits):
        touch(stage, hit)


def land_tracks(ground: Ground, orchestra: Orchestra, hits: Sequence[Hit]) -> None:
    """Let all parts but the theme land on every hit and rest after a stop."""
    for track in orchestra.values():
        track.tones.sort(key=lambda t: (t.beat, t.pitch))
        track.tones = _landed(ground, track, hits)


def uncovered(stage: Stage, hits: Sequence[Hit]) -> list[Hit]:
    """Return the hits at which no accented tone begins within a frame."""
    tracks = stage.orchestra.values()
    onsets = sorted(t.beat for track in tracks for t in track.tones if t.accent > 0)
    return [hit for hit in hits if not covered(stage.ground, hit, onsets)]


def _landed(ground: Ground, track: Track, hits: Sequence[Hit]) -> list[Tone]:
    """Return the tones of a part with held notes struck anew and near onsets pulled to hits."""
    beats = [hit.beat for hit in hits]
    times = [hit.time_s for hit in hits]
    landed: list[Tone] = []
    for tone in track.tones:
        time_s = ground.timeline.time_at(tone.beat)
        near = _nearest(times, time_s)
        if near is not None and _pulled(track, hits[near], time_s, tone):
            tone = _pull(tone, hits[near])
        landed += _split(tone, track, hits, beats)
    return _after_stops(ground, landed, track, hits)


def _nearest(times: Sequence[float], time_s: float) -> int | None:
    if not times:
        return None
    i = bisect.bisect_left(times, time_s)
    around = [k for k in (i - 1, i) if 0 <= k < len(times)]
    return min(around, key=lambda k: abs(times[k] - time_s))


def _pulled(track: Track, hit: Hit, time_s: float, tone: Tone) -> bool:
    # What is over by the hit leads up to it, and belongs to the chord before.
    leads_up = tone.end - hit.beat < SHORTEST and hit.time_s - time_s > FLAM_S
    close = abs(hit.time_s - time_s) <= PULL_S and not leads_up
    return close and not track.tune and track.role in hit.block.section.roles


def _pull(tone: Tone, hit: Hit) -> Tone:
    length = max(SHORTEST, tone.end - hit.beat)
    return Tone(hit.beat, length, tone.pitch, max(tone.accent, STRONG - 6))


def _split(tone: Tone, track: Track, hits: Sequence[Hit], beats: Sequence[float]) -> list[Tone]:
    """Strike a held pad, bass or drone anew at every hit inside it (but for a mere touch)."""
    if track.role not in ("pad", "bass", "drone"):
        return [tone]
    pieces = []
    start, accent = tone.beat, tone.accent
    low = bisect.bisect_right(beats, tone.beat + 0.2)
    for k in range(low, bisect.bisect_left(beats, tone.end - 0.2)):
        if hits[k].gesture == "touch":
            continue
        pieces.append(Tone(start, beats[k] - start, tone.pitch, accent))
        start, accent = beats[k], STRONG - 8
    pieces.append(Tone(start, tone.end - start, tone.pitch, accent))
    return pieces


def _after_stops(
    ground: Ground, tones: list[Tone], track: Track, hits: Sequence[Hit]
) -> list[Tone]:
    """Cut everything after a stop: the hit itself is short, then the accompaniment rests."""
    stops = [hit for hit in hits if hit.gesture == "stop"]
    if not stops or track.role == "melody":
        return tones
    starts = [hit.beat for hit in stops]
    kept: list[Tone] = []
    for tone in tones:
        low = bisect.bisect_left(starts, tone.beat - 2 * STOP_BEATS)
        pieces = [tone]
        for hit in stops[low : bisect.bisect_right(starts, tone.end)]:
            line = max(hit.beat + 0.75, ground.bar_at(hit.beat).end)
            resume = min(hit.beat + STOP_BEATS, line)
            pieces = [cut for piece in pieces for cut in _around(piece, hit.beat, resume)]
        kept += pieces
    return kept


def _around(tone: Tone, hit: float, resume: float) -> list[Tone]:
    if tone.end <= hit + SAME_BEAT or tone.beat >= resume - SAME_BEAT:
        return [tone]
    if tone.beat <= hit + SAME_BEAT:
        until = hit if tone.beat < hit - SAME_BEAT else hit + 0.4
        return [Tone(tone.beat, min(tone.end, until) - tone.beat, tone.pitch, tone.accent)]
    return []


def covered(ground: Ground, hit: Hit, onsets: Sequence[float]) -> bool:
    """Whether some accented tone begins within a frame of the hit."""
    room = LAND_FRAMES * ground.frame_s
    low = ground.timeline.beat_at(hit.time_s - room)
    high = ground.timeline.beat_at(hit.time_s + room)
    return bisect.bisect_left(onsets, low) < bisect.bisect_right(onsets, high)


def keep_clear(
    ground: Ground, track: Track, spots: Sequence[Spot], hits: Sequence[Hit]
) -> list[Tone]:
    """Return a part's tones with onsets moved off the spots that music is to avoid.

    Tones too short to begin later are dropped. A strong hit in the same frames goes first.
    """
    windows = _avoided(ground, spots)
    starts = [low for low, _ in windows]
    beats = [hit.beat for hit in hits]
    kept: list[Tone] = []
    for tone in track.tones:
        i = bisect.bisect_right(starts, tone.beat + SAME_BEAT) - 1
        near = _nearest(beats, tone.beat)
        lands = near is not None and abs(beats[near] - tone.beat) < SAME_BEAT
        if lands or i < 0 or tone.beat > windows[i][1] + SAME_BEAT:
            kept.append(tone)
            continue
        resume = windows[i][1] + RESUME_BEATS
        if tone.end - resume > 0.3:
            kept.append(Tone(resume, tone.end - resume, tone.pitch, 0))
    return kept


def _avoided(ground: Ground, spots: Sequence[Spot]) -> list[tuple[float, float]]:
    """Return the stretches of beats to avoid, those that almost touch joined."""
    windows: list[tuple[float, float]] = []
    for spot in sorted(spots, key=lambda s: s.time_s):
        if spot.hit_class != "avoid":
            continue
        early = max(1, spot.early_frames) * ground.frame_s
        late = max(1, spot.late_frames) * ground.frame_s
        low = ground.timeline.beat_at(max(0.0, spot.time_s - early))
        high = ground.timeline.beat_at(spot.time_s + late)
        if windows and low <= windows[-1][1] + 2 * RESUME_BEATS:
            windows[-1] = (windows[-1][0], max(high, windows[-1][1]))
        else:
            windows.append((low, high))
    return windows
