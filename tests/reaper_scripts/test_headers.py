"""Every top-level script is an action with all that belongs to one."""

from __future__ import annotations

import string

import pytest

from filmcomposer_core import __version__
from installer.headers import Action, read_actions
from tests.reaper_scripts.conftest import SCRIPTS

ACTIONS = read_actions(SCRIPTS)


def test_every_script_is_an_action() -> None:
    assert {a.file for a in ACTIONS} == {path.name for path in SCRIPTS.glob("*.py")}
    assert {"FilmComposer_Bridge_status.py", "FilmComposer_Cancel.py"} <= {a.file for a in ACTIONS}


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.file)
def test_an_action_is_complete(action: Action) -> None:
    assert action.name.startswith("FilmComposer: ")
    assert action.file == f"{action.name.replace(': ', '_').replace(' ', '_')}.py"
    assert action.version == __version__
    assert action.author == "FilmComposer"
    assert len(action.about) > 40
    assert action.changelog
    assert action.icon == action.file.removesuffix(".py").lower()
    assert action.name == f"FilmComposer: {action.label}"
    assert action.key is not None
    assert action.key in string.ascii_uppercase
    for size in ("100", "150", "200"):
        assert (SCRIPTS / "icons" / size / f"{action.icon}.png").is_file()


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.file)
def test_an_action_has_its_module(action: Action) -> None:
    text = (SCRIPTS / action.file).read_text("utf-8")
    module = action.file.removeprefix("FilmComposer_").removesuffix(".py").lower()
    assert f'start("{module}", globals())' in text
    assert (SCRIPTS / "lib" / "filmcomposer_reaper" / "actions" / f"{module}.py").is_file()


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.file)
def test_what_looks_at_the_project_is_loaded_a_little_at_a_time(action: Action) -> None:
    from filmcomposer_reaper.bootstrap import SCORING

    module = action.file.removeprefix("FilmComposer_").removesuffix(".py").lower()
    text = (SCRIPTS / "lib" / "filmcomposer_reaper" / "actions" / f"{module}.py").read_text("utf-8")
    assert (module in SCORING) == ("filmcomposer_reaper.flow" in text)
