"""Read the JSON object of a reply, with prose, fences or small faults around and in it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

#: A longer text is no answer to any of our questions; a longer word of a reply is cut.
MOST_CHARS = 200_000
MOST_WORD_CHARS = 4000
_MOST_OBJECTS = 40
_MOST_DEPTH = 64
_MOST_DIGITS = 15
#: Where an object begins: not every brace in prose does.
_START = re.compile(r"\{(?=\s*[\"'}])")
_MARKS = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],"]', re.DOTALL)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_BLANK = {True: " ", False: ""}
_END_OF_THOUGHTS = "</think>"
NO_OBJECT = "there is no JSON object in the reply"
CUT_OFF = "the reply ends in the middle of its JSON object; answer shorter"


def read_json(text: str, keys: Collection[str] = ()) -> tuple[dict[str, Any] | None, str]:
    """Find the JSON object of a reply.

    Parameters
    ----------
    text : str
        What the model wrote.
    keys : collection of str
        Names of the fields that are asked for: of several objects the one with most of them counts,
        the last of those; without, the last.

    Returns
    -------
    tuple
        The object, or None; and what is wrong with it, or "". An object that was cut off, or says a
        thing twice in different words, comes without what is in doubt, and with the fault.
    """
    if len(text) > MOST_CHARS:
        return None, f"the reply is {len(text)} characters long; answer shorter"
    thought, mark, answer = text.rpartition(_END_OF_THOUGHTS)
    found, fault = _best(answer, keys)
    if found is None and mark:
        found, _ = _best(thought, keys)
        fault = "" if found is not None else fault
    return found, fault


def _best(text: str, keys: Collection[str]) -> tuple[dict[str, Any] | None, str]:
    best: tuple[int, dict[str, Any], str] | None = None
    fault, place = NO_OBJECT, 0
    for _ in range(_MOST_OBJECTS):
        begin = _START.search(text, place)
        if begin is None:
            break
        extent = _extent_of(text, begin.start())
        data, found_fault = _loaded(text[begin.start() : extent.end], extent)
        if data is None:
            fault = found_fault
        else:
            data = _unwrapped(data, keys)
            score = len(set(data) & set(keys))
            if score or not keys:
                found = (score, data, found_fault)
                best = found if best is None or score >= best[0] else best
            else:
                fault = f"the object has none of the fields {', '.join(list(keys)[:12])}"
        if extent.closers:
            break
        place = extent.end
    return (None, fault) if best is None else (best[1], best[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Extent:
    """How far an object goes; ``closers`` are the brackets that are missing at its end."""

    end: int
    depth: int
    closers: str = ""


def _extent_of(text: str, start: int) -> _Extent:
    """Follow the brackets of an object to its end, or to the last comma before it was cut."""
    open_: list[str] = []
    deepest = 0
    safe = (start + 1, "}")
    for mark in _MARKS.finditer(text, start):
        sign = mark[0]
        if sign in "{[":
            open_.append("}" if sign == "{" else "]")
            deepest = max(deepest, len(open_))
        elif sign in "}]":
            open_.pop()
            if not open_:
                return _Extent(end=mark.end(), depth=deepest)
        elif sign == ",":
            safe = (mark.start(), "".join(reversed(open_)))
        elif sign == '"':  # a word that never ends
            break
    return _Extent(end=safe[0], depth=deepest, closers=safe[1])


def _loaded(text: str, extent: _Extent) -> tuple[dict[str, Any] | None, str]:
    if extent.depth > _MOST_DEPTH:
        return None, "the reply is nested too deeply"
    reader = _Reader()
    fault = ""
    for candidate in (text, _TRAILING_COMMA.sub(r"\1", text)):
        try:
            found = reader.decoder.decode(candidate + extent.closers)
        except json.JSONDecodeError as exc:
            fault = fault or f"not valid JSON: {exc.msg} at character {exc.pos} of the object"
        except (_NotANumberError, RecursionError) as exc:
            return None, str(exc) if isinstance(exc, _NotANumberError) else "nested too deeply"
        else:
            said = CUT_OFF if extent.closers else reader.fault()
            return cleaned(found), said
    return None, CUT_OFF if extent.closers else fault


class _NotANumberError(ValueError):
    pass


class _Reader:
    """A decoder that refuses what is no number and notes what stands twice."""

    def __init__(self) -> None:
        self.twice: dict[str, None] = {}
        self.decoder = json.JSONDecoder(
            object_pairs_hook=self._pairs,
            parse_float=_finite,
            parse_int=_whole,
            parse_constant=_refuse,
        )

    def _pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            first: dict[str, Any] = {}
            for key, value in pairs:
                if key in first and first[key] != value:
                    self.twice[key] = None
                    found.pop(key, None)
                first.setdefault(key, value)
        return found

    def fault(self) -> str:
        if not self.twice:
            return ""
        return f"{', '.join(list(self.twice)[:6])!r} stands twice in the reply, with other values"


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        return _refuse(text)
    return number


def _whole(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        _refuse(text)
    return int(text)


def _refuse(text: str) -> float:
    msg = f"{text[:20]} is no number that can be used; give a finite one"
    raise _NotANumberError(msg)


def _unwrapped(data: dict[str, Any], keys: Collection[str]) -> dict[str, Any]:
    """Take the object out of another one that models like to put around it."""
    if len(data) == 1 and not set(data) & set(keys):
        (inner,) = data.values()
        if isinstance(inner, dict) and set(inner) & set(keys):
            return inner
    return data


def cleaned(data: Any) -> Any:
    """Return plain data whose words can be written into any file and shown to a user."""
    if isinstance(data, str):
        whole = data[:MOST_WORD_CHARS].encode("utf-8", "replace").decode("utf-8")
        return "".join(c if c.isprintable() or c in "\n\t" else _BLANK[c.isspace()] for c in whole)
    if isinstance(data, dict):
        return {cleaned(key): cleaned(item) for key, item in data.items()}
    if isinstance(data, list):
        return [cleaned(item) for item in data]
    return data


def known(data: Any, schema: Mapping[str, Any], root: Mapping[str, Any] | None = None) -> Any:
    """Drop keys that a JSON schema does not name, all the way down."""
    root = root or schema
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        return known(data, _member(data, schema["anyOf"], root), root)
    if isinstance(data, dict) and "properties" in schema:
        wanted = schema["properties"]
        return {key: known(data[key], wanted[key], root) for key in data if key in wanted}
    if isinstance(data, dict) and isinstance(schema.get("additionalProperties"), dict):
        inner = schema["additionalProperties"]
        return {key: known(item, inner, root) for key, item in data.items()}
    if isinstance(data, list) and isinstance(schema.get("items"), dict):
        return [known(item, schema["items"], root) for item in data]
    return data


def _member(
    data: Any, members: list[Mapping[str, Any]], root: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return the member of a union that data is most likely meant for."""

    def named(member: Mapping[str, Any]) -> int:
        if "$ref" in member:
            member = root["$defs"][member["$ref"].rpartition("/")[2]]
        fields = member.get("properties", {})
        return len(set(fields) & set(data)) if isinstance(data, dict) else 0

    fitting = [m for m in members if isinstance(data, list) == (m.get("type") == "array")]
    return max(fitting or members, key=named)
