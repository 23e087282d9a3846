"""Read what the actions say of themselves: ReaPack headers and toolbar.toml.

A header is the comment block at the top of a script; a line ``# @tag value`` opens a tag, lines
indented further continue it. ``toolbar.toml`` beside the scripts lists the buttons in their order::

    [[button]]
    script = "FilmComposer_Score.py"
    icon = "filmcomposer_score"    # file name without .png
    label = "Score the clip"       # the action's own name if left out
    key = "S"                      # offered with Ctrl+Alt+Shift; may be left out
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from installer.errors import SetupError

#: The folder below ``Scripts/`` that holds everything of ours.
FOLDER = "FilmComposer"
TOOLBAR = "toolbar.toml"
_TAG = re.compile(r"#[ \t]+@(\w+)(?:[ \t]+(.*?))?[ \t]*$")
_MORE = re.compile(r"#(?: {2,}|[ \t]*\t[ \t]*)(\S.*?)[ \t]*$")
#: REAPER hashes the upper-cased path; only ASCII has one upper case everywhere.
_FILE = re.compile(r"[A-Za-z0-9_-]+\.py")
_ICON = re.compile(r"[a-z0-9_]+")
_KEY = re.compile(r"[A-Z0-9]|F(?:[1-9]|1[0-9]|2[0-4])")
#: What ReaPack takes for a version that can be compared.
_VERSION = re.compile(r"\d+(?:\.\d+){0,3}(?:[a-z][a-z0-9.]*|-[a-z][a-z0-9.]*)?", re.IGNORECASE)
_BUTTON = {"script", "icon", "label", "key"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action of the action list.

    Parameters
    ----------
    file : str
        File name in ``reaper_scripts``.
    name : str
        What the action list shows.
    version, author, about, changelog : str
        From the header; the last two may be empty and may have several lines.
    icon : str
        Icon file name without ``.png``; empty if the toolbar has no button for the action.
    label : str
        The button's text; empty without a button.
    key : str or None
        Letter, digit or F-key that is offered as a shortcut.
    """

    file: str
    name: str
    version: str
    author: str
    about: str = ""
    changelog: str = ""
    icon: str = ""
    label: str = ""
    key: str | None = None

    @property
    def path(self) -> str:
        """The path below ``Scripts/`` as REAPER writes it."""
        return f"{FOLDER}/{self.file}"

    @property
    def command_id(self) -> str:
        """The id REAPER itself gives this script; with ``_`` before it, a command name."""
        return "RS" + hashlib.sha1(self.path.upper().encode()).hexdigest()


def read_header(text: str) -> dict[str, str]:
    """Return the tags of a script's header, first come first kept.

    Parameters
    ----------
    text : str
        The script.

    Returns
    -------
    dict
        Tag -> text. Continuation lines stand on lines of their own; a tag without text is "".
    """
    tags: dict[str, list[str]] = {}
    current: list[str] = []
    for line in text.removeprefix("\ufeff").splitlines():
        if not line.startswith("#"):
            if line.strip():
                break
            current = []
        elif tag := _TAG.match(line):
            current = [tag[2]] if tag[2] else []
            tags.setdefault(tag[1].lower(), current)
        elif more := _MORE.match(line):
            current.append(more[1])
        elif line.strip() == "#" and current:
            current.append("")
        else:
            current = []
    return {tag: "\n".join(lines).strip() for tag, lines in tags.items()}


def read_actions(scripts: Path) -> tuple[Action, ...]:
    """Return every action of a folder: the toolbar's in its order, then the rest by name.

    Parameters
    ----------
    scripts : Path
        The folder with the scripts and toolbar.toml. A script with ``@noindex`` is no action.

    Raises
    ------
    SetupError
        If a header lacks a tag, or toolbar.toml and the scripts do not fit together.
    """
    headers = {}
    for path in sorted(scripts.glob("*.py")):
        tags = read_header(_read(path))
        if "noindex" not in tags:
            headers[path.name] = tags
    if not headers:
        raise SetupError(f"{scripts} holds no action.", "Fetch the whole product again.")
    buttons = _read_buttons(scripts / TOOLBAR, headers)
    listed = [_action(scripts / file, headers[file], button) for file, button in buttons.items()]
    others = [_action(scripts / file, headers[file], {}) for file in headers.keys() - buttons]
    actions = (*listed, *sorted(others, key=lambda action: (action.name.lower(), action.file)))
    _check_unique(actions, scripts)
    return actions


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as exc:
        raise SetupError(f"{path} is not UTF-8.", "Save it as UTF-8.") from exc
    except OSError as exc:
        raise SetupError(f"{path} could not be read: {exc.strerror}.", "Is it there?") from exc


def _read_buttons(path: Path, headers: Mapping[str, object]) -> dict[str, dict[str, str]]:
    """Return the buttons by script, in the order of the file."""
    try:
        content = tomllib.loads(_read(path))
    except tomllib.TOMLDecodeError as exc:
        raise SetupError(f"{path} is not TOML: {exc}.", "Mend that line.") from exc
    entries: Any = content.get("button", [])
    if not isinstance(entries, list):
        raise SetupError(f"{path} has no list of buttons.", "Write each one under [[button]].")
    buttons: dict[str, dict[str, str]] = {}
    for number, entry in enumerate(entries, 1):
        where = f"{path}, button {number}"
        button = _check_button(entry, where)
        script = button["script"]
        if script not in headers:
            raise SetupError(f"{where} names {script}, which is no action.", "Mend the name.")
        if script in buttons:
            raise SetupError(f"{where} names {script} again.", "Take one of the two out.")
        buttons[script] = button
    return buttons


def _check_button(entry: Any, where: str) -> dict[str, str]:
    """Return a button if it has the right keys and values."""
    if not isinstance(entry, dict) or not all(isinstance(v, str) for v in entry.values()):
        raise SetupError(f"{where} holds something that is no text.", 'Write key = "value" lines.')
    if unknown := sorted(entry.keys() - _BUTTON):
        raise SetupError(f"{where} has an unknown key {unknown[0]}.", f"Known: {sorted(_BUTTON)}.")
    if missing := [key for key in ("script", "icon") if not entry.get(key)]:
        raise SetupError(f"{where} has no {missing[0]}.", f'Add {missing[0]} = "...".')
    if not _ICON.fullmatch(entry["icon"]):
        hint = "Use a file name of a-z, 0-9 and _ without .png."
        raise SetupError(f"{where} has the icon {entry['icon']!r}.", hint)
    if "key" in entry and not _KEY.fullmatch(entry["key"]):
        raise SetupError(f"{where} has the key {entry['key']!r}.", "Use A-Z, 0-9 or F1-F24.")
    if "label" in entry and not _one_line(entry["label"]):
        raise SetupError(f"{where} has the label {entry['label']!r}.", "Write one line of text.")
    return entry


def _one_line(text: str) -> bool:
    return bool(text) and text == text.strip() and text.isprintable()


def _action(path: Path, tags: Mapping[str, str], button: Mapping[str, str]) -> Action:
    """Return the action of one script."""
    for tag in ("description", "version", "author"):
        if not tags.get(tag):
            hint = f"Add a line '# @{tag} ...' to the comment at its top."
            raise SetupError(f"{path} has no @{tag} in its header.", hint)
    if not _FILE.fullmatch(path.name):
        raise SetupError(f"{path} is no name for an action.", "Use A-Z, a-z, 0-9, - and _ only.")
    if not _one_line(tags["description"]):
        raise SetupError(f"{path} has an @description of several lines.", "Write it in one line.")
    if not _VERSION.fullmatch(tags["version"]):
        hint = "Write numbers with points between them, such as 1.2.0."
        raise SetupError(f"{path} has the @version {tags['version']!r}.", hint)
    return Action(
        file=path.name,
        name=tags["description"],
        version=tags["version"],
        author=tags["author"],
        about=tags.get("about", ""),
        changelog=tags.get("changelog", ""),
        icon=button.get("icon", ""),
        label=button.get("label", tags["description"]) if button else "",
        key=button.get("key"),
    )


def _check_unique(actions: tuple[Action, ...], scripts: Path) -> None:
    """Refuse two actions that could not be told apart."""
    for what, values in (
        ("description", [action.name for action in actions]),
        ("file name but for case", [action.file.lower() for action in actions]),
        ("key", [action.key for action in actions if action.key]),
    ):
        twice = sorted({value for value in values if values.count(value) > 1})
        if twice:
            raise SetupError(
                f"Two actions in {scripts} have the same {what}, {twice[0]}.", "Change one of them."
            )
