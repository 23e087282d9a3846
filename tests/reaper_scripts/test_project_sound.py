"""Envelopes and effects of the emulated project: facts f3, f4, g."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.reaper import Gap, Host, Misuse
from tests.fakes.reaper.direct import HERE, Direct, null
from tests.fakes.reaper.project import faders

PEER = Path(__file__).parents[1] / "data" / "peer_rpp" / "v766_linux_markers_tempo_volenv.RPP"
VOLUME = 40406


@pytest.fixture
def r() -> Direct:
    r = Direct(Host())
    for i in range(2):
        r.InsertTrackAtIndex(i, False)
    return r


def track(r: Direct, index: int = 0) -> str:
    return str(r.GetTrack(HERE, index))


def envelope(r: Direct, command: int, tag: str, index: int = 0) -> str:
    r.SetOnlyTrackSelected(track(r, index))
    r.Main_OnCommand(command, 0)
    return str(r.GetTrackEnvelopeByChunkName(track(r, index), tag))


# --- envelopes ------------------------------------------------------------------------------------


def test_an_envelope_is_absent_until_shown(r: Direct) -> None:
    r.SetMediaTrackInfo_Value(track(r), "D_VOL", 2.0)
    assert r.GetTrackEnvelopeByName(track(r), "Volume") == null("TrackEnvelope")
    made = envelope(r, VOLUME, "<VOLENV2")
    assert r.GetTrackEnvelopeByName(track(r), "Volume") == made
    assert r.GetTrackEnvelopeByChunkName(track(r), "VOLENV2") == null("TrackEnvelope")
    assert [r.CountTrackEnvelopes(track(r, i)) for i in (0, 1)] == [1, 0]
    # one point at 0 s with the present level: +6.02 dB is a little above +6 dB's raw value
    ok, _, _, time, value, *_ = r.GetEnvelopePoint(made, 0, 0, 0, 0, 0, 0)
    assert (ok, r.CountEnvelopePoints(made), time) == (1, 1, 0.0)
    assert value == pytest.approx(853.2, abs=0.1)
    assert "PT 0 2 0" in r.host.project.state()  # the file holds the gain


def test_the_command_hides_and_shows_one_that_exists(r: Direct) -> None:
    made = envelope(r, VOLUME, "<VOLENV2")
    assert r.GetSetEnvelopeInfo_String(made, "VISIBLE", "", False)[3] == "1"
    assert envelope(r, VOLUME, "<VOLENV2") == made  # it is given when hidden too
    assert r.GetSetEnvelopeInfo_String(made, "VISIBLE", "", False)[3] == "0"
    r.GetSetEnvelopeInfo_String(made, "ACTIVE", "0", True)
    assert r.GetSetEnvelopeInfo_String(made, "ACTIVE", "", False)[3] == "0"
    with pytest.raises(Gap, match="action 40015"):
        r.Main_OnCommand(40015, 0)


def test_volume_is_fader_scaled_and_pan_the_other_way_round(r: Direct) -> None:
    r.SetMediaTrackInfo_Value(track(r), "D_PAN", 0.5)
    pan = envelope(r, 40407, "<PANENV2")
    assert r.GetEnvelopePoint(pan, 0, 0, 0, 0, 0, 0)[4] == -0.5
    assert r.GetEnvelopeScalingMode(pan) == 0
    assert r.ScaleToEnvelopeMode(0, 0.25) == 0.25
    volume = envelope(r, VOLUME, "<VOLENV2")
    assert r.GetEnvelopeScalingMode(volume) == 1
    assert r.ScaleToEnvelopeMode(1, 1.0) == pytest.approx(716.2178503126, abs=1e-9)
    assert r.ScaleToEnvelopeMode(1, 0.5) == pytest.approx(592.4, abs=0.1)
    assert r.ScaleToEnvelopeMode(1, 10 ** (-40 / 20)) == pytest.approx(170.9837, abs=1e-9)
    assert r.ScaleToEnvelopeMode(1, 0.0) == 0.0


@given(st.floats(0, 3.98))
def test_the_fader_scale_is_invertible(gain: float) -> None:
    assert faders.from_raw(faders.to_raw(gain)) == pytest.approx(gain, rel=1e-9, abs=1e-12)


def test_points(r: Direct) -> None:
    made = envelope(r, VOLUME, "<VOLENV2")
    for time, gain, shape in ((8.0, 0.5, 0), (4.0, 1.0, 1)):
        raw = r.ScaleToEnvelopeMode(1, gain)
        assert r.InsertEnvelopePoint(made, time, raw, shape, 0.0, False, False)[0] == 1
    times = [r.GetEnvelopePoint(made, i, 0, 0, 0, 0, 0)[3] for i in range(3)]
    assert times == [0.0, 4.0, 8.0]
    assert r.GetEnvelopePointByTime(made, 5.0) == 1
    assert r.Envelope_Evaluate(made, 6.0, 48000, 1, 0, 0, 0, 0)[5] == pytest.approx(716.21785)
    assert r.Envelope_Evaluate(made, 9.0, 48000, 1, 0, 0, 0, 0)[5] == pytest.approx(592.46, abs=0.1)
    # the end is left out, and the point at 0 s stays
    r.DeleteEnvelopePointRange(made, 0.0, 8.0)
    times = [r.GetEnvelopePoint(made, i, 0, 0, 0, 0, 0)[3] for i in range(2)]
    assert times == [0.0, 8.0]
    assert r.DeleteEnvelopePointEx(made, -1, 0) == 1
    assert r.CountEnvelopePoints(made) == 1


def test_unsorted_points_must_be_sorted(r: Direct) -> None:
    made = envelope(r, VOLUME, "<VOLENV2")
    r.InsertEnvelopePoint(made, 5.0, 1, 0, 0, False, True)
    with pytest.raises(Misuse, match="unsorted"):
        r.Envelope_Evaluate(made, 0, 48000, 1, 0, 0, 0, 0)
    r.Envelope_SortPoints(made)
    r.Envelope_Evaluate(made, 0, 48000, 1, 0, 0, 0, 0)


def test_an_envelope_in_a_chunk_exists(r: Direct) -> None:
    r.host.project.open(PEER)
    found = [track(r, i) for i in range(11) if r.CountTrackEnvelopes(track(r, i))]
    (made,) = (r.GetTrackEnvelopeByChunkName(t, "<VOLENV2") for t in found)
    assert r.CountEnvelopePoints(made) == 3
    raw = r.GetEnvelopePoint(made, 2, 0, 0, 0, 0, 0)[4]
    assert r.ScaleFromEnvelopeMode(1, raw) == pytest.approx(0.75)
    chunk = r.GetEnvelopeStateChunk(made, "", 65536, False)[2]
    assert chunk.startswith("<VOLENV2\nEGUID {3DED9340")


# --- effects --------------------------------------------------------------------------------------


def test_reaverbate(r: Direct) -> None:
    assert r.TrackFX_AddByName(track(r), "ReaVerbate", False, 0) == -1
    assert r.TrackFX_AddByName(track(r), "ReaVerbate (Cockos)", False, -1) == 0
    assert r.TrackFX_AddByName(track(r), "VST: ReaVerbate (Cockos)", False, 1) == 0
    assert r.TrackFX_GetFXName(track(r), 0, "", 64)[3] == "VST: ReaVerbate (Cockos)"
    assert r.TrackFX_GetNumParams(track(r), 0) == 11
    names = [r.TrackFX_GetParamName(track(r), 0, i, "", 64)[4] for i in range(11)]
    assert names[2] == "Room size"
    assert names[8:] == ["Bypass", "Wet", "Delta"]
    assert r.TrackFX_GetParam(track(r), 0, 0, 0, 0) == (0.5, track(r), 0, 0, 0.0, 2.0)
    assert r.TrackFX_GetParamNormalized(track(r), 0, 0) == 0.25
    assert r.TrackFX_SetParamNormalized(track(r), 0, 0, 0.75) == 1
    assert r.TrackFX_GetParam(track(r), 0, 0, 0, 0)[0] == 1.5
    r.TrackFX_SetParam(track(r), 0, 1, 0.1)
    single = struct.unpack("<f", struct.pack("<f", 0.1))[0]
    assert r.TrackFX_GetParam(track(r), 0, 1, 0, 0)[0] == single
    assert r.TrackFX_GetParamNormalized(track(r), 0, 99) == -1.0
    assert r.TrackFX_GetParamNormalized(track(r), 9, 0) == -1.0
    state = r.host.project.state()
    assert "1920361016<56535472766238726561766572626174>" in state
    r.host.project.load(state)
    assert r.TrackFX_GetParam(track(r), 0, 0, 0, 0)[0] == 1.5


def test_effects_in_order(r: Direct) -> None:
    for name in ("ReaComp", "ReaVerbate"):
        r.TrackFX_AddByName(track(r), name, False, -1)
    assert r.TrackFX_AddByName(track(r), "JS: sstillwell/hpflpf", False, -1000) == 0
    names = [r.TrackFX_GetFXName(track(r), i, "", 64)[3] for i in range(3)]
    assert names[0] == "JS: sstillwell/hpflpf"
    assert r.TrackFX_GetParam(track(r), 0, 1, 0, 0)[0::4] == (22000.0, 1000.0)
    r.TrackFX_SetEnabled(track(r), 1, False)
    assert [r.TrackFX_GetEnabled(track(r), i) for i in range(3)] == [1, 0, 1]
    assert r.TrackFX_GetParamNormalized(track(r), 1, 21) == 1.0  # Bypass
    assert r.TrackFX_Delete(track(r), 0) == 1
    assert r.TrackFX_Delete(track(r), 2) == 0
    assert r.TrackFX_GetCount(track(r)) == 2


def test_what_is_not_installed_and_what_is_not_modelled(r: Direct) -> None:
    assert r.TrackFX_AddByName(track(r), "VST3: Grand Hall (Someone)", False, -1) == -1
    with pytest.raises(Gap, match="ReaXcomp"):
        r.TrackFX_AddByName(track(r), "ReaXcomp", False, -1)


def test_an_effects_state_in_a_real_project(r: Direct) -> None:
    r.host.project.open(PEER)
    voice = track(r, 2)
    assert r.TrackFX_GetFXName(voice, 1, "", 64)[3] == "VST: ReaComp (Cockos)"
    assert r.TrackFX_GetParam(voice, 1, 11, 0, 0)[0] == 1.0  # Wet
    assert 0 < r.TrackFX_GetParam(voice, 1, 0, 0, 0)[0] < 1.0  # Threshold below 0 dB
    with pytest.raises(Gap, match="ReaEQ"):
        r.TrackFX_GetNumParams(voice, 0)


def test_a_parameters_envelope(r: Direct) -> None:
    r.TrackFX_AddByName(track(r), "ReaVerbate", False, -1)
    assert r.GetFXEnvelope(track(r), 0, 0, False) == null("TrackEnvelope")
    made = r.GetFXEnvelope(track(r), 0, 0, True)
    assert r.GetFXEnvelope(track(r), 0, 0, False) == made
    assert r.GetEnvelopeName(made, "", 64)[2] == "Wet / ReaVerbate"
    assert r.GetEnvelopePoint(made, 0, 0, 0, 0, 0, 0)[4] == 0.5  # in the raw range of 0 to 2
    assert '<PARMENV 0:_Wet 0 2 1 "Wet / ReaVerbate"' in r.host.project.state()


def test_guids(r: Direct) -> None:
    r.TrackFX_AddByName(track(r), "ReaVerbate", False, -1)
    guid = r.guidToString(r.TrackFX_GetFXGUID(track(r), 0), "")[1]
    assert f"FXID {guid}" in r.host.project.state()
    guid = r.guidToString(r.GetTrackGUID(track(r)), "")[1]
    assert r.GetSetMediaTrackInfo_String(track(r), "GUID", "", False)[3] == guid
