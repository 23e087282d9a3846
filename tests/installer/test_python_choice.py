"""A Python that works is kept; another is taken only where there is need or it was asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from installer.python_choice import PythonChoice, choose_python
from installer.python_library import Library, Search, Setting

MINE = Library(folder=Path("/opt/py"), file="libpython3.13.so.1.0", version=(3, 13), arch="x86_64")
OLD = Library(folder=Path("/usr/lib"), file="libpython3.8.so.1.0", version=(3, 8), arch="x86_64")
FOUND = Library(folder=Path("/usr/lib"), file="libpython3.12.so.1", version=(3, 12), arch="x86_64")
FOUND_KEYS = (
    ("reascript", "1"),
    ("pythonlibpath64", str(Path("/usr/lib"))),
    ("pythonlibdll64", "libpython3.12.so.1"),
)
NONE = Search(library=None, notes=("A was passed over.",))


def chosen(state: str, library: Library | None, found: Search, *, replace: bool) -> PythonChoice:
    asked: list[str | None] = []

    def judge(data: bytes, arch: str | None) -> Setting:
        assert (data, arch) == (b"ini", "x86_64")
        return Setting(state=state, library=library, sentence="It is so.")

    def search(arch: str | None) -> Search:
        asked.append(arch)
        return found

    choice = choose_python(b"ini", "x86_64", replace=replace, judge=judge, search=search)
    assert asked in ([], ["x86_64"])
    return choice


@pytest.mark.parametrize(
    ("state", "library", "replace", "keys"),
    [
        ("working", MINE, False, ()),
        ("working", MINE, True, FOUND_KEYS),
        ("working", FOUND, True, ()),  # the best is what is set
        ("too_old", OLD, False, ()),
        ("too_old", OLD, True, FOUND_KEYS),
        ("unset", None, False, FOUND_KEYS),
        ("unset", MINE, False, (("reascript", "1"),)),  # only switched off
        ("unset", MINE, True, FOUND_KEYS),
        ("missing", None, False, FOUND_KEYS),
        ("wrong_arch", None, False, FOUND_KEYS),
    ],
)
def test_which_keys_are_set(
    state: str, library: Library | None, replace: bool, keys: tuple[tuple[str, str], ...]
) -> None:
    found = Search(library=FOUND, notes=())
    choice = chosen(state, library, found, replace=replace)
    assert choice.keys == keys
    if keys == FOUND_KEYS:
        assert choice.sentence == f"REAPER will use {FOUND.path} (Python 3.12)."
        replaced = ("It is so. That is replaced.",)
        assert choice.notes == (() if state == "unset" else replaced)


@pytest.mark.parametrize("state", ["unset", "missing", "wrong_arch"])
def test_without_any_library_the_rest_is_installed_and_the_way_to_one_named(state: str) -> None:
    choice = chosen(state, None, NONE, replace=False)
    assert choice.keys == ()
    assert choice.sentence == ("It is so. No other was found, so the actions cannot start yet.")
    assert choice.notes[0] == "A was passed over."
    assert "Install" in choice.notes[-1]


def test_one_that_works_is_never_given_up_for_none() -> None:
    choice = chosen("working", MINE, NONE, replace=True)
    assert (choice.keys, choice.sentence) == ((), "It is so.")


def test_one_too_old_is_kept_and_the_option_named() -> None:
    choice = chosen("too_old", OLD, Search(library=FOUND, notes=()), replace=False)
    assert "--replace-python" in choice.notes[0]
