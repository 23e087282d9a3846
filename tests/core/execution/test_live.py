"""A plan laid into an open project means what it means as ``cue.rpp``, elsewhere."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import pytest
import rpp
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_core.catalogue import catalogue
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.daw_plan import DawPlan, MidiItemOp, RegionOp, TempoOp, TrackOp
from filmcomposer_core.contracts.scheme import FxScheme
from filmcomposer_core.contracts.session import Session
from filmcomposer_core.execution import write_rpp
from filmcomposer_core.execution.mixing import FAMILY_COLORS
from filmcomposer_core.execution.rpp_midi import midi_source
from filmcomposer_core.execution.rpp_place import Placement
from tests import samples
from tests.core.execution.cases import built, ops, scheme_with
from tests.core.execution.live_cases import (
    FOLDER,
    GUID,
    guids,
    laid,
    shown,
    stems_of,
    track_of,
    tree_of,
    whole,
)
from tests.core.execution.test_rpp import moving
from tests.fakes.reaper.project.tree import Block, parse

TIMED = ("POSITION", "PT")
HOSTILE = "Do\"or's`\n>\r<TRACK\u2028end"


def meaning(block: Block, names: list[str], *, anchor_s: float = 0.0) -> list[list[object]]:
    """Return what a track says, whatever its ids, its place and the order of the project."""
    found: list[list[object]] = []
    for words in shown(block):
        said: list[object] = [GUID.sub("{}", word) for word in words]
        said = [round(float(w), 9) if _is_number(w) else w for w in said]
        at = next((i + 1 for i, w in enumerate(words) if w in TIMED), None)
        if at is not None:
            said[at] = round(float(words[at]) - anchor_s, 9)
        if "AUXRECV" in words:
            at = words.index("AUXRECV") + 1
            said[at] = names[int(words[at])]
        if "FILE" in words or "NAME" in words:
            said[-1] = words[-1].removeprefix(f"{FOLDER}/").removesuffix(": Door")
        found.append(said)
    return found


def _is_number(word: object) -> bool:
    try:
        float(str(word))
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("plan", [built(), moving()], ids=["steady", "moving"])
@pytest.mark.parametrize("anchor_s", [0.0, 100.0, 4321.123456])
def test_live_and_in_a_file_a_plan_means_the_same(plan: DawPlan, anchor_s: float) -> None:
    session = laid(whole(plan), anchor_s=anchor_s)
    live = {t.id: t for t in session.tracks}
    live_names = [t.name.removesuffix(": Door") for t in session.tracks]
    written = parse(write_rpp(plan)).blocks("TRACK")
    names = [block.read("NAME", 1) for block in written]
    planned = [op.id for op in ops(plan, TrackOp)]
    assert [t.id for t in session.tracks] == ["@theme", *planned[1:]]  # all but the picture
    for name, block in zip(planned[1:], written[1:], strict=True):
        ours = meaning(parse(live[name].text), live_names, anchor_s=anchor_s)
        theirs = meaning(block, names)
        assert ours == theirs


def test_another_anchor_moves_items_and_envelope_points_and_nothing_else() -> None:
    here, there = laid(whole(moving())), laid(whole(moving()), anchor_s=100.0)
    moved = set()
    for one, other in zip(here.tracks, there.tracks, strict=True):
        assert replace(one, text="") == replace(other, text="")
        lines, others = one.text.split("\n"), other.text.split("\n")
        for line, shifted in zip(lines, others, strict=True):
            key, *words = line.split(" ")
            if key in TIMED:
                assert float(shifted.split(" ")[1]) == pytest.approx(float(words[0]) + 100.0)
                assert shifted.split(" ")[2:] == words[1:]
                moved.add(key)
            else:
                assert shifted == line
    assert moved == {*TIMED}
    later = [m.time_s - n.time_s for m, n in zip(there.markers, here.markers, strict=True)]
    later += [m.start_s - n.start_s for m, n in zip(there.regions, here.regions, strict=True)]
    later += [m.end_s - n.end_s for m, n in zip(there.regions, here.regions, strict=True)]
    later += [m.time_s - n.time_s for m, n in zip(there.tempo, here.tempo, strict=True)]
    assert later == pytest.approx([100.0] * len(later))
    assert there.beats == here.beats == ops(moving(), TempoOp)[0].points


def test_two_cues_share_no_id_and_none_stands_twice() -> None:
    one, other = guids(laid(whole(moving()))), guids(laid(whole(moving()), cue_id="ffffffff"))
    assert len(one) == len(set(one)) > 40
    assert len(one) == len(other)
    assert not set(one) & set(other)
    assert guids(laid(whole(moving()))) == one
    pools = [line for t in laid().tracks for line in t.text.split("\n") if "POOLEDEVTS" in line]
    assert len(pools) == 6  # three parts, three themes
    assert len(pools) == len(set(pools))


def test_other_notes_are_another_pool() -> None:
    """What REAPER shares between pooled copies: a user's copy of an item keeps what it plays."""
    item = ops(moving(), MidiItemOp)[0]
    other = replace(item, notes=item.notes[1:])

    def pool(of: MidiItemOp) -> str:
        made = midi_source(of, ident=item.track, place=Placement())
        return next(text for text in made if text.strip().startswith("POOLEDEVTS"))

    assert pool(item) == pool(item) != pool(other)


def test_every_track_is_one_block_for_both_readers_and_has_no_indent() -> None:
    for track in laid(whole(moving()), anchor_s=3.5).tracks:
        assert not [line for line in track.text.split("\n") if line != line.strip()]
        element = rpp.loads(track.text)
        assert element.tag == "TRACK"
        block = parse(track.text)
        assert block.read("NAME", 1) == track.name
        assert GUID.fullmatch(block.words()[1])
        assert block.read("TRACKID", 1) == block.words()[1]


def test_receives_count_in_the_order_of_the_session() -> None:
    session = laid(whole(moving()))
    names = [t.id for t in session.tracks]
    sources = [int(line.word(1)) for line in tree_of(session, "@reverb").lines("AUXRECV")]
    assert [names[n] for n in sources] == ["violins", "horns", "basses"]
    alone = laid(whole(moving(), candidates=()))
    sources = [int(line.word(1)) for line in tree_of(alone, "@reverb").lines("AUXRECV")]
    assert [[t.id for t in alone.tracks][n] for n in sources] == ["violins", "horns", "basses"]


def test_folders_are_named_after_the_clip_and_close_again() -> None:
    session = laid()
    named = {t.id: t.name for t in session.tracks}
    assert named["@cue"] == "FilmComposer cue: Door"
    assert named["@reverb"] == "Reverb: Door"
    assert named["@stems"] == "FilmComposer printed stems: Door"
    assert named["violins"] == "Violins"
    steps = [int(parse(t.text).read("ISBUS", 2)) for t in session.tracks]
    assert sum(steps) == 0
    assert min(sum(steps[: n + 1]) for n in range(len(steps))) == 0
    assert {t.parent for t in session.tracks} == {"", "@cue", "@stems"}


def test_a_folder_that_its_user_has_named_keeps_the_name() -> None:
    def renamed(op: object) -> object:
        return replace(op, name="My cue") if getattr(op, "id", "") == "@cue" else op  # type: ignore[type-var]

    plan = built()
    plan = replace(plan, operations=tuple(map(renamed, plan.operations)))  # type: ignore[arg-type]
    assert track_of(laid(whole(plan)), "@cue").name == "My cue"


@pytest.mark.parametrize(
    ("system", "folder", "stem", "reverb", "synth"),
    [
        (
            "windows",
            "D:\\Films\\My cue",
            "D:\\Films\\My cue\\stems\\01_violins.wav",
            "reaverbate.dll",
            "reasynth.dll",
        ),
        (
            "windows",
            "\\\\server\\films\\cue",
            "\\\\server\\films\\cue\\stems\\01_violins.wav",
            "reaverbate.dll",
            "reasynth.dll",
        ),
        (
            "darwin",
            "/Users/b c/cue",
            "/Users/b c/cue/stems/01_violins.wav",
            "reaverbate.vst.dylib",
            "reasynth.vst.dylib",
        ),
        (
            "linux",
            '/films/a "b" cue',
            '/films/a "b" cue/stems/01_violins.wav',
            "reaverbate.vst.so",
            "reasynth.vst.so",
        ),
    ],
)
def test_paths_and_plugins_are_those_of_the_system(
    system: str, folder: str, stem: str, reverb: str, synth: str
) -> None:
    session = laid(whole(folder=folder), system=system)
    item = tree_of(session, "stem/violins").blocks("ITEM")[0]
    (source,) = [b for b in item.walk() if isinstance(b, Block) and b.key == "SOURCE"]
    assert source.words() == ["SOURCE", "WAVE"]
    assert source.read("FILE", 1) == stem
    for name, file in (("@reverb", reverb), ("@theme", synth)):
        (chain,) = tree_of(session, name).blocks("FXCHAIN")
        (plugin,) = chain.blocks("VST")
        assert plugin.word(2) == file


def test_colours_have_the_order_of_bytes_of_the_system() -> None:
    # #3F6C8F, and bit 24 for "a colour is set".
    for system, value in (("linux", 0x13F6C8F), ("darwin", 0x13F6C8F), ("windows", 0x18F6C3F)):
        session = laid(system=system)
        assert tree_of(session, "@cue").read("PEAKCOL", 1) == str(value)
        assert tree_of(session, "stem/violins").read("PEAKCOL", 1) == "16576"


def test_parts_have_the_colour_of_their_family() -> None:
    found = {
        part: int(tree_of(laid(), part).read("PEAKCOL", 1))
        for part in ("violins", "horns", "basses")
    }
    assert found["violins"] == found["basses"] == 0x1A8846A
    assert found["horns"] == 0x1B8A060
    assert {*FAMILY_COLORS} == {each.family for each in catalogue().values()}


def test_a_stem_is_called_as_its_part_unless_it_was_renamed_itself() -> None:
    def renamed(**names: str) -> DawPlan:
        ops_ = (
            replace(op, name=names.get(op.id.replace("/", "_"), op.name))
            if isinstance(op, TrackOp)
            else op
            for op in built().operations
        )
        return replace(built(), operations=tuple(ops_))

    plan = renamed(violins="Fiddles", horns="Cors", stem_horns="My horns")
    names = {t.id: t.name for t in laid(whole(plan)).tracks}
    assert (names["violins"], names["stem/violins"]) == ("Fiddles", "Fiddles")
    assert (names["horns"], names["stem/horns"]) == ("Cors", "My horns")
    assert names["stem/basses"] == names["basses"]
    assert write_rpp(plan).count("NAME Fiddles") == 2


def test_stems_are_laid_as_far_as_their_files_are_there() -> None:
    files = stems_of(built())
    without = laid(whole(stems={}))
    assert not [t for t in without.tracks if t.kind == "stem" or t.id == "@stems"]
    assert sum(int(parse(t.text).read("ISBUS", 2)) for t in without.tracks) == 0
    del files["stems/02_horns.wav"]
    some = laid(whole(stems=files))
    assert [t.id for t in some.tracks if t.kind == "stem"] == ["stem/violins", "stem/basses"]
    assert track_of(some, "@stems").kind == "folder"
    parts = [t.id for t in without.tracks if t.kind == "part"]
    assert parts == ["violins", "horns", "basses"]


def test_stems_go_by_the_name_that_the_project_is_given() -> None:
    name = "stems/02_horns.wav"
    session = laid(whole(stems=stems_of(built()) | {name: "reaper/stems/02_horns-0123.wav"}))
    text = track_of(session, "stem/horns").text
    assert f'"{FOLDER}/reaper/stems/02_horns-0123.wav"' in text
    assert name not in text


def test_the_picture_is_not_laid_again() -> None:
    for track in laid().tracks:
        assert "VIDEO" not in track.text
        assert track.kind in {"theme", "folder", "part", "bus", "stem"}


def test_hostile_names_stay_words_of_their_lines() -> None:
    score = samples.score()
    parts = tuple(replace(part, name=HOSTILE) for part in score.parts)
    spots = tuple(replace(spot, name=HOSTILE) for spot in samples.spots())
    plan = built(score=replace(score, parts=parts), spots=spots)
    session = laid(whole(plan, title=HOSTILE, folder=f"/films/{HOSTILE[:4]}"))
    plain = laid(whole(title=HOSTILE[:2]))
    assert [t.text.count("\n") for t in session.tracks] == [
        t.text.count("\n") for t in plain.tracks
    ]
    for track in session.tracks:
        assert parse(track.text).read("NAME", 1) == track.name
        assert rpp.loads(track.text).tag == "TRACK"
    assert track_of(session, "violins").name == "Do\"or's' > <TRACK end"
    for text in (session.title, *(m.name for m in session.markers)):
        assert "\n" not in text
        assert "\u2028" not in text


@settings(max_examples=60, deadline=None)
@given(title=st.text(max_size=30), anchor_s=st.floats(0.0, 80000.0))
def test_any_title_anywhere_gives_tracks_that_can_be_read(title: str, anchor_s: float) -> None:
    session = laid(whole(title=title), anchor_s=anchor_s)
    for track in session.tracks:
        block = parse(track.text)
        assert block.read("NAME", 1) == track.name
        for item in block.blocks("ITEM"):
            assert item.read_number("POSITION", 1) >= anchor_s - 1e-6


def test_a_kept_tempo_map_is_not_written_again() -> None:
    ours, kept = laid(anchor_s=7.0), laid(whole(keeps_tempo=True), anchor_s=7.0)
    assert kept.tempo == ()
    assert kept.beats == ours.beats == samples.tempo_plan().map.points
    assert [p.time_s for p in ours.tempo] == [7.0]
    assert [t.text for t in kept.tracks] == [t.text for t in ours.tracks]


def test_markers_and_regions_by_hand() -> None:
    session = laid(anchor_s=100.0)
    first = session.markers[0]
    assert (first.id, first.time_s, first.name) == ("S001", 108.0, "9 downbeat | cut 1")
    assert (first.hit_class, first.early_frames, first.late_frames) == ("downbeat", 1, 1)
    assert session.markers[2].late_frames == 2
    assert [(r.start_s, r.end_s) for r in session.regions] == [
        (100.0, 108.0),
        (108.0, 116.0),
        (116.0, 120.0),
    ]
    assert (session.fps_num, session.fps_den, session.length_s) == (24, 1, 20.0)


def test_before_the_build_markers_and_regions_are_what_the_build_will_make() -> None:
    early, late = laid(whole(daw_plan=None), anchor_s=9.0), laid(anchor_s=9.0)
    assert (early.markers, early.regions, early.beats) == (late.markers, late.regions, late.beats)
    assert len(ops(built(), RegionOp)) == len(early.regions) == 3


STEPS = ("spots", "tempo", "plan", "candidates", "daw_plan", "stems")
EMPTY = {"spots": (), "tempo": None, "plan": None, "candidates": (), "daw_plan": None}
HELD = ("markers", "maps", "regions", "theme", "tracks")


def reached(steps: int) -> Session:
    """Return the session of a cue that has come only so far."""
    missing = {name: EMPTY.get(name, frozenset()) for name in STEPS[steps:]}
    return laid(whole(**missing))


def test_each_step_adds_what_it_makes() -> None:
    sessions = [reached(steps) for steps in range(len(STEPS) + 1)]
    held = [{name for name in HELD if getattr(s, name)} for s in sessions]
    assert held == [
        set(),
        {"markers"},
        {"markers", "maps"},
        {"markers", "maps", "regions"},
        {*HELD},
        {*HELD},
        {*HELD},
    ]
    assert [bool(s.beats) for s in sessions] == [False, False, *[True] * 5]
    assert [s.chosen for s in sessions] == [0, 0, 1, 1, 1, 1, 1]
    kinds = [{t.kind for t in s.tracks} for s in sessions[4:]]
    assert kinds[0] == {"theme"}
    assert kinds[1] == {"theme", "folder", "part", "bus"}
    assert kinds[2] == {"theme", "folder", "part", "bus", "stem"}
    for before, after in pairwise(sessions[1:]):
        assert before.markers == after.markers


def test_a_session_survives_its_file() -> None:
    plan = built(
        scheme=scheme_with("horns", fx=FxScheme(parameter="lowpass_hz", value={"measure1": 900.0}))
    )
    session = laid(whole(plan), anchor_s=12.5)
    text = codec.dump_json(session)
    again = codec.build(Session, json.loads(text), where="session.json")
    assert codec.dump_json(again) == text
    assert again.tracks == session.tracks
