"""The samples of racks: notes of the soundfont by themselves, looped, as WAV files.

A file is called after the instrument, the technique, the key and what it was made from, so that a
run finds again what an earlier one has made.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

import numpy as np

from filmcomposer_core.atomic import disk_faults
from filmcomposer_core.catalogue import catalogue
from filmcomposer_core.render.filters import BlockFilter
from filmcomposer_core.render.levels import LevelScale, level_scale, level_trim
from filmcomposer_core.render.midi_bytes import SAMPLE_RATE, SynthNote, SynthScore
from filmcomposer_core.render.render import SHIPPED_FONT
from filmcomposer_core.render.session import DEFAULT_WIDTH, WIDTHS, Automation
from filmcomposer_core.render.soundfont import Soundfont, nearest_preset, open_soundfont
from filmcomposer_core.render.soundfont_cut import CutFont, PlayedPreset, cut_soundfont
from filmcomposer_core.render.synth import Sound, Synth, open_synth
from filmcomposer_core.render.wav import WavWriter
from filmcomposer_core.seeding import rng_for
from filmcomposer_core.sounds.kept import Kept, KeptSample, kept_key
from filmcomposer_core.sounds.loops import looped
from filmcomposer_core.sounds.racks import LONGEST_S, MOST_BYTES, Rack, Zone

FOLDER = "racks"
_TEST_VELOCITY = 100
#: Peak of a sample; a gain of the sampler brings it to its level.
_PEAK = 0.5
_ONSET = 0.01
_BEFORE_ONSET_S = 0.003
_FADE_OUT_S = 0.25
_AFTER_S = 0.1
_SILENT = 1e-6
_NAMES = ("C", "Cs", "D", "Ds", "E", "F", "Fs", "G", "Gs", "A", "As", "B")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A sample of a zone: its file, the gain that it is played at, its loop, its release.

    ``gain`` is linear, for a note of the rack's velocity; ``loop_s`` is where the loop begins that
    lasts to the end of the file, negative without one.
    """

    zone: Zone
    path: Path
    gain: float
    loop_s: float
    release_s: float
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """What plays the samples: a soundfont (None = the shipped one) and a synthesiser's name."""

    soundfont: Path | None = None
    synth: str = "auto"


def make_samples(
    racks: Sequence[Rack],
    folder: Path,
    *,
    player: Player,
    tell: Callable[[int, int], None] | None = None,
) -> dict[Rack, tuple[Sample, ...]]:
    """Make the samples of racks that are not there yet.

    Parameters
    ----------
    racks : sequence of Rack
        From :func:`filmcomposer_core.sounds.racks.plan_racks`.
    folder : Path
        Where the files go, made if it is not there. Older ones that no rack uses are removed, the
        oldest first, as long as all together take more than 150 MB: undo in REAPER finds the rest.
    player : Player
        What plays.
    tell : callable or None
        Told the number of racks done and of all.

    Returns
    -------
    dict of Rack to tuple of Sample
        Zones on which the font is mute have none.

    Raises
    ------
    InputError
        If the soundfont cannot be read.
    DiskError
        If the folder cannot be written.
    """
    made: dict[Rack, tuple[Sample, ...]] = {}
    if not racks:
        return made
    with disk_faults(str(folder)):
        folder.mkdir(parents=True, exist_ok=True)
    font, kept = _font(player), Kept(folder)
    with closing(open_synth(player.synth, workers=1)) as synth:
        keys = {rack: kept_key(rack, font=font, synth=synth) for rack in racks}
        known = {rack: kept.find(key) for rack, key in keys.items()}
        missing = any(found is None for found in known.values())
        scale = level_scale(font, synth=synth) if missing else None
        for number, rack in enumerate(racks, start=1):
            found = known[rack]
            if found is not None:
                made[rack] = tuple(_again(sample, rack, folder) for sample in found)
            elif scale is not None:
                made[rack] = _sampled(rack, folder, font=font, synth=synth, scale=scale)
                kept.note(keys[rack], [_noted(sample) for sample in made[rack]])
            if tell is not None:
                tell(number, len(racks))
    kept.save({*keys.values()})
    _prune(folder, {sample.path for samples in made.values() for sample in samples})
    return made


def _font(player: Player) -> Soundfont:
    if player.soundfont is not None:
        return open_soundfont(player.soundfont)
    shipped = resources.files("filmcomposer_core").joinpath("data", "soundfont", SHIPPED_FONT)
    with resources.as_file(shipped) as path:
        return open_soundfont(path)


def _again(known: KeptSample, rack: Rack, folder: Path) -> Sample:
    path = folder / known.file
    with disk_faults(str(path)):
        os.utime(path)
        size = path.stat().st_size
    zone = next(zone for zone in rack.zones if zone.root == known.root)
    return Sample(
        zone=zone,
        path=path,
        gain=known.gain,
        loop_s=known.loop_s,
        release_s=known.release_s,
        bytes=size,
    )


def _noted(sample: Sample) -> KeptSample:
    return KeptSample(
        root=sample.zone.root,
        file=sample.path.name,
        gain=sample.gain,
        loop_s=sample.loop_s,
        release_s=sample.release_s,
    )


def _sampled(
    rack: Rack, folder: Path, *, font: Soundfont, synth: Synth, scale: LevelScale
) -> tuple[Sample, ...]:
    sound = rack.sound
    preset = nearest_preset(font, (sound.bank, sound.program))
    played = PlayedPreset(
        preset=preset,
        keys=tuple(zone.root for zone in rack.zones),
        velocities=tuple(sorted({rack.velocity, _TEST_VELOCITY})),
    )
    cut = cut_soundfont(font, [played], law=synth.law)
    mute = {key for _, key in cut.mute_keys}
    zones = [zone for zone in rack.zones if zone.root not in mute]
    if not zones:
        return ()
    width = _width(rack.instrument)
    trim_db = sound.trim_db + level_trim(
        cut,
        key=zones[len(zones) // 2].root,
        velocity=_TEST_VELOCITY,
        synth=synth,
        scale=scale,
        width=width,
    )
    gain = 10.0 ** ((trim_db - cut.loud_db) / 20.0)
    notes = _play(rack, zones, cut, synth)
    found = []
    for zone, note in zip(zones, notes, strict=True):
        kept = _finished(note, rack, width)
        if kept is None:
            continue
        file, loop, peak = kept
        mark = kept_key(replace(rack, zones=(zone,)), font=font, synth=synth)
        path = folder / f"{_title(rack, zone)}_{mark[:10]}.wav"
        _write(path, file, mark)
        found.append(
            Sample(
                zone=zone,
                path=path,
                gain=gain * peak / _PEAK,
                loop_s=-1.0 if loop is None else loop / SAMPLE_RATE,
                release_s=min(max(cut.release_s, 0.05), 2.0),
                bytes=path.stat().st_size,
            )
        )
    return tuple(found)


def _width(instrument: str) -> float:
    known = catalogue().get(instrument)
    return WIDTHS.get(known.family, DEFAULT_WIDTH) if known else DEFAULT_WIDTH


def _play(rack: Rack, zones: Sequence[Zone], cut: CutFont, synth: Synth) -> list[Sound]:
    """Return the notes of zones, played one after another and parted."""
    hold = round((LONGEST_S if rack.kit else rack.hold_s) * SAMPLE_RATE)
    after = round((min(cut.release_s, LONGEST_S) + _AFTER_S) * SAMPLE_RATE)
    step = hold + after
    notes = tuple(
        SynthNote(
            start=at * step, end=at * step + hold, key=zone.root, velocity=rack.velocity, channel=0
        )
        for at, zone in enumerate(zones)
    )
    score = SynthScore(length=step * len(zones), presets={0: 0}, notes=notes)
    sound = synth.play(cut.data, score)
    return [sound[at * step : (at + 1) * step] for at in range(len(zones))]


def _finished(note: Sound, rack: Rack, width: float) -> tuple[Sound, int | None, float] | None:
    """Return a note as it is written, where its loop begins, and its peak; None if it is silent."""
    for kind, corner in (("lowpass", rack.sound.lowpass_hz), ("highpass", rack.sound.highpass_hz)):
        note = BlockFilter(kind, Automation(value=corner))(note, 0)
    middle, side = note.mean(axis=1), 0.5 * width * (note[:, 0] - note[:, 1])
    note = np.stack((middle + side, middle - side), axis=1).astype(np.float32)
    peak = float(np.abs(note).max(initial=0.0))
    if peak < _SILENT:
        return None
    loud = np.flatnonzero(np.abs(note).max(axis=1) > _ONSET * peak)
    first = max(0, int(loud[0]) - round(_BEFORE_ONSET_S * SAMPLE_RATE))
    note = note[first:] / np.float32(peak / _PEAK)
    if not rack.kit:
        held = round(rack.hold_s * SAMPLE_RATE) - first
        made = looped(note[:held], held=held, rate=SAMPLE_RATE)
        if made.start is not None:
            return made.sound, made.start, peak
    longest = round((LONGEST_S if rack.kit else min(LONGEST_S, rack.hold_s + 1.0)) * SAMPLE_RATE)
    quiet = np.flatnonzero(np.abs(note[:longest]).max(axis=1) > 0.001 * _PEAK)
    note = note[: int(quiet[-1]) + 1].copy()
    fade = min(len(note), round(_FADE_OUT_S * SAMPLE_RATE))
    note[len(note) - fade :] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)[:, None] ** 2
    return note, None, peak


def _title(rack: Rack, zone: Zone) -> str:
    key = f"{_NAMES[zone.root % 12]}{zone.root // 12 - 1}"
    return f"{rack.instrument}_{rack.sound.technique}_{key}"


def _write(path: Path, sound: Sound, mark: str) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        with WavWriter(part, frames=len(sound), rng=rng_for(0, "rack", mark)) as writer:
            writer.write(sound)
        with disk_faults(str(path)):
            os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _prune(folder: Path, used: set[Path]) -> None:
    with disk_faults(str(folder)):
        files = [(path.stat(), path) for path in folder.glob("*.wav")]
        total = sum(facts.st_size for facts, _ in files)
        for facts, path in sorted(files, key=lambda item: (item[0].st_mtime, item[1].name)):
            if total > MOST_BYTES and path not in used:
                path.unlink(missing_ok=True)
                total -= facts.st_size
