"""The key of an endpoint: from the environment or the system's keyring, nowhere else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from filmcomposer_core.agents.settings import AgentSettings
from filmcomposer_core.errors import FilmComposerError, InputError, MissingDependencyError

#: Environment variables, the first one that is set counts.
KEY_VARIABLES = ("FILMCOMPOSER_AGENTS_KEY", "OPENAI_API_KEY")
KEYRING_SERVICE = "filmcomposer"
_PUBLIC_HOST = "openai.com"
#: What keyrings of all systems raise where there is none, or it stays locked.
_NO_KEYRING = (RuntimeError, OSError, ValueError, ImportError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key, which is never shown, and where it is from (``environment NAME``, ``keyring``)."""

    value: str = field(default="", repr=False)
    source: str = "none"


def read_key(settings: AgentSettings, environment: Mapping[str, str] = os.environ) -> str:
    """Return the key for the endpoint from the environment or the system's keyring, or ""."""
    return find_key(settings, environment).value


def find_key(settings: AgentSettings, environment: Mapping[str, str] = os.environ) -> Key:
    """Return the key for the endpoint and where it was found.

    The key of a public service in ``OPENAI_API_KEY`` is not sent to another host.

    Raises
    ------
    InputError
        If it holds signs that no key has.
    """
    own, public = KEY_VARIABLES
    host = urlsplit(settings.url).hostname or ""
    is_public = host == _PUBLIC_HOST or host.endswith(f".{_PUBLIC_HOST}")
    for name in (own, *([public] if is_public else [])):
        if environment.get(name, "").strip():
            value = environment[name].strip()
            return Key(value=checked(value, name), source=f"environment {name}")
    stored = _stored(settings)
    return Key(value=checked(stored, "The keyring"), source="keyring") if stored else Key()


def checked(value: str, where: str) -> str:
    """Return a key; refuse one that could not be sent, without repeating it.

    Raises
    ------
    InputError
        Naming where it was found.
    """
    if not value.isascii() or not value.isprintable() or " " in value:
        msg = f"{where}: the key holds blanks or signs that no key has."
        raise InputError(msg, "Copy it again, without quotes and line ends.")
    return value


def store_key(settings: AgentSettings, value: str) -> None:
    """Store the key of an endpoint in the system's keyring.

    Raises
    ------
    InputError
        If it is empty or cannot be one.
    FilmComposerError
        If there is no keyring.
    """
    if not value.strip():
        raise InputError("No key was given.", "Type or paste it at the prompt.")
    keyring, faults = _keyring()
    try:
        keyring.set_password(KEYRING_SERVICE, settings.host, checked(value.strip(), "The prompt"))
    except faults as exc:
        raise _locked() from exc


def delete_key(settings: AgentSettings) -> bool:
    """Delete the key of an endpoint from the system's keyring; False if there was none.

    Raises
    ------
    FilmComposerError
        If there is no keyring.
    """
    keyring, faults = _keyring()
    try:
        if keyring.get_password(KEYRING_SERVICE, settings.host) is None:
            return False
        keyring.delete_password(KEYRING_SERVICE, settings.host)
    except faults as exc:
        raise _locked() from exc
    return True


def _stored(settings: AgentSettings) -> str:
    try:
        keyring, faults = _keyring()
    except MissingDependencyError:
        return ""
    try:
        return (keyring.get_password(KEYRING_SERVICE, settings.host) or "").strip()
    except faults:
        return ""


def _keyring() -> tuple[Any, tuple[type[Exception], ...]]:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError as exc:
        raise MissingDependencyError(
            "The package keyring is not installed.",
            "Install the extra agents: pip install 'filmcomposer[agents]'; or set "
            f"{KEY_VARIABLES[0]}.",
        ) from exc
    return keyring, (KeyringError, *_NO_KEYRING)


def _locked() -> FilmComposerError:
    return FilmComposerError(
        "The system's keyring cannot be used: there is none, or it stays locked.",
        f"Unlock it, or set {KEY_VARIABLES[0]} instead.",
    )
