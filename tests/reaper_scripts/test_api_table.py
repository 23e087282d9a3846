"""The committed table of REAPER's functions, and our one folder of calls against it."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from tests.fakes.reaper.table import FILE, HOST_ONLY, functions
from tests.reaper_scripts.conftest import SCRIPTS
from tools.make_api_table import line

#: Of the SWS extension, which reapy adds where it is installed; called behind ``reaper.has``.
EXTENSION = ("SNM_", "BR_", "CF_")
ADAPTER = SCRIPTS / "lib" / "filmcomposer_reaper" / "adapter"


def calls(source: str) -> list[tuple[str, int]]:
    """Return every call of REAPER in a source, with its number of arguments.

    That is ``RPR_name(...)`` after whatever, ``rpr.name(...)`` and ``something.rpr.name(...)``.
    """
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        owner = getattr(node.func, "value", None)
        raw = getattr(owner, "attr", getattr(owner, "id", "")) == "rpr"
        if name.startswith("RPR_") or raw:
            assert not node.keywords, f"{name} takes no keywords"
            # How many a starred argument brings is seen when the call is made.
            starred = any(isinstance(a, ast.Starred) for a in node.args)
            found.append((name.removeprefix("RPR_"), -1 if starred else len(node.args)))
    return found


def touches_reapy(source: str) -> bool:
    """Whether a source reaches for reapy or the raw functions at all."""
    names = {getattr(n, "attr", getattr(n, "id", "")) for n in ast.walk(ast.parse(source))}
    return bool(names & {"rpr", "reapy", "reapy_boost"})


def test_the_table_is_whole_and_small() -> None:
    table = functions()
    assert len(table) == 723
    assert set(table) >= HOST_ONLY
    assert FILE.stat().st_size < 150_000
    since = {f.since for f in table.values()}
    assert since >= {(), (7, 62)}


@pytest.mark.parametrize(
    ("name", "returns", "arguments"),
    [  # by hand from REAPER's documentation
        ("ShowConsoleMsg", "void", ["cstring"]),
        ("GetTrack", "MediaTrack*", ["pointer", "value"]),
        ("TrackFX_GetParam", "double", ["pointer", "value", "value", "byref", "byref"]),
        ("GetSetMediaTrackInfo_String", "bool", ["pointer", "cstring", "buffer", "value"]),
        ("GetTrackName", "bool", ["pointer", "buffer", "value"]),
    ],
)
def test_known_functions(name: str, returns: str, arguments: list[str]) -> None:
    found = functions()[name]
    assert found.returns == returns
    assert [a.passing for a in found.arguments] == arguments


def entry(passing: str, *, out: bool, names: list[str] | None) -> dict[str, Any]:
    argument = {"name": "a", "type": "int*", "pass": passing, "out": out}
    made = {"ret": "void", "args": [argument], "seen_in": ["wrapper6.7x"], "since": "7.62 or later"}
    return made if names is None else {**made, "tuple": names}


def test_a_line_of_the_table() -> None:
    assert line("F", entry("byref", out=True, names=["a"])) == "F\tvoid\t7.62\tw\ta|int*|byref"


@pytest.mark.parametrize(
    ("passing", "out", "names"),
    [("byref", True, None), ("byref", True, ["retval", "a"]), ("byref", False, ["a"]),
     ("value", False, ["a"])],
)  # fmt: skip
def test_the_generator_refuses_what_breaks_its_rule(
    passing: str, out: bool, names: list[str] | None
) -> None:
    with pytest.raises(ValueError, match=r"^F: "):
        line("F", entry(passing, out=out, names=names))


def test_our_calls_exist_and_have_the_right_number_of_arguments() -> None:
    made = [call for path in ADAPTER.glob("*.py") for call in calls(path.read_text("utf-8"))]
    assert len(made) >= 7
    for name, count in made:
        if name.startswith(EXTENSION):
            continue
        assert name in functions(), f"REAPER has no {name}"
        assert count in (-1, len(functions()[name].arguments)), name


def test_reaper_is_called_in_one_folder_only() -> None:
    for path in SCRIPTS.rglob("*.py"):
        if "reapy_site" in path.parts or path.parent == ADAPTER:
            continue
        text = path.read_text("utf-8")
        found = calls(text)
        assert not touches_reapy(text), path
        if path.parent == SCRIPTS:  # the last resort of an action whose library is gone
            assert found == [("ShowConsoleMsg", 1)], path
        else:
            assert found == [], path
