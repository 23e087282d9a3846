"""Gestures at strong hits: everyone lands together, then a stab, thud, roll, run or touch."""

from __future__ import annotations

import bisect
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from filmcomposer_core.arrangement.brief import Forces
from filmcomposer_core.arrangement.desks import technique_for
from filmcomposer_core.arrangement.ground import SAME_BEAT, Ground, Tone
from filmcomposer_core.arrangement.hits import Hit
from filmcomposer_core.arrangement.idioms import Idiom, split_desk
from filmcomposer_core.arrangement.orchestra import Orchestra, add_reason, track_for
from filmcomposer_core.arrangement.personnel import enough_players, lines_of
from filmcomposer_core.arrangement.voice_leading import Voices
from filmcomposer_core.arrangement.writing.colour import scale_run
from filmcomposer_core.arrangement.writing.pitches import within
from filmcomposer_core.catalogue import Instrument, instrument

#: What a strong hit adds to a velocity.
STRONG, SOFT = 24, 14
#: Who plays a gesture, by preference; players of the idiom's palette come first.
LOW = ("basses/pizzicato", "tuba/staccato", "cellos/pizzicato")
RUNNERS = ("violins2", "flute", "clarinet_bb", "harp", "violas", "piano", "xylophone")
TOUCHES = ("xylophone", "strings_pizzicato", "celesta", "clarinet_bb/staccato", "harp", "piano")
BELLS = ("tubular_bells", "church_bell", "harp", "piano", "tam_tam")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a gesture needs to know: harmony, players and the parts so far."""

    ground: Ground
    voices: Sequence[Voices]
    idiom: Idiom
    forces: Forces
    orchestra: Orchestra

    def harmony(self, beat: float) -> Voices:
        """Return the voices at a beat; in a rest those of the chord before."""
        index = self.ground.span_index(beat)
        if index is None:
            index = max(0, self.ground.spans_in(-1.0, beat + SAME_BEAT).stop - 1)
        return self.voices[index]


def play_gesture(stage: Stage, hit: Hit) -> None:
    """Add what a hit's gesture needs to the parts; landing together has been done before."""
    if hit.gesture == "stab":
        _stab(stage, hit)
    elif hit.gesture in ("thud", "stop"):
        _thud(stage, hit)
    elif hit.gesture == "roll":
        _roll(stage, hit)
        _thud(stage, hit)
    elif hit.gesture == "run":
        _run(stage, hit)
    elif hit.gesture == "toll":
        _toll(stage, hit)
    elif hit.gesture == "touch":
        touch(stage, hit)


def touch(stage: Stage, hit: Hit, *, without: Collection[str] = ()) -> None:
    """Touch the hit with a light note (G10), by a player who is not among those named."""
    role = role_for(hit, ("colour", "motion", "counter", "pad", "bass", "percussion", "drone"))
    if role == "percussion":
        _drums(stage, hit)
        return
    desks = [desk for desk in TOUCHES if split_desk(desk)[0] not in without]
    player, technique = _player(stage, hit, desks, "short")
    if player is None:
        return
    low, high = player.comfort_low, player.comfort_high
    top = within(stage.harmony(hit.beat)[3] + 12, low, max(high, low + 11))
    _add(stage, hit, role, player, technique, [struck_at(stage, hit, top, 0.25, STRONG)])


def _stab(stage: Stage, hit: Hit) -> None:
    """Strike the chord and its bass short and hard, with drums where they play (G1)."""
    role = role_for(hit, ("pad", "motion", "bass", "drone", "colour"))
    player, technique = _player(stage, hit, stage.idiom.stab, "accent")
    voices = stage.harmony(hit.beat)
    if player is not None:
        pitches = voices[1:][-player.polyphony :]
        tones = [struck_at(stage, hit, p, 0.5, STRONG) for p in pitches]
        _add(stage, hit, role, player, technique, tones)
    _low_note(stage, hit, length=0.5)
    _drums(stage, hit)


def _thud(stage: Stage, hit: Hit) -> None:
    """Strike bass and drums, and let them ring (G4)."""
    _low_note(stage, hit, length=1.0)
    _drums(stage, hit)


def _low_note(stage: Stage, hit: Hit, *, length: float) -> None:
    """Strike the bass note on timpani, or on a low instrument of the idiom that is free."""
    roles = hit.block.section.roles
    role = "percussion" if "percussion" in roles else "bass"
    if role not in roles or (role == "bass" and _struck(stage, hit, role)):
        return
    desks = ("timpani",) if role == "percussion" else LOW
    player, technique = _player(stage, hit, desks, "accent", only_free=True)
    if player is not None:
        pitch = within(stage.harmony(hit.beat)[0] - 12, player.low, player.low + 20)
        _add(stage, hit, role, player, technique, [struck_at(stage, hit, pitch, length, STRONG)])


def _struck(stage: Stage, hit: Hit, role: str) -> bool:
    """Whether somebody of a role already lands on the hit."""
    tracks = (t for t in stage.orchestra.values() if t.role == role and not t.gesture)
    return any(abs(tone.beat - hit.beat) < SAME_BEAT for t in tracks for tone in t.tones)


def _drums(stage: Stage, hit: Hit) -> None:
    if "percussion" not in hit.block.section.roles:
        return
    heavy = hit.strength >= 8.5 or hit.gesture == "roll"
    drums = stage.idiom.strike if heavy else stage.idiom.strike[:1]
    for desk in drums:
        name, technique = split_desk(desk)
        if stage.forces.allows(name):
            player = instrument(name)
            key = player.technique(technique).key or player.comfort_low
            accent = STRONG - 4 if stage.idiom.metre >= 1 else SOFT
            tones = [struck_at(stage, hit, key, 1.0, accent)]
            _add(stage, hit, "percussion", player, technique, tones)


def _roll(stage: Stage, hit: Hit) -> None:
    """Roll a cymbal, and the timpani if home or dominant fits, into the hit (G9)."""
    start = _lead_in(stage.ground, hit, "percussion", hit.beat - 4.0)
    length = hit.beat - start
    if length < 1.0:
        return
    key = instrument("cymbal_suspended").technique("roll").key or 59
    bass = _roll_pitch(stage, start, hit)
    gentle = stage.idiom.metre < 1
    for name, pitch in (("cymbal_suspended", key), ("timpani", bass))[: 1 if gentle else 2]:
        if stage.forces.allows(name):
            player = instrument(name)
            tone = Tone(start, length - 0.05, pitch, -6)
            _add(stage, hit, "percussion", player, "roll", [tone])


def _roll_pitch(stage: Stage, start: float, hit: Hit) -> int:
    """Return what the timpani roll on: the hit's bass if the chords before have it too.

    Else a tone of most of those chords, or the roll would beat against them until the hit.
    """
    goal = stage.harmony(hit.beat)[0]
    spans = [stage.ground.spans[i] for i in stage.ground.spans_in(start, hit.beat - SAME_BEAT)]
    chords = [span.chord.pitch_classes for span in spans]
    basses = [span.chord.bass for span in spans]
    best = max(
        (goal % 12, *(tone for chord in chords for tone in chord)),
        key=lambda c: (sum(c in chord for chord in chords), c == goal % 12, basses.count(c)),
    )
    return within(goal + (best - goal + 6) % 12 - 6, 40, 53)


def _run(stage: Stage, hit: Hit) -> None:
    """Run up a scale into the hit and land on the chord (G3)."""
    role = role_for(hit, ("motion", "colour", "counter"))
    player, technique = _player(stage, hit, RUNNERS, "flowing", before=True)
    if player is None:
        return
    timeline = stage.ground.timeline
    span_s = 0.55
    start = timeline.beat_at(max(0.0, timeline.time_at(hit.beat) - span_s))
    count = max(3, min(7, int(span_s * 0.85 * player.agility)))
    low, high = player.comfort_low + 12, player.comfort_high
    target = within(stage.harmony(hit.beat)[3] + 12, min(low, high - 12), high)
    run = scale_run(hit.block, target, start=start, end=hit.beat, count=count)
    first = _lead_in(stage.ground, hit, role, start)
    tones = [t for t in run if t.pitch >= player.low and t.beat >= first - SAME_BEAT]
    _add(stage, hit, role, player, technique, [*tones, struck_at(stage, hit, target, 1.0, STRONG)])


def _toll(stage: Stage, hit: Hit) -> None:
    """Let a bell or a deep harp note ring (G12)."""
    role = role_for(hit, ("colour", "bass", "percussion", "drone"))
    player, technique = _player(stage, hit, BELLS, "hold")
    if player is None:
        return
    key = player.technique(technique).key
    pitch = within(stage.harmony(hit.beat)[0], player.low, player.low + 17)
    tone = struck_at(stage, hit, pitch if key is None else key, 4.0, SOFT)
    _add(stage, hit, role, player, technique, [tone])


def role_for(hit: Hit, preferred: Sequence[str]) -> str:
    """Return the first preferred role that the section has, else any but the theme if possible."""
    roles = hit.block.section.roles
    for role in (*preferred, *(r for r in roles if r != "melody")):
        if role in roles:
            return role
    return "melody"


def _player(
    stage: Stage,
    hit: Hit,
    desks: Sequence[str],
    style: str,
    *,
    only_free: bool = False,
    before: bool = False,
) -> tuple[Instrument | None, str]:
    """Return the first allowed player who is not busy in the block, preferably of the idiom."""
    palette = (*stage.idiom.pad, *stage.idiom.motion, *stage.idiom.lead, *stage.idiom.stab)
    own = {split_desk(d)[0] for d in palette}
    tracks = stage.orchestra.values()
    blocks = {hit.block.index, hit.block.index - before}
    busy = {t.instrument for t in tracks if blocks & t.blocks and not t.gesture}
    seated = {t.instrument for t in tracks}
    ranked = sorted(
        desks,
        key=lambda d: (
            split_desk(d)[0] not in own,
            split_desk(d)[0] not in seated,
            desks.index(d),
        ),
    )
    names = ranked if only_free else [*ranked, *sorted(stage.forces.only or ())]
    allowed = [d for d in names if stage.forces.allows(split_desk(d)[0])]
    free = [d for d in allowed if split_desk(d)[0] not in busy]
    free = [d for d in free if enough_players(busy, split_desk(d)[0])]
    able = [d for d in allowed if lines_of(instrument(split_desk(d)[0])) > 1]
    for desk in free if only_free else free or able:
        name, asked = split_desk(desk)
        player = instrument(name)
        return player, technique_for(player, style, asked=asked)
    return None, ""


def struck_at(stage: Stage, hit: Hit, pitch: int, length: float, accent: int) -> Tone:
    """Return a tone at a hit that ends before the next silence."""
    until = max(stage.ground.sound_until(hit.beat), hit.beat + 0.25)
    end = min(hit.beat + length, until, stage.ground.end)
    return Tone(hit.beat, max(end - hit.beat, 0.05), pitch, accent)


def _lead_in(ground: Ground, hit: Hit, role: str, start: float) -> float:
    """Return from where a role may lead into a hit: not out of silence or a section without it."""
    i = bisect.bisect_right(ground.stretch_starts, hit.beat - SAME_BEAT) - 1
    sounds = i >= 0 and ground.stretches[i][1] >= hit.beat - SAME_BEAT
    start = max(start, ground.stretches[i][0]) if sounds else hit.beat
    before = ground.bar_at(start).section
    if before is None or role not in before.roles:
        start = max(start, ground.bars[hit.block.section.start - 1].start)
    return start


def _add(
    stage: Stage,
    hit: Hit,
    role: str,
    player: Instrument,
    technique: str,
    tones: Sequence[Tone],
) -> None:
    track = track_for(stage.orchestra, role, player.id, technique, gesture=True)
    track.tones += tones
    track.blocks.add(hit.block.index)
    add_reason(track, f"{player.name} marks the picture's strong moments.")
