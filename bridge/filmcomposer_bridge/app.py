"""The routes of the bridge: thin, each a call to what does the work."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from filmcomposer_bridge.access import Roots, check_job
from filmcomposer_bridge.guard import Guard
from filmcomposer_bridge.models import JobBody, RootBody, say_fault
from filmcomposer_bridge.protocol import PROTOCOL, SERVICE, JobRequest, view_to_json
from filmcomposer_bridge.wire import HEADERS, encode, fault_body, internal_fault
from filmcomposer_core.errors import BridgeError, FilmComposerError

if TYPE_CHECKING:
    from filmcomposer_bridge.jobs import Jobs

#: Code of an error -> status of the answer.
STATUS = {
    "bad_input": 422,
    "not_registered": 403,
    "not_found": 404,
    "key_conflict": 409,
    "queue_full": 429,
    "disk": 507,
}
MAX_SINCE = 2**31 - 1

_JOB_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_ROUTES_HINT = "The routes are in openapi.json of the package filmcomposer_bridge."


class Answer(Response):
    """A JSON answer that any reader takes."""

    def __init__(
        self,
        body: Any,
        status: int = 200,
        *,
        headers: Mapping[str, str] | None = None,
        after: BackgroundTask | None = None,
    ) -> None:
        always = {name.decode(): value.decode() for name, value in HEADERS}
        super().__init__(
            encode(body), status, headers={**always, **(headers or {})}, background=after
        )


def make_app(
    *,
    jobs: Jobs,
    roots: Roots,
    token: str,
    port: int | None,
    info: Mapping[str, Any],
    stop: Callable[[], None],
) -> Guard:
    """Return the application that answers the bridge's callers.

    Parameters
    ----------
    jobs : Jobs
        The queue.
    roots : Roots
        The registered folders.
    token : str
        What every caller must send.
    port : int or None
        The port that the Host header must name; None = any.
    info : mapping
        ``version``, ``pid``, ``started`` (seconds since 1970) and ``python`` for the status.
    stop : callable
        Ends the bridge; called after the answer has been sent.

    Returns
    -------
    Guard
        An ASGI application.
    """
    app = FastAPI(
        title="FilmComposer bridge",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        exception_handlers={
            FilmComposerError: _product_error,
            RequestValidationError: _validation_error,
            HTTPException: _http_error,
            Exception: _internal_error,
        },
        # FastAPI can send reports over the network where the environment says so.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    _add_jobs(app, jobs, roots)
    _add_rest(app, jobs, roots, info=info, stop=stop)
    return Guard(app, token=token, port=port)


# Handlers are plain functions: they may wait for a disk, so they run in threads.


def _add_jobs(app: FastAPI, jobs: Jobs, roots: Roots) -> None:
    @app.post("/v1/jobs")
    def submit(body: JobBody) -> Answer:
        body.check_together()
        request = JobRequest(stage=body.stage, cue=body.cue, key=body.key, params=dict(body.params))
        # First the key: a caller whose answer was lost gets it, whatever has moved since.
        known = jobs.known(request)
        if known is not None:
            return Answer(view_to_json(known), 200)
        registered = roots.all()
        check_job(body.stage, body.cue, body.params, registered)
        view, created = jobs.submit(request, tuple(str(root) for root in registered))
        return Answer(view_to_json(view), 201 if created else 200)

    @app.get("/v1/jobs/{job_id}")
    def look(job_id: str, since: Annotated[int, Query(ge=0, le=MAX_SINCE)] = 0) -> Answer:
        view = jobs.view(job_id, since) if _JOB_ID.fullmatch(job_id) else None
        return Answer(view_to_json(view)) if view else _no_job()

    @app.delete("/v1/jobs/{job_id}")
    def cancel(job_id: str) -> Answer:
        view = jobs.cancel(job_id) if _JOB_ID.fullmatch(job_id) else None
        return Answer(view_to_json(view)) if view else _no_job()


def _add_rest(
    app: FastAPI,
    jobs: Jobs,
    roots: Roots,
    *,
    info: Mapping[str, Any],
    stop: Callable[[], None],
) -> None:
    born_s = time.monotonic()

    @app.get("/v1/status")
    def status() -> Answer:
        job = jobs.at_work()
        body = {
            **{name: info[name] for name in ("version", "pid", "started", "python")},
            **{name: jobs.counts()[name] for name in ("queued", "running")},
            "service": SERVICE,
            "protocol": PROTOCOL,
            "uptime_s": round(time.monotonic() - born_s, 3),
            "job": view_to_json(job) if job else None,
            "worker": jobs.worker_state(),
            "roots": [str(root) for root in roots.all()],
        }
        return Answer(body)

    @app.post("/v1/roots")
    def register(body: RootBody) -> Answer:
        path = roots.add(body.path)
        return Answer({"path": str(path), "roots": [str(root) for root in roots.all()]})

    @app.post("/v1/stop")
    def end() -> Answer:
        return Answer({"stopping": True}, 202, after=BackgroundTask(stop))


def _no_job() -> NoReturn:
    hint = "Ended jobs are forgotten after a while; send the job again."
    raise BridgeError("There is no such job.", hint, code="not_found")


async def _product_error(request: Request, exc: Exception) -> Answer:
    if not isinstance(exc, FilmComposerError):
        return await _internal_error(request, exc)
    return Answer(fault_body(exc.code, exc.message, exc.hint), STATUS.get(exc.code, 500))


async def _validation_error(request: Request, exc: Exception) -> Answer:
    if not isinstance(exc, RequestValidationError):
        return await _internal_error(request, exc)
    message, hint = say_fault(exc.errors()[0])
    return Answer(fault_body("bad_input", message, hint), 422)


async def _http_error(request: Request, exc: Exception) -> Answer:
    """Answer what the framework itself refuses: unknown routes and methods."""
    if not isinstance(exc, HTTPException):
        return await _internal_error(request, exc)
    if exc.status_code == 405:
        # The framework names the methods of the first route of this path alone.
        headers = {"Allow": ", ".join(_methods_of(request))}
        body = fault_body("bad_method", "This route does not take that method.", _ROUTES_HINT)
        return Answer(body, 405, headers=headers)
    if exc.status_code == 404:
        return Answer(fault_body("not_found", "The bridge has no such route.", _ROUTES_HINT), 404)
    body = fault_body("bad_request", "The request cannot be read.", _ROUTES_HINT)
    return Answer(body, exc.status_code)


def _methods_of(request: Request) -> list[str]:
    path = request.scope["path"]
    routes = [r for r in request.app.routes if isinstance(r, Route) and r.path_regex.match(path)]
    return sorted({method for route in routes for method in route.methods or ()})


async def _internal_error(request: Request, exc: Exception) -> Answer:
    # The framework raises it again after this answer; the guard writes it to the log.
    return Answer(internal_fault(), 500)
