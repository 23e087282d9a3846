from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import filmcomposer_core
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.daw_plan import (
    AudioItemOp,
    DawPlan,
    EnvelopeOp,
    FxOp,
    MarkerOp,
    MidiItemOp,
    ProjectOp,
    RegionOp,
    SendOp,
    TrackOp,
    VideoItemOp,
    sounding,
    stem_path,
)
from filmcomposer_core.contracts.scheme import FxScheme
from filmcomposer_core.contracts.score import Note
from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_core.timeline import Timeline
from tests import samples
from tests.core.execution.cases import built, op_for, ops, scheme_with


def midi(plan: DawPlan, track: str) -> MidiItemOp:
    item: MidiItemOp = op_for(plan, MidiItemOp, track)
    return item


def test_tracks_stand_in_their_order() -> None:
    tracks: list[TrackOp] = ops(built(), TrackOp)
    assert [(t.id, t.kind, t.parent, t.muted) for t in tracks] == [
        ("@picture", "video", "", False),
        ("@cue", "folder", "", False),
        ("violins", "part", "@cue", True),
        ("horns", "part", "@cue", True),
        ("basses", "part", "@cue", True),
        ("@reverb", "bus", "", False),
        ("@stems", "folder", "", False),
        ("stem/violins", "stem", "@stems", False),
        ("stem/horns", "stem", "@stems", False),
        ("stem/basses", "stem", "@stems", False),
    ]


def test_track_index_rules_the_order() -> None:
    plan = built(scheme=scheme_with("basses", track_index=0))
    parts = [t.id for t in ops(plan, TrackOp) if t.kind == "part"]
    assert parts == ["basses", "violins", "horns"]
    assert [a.path for a in ops(plan, AudioItemOp)] == [
        "stems/01_basses.wav",
        "stems/02_violins.wav",
        "stems/03_horns.wav",
    ]


def test_stem_paths_are_safe_on_every_file_system() -> None:
    assert stem_path(7, 'a/b:c "d"') == "stems/07_a_b_c_d_.wav"
    assert stem_path(120, "") == "stems/120_part.wav"


def test_the_picture_lies_where_it_starts_in_its_file() -> None:
    analysis = samples.analysis()
    late = replace(analysis, clip=replace(analysis.clip, picture_start_s=0.0333))
    (item,) = ops(built(analysis=late), VideoItemOp)
    assert item == VideoItemOp(
        track="@picture",
        path="../clip.mp4",
        position_s=0.0,
        length_s=20.0,
        source_offset_s=0.0333,
        play_audio=False,
    )


def test_a_part_of_the_clip_lies_where_it_begins_and_plays_at_its_rate() -> None:
    analysis = samples.analysis()
    # From 4.99 s: the first frame stands at 5 s, which plays 0.02 s after the in point.
    part = {"whole": False, "picture_start_s": 5.0, "lead_s": 0.02, "rate": 0.5}
    (item,) = ops(
        built(analysis=replace(analysis, clip=replace(analysis.clip, **part))), VideoItemOp
    )
    assert (item.position_s, item.length_s, item.rate) == (0.0, 20.0, 0.5)
    assert item.source_offset_s == pytest.approx(4.99)


def test_what_sounds_does_not_depend_on_the_start_or_on_where_the_clip_lies() -> None:
    analysis = samples.analysis()
    clip = replace(analysis.clip, start_timecode="02:00:00:00", picture_start_s=3.0, whole=False)
    one, other = built(analysis=analysis), built(analysis=replace(analysis, clip=clip))
    assert one != other
    assert sounding(one) == sounding(other)


@pytest.mark.parametrize(
    ("fps", "timecode", "drop", "offset_s"),
    [
        ((24, 1), "01:00:00:00", False, 3600.0),
        ((24000, 1001), "01:00:00:00", False, 3603.6),
        ((30000, 1001), "00:01:00;02", True, 1800 * 1001 / 30000),
        ((25, 1), "", False, 0.0),
    ],
)
def test_project_settings(fps: tuple[int, int], timecode: str, drop: bool, offset_s: float) -> None:
    clip = replace(samples.clip(), fps_num=fps[0], fps_den=fps[1], start_timecode=timecode)
    (project,) = ops(built(analysis=replace(samples.analysis(), clip=clip)), ProjectOp)
    assert (project.fps_num, project.fps_den, project.drop_frame) == (*fps, drop)
    assert project.start_offset_s == pytest.approx(offset_s)
    assert (project.render_file, project.sample_rate, project.bit_depth) == ("cue.wav", 48000, 24)
    assert project.length_s == 20.0


def test_markers_say_weight_class_and_name() -> None:
    must = replace(samples.spots()[2], id="S000", time_s=1.0, weight="MUST", hit_class="avoid")
    marks: list[MarkerOp] = ops(built(spots=(*samples.spots(), must)), MarkerOp)
    assert [(m.time_s, m.name) for m in marks] == [
        (1.0, "MUST avoid | motion 3"),
        (8.0, "9 downbeat | cut 1"),
        (12.0, "7.5 downbeat | motion 2"),
        (14.5, "4 beat | motion 3"),
    ]
    assert len({m.color for m in marks}) == 3


def test_regions_follow_the_sections_to_the_end_of_the_picture() -> None:
    regions: list[RegionOp] = ops(built(), RegionOp)
    assert [(r.name, r.start_s, r.end_s) for r in regions] == [
        ("A theme", 0.0, 8.0),
        ("B climax", 8.0, 16.0),
        ("C aftermath", 16.0, 20.0),
    ]


def test_a_section_after_the_picture_has_no_region() -> None:
    analysis = samples.analysis()
    short = replace(analysis, clip=replace(analysis.clip, duration_s=15.0, frames=360))
    regions: list[RegionOp] = ops(built(analysis=short), RegionOp)
    assert [(r.start_s, r.end_s) for r in regions] == [(0.0, 8.0), (8.0, 15.0)]


def test_every_written_note_is_played() -> None:
    plan = built()
    for part in samples.score().parts:
        item = midi(plan, part.id)
        assert [(n.beat, n.pitch, n.velocity) for n in item.notes] == sorted(
            (n.beat, n.pitch, n.velocity) for n in part.notes
        )
        assert item.start_beat == 0.0
        assert item.end_beat == (36.0 if part.id == "horns" else 40.0)


def test_items_span_whole_bars_around_their_notes() -> None:
    score = samples.score()
    few = (Note(beat=9.5, length=3.0, pitch=60, velocity=80),)
    score = replace(
        score, parts=(score.parts[0], replace(score.parts[1], notes=few), score.parts[2])
    )
    item = midi(built(score=score), "horns")
    assert (item.start_beat, item.end_beat) == (8.0, 16.0)


def test_a_part_without_notes_keeps_its_track_and_its_stem() -> None:
    score = samples.score()
    score = replace(score, parts=(*score.parts[:2], replace(score.parts[2], notes=())))
    plan = built(score=score)
    assert midi(plan, "basses").notes == ()
    assert op_for(plan, AudioItemOp, "stem/basses").path == "stems/03_basses.wav"


def test_controllers_before_the_item_hold_at_its_start() -> None:
    score = samples.score()
    violins = score.parts[0]
    late = tuple(n for n in violins.notes if n.beat >= 16)
    score = replace(score, parts=(replace(violins, notes=late), *score.parts[1:]))
    item = midi(built(score=score), "violins")
    assert item.start_beat == 16.0
    assert [(c.beat, c.value) for c in item.controllers] == [(16.0, 120)]
    first = replace(violins, notes=late, controllers=violins.controllers[:1])
    score = replace(score, parts=(first, *score.parts[1:]))
    assert [(c.beat, c.value) for c in midi(built(score=score), "violins").controllers] == [
        (16.0, 90)
    ]


def test_volume_by_measure_stands_at_the_downbeats() -> None:
    plan = built()
    envelope = op_for(plan, EnvelopeOp, "violins")
    assert [(p.time_s, p.value) for p in envelope.points] == [(0.0, 0.6), (8.0, 0.9), (16.0, 0.5)]
    track = next(t for t in ops(plan, TrackOp) if t.id == "violins")
    assert (track.volume, track.pan) == (1.0, -0.5)


def test_a_level_that_never_changes_is_the_fader() -> None:
    plan = built(scheme=scheme_with("violins", volume_envelope={"measure3": 0.4}))
    track = next(t for t in ops(plan, TrackOp) if t.id == "violins")
    assert track.volume == 0.4
    assert not [e for e in ops(plan, EnvelopeOp) if e.track == "violins"]


def test_pan_send_and_filter_may_move_by_measure() -> None:
    scheme = scheme_with(
        "horns",
        panning={"measure1": -1.0, "measure5": 1.0},
        reverb_space={"measure1": 0.1, "measure9": 0.7},
        fx=FxScheme(parameter="lowpass_hz", value={"measure1": 2000.0, "measure5": 8000.0}),
    )
    plan = built(scheme=scheme)
    found = {e.parameter: e for e in ops(plan, EnvelopeOp) if e.track == "horns"}
    assert set(found) == {"volume", "pan", "send", "fx"}
    assert [(p.time_s, p.value) for p in found["pan"].points] == [(0.0, -1.0), (8.0, 1.0)]
    assert found["send"].target == "@reverb"
    assert found["fx"].target == "filter/horns:lowpass_hz"
    track = next(t for t in ops(plan, TrackOp) if t.id == "horns")
    assert track.pan == 0.0
    assert next(s.gain for s in ops(plan, SendOp) if s.source == "horns") == 1.0
    assert op_for(plan, FxOp, "horns").parameters == {"lowpass_hz": 2000.0}


def test_sends_reach_the_reverb_with_the_gain_of_the_scheme() -> None:
    sends = ops(built(), SendOp)
    assert {(s.source, s.target, s.gain) for s in sends} == {
        (name, "@reverb", 0.3) for name in ("violins", "horns", "basses")
    }


def test_nothing_sounds_after_the_picture() -> None:
    score = samples.score()
    long_note = (Note(beat=36.0, length=30.0, pitch=40, velocity=80),)
    score = replace(score, parts=(*score.parts[:2], replace(score.parts[2], notes=long_note)))
    (note,) = midi(built(score=score), "basses").notes
    assert note.beat + note.length == pytest.approx(40.0)


def test_a_gesture_of_half_a_second() -> None:
    analysis = samples.analysis()
    clip = replace(analysis.clip, duration_s=0.5, frames=12)
    plan = built(analysis=replace(analysis, clip=clip), spots=())
    assert [(r.start_s, r.end_s) for r in ops(plan, RegionOp)] == [(0.0, 0.5)]
    assert [(n.beat, n.length) for n in midi(plan, "basses").notes] == [(0.0, 1.0)]


def test_downbeats_follow_the_tempo_map() -> None:
    points = (
        TempoPoint(time_s=0.0, bpm=90.0, ramp=True, num=3, den=4),
        TempoPoint(time_s=6.0, bpm=150.0, ramp=False, num=3, den=4),
    )
    tempo = replace(samples.tempo_plan().map, points=points)
    envelope = op_for(built(tempo_map=tempo), EnvelopeOp, "violins")
    expected = [Timeline(points).time_at(3.0 * (n - 1)) for n in (1, 5, 9)]
    assert [p.time_s for p in envelope.points] == pytest.approx(expected)


def test_the_plan_survives_its_file() -> None:
    scheme = scheme_with("horns", fx=FxScheme(parameter="highpass_hz", value=120.0))
    plan = built(scheme=scheme)
    text = codec.dump_json(plan)
    again = codec.build(DawPlan, codec.parse_json(text, where="x"), where="x")
    assert codec.dump_json(again) == text
    assert [type(op) for op in again.operations] == [type(op) for op in plan.operations]


def test_the_same_input_gives_the_same_plan() -> None:
    assert built() == built()


def test_the_package_needs_only_the_standard_library() -> None:
    root = str(Path(filmcomposer_core.__file__).parents[1])
    code = f"import sys; sys.path.insert(0, {root!r}); import filmcomposer_core.execution"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True, timeout=20)
