from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core.errors import InputError
from filmcomposer_core.timecode import (
    can_drop,
    format_timecode,
    frame_at,
    frames_per_day,
    is_drop,
    nominal_rate,
    parse_timecode,
    time_at,
)

FILM = Fraction(24000, 1001)
NTSC = Fraction(30000, 1001)
NTSC_60 = Fraction(60000, 1001)
RATES = (Fraction(24), FILM, Fraction(25), NTSC, Fraction(30), Fraction(50), NTSC_60, Fraction(12))


@pytest.mark.parametrize(
    ("text", "fps", "frame"),
    [
        ("00:00:00:00", Fraction(24), 0),
        ("01:00:00:00", Fraction(24), 86400),
        ("01:00:00:00", FILM, 86400),
        ("00:00:01:00", NTSC, 30),
        ("00:00:59;29", NTSC, 1799),
        ("00:01:00;02", NTSC, 1800),
        ("00:09:59;29", NTSC, 17981),
        ("00:10:00;00", NTSC, 17982),
        ("01:00:00;00", NTSC, 107892),
        ("00:01:00;04", NTSC_60, 3600),
        ("01:00:00;00", NTSC_60, 215784),
        ("23:59:59;29", NTSC, 2589407),
    ],
)
def test_counts_worked_by_hand(text: str, fps: Fraction, frame: int) -> None:
    assert parse_timecode(text, fps=fps) == frame
    assert format_timecode(frame, fps=fps, drop=is_drop(text)) == text


@given(rate=st.sampled_from(RATES), frame=st.integers(0, 24 * 3600 * 60))
def test_a_count_survives_writing_and_reading(rate: Fraction, frame: int) -> None:
    for drop in (False, True) if can_drop(rate) else (False,):
        text = format_timecode(frame, fps=rate, drop=drop)
        assert is_drop(text) is drop
        assert parse_timecode(text, fps=rate) == frame % frames_per_day(rate, drop=drop)


@given(rate=st.sampled_from((NTSC, NTSC_60)), frame=st.integers(0, 200_000))
def test_drop_frame_numbers_rise_with_the_frames(rate: Fraction, frame: int) -> None:
    here = format_timecode(frame, fps=rate, drop=True)
    assert format_timecode(frame + 1, fps=rate, drop=True) > here


def test_drop_frame_keeps_to_the_clock() -> None:
    hour = parse_timecode("01:00:00;00", fps=NTSC)
    assert abs(time_at(hour, NTSC) - 3600) < 0.005


def test_timecode_starts_again_after_a_day() -> None:
    day = frames_per_day(Fraction(25), drop=False)
    assert format_timecode(day + 3, fps=Fraction(25), drop=False) == "00:00:00:03"


def test_other_spellings_are_read() -> None:
    assert parse_timecode(" 1:0:0:5 ", fps=Fraction(25)) == 90005
    assert parse_timecode("00:01:00.02", fps=NTSC) == 1800
    assert parse_timecode("00;01;00;02", fps=NTSC) == 1800


@pytest.mark.parametrize(
    ("text", "fps", "fault"),
    [
        ("", Fraction(25), "not a timecode"),
        ("12 s", Fraction(25), "not a timecode"),
        ("00:00:10", Fraction(25), "not a timecode"),
        ("-00:00:10:00", Fraction(25), "not a timecode"),
        ("24:00:00:00", Fraction(25), "24 hours"),
        ("00:60:00:00", Fraction(25), "60 minutes"),
        ("00:00:60:00", Fraction(25), "60 seconds"),
        ("00:00:00:25", Fraction(25), "25 frames"),
        ("00:00:00:24", FILM, "24 frames"),
        ("00:00:01;00", Fraction(25), "does not exist at 25 "),
        ("00:00:01;00", FILM, "does not exist at 23.976 "),
        ("00:01:00;01", NTSC, "leaves out.*00:01:00;02"),
        ("00:11:00;03", NTSC_60, "leaves out.*00:11:00;04"),
    ],
)
def test_nonsense_is_refused(text: str, fps: Fraction, fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        parse_timecode(text, fps=fps)


def test_writing_refuses_what_has_no_timecode() -> None:
    with pytest.raises(InputError, match="before"):
        format_timecode(-1, fps=NTSC, drop=True)
    with pytest.raises(InputError, match="does not exist"):
        format_timecode(1, fps=Fraction(30), drop=True)


def test_rates() -> None:
    assert [nominal_rate(r) for r in RATES] == [24, 24, 25, 30, 30, 50, 60, 12]
    assert nominal_rate(Fraction(1, 5)) == 1
    assert can_drop(Fraction(2997, 100))
    assert not can_drop(Fraction(30))


@given(rate=st.sampled_from(RATES), frame=st.integers(0, 1_000_000))
def test_a_frame_is_found_by_its_time(rate: Fraction, frame: int) -> None:
    assert frame_at(time_at(frame, rate), rate) == frame
    assert frame_at(round(time_at(frame, rate), 6), rate) == frame


def test_the_nearest_frame_is_taken() -> None:
    assert frame_at(0.019, Fraction(25)) == 0
    assert frame_at(0.021, Fraction(25)) == 1
