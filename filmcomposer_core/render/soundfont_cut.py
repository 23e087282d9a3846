"""Cut an SF2 out of a soundfont that holds only the presets, keys and velocities that are played.

The shipped font is an SF3, whose samples are Ogg Vorbis; the default synthesiser reads SF2 only,
and reads all of it for every part. Converting the whole font takes 6 s and 220 MB of disk; a cut
font takes a tenth of a second, lives in memory and loads at once.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from filmcomposer_core.render.riff import chunk, list_chunk
from filmcomposer_core.render.soundfont import TABLES, Preset, Samples, Soundfont, Table, sample
from filmcomposer_core.render.soundfont_zones import (
    ATTENUATION,
    DEFAULTS,
    KEY_RANGE,
    RELEASE,
    SAMPLE,
    USUAL_LAW,
    VELOCITY_RANGE,
    PlayerLaw,
    Zone,
    preset_zones,
    resolve,
)

#: Zero samples that SF2 wants after each sample.
GAP_SAMPLES = 46
#: No release lasts longer than this; a font that asks for more is cut short.
LONGEST_RELEASE_S = 12.0
#: Steps of (velocity, key) by which modulators are worked out, fine to coarse: an SF2 can count
#: no more than 65535 generators.
_STEPS = ((6, 1), (8, 3), (16, 6), (32, 12), (128, 128))
_MOST_GENERATORS = 60000
_OGG_FLAG = 0x10
_MONO = 1
#: Switch off the velocity-to-filter law that some players have built in.
_NO_FILTER_LAW = struct.pack("<HHhHH", 0x0102, 8, 0, 0x0D02, 0) + struct.pack(
    "<HHhHH", 0x0102, 8, 0, 0, 0
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedPreset:
    """A preset with the keys and velocities that a part plays on it."""

    preset: Preset
    keys: tuple[int, ...]
    velocities: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CutFont:
    """An SF2 file in memory, whose k-th preset is bank ``k // 128``, program ``k % 128``.

    ``mute_keys`` are played keys on which a preset has no sound at all, as (preset, key).
    ``release_s`` is the longest time that a note sounds after its end. The font plays ``loud_db``
    louder than its source: its loudest zone has no attenuation left, which makes good use of
    16 bits.
    """

    data: bytes
    release_s: float
    loud_db: float
    mute_keys: frozenset[tuple[int, int]] = frozenset()


#: Key range, velocity range, sample, generators.
_Cell = tuple[tuple[int, int], tuple[int, int], int, dict[int, int]]


def cut_soundfont(
    font: Soundfont, presets: Sequence[PlayedPreset], *, law: PlayerLaw = USUAL_LAW
) -> CutFont:
    """Return an SF2 that holds some presets of a font, renumbered from 0, without modulators.

    A note sounds as a player with full modulator support plays it from the whole font, without
    the font's own reverb and chorus sends.

    Parameters
    ----------
    font : Soundfont
        Where the presets come from; each must be in ``font.presets``.
    presets : sequence of PlayedPreset
        What is played.
    law : PlayerLaw
        Habits of the player that the font is meant for.
    """
    zones = [[z for z in preset_zones(font, item.preset) if _played(z, item)] for item in presets]
    for steps in _STEPS:
        cells = [
            [cell for zone in own for cell in _cells(zone, item, law=law, steps=steps)]
            for own, item in zip(zones, presets, strict=True)
        ]
        if sum(len(cell[3]) + 3 for own in cells for cell in own) < _MOST_GENERATORS:
            break
    least = min((c[3].get(ATTENUATION, 0) for own in cells for c in own), default=0)
    for own in cells:
        for cell in own:
            cell[3][ATTENUATION] = cell[3].get(ATTENUATION, 0) - least
    used = sorted({cell[2] for own in cells for cell in own})
    headers, body = _sample_tables(font, used)
    release = max((c[3].get(RELEASE, -12000) for own in cells for c in own), default=-12000)
    return CutFont(
        data=_file(cells, {index: at for at, index in enumerate(used)}, headers, body),
        release_s=min(LONGEST_RELEASE_S, 2.0 ** (release / 1200.0)),
        loud_db=least * law.attenuation_share / 10.0,
        mute_keys=frozenset(_mute_keys(cells, presets)),
    )


def _played(zone: Zone, item: PlayedPreset) -> bool:
    return any(zone.keys[0] <= key <= zone.keys[1] for key in item.keys) and any(
        zone.velocities[0] <= velocity <= zone.velocities[1] for velocity in item.velocities
    )


def _mute_keys(
    cells: Sequence[Sequence[_Cell]], presets: Sequence[PlayedPreset]
) -> Iterator[tuple[int, int]]:
    for place, (own, item) in enumerate(zip(cells, presets, strict=True)):
        for key in item.keys:
            if not any(keys[0] <= key <= keys[1] for keys, *_ in own):
                yield place, key


def _groups(values: Sequence[int], limits: tuple[int, int], step: int) -> list[list[int]]:
    """Return the values inside limits in groups that fall into the same step."""
    found: dict[int, list[int]] = {}
    for value in sorted(set(values)):
        if limits[0] <= value <= limits[1]:
            found.setdefault(value // step, []).append(value)
    return list(found.values())


def _cells(
    zone: Zone, item: PlayedPreset, *, law: PlayerLaw, steps: tuple[int, int]
) -> list[_Cell]:
    """Return the zone once for each group of keys and velocities that its modulators tell apart."""
    cells: list[_Cell] = []
    by = zone.depends_on
    for keys in _groups(item.keys, zone.keys, steps[1] if 3 in by else 128):
        for velocities in _groups(item.velocities, zone.velocities, steps[0] if 2 in by else 128):
            middle = keys[len(keys) // 2], velocities[len(velocities) // 2]
            values = resolve(zone, key=middle[0], velocity=middle[1], law=law)
            lean = {n: v for n, v in values.items() if v != DEFAULTS.get(n, 0)}
            cells.append(((keys[0], keys[-1]), (velocities[0], velocities[-1]), zone.sample, lean))
    return cells


def _sample_tables(font: Soundfont, used: Sequence[int]) -> tuple[Table, Samples]:
    headers = np.zeros(len(used) + 1, TABLES[b"shdr"])
    pieces: list[Samples] = []
    gap = np.zeros(GAP_SAMPLES, np.int16)
    at = 0
    for place, index in enumerate(used):
        values = sample(font, index)
        row = font.tables[b"shdr"][index].copy()
        # Loop points of an Ogg sample count from its start, those of a plain one from the chunk's.
        origin = 0 if row["type"] & _OGG_FLAG else int(row["start"])
        row["loop_start"] = at + min(max(int(row["loop_start"]) - origin, 0), len(values))
        row["loop_end"] = at + min(max(int(row["loop_end"]) - origin, 0), len(values))
        row["start"], row["end"] = at, at + len(values)
        # Players ignore the link of a stereo pair; each half is placed by its own zone.
        row["type"], row["link"] = _MONO, 0
        headers[place] = row
        pieces += [values, gap]
        at += len(values) + GAP_SAMPLES
    headers[-1]["name"] = b"EOS"
    return headers, np.concatenate(pieces) if pieces else gap


def _generator(number: int, amount: int) -> bytes:
    return struct.pack("<HH", number, amount & 0xFFFF)


def _instrument_tables(
    cells: Sequence[Sequence[_Cell]], place: dict[int, int]
) -> tuple[list[int], bytes, bytes, bytes]:
    """Return the first bag of each instrument and one past the end, then bags, generators, mods."""
    firsts, at = [0], 0
    bags: list[bytes] = []
    generators: list[bytes] = []
    for own in cells:
        for keys, velocities, index, values in own:
            bags.append(struct.pack("<HH", at, 2 * len(bags)))
            # The order is the format's: ranges first, the sample last.
            generators.append(_generator(KEY_RANGE, keys[0] | keys[1] << 8))
            generators.append(_generator(VELOCITY_RANGE, velocities[0] | velocities[1] << 8))
            generators += [_generator(n, v) for n, v in sorted(values.items())]
            generators.append(_generator(SAMPLE, place[index]))
            at += len(values) + 3
        firsts.append(len(bags))
    bags.append(struct.pack("<HH", at, 2 * len(bags)))
    mods = _NO_FILTER_LAW * (len(bags) - 1) + bytes(10)
    return firsts, b"".join(bags), b"".join(generators) + bytes(4), mods


def _file(
    cells: Sequence[Sequence[_Cell]], place: dict[int, int], headers: Table, body: Samples
) -> bytes:
    # A preset none of whose keys sound keeps its place in the numbering, but no zone.
    filled = [k for k, own in enumerate(cells) if own]
    i_first, ibag, igen, imod = _instrument_tables([cells[k] for k in filled], place)
    phdr = np.zeros(len(filled) + 1, TABLES[b"phdr"])
    phdr["name"] = [*(b"P%d" % k for k in filled), b"EOP"]
    phdr["program"] = [*(k % 128 for k in filled), 0]
    phdr["bank"] = [*(k // 128 for k in filled), 0]
    phdr["bag"] = range(len(filled) + 1)
    inst = np.zeros(len(filled) + 1, TABLES[b"inst"])
    inst["name"] = [*(b"I%d" % k for k in filled), b"EOI"]
    inst["bag"] = i_first
    pbag = b"".join(struct.pack("<HH", k, 0) for k in range(len(filled) + 1))
    pgen = b"".join(_generator(41, k) for k in range(len(filled))) + bytes(4)
    info = [(b"ifil", struct.pack("<HH", 2, 1)), (b"isng", b"EMU8000\0"), (b"INAM", b"cut\0")]
    tables = [
        (b"phdr", phdr.tobytes()),
        (b"pbag", pbag),
        (b"pmod", bytes(10)),
        (b"pgen", pgen),
        (b"inst", inst.tobytes()),
        (b"ibag", ibag),
        (b"imod", imod),
        (b"igen", igen),
        (b"shdr", headers.tobytes()),
    ]
    lists = (
        list_chunk(b"INFO", info)
        + list_chunk(b"sdta", [(b"smpl", body.astype("<i2", copy=False).tobytes())])
        + list_chunk(b"pdta", tables)
    )
    return chunk(b"RIFF", b"sfbk" + lists)
