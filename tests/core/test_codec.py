"""What a user's file may hold that no reader of JSON or TOML foresaw."""

from __future__ import annotations

import pytest

from filmcomposer_core.contracts import codec
from filmcomposer_core.errors import InputError


@pytest.mark.parametrize("text", ["[" * 100_000, "9" * 5000, '{"a": ' * 50_000])
def test_json_beyond_measure_is_one_sentence(text: str) -> None:
    with pytest.raises(InputError, match=r"cue\.json: .*(nested too deeply|not valid JSON)"):
        codec.parse_json(text, where="cue.json")


@pytest.mark.parametrize("text", ["a = " + "[" * 100_000, "a = " + "9" * 5000])
def test_toml_beyond_measure_is_one_sentence(text: str) -> None:
    with pytest.raises(InputError, match=r"plan\.toml: .*(nested too deeply|not valid TOML)"):
        codec.parse_toml(text, where="plan.toml")
