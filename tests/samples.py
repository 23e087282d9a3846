"""A small hand-made cue (20 s, 24 fps, two shots) that any test may start from."""

from __future__ import annotations

import numpy as np

from filmcomposer_core.contracts.clip import Analysis, Curves, FilmClip, Shot
from filmcomposer_core.contracts.description import (
    Attributes,
    Description,
    EmotionPoint,
    Label,
    MusicDescription,
    ShotDescription,
)
from filmcomposer_core.contracts.plan import CuePlan, Section
from filmcomposer_core.contracts.scheme import MeasureScheme, Scheme, TrackScheme
from filmcomposer_core.contracts.score import Controller, Measure, Melody, Note, Part, Score
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import MappedHit, TempoMap, TempoPlan, TempoPoint

FPS = 24
DURATION_S = 20.0


def clip() -> FilmClip:
    return FilmClip(
        path="clip.mp4",
        sha256="0" * 64,
        duration_s=DURATION_S,
        frames=480,
        fps_num=FPS,
        fps_den=1,
        start_timecode="01:00:00:00",
        width=640,
        height=360,
        codec="h264",
    )


def _shot(start: float, end: float, cut: str, speed: float) -> Shot:
    return Shot(
        start_s=start,
        end_s=end,
        start_frame=round(start * FPS),
        cut=cut,
        speed=speed,
        saliency=speed / 10,
        hue="blue",
        brightness="mild",
        luma=0.45,
        contrast=0.3,
        saturation=0.35,
        arousal=min(1.0, speed),
    )


def analysis() -> Analysis:
    return Analysis(clip=clip(), shots=(_shot(0, 8, "start", 0.1), _shot(8, 20, "cut", 0.6)))


def curves() -> Curves:
    time_s = np.arange(480) / FPS
    motion = np.where(time_s < 8, 0.1, 0.6) + 0.05 * np.sin(time_s)
    motion[0] = motion[192] = 0.0
    flat = np.full(480, 0.4)
    return Curves(
        time_s=time_s,
        motion=motion,
        flow_x=motion * 0.5,
        flow_y=motion * 0.1,
        luma=flat,
        contrast=flat,
        saturation=flat,
        arousal=np.clip(motion, 0, 1),
    )


def _spot(number: int, time_s: float, weight: float, kind: str, hit_class: str) -> Spot:
    frame = round(time_s * FPS)
    return Spot(
        id=f"S{number:03d}",
        time_s=time_s,
        frame=frame,
        timecode=f"01:00:{frame // FPS:02d}:{frame % FPS:02d}",
        name=f"{kind} {number}",
        weight=weight,
        kind=kind,
        hit_class=hit_class,
        early_frames=1,
        late_frames=1 if weight >= 7 else 2,
    )


def spots() -> tuple[Spot, ...]:
    return (
        _spot(1, 8.0, 9.0, "cut", "downbeat"),
        _spot(2, 12.0, 7.5, "motion", "downbeat"),
        _spot(3, 14.5, 4.0, "motion", "beat"),
    )


def description() -> Description:
    def seen(value: str, confidence: float = 0.6) -> Label:
        return Label(value=value, source="pixels", confidence=confidence)

    look = Attributes(brightness=seen("mild"), hue=seen("blue"), emotion=seen("vigorous"))
    return Description(
        brief="",
        overall=look,
        shots=(
            ShotDescription(shot=1, attributes=look),
            ShotDescription(shot=2, attributes=look),
        ),
        emotion=(
            EmotionPoint(time_s=0.0, valence=0.3, arousal=0.3, emotion="calm"),
            EmotionPoint(time_s=8.0, valence=0.4, arousal=0.8, emotion="vigorous"),
            EmotionPoint(time_s=20.0, valence=0.4, arousal=0.7, emotion="vigorous"),
        ),
        plot=seen("A calm shot, then a fast one."),
        motion=seen("Shot 1 is slow, shot 2 is fast."),
        music=MusicDescription(
            genre=seen("travel"),
            second_genre=Label(value="null", source="pixels", confidence=0.2),
            instrumentation=seen("horns, strings, harp"),
            mood=seen("vigorous"),
            tempo=seen("lively"),
            bpm_low=100.0,
            bpm_high=140.0,
            meter="4/4",
            mode_brightness=1.0,
        ),
    )


def tempo_plan() -> TempoPlan:
    points = (TempoPoint(time_s=0.0, bpm=120.0, ramp=False, num=4, den=4),)
    hits = (
        MappedHit(spot="S001", time_s=8.0, bar=5, beat=1.0, frames_off=0.0),
        MappedHit(spot="S002", time_s=12.0, bar=7, beat=1.0, frames_off=0.0),
        MappedHit(spot="S003", time_s=14.5, bar=8, beat=2.0, frames_off=0.0),
    )
    only = TempoMap(rank=1, kind="constant", first_bar=1, cost=0.0, points=points, hits=hits)
    return TempoPlan(maps=(only,), chosen=1)


def cue_plan() -> CuePlan:
    def section(name: str, start: int, bars: int, function: str, tension: float) -> Section:
        chords = "C | F | Am | G"
        return Section(
            id=name,
            start=start,
            bars=bars,
            function=function,
            tension=tension,
            dynamic="mf",
            key="C",
            mode="ionian",
            chords=chords if bars == 4 else "F | C",
            texture="melody+pad+bass",
        )

    return CuePlan(
        idiom="travel",
        blend="null",
        ending="cadence",
        sections=(
            section("A", 1, 4, "theme", 0.3),
            section("B", 5, 4, "climax", 0.8),
            section("C", 9, 2, "aftermath", 0.2),
        ),
        bar_tension=(0.3, 0.3, 0.3, 0.4, 0.8, 0.8, 0.8, 0.7, 0.3, 0.2),
    )


def melody() -> Melody:
    """Eight bars of quarter notes, a rest in bar 8 after beat 2, and a long last note in bar 10."""
    pitches = [67, 64, 67, 72, 69, 65, 69, 72, 72, 69, 64, 69, 71, 67, 62, 67]
    notes = [
        Note(beat=float(bar * 16 + i), length=1.0, pitch=p, velocity=80)
        for bar in range(2)
        for i, p in enumerate(pitches)
        if bar == 0 or i < 14
    ]
    notes += [
        Note(beat=32.0, length=2.0, pitch=69, velocity=70),
        Note(beat=34.0, length=2.0, pitch=65, velocity=70),
        Note(beat=36.0, length=3.0, pitch=60, velocity=64),
    ]
    return Melody(notes=tuple(notes), phrase_starts=(1, 5, 9))


def score() -> Score:
    measures = tuple(
        Measure(number=n + 1, beat=4.0 * n, num=4, den=4, dynamic="mf") for n in range(10)
    )
    roots = [48, 53, 57, 55, 48, 53, 57, 55, 53, 48]
    bass = tuple(
        Note(beat=4.0 * n, length=4.0 if n < 9 else 3.0, pitch=p - 12, velocity=72)
        for n, p in enumerate(roots)
    )
    chords = [(60, 64, 67), (60, 65, 69), (60, 64, 69), (59, 62, 67)] * 2
    pad = tuple(
        Note(beat=4.0 * n, length=4.0, pitch=p, velocity=60)
        for n, chord in enumerate([*chords, (60, 65, 69)])
        for p in chord
    )
    return Score(
        measures=measures,
        parts=(
            Part(
                id="violins",
                name="Violins",
                role="melody",
                instrument="violins1",
                technique="legato",
                notes=melody().notes,
                controllers=(
                    Controller(beat=0.0, number=11, value=90, ramp=True),
                    Controller(beat=16.0, number=11, value=120),
                ),
            ),
            Part(
                id="horns",
                name="Horns",
                role="pad",
                instrument="horns_a4",
                technique="sustain",
                notes=pad,
            ),
            Part(
                id="basses",
                name="Basses",
                role="bass",
                instrument="basses",
                technique="sustain",
                notes=bass,
            ),
        ),
    )


def scheme() -> Scheme:
    pans = {"violins": -0.5, "horns": -0.4, "basses": 0.6}
    return Scheme(
        measures=tuple(MeasureScheme(measure=n, dynamic="mf") for n in range(1, 11)),
        tracks=tuple(
            TrackScheme(
                id=part.id,
                track_index=index,
                instrument=part.instrument,
                technique=part.technique,
                panning=pans[part.id],
                reverb_space=0.3,
                volume_envelope={"measure1": 0.6, "measure5": 0.9, "measure9": 0.5},
                reasons={"instrument": "sample"},
            )
            for index, part in enumerate(score().parts, start=1)
        ),
    )
