from __future__ import annotations

import pytest
import rpp
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core.execution.rpp_text import color, guid, line, number, quoted


def read_back(text: str) -> str:
    child = rpp.loads(f"<A\n  {line('NAME', text)}\n>\n").children[0]
    assert isinstance(child, list)
    assert len(child) == 2
    return str(child[1])


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Violins", "Violins"),
        ("First violins", '"First violins"'),
        ("", '""'),
        ('say "ah"', "'say \"ah\"'"),
        ("""it's "it\"""", '`it\'s "it"`'),
        ("""a"b'c`d""", "`a\"b'c'd`"),
        ("two\nlines", '"two lines"'),
        ("#1", '"#1"'),
        ("<not a block", '"<not a block"'),
    ],
)
def test_quoting_by_hand(text: str, written: str) -> None:
    assert quoted(text) == written


@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=30))
def test_a_reader_gets_back_what_was_written(text: str) -> None:
    expected = text.replace("`", "'") if all(mark in text for mark in "\"'`") else text
    assert read_back(text) == expected


@given(st.text(st.sampled_from("ab \"'`\n\r\t\x0b\x1c\x85\u2028<>|#;"), max_size=20))
def test_no_text_breaks_the_line(text: str) -> None:
    back = read_back(text)
    assert back.replace(" ", "").replace("`", "'") == "".join(
        c for c in text.replace("`", "'") if c not in " \n\r\t\x0b\x1c\x85\u2028"
    )


@given(st.floats(-1e6, 1e6))
def test_numbers_are_plain_decimals(value: float) -> None:
    text = number(value)
    assert "e" not in text
    assert float(text) == pytest.approx(value, abs=1e-12)


def test_numbers_by_hand() -> None:
    assert [number(v) for v in (1, 0.5, -0.0, 1e-13, 3603.6)] == ["1", "0.5", "0", "0", "3603.6"]


def test_ids_depend_on_nothing_but_their_names() -> None:
    assert guid("track", "violins") == guid("track", "violins")
    assert guid("track", "violins") != guid("item", "violins")
    assert guid("track", "a") == "{9CDB230B-656F-50B6-8E4F-DD5204B1FE88}"


def test_colours() -> None:
    assert color("#D64045") == 0x1D64045
    assert color("") == 0
