"""Racks: zones, limits, loops without a click, samples of the soundfont."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core.contracts.daw_plan import (
    DawPlan,
    MidiItemOp,
    PlayedNote,
    Sound,
    TempoOp,
    TrackOp,
)
from filmcomposer_core.contracts.score import Controller
from filmcomposer_core.sounds.loops import looped
from filmcomposer_core.sounds.racks import (
    BYTES_PER_S,
    LONGEST_S,
    MOST_BYTES,
    Rack,
    Zone,
    plan_racks,
    zones_of,
)
from filmcomposer_core.sounds.rs5k import CHANNEL, LOOP, LOOP_START, NOTE_OFFS, VOLUME, sampler
from filmcomposer_core.sounds.samples import Player, Sample, make_samples
from tests.core.execution.cases import built

RATE = 48000
KEYS = st.sets(st.integers(0, 127), min_size=1, max_size=40)


def plan_with(*items: MidiItemOp) -> DawPlan:
    plan = built()
    kept = [op for op in plan.operations if not isinstance(op, MidiItemOp)]
    return replace(plan, operations=(*kept, *items))


def item(track: str = "violins", *, sounds: int = 1, keys: range = range(60, 61)) -> MidiItemOp:
    programs = (48, 45, 44, 49)
    return MidiItemOp(
        track=track,
        name=track,
        instrument="violins1",
        start_beat=0.0,
        end_beat=400.0,
        sounds=tuple(
            Sound(channel=n, technique=f"t{n}", bank=0, program=programs[n % 4])
            for n in range(sounds)
        ),
        notes=tuple(
            PlayedNote(beat=float(n), length=1.0, pitch=key, velocity=80, channel=c)
            for c in range(sounds)
            for n, key in enumerate(keys)
        ),
    )


# --- zones ----------------------------------------------------------------------------------------


@given(KEYS, st.integers(1, 12))
def test_zones_hold_every_key_once_and_leave_no_gap(keys: set[int], spread: int) -> None:
    zones = zones_of(keys, spread=spread)
    for zone in zones:
        assert 0 <= zone.low <= zone.root <= zone.high <= 127
        assert zone.root in keys
    for one, other in pairwise(zones):
        assert other.low == one.high + 1
    for key in keys:
        (own,) = [zone for zone in zones if zone.low <= key <= zone.high]
        assert abs(key - own.root) < spread
    assert min(keys) - zones[0].low <= 3
    assert zones[-1].high - max(keys) <= 3


@given(KEYS)
def test_each_key_of_a_kit_is_a_zone(keys: set[int]) -> None:
    zones = zones_of(keys, spread=1, kit=True)
    assert [(z.low, z.root, z.high) for z in zones] == [(k, k, k) for k in sorted(keys)]


# --- the plan -------------------------------------------------------------------------------------


def test_only_what_is_used_is_planned() -> None:
    one = item(sounds=3, keys=range(60, 72))
    silent = replace(one, notes=tuple(n for n in one.notes if n.channel != 1))
    racks = plan_racks(plan_with(silent), ["violins"])
    assert [rack.sound.technique for rack in racks] == ["t0", "t2"]
    assert [rack.channel for rack in racks] == [0, 2]
    assert {zone.root for rack in racks for zone in rack.zones} <= set(range(60, 72))
    assert plan_racks(plan_with(silent), []) == ()
    (alone,) = plan_racks(plan_with(item()), ["violins"])
    assert alone.channel == -1  # answers to every channel


@pytest.mark.parametrize(("parts", "sounds"), [(4, 1), (12, 2), (16, 4), (16, 8), (40, 8)])
def test_a_cue_never_takes_more_than_its_limit(parts: int, sounds: int) -> None:
    names = [f"p{n}" for n in range(parts)]
    tempo = next(op for op in built().operations if isinstance(op, TempoOp))
    tracks = [TrackOp(id=name, name=name, kind="part") for name in names]
    wide = [item(name, sounds=sounds, keys=range(36, 96)) for name in names]
    plan = DawPlan(version=1, operations=(tempo, *tracks, *wide))
    found = plan_racks(plan, names)
    assert found
    assert sum(rack.bytes for rack in found) <= MOST_BYTES == 150_000_000
    by_track = {rack.track for rack in found}
    for name in by_track:  # whole tracks
        assert sum(rack.track == name for rack in found) == sounds
    for rack in found:
        assert rack.bytes <= len(rack.zones) * LONGEST_S * BYTES_PER_S


def test_a_swell_is_seen_where_controller_11_moves() -> None:
    def rack(*values: int) -> Rack:
        moves = tuple(Controller(beat=float(n), number=11, value=v) for n, v in enumerate(values))
        (found,) = plan_racks(plan_with(replace(item(), controllers=moves)), ["violins"])
        return found

    assert not rack().swells
    assert not rack(90, 90).swells
    assert rack(60, 90).swells


# --- loops ----------------------------------------------------------------------------------------


def tone(seconds: float, *hertz: float, fall_db: float = 0.0, noise: float = 0.0) -> np.ndarray:  # type: ignore[type-arg]
    time = np.arange(round(seconds * RATE)) / RATE
    sound = sum(np.sin(2 * np.pi * f * time) for f in hertz) / len(hertz)
    sound = sound * 10.0 ** (-fall_db * time / seconds / 20.0)
    drawn = np.random.default_rng(1).normal(size=(len(time), 2))
    return np.asarray(0.3 * sound[:, None] + noise * drawn, np.float32)


def worst_step(sound: np.ndarray, start: int) -> tuple[float, float]:  # type: ignore[type-arg]
    """Return the step from the end to the loop's start, and the largest step around both."""
    step = float(np.abs(sound[start] - sound[-1]).max())
    near = np.concatenate((sound[start - 1000 : start + 1000], sound[-1000:]))
    return step, float(np.abs(np.diff(near, axis=0)).max())


@pytest.mark.parametrize(
    "note",
    [
        tone(4.0, 220.0),
        tone(4.0, 440.0, 443.0, 437.5),  # a section beats
        tone(4.0, 97.3, fall_db=4.0),
        tone(2.2, 1318.5),
        tone(4.0, 220.0, noise=0.02),
    ],
    ids=["plain", "beating", "falling", "short", "breathy"],
)
def test_a_loop_lies_in_the_sample_and_does_not_click(note: np.ndarray) -> None:  # type: ignore[type-arg]
    made = looped(note, held=len(note), rate=RATE)
    assert made.start is not None
    assert 0 < made.start < len(made.sound) <= len(note)
    step, usual = worst_step(made.sound, made.start)
    assert step <= usual
    # What comes before the end is what comes before the start: over the seam the note goes on.
    np.testing.assert_allclose(made.sound[-1], note[made.start - 1], atol=2e-3)
    # Twice round, the level stays: no hole in the fade.
    loop = made.sound[made.start :]
    twice = np.concatenate((made.sound, loop, loop)).mean(axis=1)
    window = round(0.1 * RATE)
    levels = [
        np.sqrt(np.mean(twice[at : at + window] ** 2))
        for at in range(made.start, len(twice) - window, window)
    ]
    whole = note[made.start :].mean(axis=1)
    own = [
        np.sqrt(np.mean(whole[at : at + window] ** 2))
        for at in range(0, len(whole) - window, window)
    ]
    assert min(levels) > min(own) * 10 ** (-1.5 / 20)
    assert max(levels) < max(own) * 10 ** (1.5 / 20)


def test_a_note_that_dies_away_is_not_looped() -> None:
    note = tone(4.0, 220.0, fall_db=60.0)
    made = looped(note, held=len(note), rate=RATE)
    assert made.start is None
    assert made.sound is note
    assert looped(tone(0.5, 220.0), held=RATE // 2, rate=RATE).start is None
    assert looped(np.zeros((4 * RATE, 2), np.float32), held=4 * RATE, rate=RATE).start is None


# --- samples --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[Rack, tuple[Sample, ...]]]:
    folder = tmp_path_factory.mktemp("cue") / "racks"
    kit = Sound(channel=9, technique="hit", bank=128, program=0)
    bowed = replace(item(sounds=2, keys=range(60, 66)), track="violins")
    drums = MidiItemOp(
        track="horns", name="Drums", instrument="toms", start_beat=0.0, end_beat=8.0, sounds=(kit,),
        notes=(PlayedNote(beat=0.0, length=0.5, pitch=45, velocity=100, channel=9),),
    )  # fmt: skip
    racks = plan_racks(plan_with(bowed, drums), ["violins", "horns"])
    return folder, make_samples(racks, folder, player=Player())


def test_samples_are_short_stereo_and_end_without_a_click(
    made: tuple[Path, dict[Rack, tuple[Sample, ...]]],
) -> None:
    folder, found = made
    assert [len(samples) for samples in found.values()] == [2, 2, 1]
    for rack, samples in found.items():
        for sample in samples:
            sound, rate = soundfile.read(sample.path, always_2d=True)
            assert (rate, sound.shape[1]) == (RATE, 2)
            assert len(sound) <= LONGEST_S * RATE
            assert sample.path.stat().st_size == sample.bytes
            assert 0.2 < np.abs(sound).max() < 1.0
            assert 0.05 <= sample.release_s <= 2.0
            if sample.loop_s >= 0:
                start = round(sample.loop_s * RATE)
                assert RATE // 2 < start < len(sound) - RATE // 2
                step, usual = worst_step(sound, start)
                assert step <= usual
            else:
                assert np.abs(sound[-1]).max() < 1e-3
            assert np.abs(sound[0]).max() < 0.05
        assert sum(s.bytes for s in samples) <= rack.bytes + 100 * len(samples)
    bowed, plucked, drum = found.values()
    assert all(sample.loop_s > 0 for sample in bowed)
    assert all(sample.loop_s < 0 for sample in (*plucked, *drum))
    assert all(path.suffix in (".wav", ".json") for path in folder.iterdir())


def test_samples_are_found_again(made: tuple[Path, dict[Rack, tuple[Sample, ...]]]) -> None:
    folder, found = made
    before = {path: path.stat().st_ino for path in folder.glob("*.wav")}
    again = make_samples(list(found), folder, player=Player())
    assert again == found
    assert {path: path.stat().st_ino for path in folder.glob("*.wav")} == before
    gone = next(iter(found.values()))[0].path
    data = gone.read_bytes()
    gone.unlink()
    assert make_samples(list(found), folder, player=Player()) == found
    assert gone.read_bytes() == data  # the same bytes


# --- the sampler ----------------------------------------------------------------------------------


def test_a_zone_in_the_samplers_numbers() -> None:
    (rack,) = plan_racks(plan_with(item(keys=range(58, 61))), ["violins"])
    zone = Zone(low=55, high=62, root=59)
    sample = Sample(
        zone=zone, path=Path("x.wav"), gain=0.5, loop_s=1.5, release_s=0.4, bytes=1
    )  # fmt: skip
    made = sampler(sample, rack, path="C:\\cue\\racks\\x.wav")
    assert [(c.name, c.value) for c in made.configs] == [
        ("FILE0", "C:\\cue\\racks\\x.wav"), ("DONE", ""), ("MODE", "0"),
    ]  # fmt: skip
    values = {p.number: p.value for p in made.parameters}
    assert values[3] * 127 == pytest.approx(55)
    assert values[4] * 127 == pytest.approx(62)
    # By the probe's scale, semitones = 160 v - 80: the root itself plays untransposed.
    first, last = 160 * values[5] - 80, 160 * values[6] - 80
    assert (first, last) == (pytest.approx(-4), pytest.approx(3))
    assert first + (zone.root - zone.low) * (last - first) / (zone.high - zone.low) == (
        pytest.approx(0, abs=1e-6)
    )
    assert values[LOOP_START] * 30.0 == pytest.approx(1.5)
    assert (values[LOOP], values[NOTE_OFFS], values[CHANNEL]) == (1.0, 1.0, 0.0)
    assert values[10] * 2000.0 == pytest.approx(400.0)
    # A note of the rack's velocity sounds at the sample's gain.
    assert values[VOLUME] * rack.velocity / 127 == pytest.approx(0.5)


def test_a_rack_that_swells_follows_controller_11_on_its_channel() -> None:
    (rack,) = plan_racks(plan_with(item()), ["violins"])
    sample = Sample(
        zone=rack.zones[0], path=Path("x"), gain=0.5, loop_s=-1.0, release_s=0.4, bytes=1
    )  # fmt: skip
    swells = replace(rack, swells=True, channel=2)
    said = {c.name: c.value for c in sampler(sample, swells, path="x").configs}
    assert said["param.0.plink.midi_msg"] == "176"
    assert said["param.0.plink.midi_msg2"] == "11"
    assert said["param.0.plink.midi_chan"] == "3"
    assert float(said["param.0.plink.scale"]) * 2.0 == pytest.approx(0.5 * 127 / rack.velocity)
    assert not any(p.number == LOOP_START for p in sampler(sample, swells, path="x").parameters)
