from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_reaper.chunks.items import events, with_events
from filmcomposer_reaper.chunks.marks import marks, same
from filmcomposer_reaper.chunks.text import ChunkFault, plain, with_words, words
from filmcomposer_reaper.chunks.track import join, split_track
from tests.fakes.reaper.project import tree
from tests.reaper_scripts.laying import desk, session

PEERS = sorted((Path(__file__).parents[1] / "data").rglob("*.[Rr][Pp][Pp]"))

TRACK = """<TRACK {11111111-1111-1111-1111-111111111111}
  NAME "Violins I"
  VOLPAN 0.5 -0.25 -1 -1 1
  MUTESOLO 1 0 0
  SEL 0
  TRACKHEIGHT 0 0 0 0 0 0 0
  AUXRECV 3 0 0.5 0 0 0 0 0 0 -1:U 0 -1 ''
  <AUXVOLENV
    ACT 1 -1
    PT 0 1 0
  >
  MAINSEND 1 0
  <VOLENV2
    EGUID {22222222-2222-2222-2222-222222222222}
    ACT 1 -1
    VIS 1 1 1
    VOLTYPE 1
    PT 0 1 0
    PT 4 0.5 0
  >
  <FXCHAIN
    SHOW 0
    BYPASS 0 0 0
    <JS loser/3BandEQ ""
      0.000000 1 - -
    >
    FXID {33333333-3333-3333-3333-333333333333}
    <PARMENV 0 0 1 0.5
      PT 0 1 0
    >
    WAK 0 0
    BYPASS 1 0 0
    <CONTAINER Container ""
      BYPASS 0 0 0
      FXID {44444444-4444-4444-4444-444444444444}
    >
    FXID {55555555-5555-5555-5555-555555555555}
  >
  <ITEM
    POSITION 2
    LENGTH 4
    SEL 1
    IGUID {66666666-6666-6666-6666-666666666666}
    IID 7
    NAME one
    <SOURCE MIDI
      HASDATA 1 960 QN
      E 0 90 3c 50
      E 960 80 3c 00
      <X 0 0
        /wE=
      >
      E 0 b0 01 40
      E 960 b0 7b 00
      VELLANE 141 625 0
    >
  >
>
"""
ITEM = "{66666666-6666-6666-6666-666666666666}"


def test_the_pieces_of_a_track() -> None:
    found = [p.aspect for p in split_track(TRACK, lambda n: f"part {n}") if p.is_ours_to_judge]
    assert found == [
        "name",
        "fader",
        "mute",
        "send:part 3",
        "sendenv:part 3:AUXVOLENV",
        "main send",
        "env:VOLENV2",
        "fx:{33333333-3333-3333-3333-333333333333}",
        "fx:{55555555-5555-5555-5555-555555555555}",
        f"item:{ITEM}",
    ]


@pytest.mark.parametrize("text", [TRACK, TRACK.replace("\n", "\r\n"), re.sub("(?m)^ +", "", TRACK)])
def test_split_and_join_lose_nothing(text: str) -> None:
    assert join(split_track(text)) == text


def test_two_of_a_kind_are_told_apart() -> None:
    envelope = "<VOLENV2\nPT 0 1 0\n>\n"
    found = split_track(f"<TRACK\n{envelope}{envelope}>")
    assert [p.aspect for p in found if p.aspect] == ["env:VOLENV2", "env:VOLENV2#2"]


@pytest.mark.parametrize("text", ["", "<TRACK", TRACK[:400], "<ITEM\n>\n", ">", "NAME x"])
def test_what_is_cut_off_or_no_track_is_refused(text: str) -> None:
    with pytest.raises(ChunkFault):
        split_track(text)


line = st.sampled_from(
    ["NAME x", 'NAME "a > b"', "NAME >", "VOLPAN", "AUXRECV", "AUXRECV x", "SEL 1", "PT nan x",
     "E", "E 1", "E a b c", "e 10 90 zz", "TAKE", "TAKE SEL", "IGUID", "FXID", "BYPASS 0", "ACT",
     "POSITION x", "", "  ", "|<not a block", "MUTE", "\ud800", "<", "HASDATA 1 0", "LENGTH 1e999"]
)  # fmt: skip
tag = st.sampled_from(
    ["<ITEM", "<SOURCE MIDI", "<SOURCE WAVE", "<FXCHAIN", "<VOLENV2", "<AUXVOLENV", "<X 0 0",
     "<EXT", "<NOTES", "<VST", "<PARMENV 0", "<POOLEDENV"]
)  # fmt: skip
body = st.recursive(
    st.lists(line, max_size=4),
    lambda inner: st.lists(
        st.one_of(line.map(lambda x: [x]), st.tuples(tag, inner).map(lambda p: [p[0], *p[1], ">"])),
        max_size=5,
    ).map(lambda parts: [x for part in parts for x in part]),
    max_leaves=20,
)


@given(body)
def test_no_chunk_that_is_closed_is_lost_or_ends_in_a_crash(lines: list[str]) -> None:
    lines = [x for x in lines if x != "<"]
    text = "\n".join(["<TRACK {1}", *lines, ">", ""])
    found = split_track(text)
    assert join(found) == text
    assert set(marks(found)) >= {p.aspect for p in found if p.is_ours_to_judge}
    marks(found, lambda time: time * 2)


def test_real_projects_keep_every_character() -> None:
    count = 0
    for path in PEERS:
        for block in tree.parse(path.read_text("utf-8")).blocks("TRACK"):
            text = tree.dump(block)
            assert join(split_track(text)) == text
            count += 1
    assert count > 20


# --- marks ----------------------------------------------------------------------------------------


def marked(text: str) -> dict[str, str]:
    return marks(split_track(text))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("VOLPAN 0.5 -0.25 -1 -1 1", "VOLPAN 0.50000000000 -0.2500 -1.0 -1 1"),
        ("SEL 0", "SEL 1"),
        ("TRACKHEIGHT 0 0", "TRACKHEIGHT 90 1"),
        ("MUTESOLO 1 0 0", "MUTESOLO 1 2 0"),
        ("EGUID {2222", "EGUID {9999"),
        ("VIS 1 1 1", "VIS 0 0 1"),
        ("PT 4 0.5 0", "PT 4 0.5 0 0 1"),
        ("IID 7", "IID 8"),
        ("VELLANE 141 625 0", "VELLANE 1 2 3\n      CFGEDIT 1 2"),
        ("E 0 90 3c 50", "e 0 90 3C 50"),
        ("SHOW 0", "SHOW 1"),
        ("WAK 0 0", "FLOATPOS 1 2 3 4\n    WAK 0 0"),
        ("AUXRECV 3", "AUXRECV 4"),
        ("<ITEM\n", "<ITEM\n    <EXT\n      fc_cue x\n    >\n"),
        ("  ", " "),
    ],
)
def test_what_is_no_change_of_the_music_changes_no_mark(old: str, new: str) -> None:
    text = TRACK.replace(old, new)
    assert text != TRACK

    def sender(place: str) -> str:
        return "a"

    assert marks(split_track(text, sender)) == marks(split_track(TRACK, sender))


@pytest.mark.parametrize(
    ("old", "new", "aspects"),
    [
        ("Violins I", "Violins II", {"name"}),
        ("VOLPAN 0.5", "VOLPAN 0.4", {"fader"}),
        ("MUTESOLO 1", "MUTESOLO 0", {"mute"}),
        ("PT 4 0.5 0", "PT 4 0.6 0", {"env:VOLENV2"}),
        ("PT 4 0.5 0", "PT 4 0.5 1", {"env:VOLENV2"}),
        ("VOLTYPE 1", "VOLTYPE 0", {"env:VOLENV2"}),
        ("0.000000 1 -", "0.000000 2 -", {"fx:{33333333-3333-3333-3333-333333333333}"}),
        ("3 0 0.5", "3 0 0.6", {"send:3"}),
        ("POSITION 2", "POSITION 2.1", {f"item:{ITEM}"}),
        ("LENGTH 4", "LENGTH 4\nSOFFS 1", {f"item:{ITEM}"}),
        ("LENGTH 4", "LENGTH 4\nPLAYRATE 2", {f"item:{ITEM}"}),
        ("LENGTH 4", "LENGTH 4\nMUTE 1 0", {f"frame:{ITEM}"}),
        ("LENGTH 4", "LENGTH 4\nVOLPAN 0.5 0 1 -1", {f"frame:{ITEM}"}),
        ("LENGTH 4", "LENGTH 4\nFADEIN 1 0.5", {f"frame:{ITEM}"}),
        ("E 960 80 3c", "E 900 80 3c", {f"notes:{ITEM}:0", f"events:{ITEM}:0"}),
        ("E 0 b0 01 40", "E 0 b0 01 41", {f"events:{ITEM}:0"}),
        ("E 960 b0 7b 00", "E 961 b0 7b 00", {f"notes:{ITEM}:0"}),
        ("90 3c 50", "90 3c 51", {f"notes:{ITEM}:0"}),
        ("E 0 90", "Em 0 90", {f"notes:{ITEM}:0"}),
    ],
)
def test_what_is_one_changes_its_mark(old: str, new: str, aspects: set[str]) -> None:
    before, after = marked(TRACK), marked(TRACK.replace(old, new, 1))
    assert {a for a in {**before, **after} if before.get(a) != after.get(a)} == aspects


def test_in_beats_an_item_that_the_tempo_moved_is_the_same() -> None:
    moved = TRACK.replace("POSITION 2", "POSITION 1").replace("LENGTH 4", "LENGTH 2")
    moved = moved.replace("PT 4 0.5", "PT 2 0.5")
    slow, fast = marks(split_track(TRACK), lambda t: t), marks(split_track(moved), lambda t: 2 * t)
    for aspect in (f"item:{ITEM}", "env:VOLENV2"):
        assert same(slow[aspect], fast[aspect])
        assert slow[aspect] != fast[aspect]
    # An envelope that stayed in seconds is the same too.
    stayed = marks(split_track(TRACK), lambda t: 2 * t)
    assert same(slow["env:VOLENV2"], stayed["env:VOLENV2"])


# --- words and events -----------------------------------------------------------------------------


def test_words() -> None:
    assert words("""NAME "a 'b" 'c "d' `e"'f`""") == ["NAME", "a 'b", 'c "d', "e\"'f"]
    assert with_words("NAME old x", 'NAME "new one"', (1, 5)) == 'NAME "new one" x'
    assert [plain(w) for w in ("1.0", "-0.0000001", "x", "1e-3")] == ["1", "0", "x", "0.001"]


def source(*lines: str) -> list[str]:
    return ["<SOURCE MIDI", "HASDATA 1 960 QN", *lines, "IGNTEMPO 0 120 4 4", ">"]


def test_events_count_on_from_texts() -> None:
    found = events(source("E 10 90 3c 50", "<X 5 0", "/wE=", ">", "Em 5 80 3c 00", "E 1 b0 7b 00"))
    assert [(e.tick, e.status, e.muted) for e in found] == [
        (10, 0x90, False), (15, 0, False), (20, 0x80, True), (21, 0xB0, False),
    ]  # fmt: skip


def test_notes_of_one_source_and_controllers_of_another() -> None:
    notes = source("E 0 b0 01 10", "E 0 90 3c 50", "E 960 80 3c 00", "E 960 b0 7b 00")
    others = source("E 0 b0 01 20", "E 0 90 40 50", "<X 0 0 x", "/wE=", ">", "E 2000 b0 01 30",
                    "E 0 b0 7b 00")  # fmt: skip
    assert with_events(notes, others) == source(
        "E 0 b0 01 20", "<X 0 0 x", "/wE=", ">", "E 0 90 3c 50", "E 960 80 3c 00",
        "E 1040 b0 01 30", "E 0 b0 7b 00",
    )  # fmt: skip


def test_the_text_of_a_session_is_split_without_loss() -> None:
    for track in session().tracks:
        assert join(split_track(track.text)) == track.text


def test_a_chunk_beyond_4_mib_is_seen_to_be_cut() -> None:
    with desk() as d:
        d.r.InsertTrackAtIndex(0, False)
        track = d.r.GetTrack(0, 0)
        big = "\n".join(f"|{'x' * 120}" for _ in range(40_000))
        text = d.r.GetTrackStateChunk(track, "", 4194303, False)[2]
        d.r.SetTrackStateChunk(
            track, text.replace("MAINSEND", f"<NOTES\n{big}\n>\nMAINSEND"), False
        )
        with pytest.raises(ChunkFault, match="4 MiB"):
            split_track(d.r.GetTrackStateChunk(track, "", 4194303, False)[2])
