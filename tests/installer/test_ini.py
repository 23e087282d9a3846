"""Laws of the lossless editor, and REAPER's files as they are."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from installer import ini
from installer.errors import SetupError
from tests.installer import samples

NAMES = st.sampled_from(["reascript", "ReaScript", "pythonlibdll64", "a b", "größe", "x", "_S&M"])
SECTIONS = st.sampled_from(["REAPER", "reaper", "Recent", "Floating toolbar 1", "größe"])
VALUES = st.text(
    st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\u2028\u2029"),
    max_size=12,
).map(lambda text: text.strip(" \t\r"))
LINES = st.one_of(
    SECTIONS.map(lambda name: f"[{name}]".encode()),
    st.tuples(NAMES, VALUES).map(lambda pair: f"{pair[0]}={pair[1]}".encode()),
    st.tuples(NAMES, VALUES).map(lambda pair: f"  {pair[0]} =\t{pair[1]}  ".encode()),
    st.sampled_from([b"", b"  ", b"; comment=1", b"# comment", b"no entry", b"gr\xf6\xdfe=\xff"]),
    st.binary(max_size=8).map(lambda raw: raw.replace(b"\n", b"")),
)


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A file of any lines and line ends, perhaps with a mark, perhaps cut short at its end."""
    end = st.sampled_from([b"\n", b"\r\n"])
    body = b"".join(line + draw(end) for line in draw(st.lists(LINES, max_size=12)))
    if draw(st.booleans()):
        body = body.removesuffix(b"\n").removesuffix(b"\r")
    mark = draw(st.sampled_from([b"", ini.BOM]))
    assume(not body.startswith((b"\xff\xfe", b"\xfe\xff", ini.BOM)))
    return mark + body


@given(files())
@example(b"a\r\r\nb\rc")
def test_taking_apart_and_putting_together_is_identity(data: bytes) -> None:
    assert ini.parse(data).joined() == data


@given(files(), SECTIONS, NAMES, VALUES)
def test_what_is_set_is_read_back(data: bytes, section: str, key: str, value: str) -> None:
    edited = ini.set_key(data, section, key, value)
    assert ini.get(edited, section, key) == value
    if section.isascii() and key.isascii():
        assert ini.get(edited, section.swapcase(), key.swapcase()) == value
    assert ini.set_key(edited, section, key, value) == edited


@given(files())
def test_setting_the_present_values_changes_nothing(data: bytes) -> None:
    for section, key, value in present(data):
        assert ini.set_key(data, section, key, value) == data


def present(data: bytes) -> list[tuple[str, str, str]]:
    """Every entry that REAPER would read and that we could have written."""
    found, section = [], ""
    for line in ini.parse(data).lines:
        section = line.header if line.header is not None else section
        key = line.entry[0] if line.entry else ""
        value = ini.get(data, section, key) if section and key else None
        if value is not None and section == section.strip() and not set(key + value) & {"\0", "\r"}:
            found.append((section, key, value))
    # Python's white space is more than an ini file's: a key may end in a vertical tab.
    return [e for e in found if e[1] == e[1].strip() and e[1] and "\0" not in e[0]]


@given(files(), SECTIONS, NAMES, VALUES)
@example(b"\r", "REAPER", "x", "1")
@example(b"[REAPER]\r", "REAPER", "x", "1")
def test_removing_a_new_key_gives_the_file_back(
    data: bytes, section: str, key: str, value: str
) -> None:
    assume(ini.get(data, section, key) is None)
    edited = ini.set_key(data, section, key, value)
    kept = ini.has_section(data, section)
    assert ini.remove_key(edited, section, key, keep_section=kept) == data


@given(files(), VALUES.filter(bool))
def test_setting_back_gives_the_file_back(data: bytes, value: str) -> None:
    for section, key, before in present(data):
        edited = ini.set_key(data, section, key, value)
        assert ini.set_key(edited, section, key, before) == data


@given(files(), SECTIONS, NAMES, VALUES)
def test_no_other_line_changes(data: bytes, section: str, key: str, value: str) -> None:
    """Before and behind the one place of the edit every byte stays, but for a missing line end."""
    edited = ini.set_key(data, section, key, value)
    before = [line.body for line in ini.parse(data).lines]
    after = [line.body for line in ini.parse(edited).lines]
    head = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), None)
    head = min(len(before), len(after)) if head is None else head
    tail = len(before) - head - (1 if len(after) == len(before) else 0)
    assert before[len(before) - tail :] == after[len(after) - tail :]
    assert 0 <= len(after) - len(before) <= 2
    gone = before[head : len(before) - tail]
    assert all(key.lower() in line.decode("utf-8", "replace").lower() for line in gone)
    assert edited.startswith(ini.BOM) == data.startswith(ini.BOM)


def test_the_first_of_two_counts() -> None:
    data = b"reascript=0\n[A]\nk=1\nk=2\n[B]\n[a]\nk=3\n"
    assert ini.get(data, "a", "K") == "1"
    assert ini.get(data, "B", "k") is None
    assert ini.get(data, "a", "reascript") is None
    assert ini.set_key(data, "A", "k", "9") == data.replace(b"k=1", b"k=9")
    assert ini.set_key(data, "b", "k", "9") == data.replace(b"[B]\n", b"[B]\nk=9\n")


def test_a_new_key_stands_before_the_empty_line_that_ends_its_section() -> None:
    assert ini.set_key(b"[A]\r\nx=1\r\n\r\n[B]\r\n", "a", "y", "2") == (
        b"[A]\r\nx=1\r\ny=2\r\n\r\n[B]\r\n"
    )


def test_spelling_and_spaces_of_a_present_key_stay() -> None:
    assert ini.set_key(b"[A]\n Key =\told  \n", "A", "KEY", "new") == b"[A]\n Key =\tnew  \n"
    assert ini.set_key(b"[A]\nkey=", "A", "key", "new") == b"[A]\nkey=new"


def test_a_comment_is_no_key() -> None:
    data = b"[A]\n;key=1\n"
    assert ini.get(data, "A", ";key") is None
    assert ini.get(ini.set_key(data, "A", "key", "2"), "A", "key") == "2"


@pytest.mark.parametrize(
    ("data", "newline", "expected"),
    [
        (b"", "\r\n", b"[A]\r\nk=v\r\n"),
        (b"", "\n", b"[A]\nk=v\n"),
        (ini.BOM, "\n", ini.BOM + b"[A]\nk=v\n"),
        (b"[B]", "\r\n", b"[B]\r\n[A]\r\nk=v"),
        (b"x\r\ny\r\nz\n", "\n", b"x\r\ny\r\nz\n[A]\r\nk=v\r\n"),
        (b"x\ny\nz\r\n", "\r\n", b"x\ny\nz\r\n[A]\nk=v\n"),
    ],
)
def test_new_lines_take_the_line_end_of_the_file(
    data: bytes, newline: str, expected: bytes
) -> None:
    assert ini.set_key(data, "A", "k", "v", newline=newline) == expected
    assert ini.remove_key(expected, "A", "k") == data


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("A", "k", "one\ntwo"),
        ("A", "k", "nul\0"),
        ("A", "k=1", "v"),
        ("A", "[k", "v"),
        ("A", ";k", "v"),
        ("A", "", "v"),
        ("A", " k", "v"),
        ("A]", "k", "v"),
        ("", "k", "v"),
        ("A\n", "k", "v"),
    ],
)
def test_what_would_be_read_back_as_something_else_is_refused(
    section: str, key: str, value: str
) -> None:
    with pytest.raises(ValueError, match="not a"):
        ini.set_key(b"", section, key, value)


def test_utf16_is_refused_in_a_sentence() -> None:
    with pytest.raises(SetupError, match="UTF-16"):
        ini.get("[REAPER]\r\nreascript=1\r\n".encode("utf-16"), "REAPER", "reascript")


def test_samples_are_read_as_reaper_reads_them() -> None:
    assert ini.get(samples.INI_WINDOWS, "reaper", "reascript") is None
    assert ini.get(samples.INI_LINUX, "REAPER", "pythonlibdll64") == "libpython3.12.so.1.0"
    assert ini.get(samples.INI_MACOS, "REAPER", "pythonlibpath64") == "/usr/lib"
    assert ini.get(samples.INI_WINDOWS, "REAPER", "LASTPROJECT") == (
        "C:\\Users\\Mara Größe\\Film\\cue=1.rpp"
    )
    for data in (samples.INI_WINDOWS, samples.INI_MACOS, samples.INI_LINUX, samples.INI_EMPTY):
        edited = ini.set_key(data, "REAPER", "reascript", "2")
        assert ini.get(edited, "verbconfig", "reascript") == ini.get(
            data, "verbconfig", "reascript"
        )
        assert abs(len(edited) - len(data)) <= len("[REAPER]\r\nreascript=2\r\n")
