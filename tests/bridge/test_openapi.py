"""openapi.json is valid, up to date and tells the truth.

That answers are as it says is checked on every answer of the other tests (``caller.check_shape``).
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from filmcomposer_bridge.openapi import FILE, openapi_text
from filmcomposer_bridge.protocol import PROTOCOL, PROTOCOL_HEADER, Fault, JobView
from tests.bridge.caller import DOCUMENT, FAULT, Bridge

SESSION = {"cue": "0123abcd", "anchor_s": 3600.5, "system": "darwin"}
AGAIN = {"start_s": 1.0, "end_s": 2.5, "tracks": ["violins"], "seed": 7}
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def routes() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, {**item[method], "shared": item.get("parameters", [])}


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_the_committed_file_is_up_to_date() -> None:
    assert FILE.read_text("utf-8") == openapi_text(), (
        f"run: {sys.executable} -m filmcomposer_bridge.openapi"
    )


def test_every_reference_leads_somewhere_and_every_schema_is_one() -> None:
    for reference in references(DOCUMENT):
        place: Any = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_route_tells_its_token_its_protocol_and_its_errors() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    assert DOCUMENT["info"]["version"] == str(PROTOCOL)
    assert DOCUMENT["components"]["securitySchemes"]["token"] == {
        "type": "http",
        "scheme": "bearer",
    }
    assert DOCUMENT["security"] == [{"token": []}]
    header = DOCUMENT["components"]["parameters"]["Protocol"]
    assert (header["name"], header["in"], header["required"]) == (PROTOCOL_HEADER, "header", True)
    names = []
    for path, _, route in routes():
        assert "security" not in route
        names.append(route["operationId"])
        wants = {"$ref": "#/components/parameters/Protocol"} in route["parameters"]
        assert wants == (path != "/v1/status")
        assert {"400", "401", "403", "413", "415", "500"} <= set(route["responses"])
        for status, answer in route["responses"].items():
            schema = answer["content"]["application/json"]["schema"]
            assert (schema == FAULT) == (int(status) >= 400)
        told = {p["name"] for p in (*route["parameters"], *route["shared"]) if "name" in p}
        assert set(re.findall(r"\{(\w+)\}", path)) <= told
    assert len(set(names)) == len(names) == 6


def test_answers_have_the_fields_of_the_protocol() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    for kind in (JobView, Fault):
        schema = schemas[kind.__name__]
        assert set(schema["properties"]) == set(kind.__dataclass_fields__)
        assert set(schema["required"]) == set(kind.__dataclass_fields__)


def test_the_routes_are_those_of_the_bridge(state: Path, tmp_path: Path) -> None:
    known = {(path, method) for path, method, _ in routes()}
    with Bridge(state, [tmp_path]) as bridge:
        for path in DOCUMENT["paths"]:
            for method in METHODS:
                reply = bridge.ask(method.upper(), path.replace("{job_id}", "x"))
                assert (reply.status != 405) == ((path, method) in known), (method, path)


@pytest.mark.parametrize(
    ("body", "fits"),
    [
        ({"stage": "score", "cue": "/c", "key": "k"}, True),
        ({"stage": "score", "cue": "/c", "key": "k", "params": {"keep_sound_db": "off"}}, True),
        ({"stage": "score", "cue": "/c", "key": "k", "params": {"keep_sound_db": None}}, True),
        ({"stage": "score", "cue": "/c", "key": "k", "params": {"discard": ["plan"]}}, True),
        ({"stage": "score", "cue": "/c", "key": "k", "params": {"seed": 1.5}}, False),
        ({"stage": "score", "cue": "/c", "key": "k", "params": {"sed": 1}}, False),
        ({"stage": "mix", "cue": "/c", "key": "k", "params": {"seed": 1}}, True),
        ({"stage": "mix", "cue": "/c", "key": "k", "params": {"start": "mix"}}, False),
        ({"stage": "mix", "cue": "/c", "key": "k", "params": {"until": "mix"}}, False),
        ({"stage": "mix", "cue": "/c", "key": "k", "params": {"regenerate": AGAIN}}, False),
        ({"stage": "mix", "cue": "/c", "key": "k", "params": {"observed": True}}, True),
        ({"stage": "mix", "cue": "/c", "key": "k", "params": {"session": SESSION}}, True),
        ({"stage": "score", "cue": "/c", "key": "k", "params": {"session": {}}}, False),
        ({"stage": "score", "cue": "/c", "key": "k", "params": {"until": "see"}}, True),
        ({"stage": "score", "cue": "/c", "key": "k", "params": {"out_s": "end"}}, True),
        ({"stage": "score", "cue": "/c", "key": "k", "params": {"regenerate": AGAIN}}, True),
        ({"stage": "score", "cue": "/c", "key": "k",
          "params": {"regenerate": AGAIN, "until": "mix"}}, True),
        ({"stage": "score", "cue": "/c", "key": "k",
          "params": {"regenerate": AGAIN, "until": "tempo"}}, False),
        ({"stage": "all", "cue": "/c", "key": "k"}, False),
        ({"stage": "score", "cue": "/c"}, False),
    ],
)  # fmt: skip
def test_what_may_be_sent_is_what_the_file_says(body: Any, fits: bool) -> None:
    schema = {"$ref": "#/components/schemas/JobBody", "components": DOCUMENT["components"]}
    assert jsonschema.Draft202012Validator(schema).is_valid(body) is fits
    assert json.loads(json.dumps(body)) == body
