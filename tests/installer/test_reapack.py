"""index.xml against the rules that ReaPack's client applies (facts b5 and its source)."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installer.errors import SetupError
from installer.headers import Action
from installer.reapack import files_of, main, make_index

BASE = "https://example.org/film%20composer/v1.0.0/reaper_scripts"
TIME = "2025-01-31T12:00:00Z"
FILES = (
    "lib/filmcomposer_reaper/__init__.py",
    "icons/100/score.png",
    "icons/150/score.png",
    "icons/200/score.png",
)
#: Element -> required attributes, further attributes, children (+ one or more, ? at most one).
SCHEMA: dict[str, tuple[set[str], set[str], dict[str, str]]] = {
    "index": ({"version", "name"}, {"commit"}, {"category": "+", "metadata": "?"}),
    "category": ({"name"}, set(), {"reapack": "+"}),
    "reapack": ({"name", "type"}, {"desc"}, {"version": "+", "metadata": "?"}),
    "metadata": (set(), set(), {"description": "?", "link": "*"}),
    "description": (set(), set(), {}),
    "link": ({"rel"}, {"href"}, {}),
    "version": ({"name"}, {"author", "time"}, {"source": "+", "changelog": "?"}),
    "changelog": (set(), set(), {}),
    "source": (set(), {"main", "file", "type", "platform", "hash"}, {}),
}
SECTIONS = {"main", "midi_editor", "midi_inlineeditor", "midi_eventlisteditor", "mediaexplorer"}


def check(element: ET.Element) -> None:
    """Fail where an element breaks the schema."""
    required, further, children = SCHEMA[element.tag]
    assert required <= set(element.keys()) <= required | further, element.attrib
    names = [child.tag for child in element]
    assert set(names) <= set(children), names
    for child, count in children.items():
        low, high = {"+": (1, None), "?": (0, 1), "*": (0, None)}[count]
        assert names.count(child) >= low
        assert high is None or names.count(child) <= high
    if children:
        assert not (element.text or "").strip()
    for child in element:
        check(child)


def installed_path(index: ET.Element, category: str, source: ET.Element) -> str:
    """Where ReaPack puts a file."""
    file = source.get("file", "")
    assert ".." not in PurePosixPath(file).parts
    assert not file.startswith("/")
    if source.get("type", "script") == "data":
        return f"Data/{file}"
    return f"Scripts/{index.get('name')}/{category}/{file}"


def read(text: str) -> tuple[ET.Element, dict[str, ET.Element]]:
    """Check an index and return it with its sources by the path they are installed to."""
    index = ET.fromstring(text.encode())
    assert index.tag == "index"
    check(index)
    assert index.get("version") == "1"
    assert re.fullmatch(r'[^*\\:<>?/|"\x00-\x1f]{4,24}', index.get("name", ""))
    sources: dict[str, ET.Element] = {}
    for category in index.iter("category"):
        for package in category:
            assert package.get("type") == "script"
            for version in package.findall("version"):
                assert re.match(r"\d", version.get("name", ""))
                assert re.fullmatch(r"\d{4}(-\d\d){2}T\d\d(:\d\d){2}Z", version.get("time", ""))
                for source in version.findall("source"):
                    path = installed_path(index, category.get("name", ""), source)
                    assert path.lower() not in {other.lower() for other in sources}
                    sources[path] = source
                    address = urlsplit(source.text or "")
                    assert address.scheme == "https"
                    assert re.fullmatch(r"([A-Za-z0-9._~/-]|%[0-9A-Fa-f]{2})+", address.path)
                    assert set((source.get("main") or "main").split()) <= SECTIONS
    return index, sources


def action(file: str = "FilmComposer_Score.py", **more: str) -> Action:
    given = {"name": f"FilmComposer: {file}", "version": "1.0.0", "author": "A & B", **more}
    return Action(file=file, **given)


def make(*actions: Action, files: tuple[str, ...] = FILES, **more: str) -> str:
    given = {"name": "FilmComposer", "version": "1.0.0", "base_url": BASE, "time": TIME, **more}
    return make_index(actions or (action(),), files, **given)


def test_every_file_gets_to_its_place() -> None:
    _, sources = read(make(action(), action("FilmComposer_Spot.py")))
    base = "Scripts/FilmComposer/FilmComposer"
    assert list(sources) == [
        f"{base}/FilmComposer_Score.py",
        f"{base}/FilmComposer_Spot.py",
        "Data/toolbar_icons/score.png",
        "Data/toolbar_icons/150/score.png",
        "Data/toolbar_icons/200/score.png",
        f"{base}/lib/filmcomposer_reaper/__init__.py",
    ]
    assert [path for path, s in sources.items() if s.get("main")] == list(sources)[:2]
    texts = [source.text for source in sources.values()]
    assert texts[0] == f"{BASE}/FilmComposer_Score.py"
    assert texts[3] == f"{BASE}/icons/150/score.png"


def test_addresses_are_percent_encoded() -> None:
    _, sources = read(make(files=("lib/größe & 100%/a #1.py",)))
    address = list(sources.values())[-1].text or ""
    assert unquote(urlsplit(address).path) == (
        "/film composer/v1.0.0/reaper_scripts/lib/größe & 100%/a #1.py"
    )
    assert address.isascii()


def test_the_same_input_gives_the_same_text_whatever_the_order_of_files() -> None:
    assert make(files=FILES) == make(files=FILES[::-1]) == make(files=FILES, base_url=BASE + "/")


def test_about_is_rtf_and_the_changelog_plain_text_in_one_cdata_section_each() -> None:
    text = make(
        action(
            about="A {brace}, a \\ and 音𝄞.\nWrapped.\n\nSecond.\n- point",
            changelog="It's <new> & ]]> end",
        ),
        action("FilmComposer_Old.py", version="0.9.0", changelog="of another release"),
    )
    assert text.count("<![CDATA[") == text.count("]]>") == 2
    index, _ = read(text)
    about = index.findtext(".//description") or ""
    assert about.startswith("{\\rtf1\\ansi")
    assert about.isascii()
    assert "A \\{brace\\}, a \\\\ and \\u-26637?\\u-10188?\\u-8930?. Wrapped.\\par\n" in about
    assert "\nSecond.\\par\n- point\\par\n" in about
    plain = re.sub(r"\\[\\{}]", "", about)
    assert plain.count("{") == plain.count("}") == 6
    assert index.findtext(".//changelog") == (
        "FilmComposer: FilmComposer_Score.py: It's <new> & ]] > end"
    )
    assert index.find(".//version").get("author") == "A & B"  # type: ignore[union-attr]


def test_without_news_there_is_no_changelog() -> None:
    index, _ = read(make())
    assert index.find(".//changelog") is None


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_gives_xml_that_can_be_read(about: str, changelog: str) -> None:
    index, _ = read(make(action(about=about, changelog=changelog, author=about or "x")))
    assert (index.findtext(".//description") or "").isascii()


@pytest.mark.parametrize(
    ("more", "match"),
    [
        ({"base_url": "http://example.org/a"}, "is no https address"),
        ({"base_url": "example.org/a"}, "is no https address"),
        ({"base_url": "https:///a"}, "is no https address"),
        ({"base_url": ""}, "is no https address"),
        ({"base_url": "https://me:secret@example.org/a"}, "more than a host and a path"),
        ({"base_url": "https://example.org/a?b=c"}, "more than a host and a path"),
        ({"base_url": "https://example.org/a#b"}, "more than a host and a path"),
        ({"base_url": "https://example.org:x/a"}, "is no address"),
        ({"base_url": "https://example.org/a b"}, "characters that ReaPack refuses"),
        ({"name": "abc"}, "no repository named 'abc'"),
        ({"name": "a/bcd"}, "no repository named"),
        ({"name": ".abcd"}, "no repository named"),
        ({"time": "2025-01-31"}, "is no time"),
    ],
)
def test_what_reapack_refuses_is_refused(more: dict[str, str], match: str) -> None:
    with pytest.raises(SetupError, match=match):
        make(**more)


@pytest.mark.parametrize(
    "file",
    ["../a.py", "/a.py", "lib//a.py", "./a.py", "lib\\a.py", "", "lib/", "a.png", "icons/a.png",
     "icons/300/a.png", "FILMCOMPOSER_score.py"],
)  # fmt: skip
def test_files_that_have_no_place_are_refused(file: str) -> None:
    with pytest.raises(SetupError):
        make(files=(*FILES, file))
    with pytest.raises(SetupError, match="no action"):
        make_index((), FILES, name="FilmComposer", version="1", base_url=BASE, time=TIME)


def scripts(folder: Path) -> Path:
    for name, text in {
        "FilmComposer_Score.py": "# @description Score\n# @version 1.0\n# @author A\n",
        "toolbar.toml": "",
        "lib/a/b.py": "",
        "lib/a/__pycache__/b.py": "",
        "reapy_site/reapy/c.py": "",
        "icons/100/x.png": "",
        "icons/x.svg": "",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def test_files_of_a_folder(tmp_path: Path) -> None:
    assert files_of(scripts(tmp_path)) == ("icons/100/x.png", "lib/a/b.py")


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "index.xml"
    folder = scripts(tmp_path / "scripts")
    given = ["--scripts", str(folder), "--out", str(out)]
    assert main(["--url", BASE, "--time", TIME, *given]) == 0
    _, sources = read(out.read_bytes().decode())
    assert len(sources) == 3
    first = out.read_bytes()
    assert b"\r" not in first
    assert main(["--url", BASE, "--time", TIME, *given]) == 0
    assert out.read_bytes() == first
    assert main(["--url", "http://example.org", *given]) == 2
    assert "is no https address" in capsys.readouterr().err
    assert main(["--url", BASE, "--scripts", str(folder), "--out", str(tmp_path)]) == 2
    assert "could not be written" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(given)


def test_the_products_own_scripts_make_an_index() -> None:
    folder = Path(__file__).parents[2] / "reaper_scripts"
    out = make_index(
        [action(path.name) for path in sorted(folder.glob("*.py"))],
        files_of(folder),
        name="FilmComposer",
        version="1.0.0",
        base_url=BASE,
        time=TIME,
    )
    _, sources = read(out)
    icons = [path for path in sources if path.startswith("Data/")]
    assert len(icons) == 3 * len({PurePosixPath(path).name for path in icons})
