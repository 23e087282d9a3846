from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import Any

import pytest

from filmcomposer_core.contracts.daw_plan import (
    AudioItemOp,
    DawPlan,
    MidiItemOp,
    ProjectOp,
    TempoOp,
    TrackOp,
)
from filmcomposer_core.contracts.scheme import FxScheme
from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_core.errors import DawError
from filmcomposer_core.execution import write_rpp
from filmcomposer_core.execution.rpp_midi import midi_source
from filmcomposer_core.execution.rpp_place import Placement
from filmcomposer_core.execution.rpp_text import guid
from filmcomposer_core.timeline import Timeline
from tests import samples
from tests.core.execution.cases import blocks, built, only, ops, scheme_with, tree, walk, words

POINTS = (
    TempoPoint(time_s=0.0, bpm=90.0, ramp=True, num=3, den=4),
    TempoPoint(time_s=6.0, bpm=150.0, ramp=False, num=3, den=4),
    TempoPoint(time_s=13.2, bpm=100.0, ramp=False, num=6, den=8),
)


def moving() -> DawPlan:
    return built(
        tempo_map=replace(samples.tempo_plan().map, points=POINTS),
        scheme=scheme_with(
            "horns",
            panning={"measure1": -1.0, "measure5": 0.5},
            reverb_space={"measure1": 0.1, "measure9": 0.7},
            fx=FxScheme(parameter="lowpass_hz", value={"measure1": 2000.0, "measure5": 8000.0}),
        ),
    )


@pytest.mark.parametrize(
    ("plan", "sha256"),
    [
        (built(), "2fcda52db7bf4518436d61ca4ceab502f1811ccf1bf1205eb5f34e337e1c3387"),
        (moving(), "bb00bd88da64a91354aee6d6f1ff3a85e96748ea333202838c25cf6bb37ce9df"),
    ],
    ids=["steady", "moving"],
)
def test_the_bytes_are_those_of_the_writer_before_cues_were_laid_into_open_projects(
    plan: DawPlan, sha256: str
) -> None:
    # But for the colours of the parts, which had none, the notes on their instruments, and the
    # ids of pooled notes, which did not depend on those.
    ops_ = (
        replace(op, color="") if isinstance(op, TrackOp) and op.kind == "part" else op
        for op in plan.operations
    )
    plain = replace(plan, operations=tuple(ops_))
    assert plain != plan
    text = with_former_pools(without_instruments(write_rpp(plain)), plain)
    assert hashlib.sha256(text.encode()).hexdigest() == sha256


def with_former_pools(text: str, plan: DawPlan) -> str:
    for item in ops(plan, MidiItemOp):
        source = midi_source(item, ident=item.track, place=Placement())
        now = next(words for words in source if "POOLEDEVTS" in words)
        text = text.replace(now.strip(), f"POOLEDEVTS {guid('pool', item.track)}")
    return text


def without_instruments(text: str) -> str:
    """Return a project without what its notes say of instruments."""
    lines = text.split("\n")
    first = lines.index("    |")
    last = next(n for n, line in enumerate(lines) if line == "  >")
    return "\n".join([*lines[:first], *lines[last:]])


def test_the_notes_of_the_project_name_the_instrument_of_every_part() -> None:
    text = write_rpp(built())
    notes = [line.strip() for line in text.split("  >")[0].split("\n")]
    parts = [op for op in built().operations if isinstance(op, MidiItemOp)]
    assert parts
    for op in parts:
        said = [line for line in notes if line.startswith(f"|{op.name}: [{op.instrument}] ")]
        assert len(said) == 1
        assert all(sound.technique in said[0] for sound in op.sounds)
    assert "<VST" not in "\n".join(notes)


def track(project: Any, number: int) -> Any:
    return blocks(project, "TRACK")[number]


def notes_of(source: Any) -> list[tuple[int, int, int, int, int]]:
    """Return (tick, length, channel, pitch, velocity) by pairing the events one by one."""
    tick, open_notes, found = 0, {}, []
    for delta, status, d1, d2, *_ in words(source, "E"):
        tick += int(delta)
        kind, channel, pitch = int(status, 16) & 0xF0, int(status, 16) & 15, int(d1, 16)
        if kind == 0x90:
            assert (channel, pitch) not in open_notes
            open_notes[channel, pitch] = (tick, int(d2, 16))
        elif kind == 0x80:
            start, velocity = open_notes.pop((channel, pitch))
            found.append((start, tick - start, channel, pitch, velocity))
    assert not open_notes
    return sorted(found)


@pytest.mark.parametrize("plan", [built(), moving()], ids=["steady", "moving"])
def test_the_reader_finds_every_track_item_and_note_of_the_plan(plan: DawPlan) -> None:
    project = tree(plan)
    planned: list[TrackOp] = ops(plan, TrackOp)
    found = blocks(project, "TRACK")
    assert [only(t, "NAME")[0] for t in found] == [t.name for t in planned]
    assert [only(t, "MUTESOLO")[0] for t in found] == [str(int(t.muted)) for t in planned]
    timeline = Timeline(ops(plan, TempoOp)[0].points)
    by_track = {op.track: op for op in plan.operations if hasattr(op, "path")}
    by_track |= {op.track: op for op in ops(plan, MidiItemOp)}
    for op, block in zip(planned, found, strict=True):
        items = blocks(block, "ITEM")
        assert len(items) == (op.id in by_track)
        if op.kind == "part":
            check_midi(by_track[op.id], items[0], timeline)
        elif items:
            assert float(only(items[0], "POSITION")[0]) == 0.0
            assert float(only(items[0], "LENGTH")[0]) == 20.0


def check_midi(op: MidiItemOp, item: Any, timeline: Timeline) -> None:
    position = float(only(item, "POSITION")[0])
    assert position == pytest.approx(timeline.time_at(op.start_beat), abs=1e-9)
    end = position + float(only(item, "LENGTH")[0])
    assert end == pytest.approx(timeline.time_at(op.end_beat), abs=1e-9)
    (source,) = blocks(item, "SOURCE")
    found = notes_of(source)
    assert len(found) == len(op.notes)
    for (tick, length, channel, pitch, velocity), note in zip(found, op.notes, strict=True):
        onset_s = timeline.time_at(op.start_beat + tick / 960)
        assert onset_s == pytest.approx(timeline.time_at(note.beat), abs=0.0005)
        assert (channel, pitch, velocity) == (note.channel, note.pitch, note.velocity)
        assert length == pytest.approx(note.length * 960, abs=1)
    ticks = sum(int(event[0]) for event in words(source, "E"))
    assert ticks == (op.end_beat - op.start_beat) * 960


def test_tempo_points_by_hand() -> None:
    (envelope,) = blocks(tree(moving()), "TEMPOENVEX")
    assert words(envelope, "PT") == [
        ["0.000000000000", "90.0000000000", "0", "262147", "0", "1"],  # 4 * 65536 + 3, ramp
        ["6.000000000000", "150.0000000000", "1"],  # step, the same signature
        ["13.200000000000", "100.0000000000", "1", "524294", "0", "1"],  # 8 * 65536 + 6
    ]
    assert only(envelope, "ACT") == ["1", "-1"]
    assert only(tree(moving()), "TEMPO") == ["90", "3", "4", "0"]


def test_midi_events_by_hand() -> None:
    (source,) = blocks(blocks(track(tree(built()), 2), "ITEM")[0], "SOURCE")
    assert only(source, "HASDATA") == ["1", "960", "QN"]
    assert only(source, "IGNTEMPO") == ["0", "120", "4", "4"]
    events = [" ".join(event) for event in words(source, "E")]
    assert events[:6] == [
        "0 b0 00 00",
        "0 b0 20 00",
        "0 c0 30 00",
        "0 b0 0b 5a 16",  # CC11 at 90, a straight line to the next
        "0 90 43 50",
        "960 90 40 50",  # legato: the next note begins before this one ends
    ]
    assert events[6] == "58 80 43 00"  # gate 1.06: 1018 ticks
    assert events[-1].endswith("b0 7b 00")


def test_a_drum_bank_is_left_to_its_channel() -> None:
    plan = built(scheme=scheme_with("basses", instrument="snare_concert", technique="hit"))
    (source,) = blocks(blocks(track(tree(plan), 4), "ITEM")[0], "SOURCE")
    assert words(source, "E")[0] == ["0", "c9", "30", "00"]


def test_folder_depths_come_back_to_zero() -> None:
    depths = [only(t, "ISBUS") for t in blocks(tree(built()), "TRACK")]
    assert depths == [
        ["0", "0"],
        ["1", "1"],
        ["0", "0"],
        ["0", "0"],
        ["2", "-1"],
        ["0", "0"],
        ["1", "1"],
        ["0", "0"],
        ["0", "0"],
        ["2", "-1"],
    ]
    assert sum(int(step) for _, step in depths) == 0


def test_receives_name_the_tracks_that_send() -> None:
    plan = moving()
    project = tree(plan)
    names = [t.id for t in ops(plan, TrackOp)]
    reverb = track(project, names.index("@reverb"))
    receives = words(reverb, "AUXRECV")
    assert [names[int(r[0])] for r in receives] == ["violins", "horns", "basses"]
    assert [r[2] for r in receives] == ["0.3", "1", "0.3"]
    everywhere = [w for t in blocks(project, "TRACK") for w in words(t, "AUXRECV")]
    assert len(everywhere) == 3
    keys = [c.tag if hasattr(c, "tag") else c[0] for c in reverb.children]
    place = keys.index("AUXVOLENV")  # right after the second receive, the one of the horns
    assert keys[place - 2 : place + 2] == ["AUXRECV", "AUXRECV", "AUXVOLENV", "AUXRECV"]
    (envelope,) = blocks(reverb, "AUXVOLENV")
    assert [p[1:] for p in words(envelope, "PT")] == [["0.1", "0"], ["0.7", "0"]]


def test_ids_are_unique() -> None:
    seen: list[str] = []
    for node in walk(tree(moving())):
        if isinstance(node, list):
            if node[0] == "TRACKID":  # the track's own id a second time
                continue
            found = [w for w in node if re.fullmatch(r"\{[0-9A-F-]{36}\}", w)]
        else:
            found = [w for w in node.attrib if re.fullmatch(r"\{[0-9A-F-]{36}\}", w)]
        seen += found
    assert len(seen) == len(set(seen)) > 40


def test_a_volume_envelope_is_in_gain_and_pan_counts_from_the_right() -> None:
    horns = track(tree(moving()), 3)
    (volume,) = blocks(horns, "VOLENV2")
    assert [p[1] for p in words(volume, "PT")] == ["0.6", "0.9", "0.5"]
    assert only(volume, "VOLTYPE") == ["0"]
    (pan,) = blocks(horns, "PANENV2")
    assert [p[1] for p in words(pan, "PT")] == ["1", "-0.5"]  # -1 is left in the plan
    assert only(horns, "VOLPAN")[:2] == ["1", "0"]
    assert only(track(tree(moving()), 2), "VOLPAN")[:2] == ["1", "-0.5"]


def test_picture_markers_and_stems_keep_their_seconds() -> None:
    plan = built()
    project = tree(plan)
    assert only(project, "TIMELOCKMODE") == ["0"]
    assert only(project, "TEMPOENVLOCKMODE") == ["0"]
    for op, block in zip(ops(plan, TrackOp), blocks(project, "TRACK"), strict=True):
        base = "1" if op.kind == "part" else "0"
        assert only(block, "BEAT") == [base]
        assert all(only(item, "BEAT") == [base] for item in blocks(block, "ITEM"))


def test_a_stretched_picture_counts_its_offset_in_the_file() -> None:
    analysis = samples.analysis()
    part = replace(analysis.clip, whole=False, picture_start_s=5.0, lead_s=0.02, rate=0.96)
    item, *_ = blocks(track(tree(built(analysis=replace(analysis, clip=part))), 0), "ITEM")
    assert only(item, "SOFFS") == ["4.9808"]
    assert only(item, "PLAYRATE")[:2] == ["0.96", "1"]
    assert (only(item, "POSITION"), only(item, "LENGTH")) == (["0"], ["20"])
    stem, *_ = blocks(track(tree(built(analysis=replace(analysis, clip=part))), -1), "ITEM")
    assert only(stem, "PLAYRATE")[0] == "1"


def test_the_picture_is_silent_and_starts_where_its_first_frame_is() -> None:
    analysis = samples.analysis()
    late = replace(analysis, clip=replace(analysis.clip, picture_start_s=0.0333))
    (item,) = blocks(track(tree(built(analysis=late)), 0), "ITEM")
    assert only(item, "SOFFS") == ["0.0333"]
    (source,) = blocks(item, "SOURCE")
    assert source.attrib == ["VIDEO"]
    assert only(source, "AUDIO") == ["0"]
    assert only(source, "FILE") == ["../clip.mp4"]


def test_stems_are_named_by_the_plan() -> None:
    plan = built()
    sources = [
        blocks(item, "SOURCE")[0] for t in blocks(tree(plan), "TRACK") for item in blocks(t, "ITEM")
    ]
    files = [only(s, "FILE")[0] for s in sources if s.attrib == ["WAVE"]]
    assert files == [op.path for op in ops(plan, AudioItemOp)]


def test_render_settings() -> None:
    project = tree(built())
    assert only(project, "RENDER_PATTERN") == ["cue"]
    assert only(project, "RENDER_FMT") == ["0", "2", "48000"]
    assert only(project, "RENDER_RANGE") == ["0", "0", "20", "0", "0"]
    assert only(project, "SAMPLERATE") == ["48000", "1", "0"]
    assert blocks(project, "RENDER_CFG")[0].children == ["ZXZhdxgAAQ=="]
    assert only(project, "PROJOFFS") == ["3600", "0", "0"]


@pytest.mark.parametrize(
    ("num", "den", "drop", "expected"),
    [
        (24000, 1001, False, ["0", "-1", "24", "2"]),
        (24, 1, False, ["1", "-1", "24", "0"]),
        (25, 1, False, ["2", "-1", "25", "0"]),
        (30000, 1001, True, ["3", "-1", "30", "1"]),
        (30000, 1001, False, ["4", "-1", "30", "2"]),
        (60, 1, False, ["9", "-1", "60", "0"]),
        (12, 1, False, ["1", "-1", "12", "0"]),
    ],
)
def test_frame_rates(num: int, den: int, drop: bool, expected: list[str]) -> None:
    plan = built()
    project = replace(ops(plan, ProjectOp)[0], fps_num=num, fps_den=den, drop_frame=drop)
    changed = replace(plan, operations=(project, *plan.operations[1:]))
    assert only(tree(changed), "TIMEMODE")[1:5] == expected


def test_markers_and_regions() -> None:
    marks = words(tree(built()), "MARKER")
    assert marks[0][:4] == ["1", "0", "A theme", "1"]
    assert marks[1] == ["1", "8", "", "1"]
    assert marks[6][:5] == ["1", "8", "9 downbeat | cut 1", "0", str(0x1E8871E)]


@pytest.mark.parametrize(
    "name", ['A "b" c', "it's", "`tick`", "two\nlines", "<TRACK", ">", "|x", "", "naïve 音"]
)
def test_names_do_not_break_the_file(name: str) -> None:
    score = samples.score()
    score = replace(score, parts=(replace(score.parts[0], name=name), *score.parts[1:]))
    spot = replace(samples.spots()[0], name=name)
    project = tree(built(score=score, spots=(spot,), video_path=f"clips/{name}.mp4"))
    assert len(blocks(project, "TRACK")) == 10
    assert only(track(project, 2), "NAME") == [name.replace("\n", " ") or "First violins (14)"]
    assert words(project, "MARKER")[-1][2].endswith(name.replace("\n", " "))


def test_the_same_plan_gives_the_same_bytes() -> None:
    assert write_rpp(moving()) == write_rpp(moving())
    assert write_rpp(built()).startswith('<REAPER_PROJECT 0.1 "7.0/linux-x86_64" 0 0\n')
    assert write_rpp(built()).endswith("\n>\n")


@pytest.mark.parametrize("kind", [ProjectOp, TempoOp])
def test_a_plan_without_its_frame_is_refused(kind: type) -> None:
    plan = built()
    rest = tuple(op for op in plan.operations if not isinstance(op, kind))
    with pytest.raises(DawError, match=kind.__name__):
        write_rpp(replace(plan, operations=rest))
