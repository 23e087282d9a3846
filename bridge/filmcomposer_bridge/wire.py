"""JSON as it goes in and out of the bridge, and the shape of an error."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

MAX_DEPTH = 16
HEADERS = (
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
)


class RefusedError(Exception):
    """Refuse a request: status, and what the answer says."""

    def __init__(self, status: int, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.hint = status, code, message, hint


def encode(body: Any) -> bytes:
    """Return JSON text that any reader takes: no NaN, no half characters."""
    try:
        text = json.dumps(body, ensure_ascii=False, allow_nan=False)
    except ValueError:
        finite = json.loads(json.dumps(body), parse_constant=lambda _: None)
        text = json.dumps(finite, ensure_ascii=False)
    return text.encode("utf-8", "replace")


def fault_body(code: str, message: str, hint: str = "") -> dict[str, str]:
    """Return the body of an error answer."""
    return {"code": code, "message": message, "hint": hint}


def internal_fault() -> dict[str, str]:
    """Return the body for a fault of ours; the log has the rest."""
    message = "The bridge met a fault of its own while it answered."
    return fault_body("internal", message, "The details are in bridge.log.")


def refuse(status: int, code: str, message: str, hint: str = "") -> NoReturn:
    """Raise a refusal."""
    raise RefusedError(status, code, message, hint)


def check_json(body: bytes) -> None:
    """Refuse a body that is not JSON to the letter, or that readers could take in two ways.

    Raises
    ------
    RefusedError
        For broken UTF-8 or JSON, keys that stand twice, numbers that are not finite or too long,
        half characters, and nesting deeper than ``MAX_DEPTH``.
    """
    try:
        data = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_float=_finite,
        )
    except UnicodeDecodeError:
        _refuse_json("it is not UTF-8")
    except json.JSONDecodeError as exc:
        _refuse_json(f"line {exc.lineno}, column {exc.colno}: {exc.msg}")
    except RecursionError:
        _refuse_json("it is nested too deeply")
    except ValueError:
        _refuse_json("a number in it is too long")
    level = [data]
    for _ in range(MAX_DEPTH):
        if any(isinstance(part, str) and _is_half(part) for part in level):
            _refuse_json("it holds half of a character pair")
        level = [part for item in level for part in _parts(item)]
        if not level:
            return
    _refuse_json("it is nested too deeply")


def _parts(item: Any) -> list[Any]:
    if isinstance(item, dict):
        return [*item, *item.values()]
    return item if isinstance(item, list) else []


def _is_half(text: str) -> bool:
    return any(0xD800 <= ord(c) <= 0xDFFF for c in text)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        _refuse_json("a key in it stands twice")
    return found


def _no_constant(word: str) -> NoReturn:
    _refuse_json(f"{word} is not a JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        _refuse_json("a number in it is too large")
    return number


def _refuse_json(reason: str) -> NoReturn:
    refuse(400, "bad_json", f"The body cannot be read: {reason}.", "Send it as plain JSON.")
