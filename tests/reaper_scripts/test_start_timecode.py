"""The timecode of the first frame, by hand: an hour at 25, 23.976 and 29.97 frames a second."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from filmcomposer_reaper.cue.start_timecode import rates_differ, start_timecode
from tests.fakes.reaper import Host

if TYPE_CHECKING:
    from filmcomposer_reaper.adapter.reaper import Reaper

#: TIMEMODE's presets (i2).
F23976, F24, F25, DROP, NDF = 0, 1, 2, 3, 4
NTSC, FILM = Fraction(30000, 1001), Fraction(24000, 1001)


def ruler(host: Host, offset_s: float, preset: int) -> None:
    host.project.root.write("PROJOFFS", 1, offset_s)
    host.project.root.write("TIMEMODE", 2, str(preset))


@pytest.mark.parametrize(
    ("offset", "preset", "position", "fps", "timecode"),
    [
        (3600, F25, 0.0, Fraction(25), "01:00:00:00"),
        (3600, F25, 10.48, Fraction(25), "01:00:10:12"),
        (3600, F24, 1.5, Fraction(24), "01:00:01:12"),
        # 01:00:00:00 is frame 86,400, which is 3603.6 s at 23.976.
        (3603.6, F23976, 0.0, FILM, "01:00:00:00"),
        # Drop frame keeps to the clock: frame 107,892 is 01:00:00;00 and 3,599.9964 s.
        (3599.9964, DROP, 0.0, NTSC, "01:00:00;00"),
        (3603.6, NDF, 0.0, NTSC, "01:00:00:00"),
        (3600, F25, -1.0, Fraction(25), "00:59:59:00"),
        # The film is not known yet: a full second is the same at every whole rate.
        (3600, F25, 10.0, None, "01:00:10:00"),
    ],
)
def test_what_the_ruler_shows(
    reaper: Reaper,
    host: Host,
    offset: float,
    preset: int,
    position: float,
    fps: Fraction | None,
    timecode: str,
) -> None:
    ruler(host, offset, preset)
    found = start_timecode(reaper, position, fps)
    assert (found.timecode, found.why) == (timecode, "")


@pytest.mark.parametrize(
    ("offset", "preset", "position", "fps", "why"),
    [
        (3600, F25, 0.0, Fraction(24), ""),
        (3600, F23976, 0.0, Fraction(24), ""),
        (3600, F25, 10.48, None, "frame rate is not known yet"),
        (3600, DROP, 0.0, None, "frame rate is not known yet"),
        (-20, F25, 10.0, Fraction(25), "before timecode 00:00:00:00"),
        (0, F25, 10.0, Fraction(25), ""),
    ],
)
def test_what_it_cannot_say(
    reaper: Reaper,
    host: Host,
    offset: float,
    preset: int,
    position: float,
    fps: Fraction | None,
    why: str,
) -> None:
    ruler(host, offset, preset)
    found = start_timecode(reaper, position, fps)
    assert found.timecode == ""
    assert why in found.why
    assert bool(found.why) is bool(why)


@pytest.mark.parametrize(
    ("preset", "fps", "words"),
    [
        (F25, 24.0, "counts 25 frames a second and the film has 24:"),
        (F23976, 24.0, "counts 23.976 frames a second and the film has 24:"),
        (F25, 25.0, ""),
        (DROP, 30000 / 1001, ""),
    ],
)
def test_rates_that_differ_are_named(
    reaper: Reaper, host: Host, preset: int, fps: float, words: str
) -> None:
    ruler(host, 0.0, preset)
    found = rates_differ(reaper, fps)
    assert words in found
    assert bool(found) is bool(words)
