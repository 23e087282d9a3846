"""The routes: what they do, and that every fault is told in the one shape.

``Bridge.ask`` also holds every answer against openapi.json.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_bridge.app import MAX_SINCE, STATUS
from filmcomposer_bridge.jobs import MOST_QUEUED, Jobs
from filmcomposer_bridge.models import (
    ARRANGED,
    Command,
    Engine,
    Params,
    RegenerateParam,
    SessionParam,
    StageName,
    Synth,
    System,
    say_fault,
)
from filmcomposer_bridge.protocol import JobView, view_from_json
from filmcomposer_core.contracts.cue import ENGINES, SYNTHS, Settings
from filmcomposer_core.contracts.regenerate import Regenerate
from filmcomposer_core.contracts.session import SYSTEMS, SessionRequest
from filmcomposer_core.errors import DiskError, FilmComposerError
from filmcomposer_core.pipeline import COMMANDS
from tests.bridge.caller import INFO, Bridge, good_headers


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path.resolve() / "films"
    folder.mkdir()
    (folder / "clip.mp4").write_bytes(b"data")
    (folder / "font.sf3").write_bytes(b"data")
    return folder


@pytest.fixture
def bridge(state: Path, root: Path) -> Iterator[Bridge]:
    with Bridge(state, [root]) as found:
        yield found


def body(root: Path, key: str = "k1", *, stage: str = "score", **params: Any) -> dict[str, Any]:
    clip = {"clip": str(root / "clip.mp4")}
    return {"stage": stage, "cue": str(root / "cue"), "key": key, "params": {**clip, **params}}


SESSION = {"cue": "0123abcd", "anchor_s": 3600.5, "system": "darwin"}
AGAIN = {"start_s": 1.0, "end_s": 2.5, "tracks": ["violins"], "seed": 7}


# -- the models --------------------------------------------------------------------------------


def test_the_words_are_those_of_the_core() -> None:
    assert get_args(Command) == COMMANDS
    assert get_args(StageName) == ("score", *COMMANDS)
    assert get_args(Engine) == ENGINES
    assert get_args(Synth) == SYNTHS
    assert get_args(System) == SYSTEMS
    assert COMMANDS[COMMANDS.index("arrange") :] == ARRANGED
    # A given tempo map comes with what was observed in the DAW.
    settings = set(get_type_hints(Settings)) - {"tempo_points"}
    ours = {"start", "discard", "replace_clip", "until", "observed", "session", "regenerate"}
    assert set(Params.__annotations__) == settings | ours
    assert set(SessionParam.__annotations__) == set(SessionRequest.__slots__)
    assert set(RegenerateParam.__annotations__) == set(Regenerate.__slots__)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("seed", [0, 2**63 - 1], [-1, 2**63, 1.5, 1.0, "1", True, None, 10**400]),
        ("brief", ["", "tender\n𝄞", "x" * 4000], ["x" * 4001, 1, None]),
        ("start_timecode", ["", "01:00:00:00"], ["0" * 33, 1, None]),
        ("engine", ["embedded", "musicgen"], ["other", "", None]),
        ("melody_model", ["", "musicgen-melody"], [None, "x" * 5000]),
        ("condition", ["text", "rhythm", "both"], ["chroma", "", None]),
        ("guidance", [1.0, 3, 20.0], [0.9, 21, "3", None]),
        ("top_k", [0, 250], [-1, 1.5, "all"]),
        ("temperature", [0.0, 1], [-0.1, 6, None]),
        ("dtype", ["auto", "bf16"], ["int8", None]),
        ("commercial_safe", [True, False], ["yes", 1, None]),
        ("rhythm", ["drawn", "cmt", "transformer"], ["other", "", None]),
        ("synth", list(SYNTHS), ["Auto", "", None]),
        ("soundfont", [""], [1, None, ["x"]]),
        ("vision_model", [""], [1, None, ["x"]]),
        ("lufs", [-60, -23.5, -5], [-60.1, -4.9, "-23", True, None]),
        ("keep_sound_db", [None, "off", -80, 20, 0.5], [-80.1, 20.1, "on", "", True, [1]]),
        ("odd_bars", [True, False], [1, 0, "yes", None]),
        ("replace_clip", [True, False], [1, "true", None]),
        ("start", list(COMMANDS), ["score", "", None]),
        ("until", list(COMMANDS), ["score", "", None]),
        ("in_s", [0, 1.5, 1e6], [-0.1, 1e7, "0", None]),
        ("agents", ["on", "off", "replay"], ["", "auto", True, None]),
        ("out_s", [None, "end", 1.5], [-0.1, "off", True]),
        ("rate", [0.05, 1, 20], [0.04, 21, "1", None]),
        ("candidates", [0, 8], [-1, 9, 1.0, None]),
        ("observed", [True, False], [1, "yes", None]),
        ("session", [SESSION], ["x", None, []]),
        ("regenerate", [AGAIN], ["x", None, []]),
        (
            "discard",
            [[], ["plan"], list(COMMANDS)],
            ["plan", ["score"], [None], ["see"] * 13, None],
        ),
        ("clip", [], ["", 1, None, "x" * 4001]),
        ("unknown", [], [1]),
    ],
)
def test_parameters_are_taken_to_the_letter(
    bridge: Bridge, root: Path, name: str, good: list[Any], bad: list[Any]
) -> None:
    for number, value in enumerate(good):
        reply = bridge.ask("POST", "/v1/jobs", body(root, f"{number}", **{name: value}))
        assert reply.status == 201, reply.body
    for value in bad:
        reply = bridge.ask("POST", "/v1/jobs", body(root, "bad", **{name: value}))
        assert (reply.status, reply.json["code"]) == (422, "bad_input")
        assert reply.json["message"].startswith(f"params > {name} ")
        assert reply.json["hint"]
        assert len(reply.body) < 600
    assert bridge.jobs.counts()["queued"] + bridge.jobs.counts()["running"] == len(good)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"stage": None}, "stage is null."),
        ({"stage": "everything"}, "stage is 'everything'."),
        ({"key": ""}, "key is empty."),
        ({"key": "k" * 201}, "key is 201 characters long."),
        ({"key": 7}, "key is 7."),
        ({"cue": ""}, "cue is empty."),
        ({"cue": ["x"]}, "cue is a list."),
        ({"params": []}, "params is a list."),
        ({"params": None}, "params is null."),
        ({"params": {"sed": 1}}, "params > sed is not known (did you mean seed?)."),
        ({"params": {"discard": ["see", "saw"]}}, "params > discard > 2 is 'saw'."),
        ({"more": 1}, "more is not known."),
        ({"stage": "see", "params": {"start": "see"}},
         "params > start does not go with stage see."),
        ({"stage": "mix", "params": {"discard": []}},
         "params > discard does not go with stage mix."),
        ({"stage": "mix", "params": {"replace_clip": False}},
         "params > replace_clip does not go with stage mix."),
        ({"stage": "mix", "params": {"until": "mix"}},
         "params > until does not go with stage mix."),
        ({"stage": "arrange", "params": {"regenerate": AGAIN}},
         "params > regenerate does not go with stage arrange."),
        ({"params": {"regenerate": AGAIN, "until": "plan"}},
         "params > until is 'plan', too early to write bars anew."),
        ({"params": {"regenerate": AGAIN | {"end_s": 0.5}}},
         "params > regenerate > end_s is 0.5, before start_s."),
        ({"params": {"regenerate": AGAIN | {"tracks": []}}},
         "params > regenerate > tracks is empty."),
        ({"params": {"regenerate": AGAIN | {"tracks": ["x"] * 65}}},
         "params > regenerate > tracks is a list."),
        ({"params": {"regenerate": AGAIN | {"tracks": ["x", ""]}}},
         "params > regenerate > tracks > 2 is empty."),
        ({"params": {"regenerate": {"start_s": 1.0}}},
         "params > regenerate > end_s is missing."),
        ({"params": {"session": SESSION | {"cue": "0123ABCD"}}},
         "params > session > cue is '0123ABCD'."),
        ({"params": {"session": SESSION | {"cue": "0123abcd\n"}}},
         "params > session > cue is '0123abcd\\n'."),
        ({"params": {"session": SESSION | {"system": "amiga"}}},
         "params > session > system is 'amiga'."),
        ({"params": {"session": SESSION | {"seed": 1}}},
         "params > session > seed is not known (did you mean seed?)."),
    ],
)  # fmt: skip
def test_a_fault_in_a_body_is_named(
    bridge: Bridge, root: Path, change: dict[str, Any], message: str
) -> None:
    reply = bridge.ask("POST", "/v1/jobs", {**body(root), **change})
    assert (reply.status, reply.json["message"]) == (422, message)


def test_a_missing_field_or_body_is_named(bridge: Bridge, root: Path) -> None:
    for name in ("stage", "cue", "key"):
        sent = body(root)
        del sent[name]
        assert bridge.ask("POST", "/v1/jobs", sent).json["message"] == f"{name} is missing."
    for route in ("/v1/jobs", "/v1/roots"):
        assert bridge.ask("POST", route).json["message"] == "The body is missing."
        for text in (b"[]", b"7", b'"x"', b"null", b"true"):
            reply = bridge.ask("POST", route, text)
            assert reply.status == 422
            assert reply.json["message"].startswith("The body is ")


@given(
    st.fixed_dictionaries(
        {
            "type": st.text()
            | st.sampled_from(["missing", "literal_error", "int_type", "list_type"]),
            "loc": st.tuples(st.just("body")) | st.tuples(st.just("query"), st.text())
            | st.tuples(st.just("body"), st.text(), st.integers(0, 5)),
            "msg": st.text(),
            "input": st.recursive(
                st.none() | st.integers() | st.text() | st.floats() | st.binary(),
                st.lists,
            ),
            "ctx": st.just({"expected": "'a'", "ge": 1, "max_length": 3}),
        }
    )
)  # fmt: skip
def test_any_fault_gives_a_sentence_and_a_cure(fault: dict[str, Any]) -> None:
    message, hint = say_fault(fault)
    assert message.endswith(".")
    assert hint.endswith(".")
    assert len(message) < 300


# -- jobs --------------------------------------------------------------------------------------


def test_a_job_is_queued_once_per_key(bridge: Bridge, root: Path) -> None:
    first = bridge.ask("POST", "/v1/jobs", body(root, seed=3))
    again = bridge.ask("POST", "/v1/jobs", body(root, seed=3))
    other = bridge.ask("POST", "/v1/jobs", body(root, "k2", seed=3))
    assert [first.status, again.status, other.status] == [201, 200, 201]
    assert first.json["id"] == again.json["id"] != other.json["id"]
    view = view_from_json(first.json)
    assert (view.key, view.stage, view.cue, view.error) == ("k1", "score", str(root / "cue"), None)
    assert set(first.json) == set(JobView.__dataclass_fields__)


def test_a_known_key_is_answered_even_when_its_clip_has_gone(bridge: Bridge, root: Path) -> None:
    sent = body(root)
    first = bridge.ask("POST", "/v1/jobs", sent)
    assert first.status == 201
    (root / "clip.mp4").unlink()
    again = bridge.ask("POST", "/v1/jobs", sent)
    assert (again.status, again.json["id"]) == (200, first.json["id"])
    assert bridge.ask("POST", "/v1/jobs", {**sent, "key": "k2"}).status == 422


def test_a_key_of_another_job_is_refused(bridge: Bridge, root: Path) -> None:
    bridge.ask("POST", "/v1/jobs", body(root, seed=3))
    for changed in (body(root, seed=4), body(root, stage="see", seed=3)):
        reply = bridge.ask("POST", "/v1/jobs", changed)
        assert (reply.status, reply.json["code"]) == (409, "key_conflict")


def test_a_job_can_be_followed_and_cancelled(bridge: Bridge, root: Path) -> None:
    # The first keeps the worker busy, so the second stays queued.
    bridge.ask("POST", "/v1/jobs", body(root, "k1"))
    job = bridge.ask("POST", "/v1/jobs", body(root, "k2")).json["id"]
    assert bridge.ask("GET", f"/v1/jobs/{job}").json["state"] == "queued"
    gone = bridge.ask("DELETE", f"/v1/jobs/{job}")
    assert (gone.status, gone.json["state"]) == (200, "cancelled")
    whole = bridge.ask("GET", f"/v1/jobs/{job}?since=0").json
    assert whole["log"]
    rest = bridge.ask("GET", f"/v1/jobs/{job}?since={whole['next']}").json
    assert (rest["log"], rest["next"]) == ([], whole["next"])
    assert bridge.ask("GET", f"/v1/jobs/{job}?since={MAX_SINCE}").status == 200


@pytest.mark.parametrize("since", ["-1", "x", "", str(MAX_SINCE + 1), "1e3", "9" * 5000, "%00"])
def test_a_senseless_since_is_refused(bridge: Bridge, since: str) -> None:
    reply = bridge.ask("GET", f"/v1/jobs/x?since={since}")
    assert (reply.status, reply.json["code"]) == (422, "bad_input")
    assert reply.json["message"].startswith("since is ")


@pytest.mark.parametrize("job", ["x", "0" * 32, "a" * 65, "%2e%2e", "a%00b", "a'--", "%ff", "é"])
def test_an_unknown_job_is_not_found(bridge: Bridge, job: str) -> None:
    for method in ("GET", "DELETE"):
        reply = bridge.ask(method, f"/v1/jobs/{job}")
        assert (reply.status, reply.json["code"]) == (404, "not_found")
        assert reply.json["hint"]


def test_too_many_jobs_are_refused_but_known_ones_answered(bridge: Bridge, root: Path) -> None:
    statuses = [
        bridge.ask("POST", "/v1/jobs", body(root, f"{n}")).status for n in range(MOST_QUEUED + 2)
    ]
    assert set(statuses[: MOST_QUEUED - 1]) == {201}
    reply = bridge.ask("POST", "/v1/jobs", body(root, "one more"))
    assert (reply.status, reply.json["code"]) == (429, "queue_full")
    assert bridge.ask("POST", "/v1/jobs", body(root, "0")).status == 200


def test_a_job_outside_the_registered_folders_is_refused_until_they_are(
    bridge: Bridge, root: Path
) -> None:
    other = root.parent / "other"
    other.mkdir()
    sent = {**body(root), "cue": str(other / "cue")}
    reply = bridge.ask("POST", "/v1/jobs", sent)
    assert (reply.status, reply.json["code"]) == (403, "not_registered")
    assert bridge.jobs.counts() == {"queued": 0, "running": 0}
    answer = bridge.ask("POST", "/v1/roots", {"path": str(other)})
    assert answer.json == {"path": str(other), "roots": [str(root), str(other)]}
    assert bridge.ask("POST", "/v1/jobs", sent).status == 201
    assert not (other / "cue").exists()


def test_a_folder_that_may_not_be_registered_is_refused(bridge: Bridge, root: Path) -> None:
    for path in ("/", "relative", str(root / "clip.mp4"), str(root / "gone"), "/\x00"):
        reply = bridge.ask("POST", "/v1/roots", {"path": path})
        assert (reply.status, reply.json["code"]) == (422, "bad_input")
    assert bridge.roots.all() == (root,)


# -- the rest ----------------------------------------------------------------------------------


def test_the_status_tells_what_the_bridge_is_and_does(bridge: Bridge, root: Path) -> None:
    before = bridge.ask("GET", "/v1/status").json
    bridge.ask("POST", "/v1/jobs", body(root))
    after = bridge.ask("GET", "/v1/status").json
    assert {name: before[name] for name in INFO} == INFO
    assert (before["queued"], before["running"]) == (0, 0)
    assert after["queued"] + after["running"] == 1
    assert before["roots"] == [str(root)]
    assert 0 <= before["uptime_s"] <= after["uptime_s"]


def test_the_status_answers_any_protocol_and_no_other_route_does(
    bridge: Bridge, root: Path
) -> None:
    headers = [h for h in good_headers() if not h[0].startswith(b"x-")]
    for strange in (headers, [*headers, (b"x-filmcomposer-protocol", b"99")]):
        assert bridge.ask("GET", "/v1/status", headers=strange).status == 200
        for method, path in (("POST", "/v1/stop"), ("GET", "/v1/jobs/x"), ("POST", "/v1/jobs")):
            reply = bridge.ask(method, path, headers=strange)
            assert (reply.status, reply.json["code"]) == (400, "protocol")
    assert not bridge.stops


def test_the_bridge_is_stopped_after_the_answer(bridge: Bridge) -> None:
    sent: list[str] = []

    async def ask() -> None:
        scope = {
            "type": "http", "method": "POST", "path": "/v1/stop", "raw_path": b"/v1/stop",
            "query_string": b"", "headers": good_headers(), "client": ("127.0.0.1", 1),
            "root_path": "", "scheme": "http", "server": None, "http_version": "1.1",
        }  # fmt: skip

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            assert not bridge.stops
            sent.append(message["type"])

        await bridge.app(scope, receive, send)

    bridge.run(ask())
    assert sent == ["http.response.start", "http.response.body"]
    assert bridge.stops == [1]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/v1", 404),
        ("GET", "/v2/status", 404),
        ("GET", "/v1/status/", 404),
        ("GET", "/v1/jobs/", 404),
        ("GET", "/v1/jobs/a/b", 404),
        ("GET", "/docs", 404),
        ("GET", "/redoc", 404),
        ("GET", "/openapi.json", 404),
        ("GET", "/v1/../v1/status", 404),
        ("GET", "//v1/status", 404),
        ("GET", "/V1/STATUS", 404),
        ("GET", "/%00", 404),
        ("POST", "/v1/status", 405),
        ("HEAD", "/v1/status", 405),
        ("OPTIONS", "/v1/jobs", 405),
        ("GET", "/v1/jobs", 405),
        ("PUT", "/v1/jobs/x", 405),
        ("GET", "/v1/stop", 405),
        ("TRACE", "/v1/roots", 405),
        ("BREW", "/v1/roots", 405),
    ],
)
def test_unknown_routes_and_methods_answer_in_the_same_shape(
    bridge: Bridge, method: str, path: str, status: int
) -> None:
    reply = bridge.ask(method, path)
    assert reply.status == status
    assert reply.json["code"] == {404: "not_found", 405: "bad_method"}[status]
    assert (status == 405) == any(name == b"allow" for name, _ in reply.headers)


def test_a_refused_method_comes_with_all_that_are_taken(bridge: Bridge) -> None:
    for path, methods in (("/v1/jobs/x", b"DELETE, GET"), ("/v1/jobs", b"POST")):
        assert (b"allow", methods) in bridge.ask("PUT", path).headers


class BrokenJobs(Jobs):
    """A queue that fails in two ways."""

    def view(self, job_id: str, since: int = 0) -> JobView | None:
        if job_id == "disk":
            msg = "The disk is full."
            raise DiskError(msg, "Free some space.")
        if job_id == "odd":
            msg = "Something odd."
            raise FilmComposerError(msg, "Do this.")
        msg = f"secret: {since}"
        raise RuntimeError(msg)


def test_errors_of_the_product_cross_the_wire_and_others_stay_in_the_log(
    state: Path, root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.ERROR, logger="filmcomposer_bridge"),
        Bridge(state, [root], kind=BrokenJobs) as bridge,
    ):
        full = bridge.ask_loosely("GET", "/v1/jobs/disk")
        assert (full.status, full.json) == (
            507,
            {"code": "disk", "message": "The disk is full.", "hint": "Free some space."},
        )
        odd = bridge.ask("GET", "/v1/jobs/odd")
        assert (odd.status, odd.json["code"], odd.json["hint"]) == (500, "failed", "Do this.")
        assert "secret" not in caplog.text
        reply = bridge.ask("GET", "/v1/jobs/x?since=7")
    assert (reply.status, reply.json["code"]) == (500, "internal")
    assert b"secret" not in reply.body
    assert "bridge.log" in reply.json["hint"]
    assert caplog.text.count("RuntimeError: secret: 7") == 1
    assert all(400 <= status < 600 for status in STATUS.values())


class SlowJobs(Jobs):
    """A queue on a disk that is slow until somebody asks for the status."""

    asked = threading.Event()

    def view(self, job_id: str, since: int = 0) -> JobView | None:
        assert self.asked.wait(60), "the status was not answered meanwhile"
        return super().view(job_id, since)

    def counts(self) -> dict[str, int]:
        self.asked.set()
        return super().counts()


def test_a_slow_disk_does_not_hold_up_other_callers(state: Path, root: Path) -> None:
    with Bridge(state, [root], kind=SlowJobs) as bridge:
        SlowJobs.asked.clear()
        replies = bridge.ask_at_once(("GET", "/v1/jobs/x"), ("GET", "/v1/status"))
    assert [reply.status for reply in replies] == [404, 200]
