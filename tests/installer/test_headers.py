"""Headers of scripts and toolbar.toml, and what is said where they are wrong."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from installer.errors import SetupError
from installer.headers import Action, read_actions, read_header

HEADER = "# @description {name}\n# @version 1.0.0\n# @author A\n"


def make(folder: Path, toolbar: str = "", **scripts: str) -> Path:
    for stem, text in scripts.items():
        (folder / f"{stem}.py").write_text(text, "utf-8")
    (folder / "toolbar.toml").write_text(toolbar, "utf-8")
    return folder


def button(script: str, more: str = "") -> str:
    return f'[[button]]\nscript = "{script}.py"\nicon = "{script.lower()}"\n{more}\n'


def test_a_header_is_read_to_its_end() -> None:
    text = """\ufeff#!/usr/bin/env python3
# @description Score the clip: größer
# @version 1.2.0
# @author A. Composer
# @provides
# @about
#   First line,
#     second line.
#
#   After an empty line.
# a comment of its own
#   that no tag owns
# @changelog
#\tTabbed.

# @links after an empty line
import os
# @author somebody else
"""
    assert read_header(text) == {
        "description": "Score the clip: größer",
        "version": "1.2.0",
        "author": "A. Composer",
        "provides": "",
        "about": "First line,\nsecond line.\n\nAfter an empty line.",
        "changelog": "Tabbed.",
        "links": "after an empty line",
    }


def test_the_first_of_two_equal_tags_counts() -> None:
    assert read_header("# @version 1\n# @version 2\n#   3\n") == {"version": "1"}


def test_the_id_is_the_one_reaper_computes() -> None:
    """Facts b1: RS and the SHA-1 of the upper-cased path as the line has it."""
    action = Action(file="FilmComposer_Score.py", name="x", version="1", author="a")
    assert action.path == "FilmComposer/FilmComposer_Score.py"
    expected = hashlib.sha1(b"FILMCOMPOSER/FILMCOMPOSER_SCORE.PY").hexdigest()
    assert action.command_id == f"RS{expected}"


def test_an_id_of_a_public_script_comes_out_right() -> None:
    """A path and its id as they stand in a public reaper-kb.ini."""
    seen = "1ee379fd3b4fac44aa67935220b351735c3f7849"
    path = "Reapertips/Tuner/Reapertips_TunerBox.lua"
    assert hashlib.sha1(path.upper().encode()).hexdigest() == seen


def test_toolbar_order_then_names(tmp_path: Path) -> None:
    toolbar = button("C", 'label = "Größe"\nkey = "S"') + button("A")
    scripts = {
        name: HEADER.format(name=text)
        for name, text in {"A": "Alpha", "B": "delta", "C": "Charlie", "D": "Beta"}.items()
    }
    helper = "# @noindex\n"
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "no_action.py").write_text("", "utf-8")
    actions = read_actions(make(tmp_path, toolbar, **scripts, helper=helper))
    assert [(a.file, a.name, a.icon, a.label, a.key) for a in actions] == [
        ("C.py", "Charlie", "c", "Größe", "S"),
        ("A.py", "Alpha", "a", "Alpha", None),
        ("D.py", "Beta", "", "", None),
        ("B.py", "delta", "", "", None),
    ]


@pytest.mark.parametrize("tag", ["description", "version", "author"])
@pytest.mark.parametrize("text", ["", "# @{tag}\n"])
def test_a_missing_tag_is_named_with_its_file(tmp_path: Path, tag: str, text: str) -> None:
    lines = [line for line in HEADER.format(name="x").splitlines() if tag not in line]
    script = "\n".join([*lines, text.format(tag=tag)])
    with pytest.raises(SetupError, match=rf"A\.py has no @{tag} in its header") as caught:
        read_actions(make(tmp_path, A=script))
    assert f"# @{tag} ..." in caught.value.hint


@pytest.mark.parametrize(
    ("toolbar", "match"),
    [
        (button("B"), r"button 1 names B\.py, which is no action"),
        (button("A").replace("A.py", "lib/A.py"), "which is no action"),
        (button("A") + button("A"), r"button 2 names A\.py again"),
        ('[[button]]\nicon = "a"', "button 1 has no script"),
        ('[[button]]\nscript = "A.py"', "button 1 has no icon"),
        ('[[button]]\nscript = "A.py"\nicon = "a.png"', "has the icon 'a.png'"),
        ('[[button]]\nscript = "A.py"\nicon = 3', "holds something that is no text"),
        (button("A", 'colour = "red"'), "unknown key colour"),
        (button("A", 'key = "s"'), "has the key 's'"),
        (button("A", 'key = "F25"'), "has the key 'F25'"),
        (button("A", 'label = "two\\nlines"'), "has the label"),
        (button("A", 'label = ""'), "has the label"),
        ("[button]\nscript = 'A.py'", "no list of buttons"),
        ("button = [1]", "holds something that is no text"),
        ("[[button]", "is not TOML"),
    ],
)
def test_a_wrong_toolbar_file_is_told(tmp_path: Path, toolbar: str, match: str) -> None:
    with pytest.raises(SetupError, match=match):
        read_actions(make(tmp_path, toolbar, A=HEADER.format(name="x")))


def test_other_faults_are_told(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="holds no action"):
        read_actions(tmp_path)
    (tmp_path / "A.py").write_text(HEADER.format(name="x"), "utf-8")
    with pytest.raises(SetupError, match=r"toolbar\.toml could not be read"):
        read_actions(tmp_path)
    make(tmp_path, B=HEADER.format(name="x"))
    with pytest.raises(SetupError, match="same description, x"):
        read_actions(tmp_path)
    make(tmp_path, button("A", 'key = "S"') + button("B", 'key = "S"'), B=HEADER.format(name="y"))
    with pytest.raises(SetupError, match="same key, S"):
        read_actions(tmp_path)
    (tmp_path / "B.py").write_bytes(b"# @author Gr\xf6\xdfe\n")
    with pytest.raises(SetupError, match=r"B\.py is not UTF-8"):
        read_actions(tmp_path)


@pytest.mark.parametrize(
    ("stem", "old", "new", "match"),
    [
        ("Größe", "", "", "is no name for an action"),
        ("with space", "", "", "is no name for an action"),
        ("A", "1.0.0", "new", "has the @version 'new'"),
        ("A", "description x", "description\n#   x\n#   y", "several lines"),
    ],
)
def test_what_reaper_or_reapack_would_trip_over_is_told(
    tmp_path: Path, stem: str, old: str, new: str, match: str
) -> None:
    text = HEADER.format(name="x").replace(old, new) if old else HEADER.format(name="x")
    with pytest.raises(SetupError, match=match):
        read_actions(make(tmp_path, **{stem: text}))
