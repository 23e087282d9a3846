"""Where the language model is and what it may cost: ``agents.toml`` and the environment.

A key is never in the file: it comes from the environment or the system's keyring.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from filmcomposer_core.agents.budget import Caps, Price
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts._check import STRICT, in_range
from filmcomposer_core.errors import InputError

SETTINGS_FILE = "agents.toml"
#: Environment variables that go before the file, by field.
VARIABLES = {
    "url": "FILMCOMPOSER_AGENTS_URL",
    "model": "FILMCOMPOSER_AGENTS_MODEL",
    "vision_model": "FILMCOMPOSER_AGENTS_VISION_MODEL",
}
URL_VARIABLE, MODEL_VARIABLE, VISION_VARIABLE = VARIABLES.values()
_CURE = "Correct it; docs/agents.md tells what may stand there."
_KEY_WORDS = frozenset(["key", "api_key", "apikey", "token", "secret", "password"])


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSettings:
    """Everything in ``agents.toml``.

    ``url`` is the base address of an OpenAI-compatible endpoint (it usually ends in ``/v1``), empty
    = theory alone speaks. ``models`` names another model for a role; without ``vision_model`` no
    picture is sent. ``replies`` is the form of reply that the endpoint knows, ``auto`` finds out.
    ``thinking_tokens`` are added to the length of each reply, for models that think before they
    answer. ``timeout_s`` is the longest wait for a whole reply, ``retries`` how often a question is
    sent again where that may help, ``at_once`` how many are under way at a time. ``prices`` are by
    model, for a million tokens.
    """

    __pydantic_config__ = STRICT

    url: str = ""
    model: str = ""
    vision_model: str = ""
    models: dict[str, str] = field(default_factory=dict)
    replies: Literal["auto", "json_schema", "json_object", "text"] = "auto"
    temperature: float = 0.2
    thinking_tokens: int = 0
    timeout_s: float = 120.0
    retries: int = 2
    at_once: int = 4
    caps: Caps = field(default_factory=Caps)
    prices: dict[str, Price] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.url:
            _check_url(self.url)
            if not self.model:
                msg = "model is empty; name the model that the endpoint serves"
                raise ValueError(msg)
        in_range("temperature", self.temperature, 0.0, 2.0)
        in_range("thinking_tokens", self.thinking_tokens, 0, 100_000)
        in_range("timeout_s", self.timeout_s, 0.1, 3600.0)
        in_range("retries", self.retries, 0, 10)
        in_range("at_once", self.at_once, 1, 64)
        currencies = sorted({price.currency for price in self.prices.values()})
        if len(currencies) > 1:
            msg = f"prices are in {' and '.join(currencies)}; give all in one currency"
            raise ValueError(msg)

    @property
    def host(self) -> str:
        """Host and port of the endpoint, as the user is told where pictures and words go."""
        return urlsplit(self.url).netloc

    @property
    def is_local(self) -> bool:
        """Whether nothing leaves this machine."""
        return _is_local(_host_of(self.url))

    @property
    def is_near(self) -> bool:
        """Whether the endpoint is on this machine or in the local network: no proxy leads there."""
        return self.is_local or _is_private(_host_of(self.url))

    def model_of(self, role: str) -> str:
        """Return the model that speaks for a role."""
        return self.models.get(role, self.model)

    def models_named(self) -> tuple[str, ...]:
        """Return all models that are named, each once."""
        named = (self.model, *self.models.values(), self.vision_model)
        return tuple(dict.fromkeys(name for name in named if name))


def _host_of(url: str) -> str:
    return urlsplit(url).hostname or ""


def _check_url(url: str) -> None:
    """Refuse an address that cannot be asked, or would give something away; never repeat it."""
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        parts, named = urlsplit(""), False
    if parts.username or parts.password or parts.query or parts.fragment or "@" in url:
        msg = "url holds a name, password or question mark; keys belong into the keyring"
        raise ValueError(msg)
    if parts.scheme not in ("http", "https") or not named or not url.isprintable() or " " in url:
        msg = f"url is {url[:200]!r}, must begin with http:// or https:// and name a host"
        raise ValueError(msg)
    host = parts.hostname or ""
    if parts.scheme == "http" and not _is_local(host) and not _is_private(host):
        msg = f"url is {url!r}: without https a key and the pictures could be read on the way"
        raise ValueError(msg)


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _is_private(host: str) -> bool:
    """Whether an address is of the local network, where people run their own servers."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host.endswith((".local", ".lan", ".home.arpa", ".internal")) or "." not in host


def settings_file(environment: Mapping[str, str] = os.environ) -> Path:
    """Return where ``agents.toml`` lies, whether or not it is there."""
    from platformdirs import user_config_path

    given = environment.get("FILMCOMPOSER_CONFIG")
    folder = Path(given) if given else user_config_path("FilmComposer", appauthor=False)
    return folder / SETTINGS_FILE


def read_settings(
    environment: Mapping[str, str] = os.environ, *, given: Mapping[str, str] | None = None
) -> AgentSettings:
    """Read ``agents.toml``; the environment goes before it, and what is given before both.

    Parameters
    ----------
    environment : mapping of str to str
    given : mapping of str to str or None
        Fields given on the command line.

    Raises
    ------
    InputError
        Naming the file, or the variable, and the field.
    """
    path = settings_file(environment)
    data: dict[str, object] = {}
    where = "The environment"
    if path.is_file():
        where = str(path)
        try:
            text = path.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as exc:
            reason = exc.strerror if isinstance(exc, OSError) else "it is no UTF-8 text"
            raise InputError(f"{path} cannot be read: {reason}.", _CURE) from exc
        data = _parsed(text, where)
    changed = {name: environment[v] for name, v in VARIABLES.items() if v in environment}
    words = {name: value for name, value in (given or {}).items() if value}
    named = [VARIABLES[name] for name in changed if name not in words]
    named += [f"--{name.replace('_', '-')}" for name in words]
    changed |= words
    if changed:
        where = f"{f'{where}, ' if data else ''}{', '.join(named)}"
    try:
        return codec.build(AgentSettings, data | changed, where=where)
    except InputError as exc:
        raise InputError(exc.message.replace(": the file:", ":"), _CURE) from exc


def _parsed(text: str, where: str) -> dict[str, object]:
    try:
        data: dict[str, object] = codec.parse_toml(text, where=where)
    except InputError as exc:
        raise InputError(exc.message, _CURE) from exc
    for name in data:
        if name.lower().replace("-", "_") in _KEY_WORDS:
            msg = f"{where}: {name}: a key does not belong into a file."
            raise InputError(msg, "Delete it there; store it with: filmcomposer agents key set")
    return data
