"""Made-up cues of any idiom, metre and length, to test laws of arranging against."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from filmcomposer_core.arrangement import arrange
from filmcomposer_core.contracts.clip import Curves
from filmcomposer_core.contracts.description import Description, Label
from filmcomposer_core.contracts.labels import IDIOMS
from filmcomposer_core.contracts.plan import CuePlan, Section
from filmcomposer_core.contracts.score import Melody, Note, Score
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import TempoMap, TempoPoint
from filmcomposer_core.description.players import read_players, write_players
from filmcomposer_core.seeding import rng_for
from filmcomposer_core.timeline import Timeline
from tests import samples

FPS = 24
METRES = ((4, 4), (3, 4), (6, 8), (2, 4), (5, 4), (7, 8), (5, 8), (12, 8))
ALL_ROLES = "melody+bass+pad+motion+counter+percussion+colour+drone"
COLOURS = Label(value="colours: horns, strings, harp", source="pixels", confidence=0.5)
MAJOR = ("C", "F", "G", "Am", "Dm7", "G7", "C/E", "Em", "Fmaj7", "Csus4", "Ab", "Bb")
MINOR = ("Am", "Dm", "E7", "F", "C", "Am/G", "Bdim", "Bb", "Am6", "E", "F#m7b5", "Asus2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """All that the arrange stage reads."""

    plan: CuePlan
    melody: Melody
    tempo_map: TempoMap
    spots: tuple[Spot, ...]
    curves: Curves
    description: Description
    duration_s: float

    @property
    def timeline(self) -> Timeline:
        return Timeline(self.tempo_map.points)

    def arranged(self, *, seed: int = 1, attempt: int = 1, wishes: tuple[str, ...] = ()) -> Score:
        return arrange(
            plan=self.plan,
            melody=self.melody,
            tempo_map=self.tempo_map,
            spots=self.spots,
            curves=self.curves,
            description=self.description,
            duration_s=self.duration_s,
            seed=seed,
            attempt=attempt,
            wishes=wishes,
        )


def sample() -> Cue:
    """Return the hand-made cue of ``tests.samples``."""
    return Cue(
        plan=samples.cue_plan(),
        melody=samples.melody(),
        tempo_map=samples.tempo_plan().map,
        spots=samples.spots(),
        curves=samples.curves(),
        description=described(COLOURS),
        duration_s=samples.DURATION_S,
    )


def with_texture(cue: Cue, texture: str) -> Cue:
    sections = tuple(replace(s, texture=texture) for s in cue.plan.sections)
    return replace(cue, plan=replace(cue.plan, sections=sections))


def with_brief(cue: Cue, brief: str) -> Cue:
    """Return a cue with the instrumentation that a brief asks for."""
    label = Label(value=write_players(read_players(brief), ()), source="brief", confidence=0.9)
    return replace(cue, description=described(label if label.value else COLOURS, brief))


def described(label: Label, brief: str = "") -> Description:
    """Return the sample's description with other players."""
    base = samples.description()
    return replace(base, brief=brief, music=replace(base.music, instrumentation=label))


def curves(duration_s: float) -> Curves:
    frames = max(1, round(duration_s * FPS))
    time_s = np.arange(frames) / FPS
    motion = 0.3 + 0.2 * np.sin(time_s / 7.0)
    flat = np.full(frames, 0.4)
    return Curves(
        time_s=time_s, motion=motion, flow_x=flat, flow_y=flat, luma=flat, contrast=flat,
        saturation=flat, arousal=flat,
    )  # fmt: skip


def spot(number: int, time_s: float, weight: float, hit_class: str = "beat") -> Spot:
    frame = round(time_s * FPS)
    return Spot(
        id=f"S{number:03d}", time_s=frame / FPS, frame=frame, timecode="00:00:00:00", name="hit",
        weight=weight, kind="cut", hit_class=hit_class, early_frames=1,
        late_frames=1 if weight >= 7 else 2,
    )  # fmt: skip


def random_cue(number: int, *, duration_s: float = 40.0, idiom: str = "") -> Cue:
    """Return cue ``number`` of an endless supply: every idiom and metre comes in turn."""
    rng = rng_for(number, "tests", "cue")
    num, den = METRES[number % len(METRES)]
    bpm = float(rng.integers(50, 165))
    points = (
        TempoPoint(time_s=0.0, bpm=bpm, ramp=bool(rng.random() < 0.5), num=num, den=den),
        TempoPoint(time_s=duration_s * 0.6, bpm=bpm * 1.08, ramp=False, num=num, den=den),
    )
    tempo_map = TempoMap(
        rank=1, kind="piecewise", first_bar=1 + number % 2, cost=0.0, points=points, hits=()
    )
    bars = len(Timeline(points).bars_until(duration_s))
    plan = _plan(rng, idiom or IDIOMS[number % len(IDIOMS)], 1 + number % 2, bars)
    return Cue(
        plan=plan,
        melody=_melody(rng, plan, Timeline(points), duration_s),
        tempo_map=tempo_map,
        spots=_spots(rng, duration_s),
        curves=curves(duration_s),
        description=described(COLOURS),
        duration_s=duration_s,
    )


def _plan(rng: np.random.Generator, idiom: str, first: int, bars: int) -> CuePlan:
    sections = []
    start = first
    functions = ("establish", "theme", "turn", "build", "climax", "aftermath")
    while start <= bars:
        length = min(int(rng.integers(1, 9)), bars - start + 1)
        minor = rng.random() < 0.5
        words = MINOR if minor else MAJOR
        cells = [
            " ".join(
                words[int(i)] for i in rng.integers(0, len(words), 1 + int(rng.random() < 0.3))
            )
            for _ in range(length)
        ]
        if length > 2 and rng.random() < 0.3:
            cells[1] = "N.C."
        sections.append(
            Section(
                id=f"s{start}", start=start, bars=length,
                function=functions[len(sections) % len(functions)],
                tension=float(rng.random()), dynamic=str(rng.choice(["pp", "p", "mf", "f", "ff"])),
                key="A" if minor else "C", mode="aeolian" if minor else "ionian",
                chords=" | ".join(cells), texture=_texture(rng),
                silence=bool(length < 3 and sections and rng.random() < 0.3),
            )
        )  # fmt: skip
        start += length
    tension = tuple(float(t) for t in rng.random(bars))
    ending = str(rng.choice(["cadence", "button", "evaporate", "cut-off", "open"]))
    return CuePlan(
        idiom=idiom, blend=str(rng.choice(["null", "wonder", "chase"])), ending=ending,
        sections=tuple(sections), bar_tension=tension,
    )  # fmt: skip


def _texture(rng: np.random.Generator) -> str:
    roles = ALL_ROLES.split("+")
    kept = [role for role in roles if rng.random() < 0.6]
    return "+".join(kept or ["pad"])


def _melody(
    rng: np.random.Generator, plan: CuePlan, timeline: Timeline, duration_s: float
) -> Melody:
    notes = []
    pitch = int(rng.integers(60, 76))
    for bar in timeline.bars_until(duration_s):
        section = plan.section_at(bar.number)
        if section is None or section.silence or "melody" not in section.roles:
            continue
        beat = bar.start_beat
        while beat < bar.end_beat - 1e-9:
            length = min(float(rng.choice([0.5, 1.0, 1.5, 2.0])), bar.end_beat - beat)
            pitch = int(np.clip(pitch + rng.integers(-4, 5), 57, 82))
            if timeline.time_at(beat + length) < duration_s - 0.3 and rng.random() < 0.85:
                notes.append(Note(beat=beat, length=length, pitch=pitch, velocity=80))
            beat += length
    return Melody(notes=tuple(notes), phrase_starts=())


def _spots(rng: np.random.Generator, duration_s: float) -> tuple[Spot, ...]:
    times = np.sort(rng.random(int(duration_s / 3)) * (duration_s - 0.1))
    return tuple(
        spot(i, float(t), float(rng.integers(3, 11)), str(rng.choice(["downbeat", "any", "avoid"])))
        for i, t in enumerate(times)
    )
