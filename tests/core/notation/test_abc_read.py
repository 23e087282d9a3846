from __future__ import annotations

import pytest

from filmcomposer_core.errors import InputError
from filmcomposer_core.notation import abc_to_melody

HEAD = "X:1\nM:4/4\nL:1/4\nK:C\n"


def read(music: str, *, head: str = HEAD) -> list[tuple[float, float, int]]:
    notes = abc_to_melody(head + music + "\n", where="melody.abc").notes
    return [(note.beat, note.length, note.pitch) for note in notes]


def pitches(music: str, *, head: str = HEAD) -> list[int]:
    return [pitch for _, _, pitch in read(music, head=head)]


@pytest.mark.parametrize(
    ("music", "expected"),
    [
        ("C D E F|", [60, 62, 64, 65]),
        ("C, c c' c''|", [48, 72, 84, 96]),
        ("^F _B =B ^^C|", [66, 70, 71, 62]),
        ("^F F f F|F4|", [66, 66, 77, 66, 65]),
        ("[CEG]2 [c,E]2|", [67, 64]),
        ("{cd}C !trill!D .E ~F|", [60, 62, 64, 65]),
        ('"Am"A "^slowly"B (c d)|', [69, 71, 72, 74]),
        ("C2 D2 % a comment with E\n|", [60, 62]),
        ("[K:D]F C F C|", [66, 61, 66, 61]),
        ("A B \\\nc d|\nw: words are passed over\n", [69, 71, 72, 74]),
        ("y2 C4 $|", [60]),
    ],
)
def test_pitches(music: str, expected: list[int]) -> None:
    assert pitches(music) == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("C", [65, 71]),
        ("G", [66, 71]),
        ("Am", [65, 71]),
        ("Ddor", [65, 71]),
        ("Bb mixolydian", [65, 70]),
        ("F#", [66, 71]),
        ("Ebm clef=treble", [65, 70]),
        ("none", [65, 71]),
        ("D exp _B", [65, 70]),
        ("C ^f", [66, 71]),
        ("Hp", [66, 71]),
    ],
)
def test_keys(key: str, expected: list[int]) -> None:
    assert pitches("F2 B2|", head=f"X:1\nM:4/4\nL:1/4\nK:{key}\n") == expected


@pytest.mark.parametrize(
    ("music", "onsets"),
    [
        ("C2 D/ D/ E|", [0, 2, 2.5, 3]),
        ("C3/2 D// D1/4 E2|", [0, 1.5, 1.75, 2]),
        ("C>D E<F|", [0, 1.5, 2, 2.5]),
        ("C>>D E2|", [0, 1.75, 2]),
        ("(3CDE F2|", [0, 2 / 3, 4 / 3, 2]),
        ("z2 x C|", [3]),
        ("Z2|C4|", [8]),
        ("C2-C2|D4|", [0, 4]),
        ("C4-|C4|", [0]),
        ("(3:2:2C2D E2|", [0, 4 / 3, 2]),
    ],
)
def test_lengths(music: str, onsets: list[float]) -> None:
    assert [beat for beat, _, _ in read(music)] == pytest.approx(onsets)


def test_an_accidental_goes_with_a_tie_over_the_bar_line() -> None:
    assert read("^F4-|F2 F2|") == [(0.0, 6.0, 66), (6.0, 2.0, 65)]


@pytest.mark.parametrize(
    ("music", "expected"),
    [
        ("|:C4:|D4|]", [60, 60, 62]),
        ("C4:|D4|]", [60, 60, 62]),
        ("C4|:D4:|", [60, 62, 62]),
        ("|:C4|1 D4:|2 E4|]", [60, 62, 60, 64]),
        ("|:C4|[1 D4:|[2 E4||F4:|", [60, 62, 60, 64, 65, 65]),
        ("|:C4::D4:|", [60, 60, 62, 62]),
        ("|:C4|1,2 D4:|3 E4|]", [60, 62, 60, 62, 60, 64]),
    ],
)
def test_repeats_are_written_out(music: str, expected: list[int]) -> None:
    assert pitches(music) == expected


def test_an_upbeat_ends_at_bar_two() -> None:
    assert [beat for beat, _, _ in read("G|c4|d4|")] == [3.0, 4.0, 8.0]


def test_a_bar_parted_by_a_repeat_sign_is_one_bar() -> None:
    onsets = [beat for beat, _, _ in read("|:G|c2 d:|A|B4|]")]
    assert onsets == [3.0, 4.0, 6.0, 7.0, 8.0, 10.0, 11.0, 12.0]


def test_metre_changes_move_the_bar_lines() -> None:
    assert [b for b, _, _ in read("C4|[M:3/4]D3|[M:7/8][L:1/8]E7|F7|")] == [0.0, 4.0, 7.0, 10.5]


def test_windows_line_ends_and_a_byte_order_mark_are_read() -> None:
    text = "\ufeffX:1\r\nM:4/4\r\nL:1/4\r\nQ:1/4=200\r\nK:C\r\nC4|\r\n"
    assert abc_to_melody(text, where="melody.abc").notes[0].length == 4.0


def test_without_metre_nothing_is_counted() -> None:
    assert [b for b, _, _ in read("C|D2 E|", head="X:1\nL:1/4\nK:C\n")] == [0.0, 1.0, 3.0]


@pytest.mark.parametrize(
    ("music", "place", "fault"),
    [
        ("C2 D2|E2 ? F|", "line 5, column 10", r"'\?' is not understood"),
        ("C4|D5|", "line 5, column 4", r"bar 2 holds 5 of 4 beats of 1/4"),
        ("C4|D3|E4|", "line 5, column 4", r"bar 2 holds 3 of 4 beats of 1/4"),
        ("C2-D2|", "line 5, column 1", "a tie to another pitch"),
        ("C4-|", "line 5, column 1", "a tie that leads nowhere"),
        ("-C4|", "line 5, column 1", "a tie without a note"),
        ("C4>|", "line 5, column 4", "broken rhythm"),
        (">C4|", "line 5, column 1", "needs a note before"),
        ("C2/0 D2|", "line 5, column 1", "is not a length"),
        ("C4 & E4|", "line 5, column 4", "second voice"),
        ('"Am C4|', "line 5, column 1", "closing quote"),
        ("{C C4|", "line 5, column 1", "closing brace"),
        ("C4|\nV:2\nD4|", "line 6, column 1", "^"),
        ("C4|[K:H]D4|", "line 5, column 4", "'H' is not a key"),
        ("C4|[M:4/5]D4|", "line 5, column 4", "is not a metre"),
        ("|:C4|1 D4:|", "line 5, column 5", "no ending 2"),
        ("|::C4::|", "line 5, column 1", "more than twice"),
        ("C''''''''''|", "line 5, column 1", "outside MIDI"),
        ("m:~g2 = {a}g2\nC4|", "line 5, column 1", "macros"),
        ("X:2\nK:C\nC4|", "line 5, column 1", "second tune"),
    ],
)
def test_faults_name_their_place(music: str, place: str, fault: str) -> None:
    text = ("V:1\n" if "V:2" in music else "") + HEAD
    if "V:2" in music:
        place = "line 7, column 1"
    with pytest.raises(InputError, match=fault) as caught:
        abc_to_melody(text + music + "\n", where="melody.abc")
    assert caught.value.message.startswith(f"melody.abc: {place}: ")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "no K: field"),
        ("X:1\nT:only a title\n", "no K: field"),
        ("C D E F|\n", "music before the key"),
        ("X:1\nM:4/4\nP:AABB\nK:C\nC4|\n", "order of parts"),
        ("X:1\nM:4/4\nK:C octave=-1\nC4|\n", "octave=-1"),
        ("X:1\nM:4/4\nK:C clef=treble-8\nC4|\n", "treble-8"),
        ("X:1\nM:4/4\nL:1/x\nK:C\nC4|\n", "not a note length"),
        ("X:1\nM:4/4\nK:Cfoo\nC4|\n", "'foo' is not a mode"),
        ("X:1\nM:none\nK:C\nZ4|\n", "whole bars needs a metre"),
    ],
)
def test_bad_headers(text: str, fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        abc_to_melody(text, where="melody.abc")
