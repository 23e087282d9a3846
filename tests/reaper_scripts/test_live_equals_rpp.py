"""The same plan, laid live and opened as ``cue.rpp``, asked of REAPER part by part.

What is not the same, and why:

- only in ``cue.rpp``: the track of the picture (a project has it already), project settings (frame
  rate, start, rendering, sample rate), and the whole tempo map from 0 s on;
- only live: the theme's candidates, our tags and marks (``P_EXT``), the name of the film behind the
  names of folders and reverb, all that the user has on these tracks;
- the same in other words: paths (relative to the file; absolute), ids (made from the plan; from the
  cue, tracks' from REAPER), what REAPER adds to a track that it makes itself (heights, lanes).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from filmcomposer_core.contracts.daw_plan import AudioItemOp, DawPlan
from filmcomposer_core.contracts.scheme import FxScheme
from filmcomposer_core.execution import write_rpp
from tests.core.execution.cases import built, ops, scheme_with
from tests.core.execution.test_rpp import moving
from tests.fakes.reaper import Host
from tests.fakes.reaper.direct import HERE, Direct, null
from tests.reaper_scripts.laying import Desk, desk, moving_plan, session

TIMES = [0.0, 0.01, 1.7, 3.0, 5.0, 7.25, 9.99, 12.0, 17.5, 19.9, 25.0]
ONLY_IN_FILE, ONLY_LIVE = ["Picture"], ["Theme: Door"]
NUMBERS = ["D_VOL", "D_PAN", "B_MUTE", "I_CUSTOMCOLOR", "B_MAINSEND", "I_NCHAN", "I_FXEN",
           "B_PHASE", "C_BEATATTACHMODE", "I_AUTOMODE", "I_SOLO"]  # fmt: skip
ITEM_NUMBERS = ["D_POSITION", "D_LENGTH", "B_MUTE", "B_LOOPSRC", "C_BEATATTACHMODE", "D_FADEINLEN",
                "D_FADEOUTLEN"]  # fmt: skip
SEND_NUMBERS = ["D_VOL", "D_PAN", "B_MUTE", "I_SENDMODE", "I_SRCCHAN", "I_DSTCHAN", "I_MIDIFLAGS"]


def name(r: Direct, track: str) -> str:
    if track == null("MediaTrack"):
        return ""
    return str(r.GetTrackName(track, "", 256)[2]).removesuffix(": Door")


def curve(r: Direct, envelope: str) -> list[float] | None:
    if envelope == null("TrackEnvelope"):
        return None
    mode = r.GetEnvelopeScalingMode(envelope)
    raw = [r.Envelope_Evaluate(envelope, t, 48000, 1, 0, 0, 0, 0)[5] for t in TIMES]
    return [r.ScaleFromEnvelopeMode(mode, value) for value in raw]


def pointer(c_type: str, address: float) -> str:
    return f"({c_type}*)0x{int(address):016X}"


def sends(r: Direct, track: str) -> Iterator[dict[str, Any]]:
    for i in range(r.GetTrackNumSends(track, 0)):
        found = {key: r.GetTrackSendInfo_Value(track, 0, i, key) for key in SEND_NUMBERS}
        target = pointer("MediaTrack", r.GetTrackSendInfo_Value(track, 0, i, "P_DESTTRACK"))
        address = r.GetTrackSendInfo_Value(track, 0, i, "P_ENV:<VOLENV")
        moving = curve(r, pointer("TrackEnvelope", address)) if address else None
        yield {"to": name(r, target), **found, "curve": moving}


def effects(r: Direct, track: str) -> Iterator[dict[str, Any]]:
    for fx in range(r.TrackFX_GetCount(track)):
        count = r.TrackFX_GetNumParams(track, fx)
        yield {
            "name": r.TrackFX_GetFXName(track, fx, "", 256)[3],
            "values": [r.TrackFX_GetParam(track, fx, p, 0, 0)[0] for p in range(count)],
            "curves": [curve(r, r.GetFXEnvelope(track, fx, p, False)) for p in range(count)],
        }


def items(r: Direct, track: str) -> Iterator[dict[str, Any]]:
    for i in range(r.CountTrackMediaItems(track)):
        item = r.GetTrackMediaItem(track, i)
        take = r.GetActiveTake(item)
        source = r.GetMediaItemTake_Source(take)
        file = str(r.GetMediaSourceFileName(source, "", 4096)[1])
        yield {
            **{key: r.GetMediaItemInfo_Value(item, key) for key in ITEM_NUMBERS},
            "takes": r.CountTakes(item),
            "name": r.GetTakeName(take),
            "rate": r.GetMediaItemTakeInfo_Value(take, "D_PLAYRATE"),
            "offset": r.GetMediaItemTakeInfo_Value(take, "D_STARTOFFS"),
            "type": r.GetMediaSourceType(source, "", 64)[1],
            "file": file.replace("\\", "/").partition("/stems/")[2] or file.removeprefix("stems/"),
            "events": r.MIDI_CountEvts(take, 0, 0, 0)[2:] if r.TakeIsMIDI(take) else None,
            "notes": list(notes(r, take)) if r.TakeIsMIDI(take) else [],
            "controllers": list(controllers(r, take)) if r.TakeIsMIDI(take) else [],
        }


def notes(r: Direct, take: str) -> Iterator[tuple[Any, ...]]:
    for i in range(r.MIDI_CountEvts(take, 0, 0, 0)[2]):
        found = r.MIDI_GetNote(take, i, 0, 0, 0, 0, 0, 0, 0)
        seconds = [r.MIDI_GetProjTimeFromPPQPos(take, tick) for tick in found[5:7]]
        yield (*(round(s, 6) for s in seconds), found[4], *found[7:])


def controllers(r: Direct, take: str) -> Iterator[tuple[Any, ...]]:
    for i in range(r.MIDI_CountEvts(take, 0, 0, 0)[3]):
        yield r.MIDI_GetCC(take, i, 0, 0, 0, 0, 0, 0, 0)[3:]


def track_said(r: Direct, track: str) -> dict[str, Any]:
    return {
        "name": name(r, track),
        "folder": name(r, r.GetParentTrack(track)),
        "depth": r.GetTrackDepth(track),
        **{key: r.GetMediaTrackInfo_Value(track, key) for key in NUMBERS},
        "volume": curve(r, r.GetTrackEnvelopeByChunkName(track, "<VOLENV2")),
        "pan": curve(r, r.GetTrackEnvelopeByChunkName(track, "<PANENV2")),
        "envelopes": r.CountTrackEnvelopes(track),
        "sends": list(sends(r, track)),
        "effects": list(effects(r, track)),
        "items": list(items(r, track)),
    }


def said(r: Direct) -> list[dict[str, Any]]:
    return [track_said(r, r.GetTrack(HERE, i)) for i in range(r.CountTracks(HERE))]


def flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every single value with the way to it, so that a difference says where it is."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from flat(inner, f"{path}/{key}")
    elif isinstance(value, list | tuple):
        yield f"{path}/count", len(value)
        for i, inner in enumerate(value):
            yield from flat(inner, f"{path}/{i}")
    else:
        yield path, value


def differences(one: Any, other: Any) -> dict[str, tuple[Any, Any]]:
    first, second = dict(flat(one)), dict(flat(other))
    return {
        path: (first.get(path), second.get(path))
        for path in {**first, **second}
        if first.get(path) != pytest.approx(second.get(path), abs=1e-6)
    }


def laid(d: Desk, plan: DawPlan, folder: Path, *, sound: bool) -> None:
    for op in ops(plan, AudioItemOp) if sound else ():
        path = folder / op.path
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
        d.host.media[str(path)] = op.length_s
    made = session(plan=plan, folder=str(folder))
    d.lay_tempo(made)
    d.lay(made)


def with_filters() -> DawPlan:
    scheme = scheme_with(
        "basses",
        fx=FxScheme(parameter="highpass_hz", value={"measure1": 40.0, "measure5": 900.0}),
        volume_envelope={"measure1": 0.0, "measure2": 0.9},
        reverb_space=0.35,
        panning=0.25,
    )
    return built(scheme=scheme)


@pytest.mark.parametrize("make", [built, moving, moving_plan, with_filters])
@pytest.mark.parametrize("version", [(6, 80), (7, 78)])
def test_live_and_in_a_file_a_plan_means_the_same_to_reaper(
    make: Any, version: tuple[int, int], tmp_path: Path
) -> None:
    plan = make()
    host = Host(version=version)
    host.project.load(write_rpp(plan))
    for op in ops(plan, AudioItemOp):
        host.media[op.path] = op.length_s
    in_file = said(Direct(host))
    with desk(version=version) as d:
        laid(d, plan, tmp_path, sound=True)
        live = said(d.r)
    assert [t["name"] for t in in_file[:1]] == ONLY_IN_FILE
    assert [
        t["name"] + ": Door" if t["name"] == "Theme" else t["name"] for t in live[:1]
    ] == ONLY_LIVE
    assert differences(live[1:], in_file[1:]) == {}
    # It was something that was compared.
    assert sum(len(i["notes"]) for t in live for i in t["items"]) > 30
    assert sum(len(t["sends"]) for t in live) == 3
    assert any(t["effects"] for t in live[1:])
    if make is not built:
        assert any(t["volume"] and len({*t["volume"]}) > 1 for t in live)


def test_the_comparison_sees_a_difference() -> None:
    one = [{"a": 1.0, "b": [1.0, None]}]
    assert differences(one, [{"a": 1.0, "b": [1.0, None]}]) == {}
    assert differences(one, [{"a": 1.1, "b": [1.0]}]).keys() == {"/0/a", "/0/b/count"}
