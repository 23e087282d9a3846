"""The description of the routes: ``python -m filmcomposer_bridge.openapi`` writes it anew.

It is put together here, from the models and the table below, and not by the framework, so that it
changes only when the protocol does. Tests hold it against the routes and the answers.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from filmcomposer_bridge.models import JobBody, RootAnswer, RootBody, Status, Stopping
from filmcomposer_bridge.protocol import (
    MAX_BODY_BYTES,
    PROTOCOL,
    PROTOCOL_HEADER,
    SERVICE,
    Fault,
    JobView,
)

FILE = Path(__file__).with_name("openapi.json")
_REF = "#/components/schemas/{model}"
_MODELS: tuple[tuple[Any, JsonSchemaMode], ...] = (
    (JobBody, "validation"),
    (RootBody, "validation"),
    (JobView, "serialization"),
    (Fault, "serialization"),
    (RootAnswer, "serialization"),
    (Status, "serialization"),
    (Stopping, "serialization"),
)
#: What may come back from every route, and when.
_ALWAYS = {
    400: "The body is no JSON, a header makes no sense, or the protocols differ (protocol).",
    401: "The token is missing or wrong (unauthorized).",
    403: "The caller, Host or Origin is not of this machine; or a path is not_registered.",
    413: f"The body is larger than {MAX_BODY_BYTES} bytes (too_large).",
    415: "The body is not said to be JSON (not_json).",
    500: "A fault of the bridge (internal); its log has the details.",
}
_NOT_ALLOWED = {422: "A value is refused (bad_input)."}
_NO_JOB = {404: "There is no such job (not_found)."}
_KEPT = {507: "The disk is full or cannot be written (disk)."}
_JOB_ID = {
    "name": "job_id",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"},
}
_SINCE = {
    "name": "since",
    "in": "query",
    "description": "Number of the first sentence of the log to send: `next` of the last answer.",
    "schema": {"type": "integer", "minimum": 0, "maximum": 2**31 - 1, "default": 0},
}


def make_openapi() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the bridge."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": SERVICE,
            "version": str(PROTOCOL),
            "description": "The local process that does FilmComposer's work. Port and token are in "
            "bridge.json, a file that only the user can read.",
        },
        "servers": [
            {
                "url": "http://127.0.0.1:{port}",
                "variables": {"port": {"default": "0", "description": "As bridge.json says."}},
            }
        ],
        "security": [{"token": []}],
        "paths": _paths(),
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "parameters": {"Protocol": _protocol_header()},
            "schemas": _schemas(),
        },
    }


def openapi_text() -> str:
    """Return the document as it is committed."""
    return json.dumps(make_openapi(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _protocol_header() -> dict[str, Any]:
    return {
        "name": PROTOCOL_HEADER,
        "in": "header",
        "required": True,
        "description": "The protocol that the caller speaks. Another one is refused with code "
        "`protocol` by every route but /v1/status.",
        "schema": {"type": "string", "const": str(PROTOCOL)},
    }


def _paths() -> dict[str, Any]:
    jobs = "The job as it is now."
    return {
        "/v1/status": {
            "get": _route("status", "Say what the bridge is and does.", {200: Status}, speaks=False)
        },
        "/v1/roots": {
            "post": _route(
                "register",
                "Let the bridge open media, soundfonts and cue folders under a folder.",
                {200: RootAnswer},
                body=RootBody,
                faults=_NOT_ALLOWED,
            )
        },
        "/v1/jobs": {
            "post": _route(
                "submit",
                "Queue a job. The same key with the same body is the same job (200), "
                "a new key a new one (201).",
                {200: JobView, 201: JobView},
                body=JobBody,
                faults={
                    409: "The key belongs to another job (key_conflict).",
                    429: "Too many jobs are waiting (queue_full).",
                    **_NOT_ALLOWED,
                    **_KEPT,
                },
            )
        },
        "/v1/jobs/{job_id}": {
            "parameters": [_JOB_ID],
            "get": _route(
                "look", jobs, {200: JobView}, more=[_SINCE], faults={**_NO_JOB, **_NOT_ALLOWED}
            ),
            "delete": _route(
                "cancel",
                "Cancel a queued job at once, a running one as soon as it can stop.",
                {200: JobView},
                faults={**_NO_JOB, **_KEPT},
            ),
        },
        "/v1/stop": {
            "post": _route(
                "stop",
                "End the bridge. A running job goes on when it is started again.",
                {202: Stopping},
            )
        },
    }


def _route(
    name: str,
    summary: str,
    answers: dict[int, Any],
    *,
    body: Any = None,
    more: list[dict[str, Any]] | None = None,
    faults: dict[int, str] | None = None,
    speaks: bool = True,
) -> dict[str, Any]:
    """Describe one method of one path; ``speaks`` = it wants the protocol header."""
    header = [{"$ref": "#/components/parameters/Protocol"}] if speaks else []
    good = {status: _json("Done.", kind) for status, kind in answers.items()}
    bad = {status: _json(text, Fault) for status, text in {**_ALWAYS, **(faults or {})}.items()}
    route: dict[str, Any] = {
        "operationId": name,
        "summary": summary,
        "parameters": [*header, *(more or [])],
        "responses": {str(status): text for status, text in {**good, **bad}.items()},
    }
    if body is not None:
        route["requestBody"] = {"required": True, **_content(body)}
    return route


def _json(description: str, kind: Any) -> dict[str, Any]:
    return {"description": description, **_content(kind)}


def _content(kind: Any) -> dict[str, Any]:
    schema = {"$ref": _REF.format(model=kind.__name__)}
    return {"content": {"application/json": {"schema": schema}}}


def _schemas() -> dict[str, Any]:
    adapters = [(kind.__name__, mode, TypeAdapter(kind)) for kind, mode in _MODELS]
    _, document = TypeAdapter.json_schemas(adapters, ref_template=_REF)
    schemas: dict[str, Any] = document["$defs"]
    for kind, mode in _MODELS:
        if mode == "serialization":
            # Answers leave nothing out.
            schemas[kind.__name__]["required"] = list(schemas[kind.__name__]["properties"])
    return schemas


if __name__ == "__main__":
    FILE.write_text(openapi_text(), encoding="utf-8")
