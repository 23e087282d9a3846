"""Thousands of generated requests: no crash, nothing told, nothing touched outside the folders.

``python -m benchmarks.fuzz_bridge`` does the same with more of them, and over a socket.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.bridge.caller import LAZY_WORKER, TOKEN, Bridge, Reply, check_shape
from tests.bridge.grammar import Grammar, Request
from tests.bridge.world import ROOT, SECRET, Watch, World, make_world, python_itself, snapshot

REQUESTS = 1500


@dataclass(slots=True)
class Tally:
    """What a run met."""

    statuses: Counter[int] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    paths: int = 0
    starts: int = 0


class Judge:
    """Hold every answer against what no answer may do."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.accepted = b""
        ours = {ROOT, world.state, Path(sys.prefix), Path(sys.base_prefix), world.outside}
        self._ours = [str(path).encode() for path in ours]

    def check(self, request: Request, reply: Reply) -> None:
        try:
            check_shape(request.method, request.target, reply)
            self._check_content(request, reply)
        except Exception as exc:
            exc.add_note(f"{request!r}\n{reply!r}")
            raise

    def _check_content(self, request: Request, reply: Reply) -> None:
        assert reply.status < 500
        for word in (b"Traceback", b'File "', SECRET.encode(), b"site-packages", TOKEN.encode()):
            assert word not in reply.body
        sent = request.body + request.target.encode("utf-8", "replace")
        for path in self._ours:
            assert path not in reply.body or path in sent or path in self.accepted
        if reply.status == 201:
            self.accepted += request.body
            self._check_accepted(json.loads(request.body))

    def _check_accepted(self, job: dict[str, Any]) -> None:
        """Ask the system itself where the paths of an accepted job lead."""
        params = job.get("params", {})
        given = [job["cue"], *map(params.get, ("clip", "soundfont", "vision_model"))]
        known = [self.world.root, self.world.second]
        for path in filter(None, given):
            really = Path(os.path.realpath(path))
            assert any(really.is_relative_to(root) for root in known), path
        cue = Path(os.path.realpath(job["cue"]))
        for folder, folders, files in os.walk(cue):
            for name in (*folders, *files):
                assert Path(os.path.realpath(os.path.join(folder, name))).is_relative_to(cue)


def run_fuzz(base: Path, *, count: int, seed: int) -> Tally:
    """Ask a whole bridge ``count`` times; AssertionError at the first thing that must not be."""
    world = make_world(base)
    tally, judge, grammar = Tally(), Judge(world), Grammar(world, seed)
    world.state.mkdir(mode=0o700)
    with Watch() as watch, Bridge(world.state, [world.root]) as bridge:
        before = snapshot(world.root, world.second, world.outside)
        watch.paths.clear()
        for _ in range(count):
            request = grammar.request()
            reply = bridge.ask_loosely(
                request.method,
                request.target,
                request.body,
                headers=request.headers,
                client=request.client,
                chunks=request.chunks,
            )
            judge.check(request, reply)
            tally.statuses[reply.status] += 1
            tally.codes[str(reply.json.get("code", "answered"))] += 1
            if reply.status == 201:
                grammar.jobs.append(reply.json["id"])
        assert set(bridge.roots.all()) <= {world.root, world.second}
        touched, starts = set(watch.paths), list(watch.starts)
        watch.paths = touched
        strangers = watch.outside(world.root, world.second, world.state, *python_itself())
        assert not strangers, strangers
        assert snapshot(world.root, world.second, world.outside) == before
    assert all(event == "subprocess.Popen" and LAZY_WORKER[-1] in given for event, given in starts)
    tally.paths, tally.starts = len(touched), len(starts)
    return tally


def test_generated_requests_break_nothing_and_touch_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FILMCOMPOSER_STATE", str(tmp_path.resolve() / "world" / "state"))
    tally = run_fuzz(tmp_path / "world", count=REQUESTS, seed=1)
    assert sum(tally.statuses.values()) == REQUESTS
    # The grammar comes everywhere: to each answer and each refusal.
    assert {200, 201, 202, 400, 401, 403, 404, 405, 409, 413, 415, 422} <= set(tally.statuses)
    assert {
        "not_registered", "bad_input", "bad_json", "not_json", "too_large", "unauthorized",
        "protocol", "wrong_host", "wrong_origin", "not_local", "not_found", "bad_method",
        "key_conflict",
    } <= set(tally.codes)  # fmt: skip
    assert tally.statuses[201] > 20


# -- that the watching sees --------------------------------------------------------------------


def touches(world: World) -> Iterator[Callable[[], object]]:
    decoy = world.outside / "notes.txt"
    yield decoy.read_bytes
    yield (world.root / "out" / "notes.txt").read_bytes
    yield lambda: os.close(os.open(decoy, os.O_RDONLY))
    yield lambda: list(os.scandir(world.root / "up" / "private"))
    yield lambda: os.listdir(world.outside)
    yield (world.outside / "new").mkdir
    yield lambda: decoy.rename(world.root / "taken")


def test_the_watch_sees_every_touch(tmp_path: Path) -> None:
    world = make_world(tmp_path / "world")
    for touch in touches(world):
        with Watch() as watch:
            (world.root / "clip.mp4").read_bytes()
            assert watch.outside(world.root, *python_itself()) == []
            touch()
            assert watch.outside(world.root, *python_itself())


def test_the_judge_sees_what_must_not_be_told(tmp_path: Path) -> None:
    world = make_world(tmp_path / "world")
    request = Request(method="GET", target="/v1/jobs/x", body=b"", headers=[])

    def judged(message: str, status: int = 404) -> None:
        body = json.dumps({"code": "c", "message": message, "hint": ""}).encode()
        headers = (
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        )
        Judge(world).check(request, Reply(status=status, headers=headers, body=body))

    judged("There is no such job.")
    for message in (f"{SECRET}.", "Traceback.", f"{world.outside}/clip.mp4.", f"{ROOT}.", "None"):
        with pytest.raises(AssertionError):
            judged(message)
    with pytest.raises(AssertionError):
        judged("There is no such job.", 500)
    with pytest.raises(AssertionError):
        judged("There is no such job.", 418)
