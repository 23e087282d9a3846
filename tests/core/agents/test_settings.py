"""Settings, key and cache: what is read, what is refused, what is never shown."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import keyring
import keyring.backend
import pytest

from filmcomposer_core.agents.budget import Price
from filmcomposer_core.agents.cache import Cached, question_hash
from filmcomposer_core.agents.contract import Ask, Message, Reply
from filmcomposer_core.agents.key import delete_key, find_key, store_key
from filmcomposer_core.agents.settings import AgentSettings, read_settings, settings_file
from filmcomposer_core.errors import FilmComposerError, InputError
from tests.core.agents.world import KEY

FILE = """
url = "https://api.openai.com/v1"
model = "large"
vision_model = "seeing"
[models]
Reviewer = "larger"
[caps]
calls = 10
money = 0.5
[prices.large]
tokens_in = 2.5
tokens_out = 10
"""


def environment(tmp_path: Path, text: str | None = None, **more: str) -> dict[str, str]:
    if text is not None:
        (tmp_path / "agents.toml").write_text(text, "utf-8")
    return {"FILMCOMPOSER_CONFIG": str(tmp_path)} | more


def test_without_anything_theory_speaks(tmp_path: Path) -> None:
    assert read_settings(environment(tmp_path)) == AgentSettings()


def test_the_whole_file(tmp_path: Path) -> None:
    found = read_settings(environment(tmp_path, "\ufeff" + FILE))
    assert (found.host, found.is_local, found.is_near) == ("api.openai.com", False, False)
    assert [found.model_of(role) for role in ("Mode", "Reviewer")] == ["large", "larger"]
    assert found.models_named() == ("large", "larger", "seeing")
    assert (found.caps.calls, found.caps.tokens, found.caps.money) == (10, 400_000, 0.5)
    assert found.prices == {"large": Price(tokens_in=2.5, tokens_out=10.0)}


def test_the_environment_goes_before_the_file_and_the_command_line_before_both(
    tmp_path: Path,
) -> None:
    variables = {
        "FILMCOMPOSER_AGENTS_URL": "http://127.0.0.1:11434/v1",
        "FILMCOMPOSER_AGENTS_MODEL": "qwen",
    }
    found = read_settings(environment(tmp_path, FILE, **variables))
    assert (found.url, found.model, found.is_local) == (
        "http://127.0.0.1:11434/v1", "qwen", True,
    )  # fmt: skip
    found = read_settings(environment(tmp_path, FILE, **variables), given={"model": "phi"})
    assert found.model == "phi"
    off = read_settings(environment(tmp_path, FILE, FILMCOMPOSER_AGENTS_URL=""))
    assert off.url == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("url = 3", "url: is 3, must be text"),
        ("url", "not valid TOML"),
        ('url = "http://localhost:1/v1"', "model is empty"),
        ('url = "localhost:11434"\nmodel = "m"', "must begin with http"),
        ('url = "https:///v1"\nmodel = "m"', "name a host"),
        ('url = "http://models.example/v1"\nmodel = "m"', "without https"),
        (f'url = "https://u:{KEY}@h.example"\nmodel = "m"', "url holds a name, password"),
        (f'url = "ftp://u:{KEY}@h.example"\nmodel = "m"', "url holds a name, password"),
        (f'url = "https://h.example/?key={KEY}"\nmodel = "m"', "question mark"),
        (f'key = "{KEY}"', "key: a key does not belong into a file"),
        (f'API-Key = "{KEY}"', "API-Key: a key does not belong into a file"),
        ('modell = "m"', "modell: there is no such field"),
        ("temperature = nan", "temperature is nan"),
        ("timeout_s = 0", "timeout_s is 0"),
        ("[caps]\ncalls = -1", "calls is -1"),
        ("[caps]\nmoney = inf", "money is inf"),
        ("[prices.a]\ntokens_in = -1\ntokens_out = 1", "tokens_in is -1"),
        (
            '[prices.a]\ntokens_in=1\ntokens_out=1\n[prices.b]\ntokens_in=1\ntokens_out=1\n'
            'currency = "EUR"',
            "prices are in EUR and USD",
        ),
        ('replies = "xml"', "replies"),
    ],
)  # fmt: skip
def test_a_fault_in_the_file_is_named_and_no_key_shown(
    text: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as fault:
        read_settings(environment(tmp_path, text))
    assert said in str(fault.value)
    assert str(tmp_path / "agents.toml") in str(fault.value)
    assert KEY not in f"{fault.value} {fault.value!r}"


def test_a_fault_in_the_environment_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="FILMCOMPOSER_AGENTS_URL: model is empty"):
        read_settings(environment(tmp_path, FILMCOMPOSER_AGENTS_URL="http://localhost/v1"))
    with pytest.raises(InputError, match="--url: model is empty"):
        read_settings(environment(tmp_path), given={"url": "http://localhost/v1"})
    (tmp_path / "agents.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="no UTF-8 text"):
        read_settings(environment(tmp_path))


@pytest.mark.parametrize(
    ("host", "near", "local"),
    [
        ("localhost", True, True),
        ("127.0.0.9", True, True),
        ("[::1]", True, True),
        ("192.168.1.7", True, False),
        ("studio.local", True, False),
        ("workstation", True, False),
        ("10.1.2.3", True, False),
    ],
)
def test_servers_nearby_may_go_without_tls(host: str, near: bool, local: bool) -> None:
    found = AgentSettings(url=f"http://{host}:1234/v1", model="m")
    assert (found.is_near, found.is_local) == (near, local)


def test_the_file_lies_in_the_users_configuration() -> None:
    assert settings_file({}).name == "agents.toml"
    assert "FilmComposer" in settings_file({}).parts


# -- keys -----------------------------------------------------------------------------------

OPENAI = AgentSettings(url="https://api.openai.com/v1", model="m")
OTHER = AgentSettings(url="https://openai.com.example/v1", model="m")


def test_the_key_of_a_public_service_goes_to_no_other_host() -> None:
    public = {"OPENAI_API_KEY": KEY}
    assert find_key(OPENAI, public).value == KEY
    assert find_key(OTHER, public).value == ""
    assert find_key(OTHER, public | {"FILMCOMPOSER_AGENTS_KEY": f" {KEY}\n"}).value == KEY
    assert KEY not in repr(find_key(OPENAI, public))


@pytest.mark.parametrize("bad", ["sk\nX-Evil: 1", "sk – 1", "“sk”", "a b"])
def test_a_key_that_cannot_be_one_is_refused_and_not_shown(bad: str) -> None:
    with pytest.raises(InputError) as fault:
        find_key(OPENAI, {"FILMCOMPOSER_AGENTS_KEY": f"{KEY}{bad}"})
    assert "FILMCOMPOSER_AGENTS_KEY: the key holds" in fault.value.message
    assert KEY not in str(fault.value)


class Memory(keyring.backend.KeyringBackend):
    """A keyring that forgets at the end of the test."""

    priority = 1.0

    def __init__(self, fault: Exception | None = None) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.fault = fault

    def _used(self) -> dict[tuple[str, str], str]:
        if self.fault:
            raise self.fault
        return self.kept

    def get_password(self, service: str, username: str) -> str | None:
        return self._used().get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._used()[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self._used()[service, username]


@pytest.fixture
def ring() -> object:
    before = keyring.get_keyring()
    memory = Memory()
    keyring.set_keyring(memory)
    yield memory
    keyring.set_keyring(before)


def test_a_key_is_kept_by_host(ring: Memory) -> None:
    store_key(OPENAI, f"{KEY}\n")
    assert (find_key(OPENAI, {}).value, find_key(OPENAI, {}).source) == (KEY, "keyring")
    assert find_key(OTHER, {}).value == ""
    assert delete_key(OPENAI)
    assert not delete_key(OPENAI)
    with pytest.raises(InputError, match="No key was given"):
        store_key(OPENAI, " \n")


@pytest.mark.parametrize("fault", [RuntimeError("x"), OSError("x"), keyring.errors.KeyringLocked()])
def test_a_keyring_that_stays_locked_is_no_key(ring: Memory, fault: Exception) -> None:
    ring.fault = fault
    assert find_key(OPENAI, {}).value == ""
    for act in (lambda: store_key(OPENAI, KEY), lambda: delete_key(OPENAI)):
        with pytest.raises(FilmComposerError, match="keyring cannot be used") as told:
            act()
        assert KEY not in str(told.value)


# -- cache ----------------------------------------------------------------------------------

ASK = Ask(
    name="Mode",
    messages=(Message(role="user", text="What mode?", images=(b"\xff\xd8picture",)),),
    schema={"type": "object"},
)


class Counting:
    """A model that counts how often it is asked."""

    name = "m"

    def __init__(self, text: str = "yes") -> None:
        self.text = text
        self.asked = 0

    async def ask(self, ask: Ask) -> Reply:
        self.asked += 1
        return Reply(text=self.text, model="m", tokens_in=5)


def answer(model: Counting, folder: Path, address: str = "a", ask: Ask = ASK) -> Reply:
    return asyncio.run(Cached(model, folder, address).ask(ask))


def test_a_question_is_paid_for_once(tmp_path: Path) -> None:
    model = Counting()
    assert answer(model, tmp_path).source == "model"
    assert (answer(model, tmp_path).text, answer(model, tmp_path).source) == ("yes", "cache")
    answer(model, tmp_path, address="b")
    assert model.asked == 2


@pytest.mark.parametrize(
    "other",
    [
        {"messages": (Message(role="system", text="What mode?", images=(b"\xff\xd8picture",)),)},
        {"messages": (Message(role="user", text="What mode!", images=(b"\xff\xd8picture",)),)},
        {"messages": (Message(role="user", text="What mode?", images=(b"\xff\xd8another",)),)},
        {"messages": (Message(role="user", text="What mode?"),)},
        {"schema": {"type": "array"}},
    ],
)
def test_another_question_is_another_question(other: dict[str, object]) -> None:
    from dataclasses import replace

    assert question_hash(replace(ASK, **other), "m") != question_hash(ASK, "m")  # type: ignore[arg-type]
    assert question_hash(ASK, "n") != question_hash(ASK, "m")
    assert question_hash(replace(ASK, form="json_schema", max_tokens=7), "m") == question_hash(
        ASK, "m"
    )


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"7", b'{"text": 3}', b'{"text": "evil"}', b'{"text": null, "question": 1}',
     b"\xff", b"[" * 100_000, b'{"question": "other", "text": "evil"}', b"x" * 9_000_000],
)  # fmt: skip
def test_a_file_that_is_damaged_or_of_another_question_is_not_believed(
    data: bytes, tmp_path: Path
) -> None:
    model = Counting()
    answer(model, tmp_path)
    (place,) = tmp_path.iterdir()
    place.write_bytes(data)
    assert answer(model, tmp_path).text == "yes"
    assert model.asked == 2
    assert answer(model, tmp_path).source == "cache"  # written anew


def test_pictures_and_questions_are_not_kept(tmp_path: Path) -> None:
    answer(Counting(), tmp_path)
    data = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"picture" not in data
    assert b"What mode" not in data


@pytest.mark.parametrize("kind", ["a file", "nothing to write"])
def test_a_cache_that_cannot_be_written_is_no_fault(kind: str, tmp_path: Path) -> None:
    place = tmp_path / "cache"
    place.write_text("x", "utf-8")
    folder = place if kind == "a file" else place / "deeper"
    assert answer(Counting(), folder).text == "yes"
    assert os.listdir(tmp_path) == ["cache"]


def test_empty_replies_are_not_kept(tmp_path: Path) -> None:
    answer(Counting(""), tmp_path)
    assert list(tmp_path.iterdir()) == []
