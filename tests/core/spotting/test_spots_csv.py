from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_core.contracts.spots import HIT_CLASSES, KINDS, Spot
from filmcomposer_core.errors import InputError
from filmcomposer_core.spotting import dump_spots, parse_spots, with_timecodes
from filmcomposer_core.timecode import format_timecode
from tests import samples

HEADER = "id,time_s,frame,timecode,name,weight,kind,class,early_frames,late_frames,locked"
CLIP = samples.clip()
NTSC = replace(
    CLIP, fps_num=30000, fps_den=1001, frames=599, duration_s=599 * 1001 / 30000,
    start_timecode="00:00:59;20",
)  # fmt: skip


def _read(text: str, written: tuple[Spot, ...] = ()) -> tuple[Spot, ...]:
    return parse_spots(text, clip=CLIP, written=written, where="spots.csv")


def _rows(*rows: str) -> str:
    return "\n".join([HEADER, *rows]) + "\n"


def _spot(frame: int = 113, **changes: object) -> Spot:
    base = Spot(
        id=f"C{frame:04d}",
        time_s=round(frame / 24, 6),
        frame=frame,
        timecode=format_timecode(86400 + frame, fps=Fraction(24), drop=False),
        name="cut to shot 2",
        weight=8.5,
        kind="cut",
        hit_class="downbeat",
        early_frames=1,
        late_frames=1,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def _edited(old: str, new: str, **changes: object) -> Spot:
    spot = _spot(**changes)
    text = dump_spots((spot,))
    assert text.count(old) == 1
    return _read(text.replace(old, new), (spot,))[0]


spots = st.builds(
    lambda frame, name, weight, kind, hit_class, early, late, locked: _spot(
        frame, name=name, weight=weight, kind=kind, hit_class=hit_class,
        early_frames=early, late_frames=late, locked=locked,
    ),
    st.integers(0, 479),
    st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1),
    st.one_of(st.just("MUST"), st.floats(0, 10).map(lambda w: round(w, 3))),
    st.sampled_from(KINDS),
    st.sampled_from(HIT_CLASSES),
    st.integers(0, 9),
    st.integers(0, 9),
    st.booleans(),
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(spots, max_size=6, unique_by=lambda s: s.id))
def test_what_is_written_reads_back_the_same(some: list[Spot]) -> None:
    ordered = tuple(sorted(some, key=lambda s: (s.time_s, s.id)))
    text = dump_spots(ordered)
    assert _read(text, ordered) == ordered
    assert _read(text) == ordered
    assert dump_spots(_read(text)) == text


def test_the_text_is_plain() -> None:
    assert dump_spots((_spot(), _spot(240, weight="MUST", locked=True))) == _rows(
        "C0113,4.708333,113,01:00:04:17,cut to shot 2,8.5,cut,downbeat,1,1,false",
        "C0240,10.0,240,01:00:10:00,cut to shot 2,MUST,cut,downbeat,1,1,true",
    )
    assert dump_spots(()) == HEADER + "\n"
    assert _read(HEADER) == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [("4.708333", "5.0"), (",113,", ",120,"), ("01:00:04:17", "01:00:05:00")],
)
def test_the_time_cell_that_changed_rules(old: str, new: str) -> None:
    spot = _edited(old, new)
    assert (spot.time_s, spot.frame, spot.timecode) == (5.0, 120, "01:00:05:00")
    assert (spot.id, spot.name, spot.weight) == ("C0113", "cut to shot 2", 8.5)


def test_a_time_between_frames_is_kept() -> None:
    spot = _edited("4.708333", "5.013")
    assert (spot.time_s, spot.frame, spot.timecode) == (5.013, 120, "01:00:05:00")


def test_a_time_that_a_spreadsheet_rounded_is_no_change() -> None:
    assert _edited("4.708333", "4.71").time_s == 4.708333
    assert _edited("4.708333", "4.7083").time_s == 4.708333
    assert _edited("4.708333", "4.7").time_s == 4.708333
    # Rounded to a whole second it is another frame, so it counts as meant.
    assert _edited("4.708333", "5").frame == 120


def test_two_changed_cells_may_agree() -> None:
    spot = _edited("4.708333,113", "5.02,120")
    assert (spot.time_s, spot.frame) == (5.02, 120)


def test_two_changed_cells_that_differ_are_refused() -> None:
    with pytest.raises(InputError, match=r"spots\.csv row 2: time_s 5\.0 and frame 121"):
        _edited("4.708333,113", "5.0,121")
    with pytest.raises(InputError, match=r"row 2: frame 121 and timecode 01:00:05:00"):
        _edited("113,01:00:04:17", "121,01:00:05:00")


def test_emptied_time_cells_follow_the_others() -> None:
    spot = _edited("4.708333,113,01:00:04:17", ",120,")
    assert (spot.time_s, spot.timecode) == (5.0, "01:00:05:00")
    assert _edited("4.708333,113,01:00:04:17", ",,") == _spot()


@pytest.mark.parametrize("cells", [",5.0,,", ",,120,", ",,,01:00:05:00"])
def test_a_new_row_needs_only_one_time(cells: str) -> None:
    spot = _read(_rows(cells))[0]
    assert spot == Spot(
        id="U0120",
        time_s=5.0,
        frame=120,
        timecode="01:00:05:00",
        name="user hit",
        weight=7.0,
        kind="user",
        hit_class="beat",
        early_frames=1,
        late_frames=1,
    )


def test_a_new_row_without_time_is_refused() -> None:
    with pytest.raises(InputError, match=r"row 3: no time is given.*Fill in one of time_s"):
        _read(_rows(",5.0", "mine,,,,bang"))


def test_new_rows_belong_to_the_user_even_when_copied() -> None:
    spot = _spot()
    copied = "X,6.0,,,copied,3,cut,any,1,2,false"
    both = _read(dump_spots((spot,)) + copied + "\n", (spot,))
    assert [s.kind for s in both] == ["cut", "user"]
    assert (both[1].id, both[1].weight, both[1].late_frames) == ("X", 3.0, 2)


def test_tolerance_follows_the_weight() -> None:
    loose = _read(_rows(",5.0,,,,6.9,,,,,"))[0]
    assert (loose.early_frames, loose.late_frames) == (1, 2)
    assert _edited(",8.5,", ",5,").late_frames == 2
    assert _edited(",5,", ",must,", weight=5.0, late_frames=2).late_frames == 1
    # A tolerance that was set by hand stays.
    assert _edited(",5,", ",9,", weight=5.0, late_frames=6).late_frames == 6


def test_ids_that_are_made_stay_apart() -> None:
    ids = [s.id for s in _read(_rows(",5.0", ",5.0", "U0120-3,5.0", ",,120"))]
    assert sorted(ids) == ["U0120", "U0120-2", "U0120-3", "U0120-4"]


def test_rows_come_out_in_order_of_time() -> None:
    assert [s.time_s for s in _read(_rows(",9.0", ",1.0", ",5.0"))] == [1.0, 5.0, 9.0]


def test_a_row_deleted_by_the_user_is_gone() -> None:
    assert _read(_rows(), (_spot(),)) == ()


@pytest.mark.parametrize(
    "text",
    [
        '\ufeffid;time_s;name;weight\r\nA;4,5;"one; two";7,5\r\n\r\n',
        'sep=;\nid;time_s;name;weight\nA; 4,5 ;"one; two";"7,5"\n',
        'sep=,\nid,time_s,name,weight\nA,"4,5","one; two",7.5',
        "\nWeight\tNAME\tid\ttime_s\n7.5\tone; two\tA\t4.5\n",
        'weight,name,id,time_s,,\n7.5,"one;\n two",A,4.5,,\n',
    ],
)
def test_spreadsheets_and_editors_are_understood(text: str) -> None:
    spot = _read(text)[0]
    assert (spot.id, spot.time_s, spot.name, spot.weight) == ("A", 4.5, "one; two", 7.5)
    assert (spot.frame, spot.kind, spot.locked) == (108, "user", False)


@pytest.mark.parametrize(("cell", "locked"), [("true", True), ("x", True), ("0", False)])
def test_locked_is_read_as_people_write_it(cell: str, locked: bool) -> None:
    assert _read(f"time_s,locked\n1,{cell}\n")[0].locked is locked


def test_a_missing_column_keeps_what_was_written() -> None:
    spot = _spot(locked=True)
    assert _read("id,weight\nC0113,9\n", (spot,)) == (replace(spot, weight=9.0),)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("A,20.0", "time_s 20.0 lies after the end.*frame 479 at 01:00:19:23"),
        ("A,,480", "frame 480 lies after the end"),
        ("A,,,01:00:20:00", "timecode 01:00:20:00 lies after the end"),
        ("A,,,00:59:59:23", "lies before the clip, which starts at 01:00:00:00"),
        ("A,,,01:00:00;10", "does not exist at 24"),
        ("A,,,1:2:3", "not a timecode"),
        ("A,-0.1", "before the clip"),
        ("A,,-1", "before the clip"),
        ("A,soon", "time_s is 'soon'"),
        ("A,nan", "time_s is 'nan'"),
        ("A,inf", "time_s is 'inf'"),
        ("A,,1.5", "frame is '1.5'"),
        ("A,1,,,n,11", "weight is '11'.*0 to 10, or MUST"),
        ("A,1,,,n,-1", "weight is '-1'"),
        ("A,1,,,n,maybe", "weight is 'maybe'"),
        ("A,1,,,n,7,bang", "kind is 'bang'.*cut, motion, user"),
        ("A,1,,,n,7,user,upbeat", "class is 'upbeat'.*downbeat, beat, any, avoid"),
        ("A,1,,,n,7,user,beat,-1", "early_frames is '-1'"),
        ("A,1,,,n,7,user,beat,1,two", "late_frames is 'two'"),
        ("A,1,,,n,7,user,beat,1,1,perhaps", "locked is 'perhaps'"),
        ("A,1,,,n,7,user,beat,1,1,no,more", "12 cells under 11 columns"),
    ],
)
def test_faults_name_the_row_and_the_cure(row: str, fault: str) -> None:
    with pytest.raises(InputError, match=rf"spots\.csv row 3: .*{fault}") as caught:
        _read(_rows("B,2.0", row))
    assert caught.value.hint


def test_doubled_ids_are_refused() -> None:
    with pytest.raises(InputError, match="row 4: id A stands in row 2 already"):
        _read(_rows("A,1", "B,2", "A,3"))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "the file is empty"),
        ("\n\n", "the file is empty"),
        ("id,time,weight\n", "row 1: unknown column 'time'.*time_s"),
        ("id,time_s,id\n", "row 1: column 'id' stands there twice"),
        ("id,time_s\n\0", "row 2|not a readable CSV"),
    ],
)
def test_broken_tables_are_refused(text: str, fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        _read(text + ("x,\0\n" if "\0" in text else ""))


def _read_ntsc(text: str) -> Spot:
    return parse_spots(text, clip=NTSC, written=(), where="spots.csv")[0]


def test_drop_frame_timecode_counts_from_the_start() -> None:
    spot = _read_ntsc("timecode\n00:01:00;02\n")
    assert (spot.frame, spot.time_s) == (10, round(10 * 1001 / 30000, 6))
    assert _read_ntsc("frame\n10\n").timecode == "00:01:00;02"


def test_timecode_must_count_like_the_clip() -> None:
    with pytest.raises(InputError, match=r"00:00:59;20 drop frame.*Write ; before the frames"):
        _read_ntsc("timecode\n00:01:00:02\n")
    with pytest.raises(InputError, match="leaves out"):
        _read_ntsc("timecode\n00:01:00;01\n")


def test_timecode_may_pass_midnight() -> None:
    clip = replace(CLIP, start_timecode="23:59:55:00")
    spot = parse_spots("timecode\n00:00:05:00\n", clip=clip, written=(), where="spots.csv")[0]
    assert spot.time_s == 10.0


def test_true_timestamps_rule_in_a_variable_frame_rate() -> None:
    times = [0.0, 0.1, 0.5, 1.0, 2.0]
    clip = replace(CLIP, frames=5, duration_s=3.0, variable_frame_rate=True)

    def read(text: str) -> Spot:
        return parse_spots(text, clip=clip, written=(), where="s", frame_times=times)[0]

    assert read("frame\n3\n").time_s == 1.0
    assert read("time_s\n0.45\n").frame == 2
    assert read("time_s\n2.9\n").frame == 4
    assert read("timecode\n01:00:00:04\n").time_s == 2.0
    with pytest.raises(InputError, match="after the end"):
        read("frame\n5\n")


# -- a clip that starts elsewhere than when the table was written ---------------------------

MOVED = replace(CLIP, start_timecode="23:59:50:00")


def _read_moved(text: str, written: tuple[Spot, ...] = ()) -> tuple[Spot, ...]:
    return parse_spots(text, clip=MOVED, written=written, where="spots.csv")


@settings(max_examples=40, deadline=None)
@given(st.lists(spots, min_size=1, max_size=6, unique_by=lambda s: s.id))
def test_a_table_of_an_earlier_start_says_the_same_hits(some: list[Spot]) -> None:
    ordered = tuple(sorted(some, key=lambda s: (s.time_s, s.id)))
    text = dump_spots(ordered)
    # As it was written, with or without the knowledge of what that was.
    assert _read_moved(text) == ordered
    assert _read_moved(text, ordered) == ordered
    # And written by the new start while the one before is known.
    now = with_timecodes(ordered, clip=MOVED)
    assert with_timecodes(_read_moved(dump_spots(now), ordered), clip=MOVED) == now


@pytest.mark.parametrize(
    ("old", "new"),
    [("4.708333", "5.0"), (",113,", ",120,"), ("01:00:04:17", "01:00:05:00")],
)
@pytest.mark.parametrize("alone", [True, False])
def test_an_edit_of_an_earlier_table_is_read_by_its_own_start(
    old: str, new: str, alone: bool
) -> None:
    table = (_spot(),) if alone else (_spot(), _spot(300))
    (spot, *_) = _read_moved(dump_spots(table).replace(old, new), table)
    assert (spot.time_s, spot.frame) == (5.0, 120)
    (spot, *_) = with_timecodes((spot,), clip=MOVED)
    assert spot.timecode == "23:59:55:00"


def test_the_hint_of_an_earlier_table_names_its_own_timecode() -> None:
    with pytest.raises(InputError, match=r"timecode 00:59:00:00 lies before.* at 01:00:00:00"):
        _read_moved(
            dump_spots((_spot(), _spot(300))).replace("01:00:04:17", "00:59:00:00"),
            (_spot(), _spot(300)),
        )


@pytest.mark.parametrize("cells", [",,120,", ",,,01:00:05:00"])
def test_frames_stand_where_they_play_after_an_in_point_between_them(cells: str) -> None:
    clip = replace(CLIP, whole=False, lead_s=0.03)
    (spot,) = parse_spots(_rows(cells), clip=clip, written=(), where="spots.csv")
    assert (spot.time_s, spot.frame, spot.timecode) == (5.03, 120, "01:00:05:00")
    (again,) = parse_spots(_rows(",5.03,,"), clip=clip, written=(), where="spots.csv")
    assert again == spot
    (first,) = parse_spots(_rows(",0.0,,"), clip=clip, written=(), where="spots.csv")
    assert (first.time_s, first.frame) == (0.0, 0)
