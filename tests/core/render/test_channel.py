from __future__ import annotations

import numpy as np
import pytest

from filmcomposer_core.contracts.daw_plan import FxOp
from filmcomposer_core.contracts.score import Controller
from filmcomposer_core.render.channel import PartChannel
from filmcomposer_core.render.midi_bytes import SynthScore
from filmcomposer_core.render.performance import perform
from filmcomposer_core.render.session import read_session
from filmcomposer_core.render.soundfont_cut import CutFont
from filmcomposer_core.render.voices import PartVoices, Voice
from tests.core.render import plans
from tests.core.render.fakes import SteadySynth
from tests.core.render.plans import PartDraft

RATE = 48000
BLOCK = 48 * 512


def stem(*, block: int = BLOCK, length_s: float = 4.0, **options: object) -> np.ndarray:
    """Return the stem of one held note through the mixer, shape (samples, 2)."""
    options = {"notes": [(0.0, 7.0, 67, 100)], "send": 0.0} | options
    part = PartDraft(id="a", **options)  # type: ignore[arg-type]
    session = read_session(plans.plan(part, length_s=length_s))
    planned = session.parts[0]
    played = perform(planned.items[0], timeline=session.timeline, length=session.length)
    voice = Voice(
        preset=(0, 0),
        lowpass_hz=part.sound.lowpass_hz,
        highpass_hz=part.sound.highpass_hz,
        gain=1.0,
        font=CutFont(data=b"", release_s=0.5, loud_db=0.0),
        notes=played.notes,
        controls=played.controls,
    )
    voices = PartVoices(voices=(voice,), swell=played.swell, notes=())
    channel = PartChannel(planned, voices, synth=SteadySynth(), seed=1, block=block)
    pieces = [
        channel.block(at, min(block, session.length - at)) for at in range(0, session.length, block)
    ]
    return np.concatenate(pieces)


def gain_at(moved: np.ndarray, flat: np.ndarray, time_s: float) -> float:
    at = slice(round(time_s * RATE), round(time_s * RATE) + 240)
    return float(np.sqrt(np.sum(moved[at] ** 2) / np.sum(flat[at] ** 2)))


def level_db(sound: np.ndarray) -> float:
    return 10.0 * float(np.log10(np.mean(sound**2) + 1e-20))


def test_volume_envelope_is_straight_in_linear_gain() -> None:
    points = [(1.0, 0.25), (3.0, 0.75)]
    flat, moved = stem(), stem(envelopes=[("volume", points)])
    for time_s, wanted in ((0.5, 0.25), (1.5, 0.375), (2.0, 0.5), (2.5, 0.625), (3.2, 0.75)):
        assert gain_at(moved, flat, time_s) == pytest.approx(wanted, abs=0.002)


def test_fader_multiplies_the_envelope() -> None:
    flat = stem()
    assert gain_at(stem(volume=0.5), flat, 1.0) == pytest.approx(0.5, rel=1e-5)
    both = stem(volume=0.5, envelopes=[("volume", [(0.0, 0.5)])])
    assert gain_at(both, flat, 1.0) == pytest.approx(0.25, rel=1e-5)


def test_expression_follows_the_square_law() -> None:
    moves = [
        Controller(beat=0.0, number=11, value=127),
        Controller(beat=2.0, number=11, value=64),
        Controller(beat=4.0, number=11, value=32, ramp=True),
        Controller(beat=6.0, number=11, value=96),
    ]
    flat, moved = stem(), stem(controllers=moves)
    for time_s, value in ((0.5, 127), (1.5, 64), (2.5, 64), (3.2, 96)):
        assert gain_at(moved, flat, time_s) == pytest.approx((value / 127) ** 2, rel=0.02)


def test_a_controller_jump_lasts_some_milliseconds() -> None:
    moves = [Controller(beat=0.0, number=11, value=127), Controller(beat=2.0, number=11, value=40)]
    flat, moved = stem(), stem(controllers=moves)
    gain = moved[RATE : RATE + 480, 0] / flat[RATE : RATE + 480, 0]
    assert np.abs(np.diff(gain)).max() < 0.01
    assert gain[400] == pytest.approx((40 / 127) ** 2, rel=0.01)


def test_pan_has_constant_power() -> None:
    middle = stem()
    for pan in (-1.0, -0.5, 0.3, 1.0):
        assert level_db(stem(pan=pan)) == pytest.approx(level_db(middle), abs=0.01)
    left = stem(pan=-1.0)
    assert np.abs(left[:, 1]).max() < 1e-6


def test_pan_envelope_moves() -> None:
    moved = stem(envelopes=[("pan", [(0.0, -1.0), (3.5, 1.0)])])
    assert level_db(moved[:RATE, 0]) > level_db(moved[:RATE, 1]) + 6.0
    assert level_db(moved[3 * RATE :, 1]) > level_db(moved[3 * RATE :, 0]) + 6.0


def bright(sound: np.ndarray, start_s: float) -> float:
    power = np.abs(np.fft.rfft(sound[round(start_s * RATE) :][: RATE // 2, 0])) ** 2
    return float(power[4000:].sum() / power[50:150].sum())


def test_moving_lowpass_takes_the_brightness_away() -> None:
    fx = FxOp(id="f", track="a", kind="filter", parameters={"lowpass_hz": 20000.0})
    points = ("fx>f:lowpass_hz", [(0.0, 20000.0), (1.0, 20000.0), (1.2, 400.0)])
    sound = stem(fx=fx, envelopes=[points])
    assert bright(sound, 1.5) < 1e-3 * bright(sound, 0.3)


def test_filters_of_a_sound() -> None:
    dull = plans.Sound(channel=0, technique="sordino", bank=0, program=48, lowpass_hz=1000.0)
    assert bright(stem(sound=dull), 1.0) < 0.01 * bright(stem(), 1.0)


def test_send_adds_the_hall_at_its_gain() -> None:
    dry, wet = stem(), stem(send=0.25)
    hall = (wet - dry)[RATE : 3 * RATE]
    assert level_db(hall) == pytest.approx(level_db(dry[RATE : 3 * RATE]) - 12.0, abs=2.0)


def test_send_envelope_closes_the_hall() -> None:
    points = [("send>@reverb", [(0.0, 0.5), (1.0, 0.5), (1.1, 0.0)])]
    short = {"notes": [(0.0, 7.0, 67, 100)], "send": 1.0}
    hall = stem(**short, envelopes=points) - stem()
    assert level_db(hall[3 * RATE :]) < level_db(hall[RATE // 2 : RATE]) - 40.0


def test_tail_outlasts_the_note_and_decays_as_asked() -> None:
    made = stem(notes=[(0.0, 1.0, 67, 100)], send=0.5)
    levels = [level_db(made[round(t * RATE) :][:4800]) for t in (0.7, 1.2)]
    # The test hall falls by 60 dB in 1.2 s, that is 25 dB in half a second, high notes faster.
    assert 18.0 < levels[0] - levels[1] < 50.0


def test_blocks_are_not_heard() -> None:
    options = {
        "send": 0.4,
        "pan": 0.4,
        "envelopes": [("volume", [(0.0, 0.3), (4.0, 1.0)])],
        "fx": FxOp(id="f", track="a", kind="filter", parameters={"highpass_hz": 300.0}),
    }
    assert np.abs(stem(**options) - stem(block=9 * 512, **options)).max() < 1e-5


def test_width_of_the_stem_is_narrowed() -> None:
    class Wide(SteadySynth):
        def play(self, font, score):  # type: ignore[no-untyped-def]
            sound = super().play(font, score)
            sound[:, 1] *= -1.0
            return sound

    session = read_session(plans.plan(PartDraft(id="a", notes=[(0.0, 7.0, 67, 100)], send=0.0)))
    part = session.parts[0]
    played = perform(part.items[0], timeline=session.timeline, length=session.length)
    font = CutFont(data=b"", release_s=0.1, loud_db=0.0)
    voice = Voice(
        preset=(0, 0),
        lowpass_hz=0.0,
        highpass_hz=0.0,
        gain=1.0,
        font=font,
        notes=played.notes,
        controls=(),
    )
    voices = PartVoices(voices=(voice,), swell=(), notes=())
    channel = PartChannel(part, voices, synth=Wide(), seed=1, block=RATE)
    side = channel.block(0, RATE)[:, 0]
    score = SynthScore(length=RATE, presets={0: 0}, notes=played.notes)
    raw = Wide().play(b"", score)[:, 0]
    assert level_db(side) - level_db(raw) == pytest.approx(20 * np.log10(part.width), abs=0.3)
