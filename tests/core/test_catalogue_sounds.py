"""Every note that the catalogue lets an instrument play sounds in the soundfont we ship."""

from __future__ import annotations

from pathlib import Path

import pytest

import filmcomposer_core
from filmcomposer_core.catalogue import Instrument, Technique, catalogue
from filmcomposer_core.render.soundfont import Soundfont, open_soundfont
from filmcomposer_core.render.soundfont_zones import preset_zones

FONT = Path(filmcomposer_core.__file__).parent / "data/soundfont/MuseScore_General_Lite.sf3"
PLAYED = [(ins, tech) for ins in catalogue().values() for tech in ins.techniques]


@pytest.fixture(scope="module")
def font() -> Soundfont:
    return open_soundfont(FONT)


@pytest.mark.parametrize(("ins", "tech"), PLAYED, ids=[f"{i.id}-{t.name}" for i, t in PLAYED])
def test_no_key_of_the_range_is_mute(font: Soundfont, ins: Instrument, tech: Technique) -> None:
    preset = (tech.bank, tech.program)
    assert preset in font.presets
    sounding = {
        key for zone in preset_zones(font, preset) for key in range(zone.keys[0], zone.keys[1] + 1)
    }
    wanted = range(ins.low, ins.high + 1) if tech.key is None else [tech.key]
    assert sorted(set(wanted) - sounding) == []
