"""A job from REAPER's side: a real bridge, one that dies, a tab that is left, damaged files."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_bridge.client import find
from filmcomposer_bridge.state import read_address
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.observed import (
    Observed,
    ObservedMarker,
    ObservedNote,
    ObservedTheme,
    ObservedTrack,
)
from filmcomposer_core.contracts.session import (
    SESSION_FILE,
    Session,
    SessionMarker,
    SessionRegion,
    SessionTrack,
)
from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_core.errors import BridgeError, Cancelled, DawError
from filmcomposer_reaper.adapter.project import Project, project_in_front
from filmcomposer_reaper.bridge.session_file import read_session, write_observed
from filmcomposer_reaper.bridge.waiting import wait_for_project
from filmcomposer_reaper.bridge.work import SYSTEMS, carry_out, follower_key
from filmcomposer_reaper.cue.cues import open_cue
from filmcomposer_reaper.cue.folder import cue_folder
from filmcomposer_reaper.cue.picture import Picture
from filmcomposer_reaper.cue.records import CueRecord
from tests.bridge.conftest import PATIENCE_S
from tests.bridge.processes import (
    NEWER_PROTOCOL,
    Program,
    in_place_of_a_bridge,
    json_answer,
    started,
)
from tests.clips import moving_square
from tests.fakes.reaper import Host
from tests.reaper_scripts.films import Items, saved

if TYPE_CHECKING:
    from filmcomposer_reaper.adapter.reaper import Reaper

Work = Generator[None, None, Any]
SYSTEM = SYSTEMS.get(sys.platform, "linux")


@pytest.fixture(params=[(6, 80), (7, 78)], ids=["6.80", "7.78"])
def host(request: pytest.FixtureRequest) -> Host:
    """In real time, as the bridge is."""
    return Host(version=request.param, clock="real")


@pytest.fixture
def desk(host: Host, reaper: Reaper, tmp_path: Path) -> tuple[CueRecord, Picture, Path]:
    """A saved project with a clip in it, and the cue of that."""
    home = saved(host, tmp_path / "project").parent
    (tmp_path / "films").mkdir()
    clip = moving_square(tmp_path / "films" / "clip.mp4", seconds=4.0)
    Items(host).add(clip, at=10.0, length=3.0, offset=0.5, seconds=4.0)
    record, picture = open_cue(reaper, make=True)
    return record, picture, home


def ended(work: Work, *, until: Any = None) -> Any:
    """Carry a generator on, as defer calls do: to its end, or until something holds."""
    last = time.monotonic() + PATIENCE_S
    while time.monotonic() < last:
        if until is not None and until():
            return None
        try:
            next(work)
        except StopIteration as end:
            return end.value
        time.sleep(0.01)
    pytest.fail("it does not end")


def job(
    reaper: Reaper, desk: tuple[CueRecord, Picture, Path], observed: Observed | None = None,
    **params: Any,
) -> Work:  # fmt: skip
    record, picture, _ = desk
    return carry_out(
        reaper, sys.executable, record, picture,
        stage="score", params={"until": "spot", **params}, observed=observed,
    )  # fmt: skip


# --- a real bridge --------------------------------------------------------------------------------


def test_a_job_from_press_to_session(
    reaper: Reaper, host: Host, desk: tuple[CueRecord, Picture, Path], state: Path
) -> None:
    record, picture, home = desk
    before = host.project.state()
    session = ended(job(reaper, desk, Observed(tempo_points=())))
    folder = cue_folder(record, home)
    assert (session.cue, session.anchor_s, session.reached) == (record.id, 10.0, "spot")
    assert session.length_s == pytest.approx(picture.length_s, abs=0.05)
    settings = json.loads((folder / "cue.json").read_text("utf-8"))["settings"]
    assert (settings["in_s"], settings["out_s"], settings["clip"]) == (0.5, 3.5, picture.path)
    assert (folder / "reaper" / "observed.json").is_file()
    assert " done in " not in host.console  # the status line has it
    assert "FilmComposer: Done." not in host.console
    # A stage may be over before anybody asks how far it is.
    assert any(stage in line for line in host.helps for stage in ("see", "spot"))
    assert any("%" in line for line in host.helps)
    assert host.help == ""
    assert host.project.state() == before  # laying it in is the caller's
    again = ended(job(reaper, desk))
    assert replace(again, made_by=session.made_by) == session


def test_a_job_that_fails_says_why(
    reaper: Reaper, host: Host, desk: tuple[CueRecord, Picture, Path], state: Path
) -> None:
    picture = desk[1]
    Path(picture.path).write_bytes(b"no film")
    with pytest.raises(BridgeError) as caught:
        ended(job(reaper, desk))
    assert picture.path in str(caught.value)
    assert host.help == ""
    with pytest.raises(BridgeError, match="params > until is"):
        ended(job(reaper, desk, until="nowhere"))


@pytest.mark.slow
def test_cancelled(
    reaper: Reaper, host: Host, desk: tuple[CueRecord, Picture, Path], state: Path
) -> None:
    work = job(reaper, desk, until="report")
    ended(work, until=lambda: "%" in host.help)
    client = find(state)
    assert client is not None
    with client:
        running = client.status()["job"]
        client.cancel(running["id"])
        with pytest.raises(Cancelled, match="nothing was changed in the project"):
            ended(work)
    assert host.help == ""


@pytest.mark.slow
def test_the_bridge_is_killed_and_the_job_goes_on(
    reaper: Reaper, host: Host, desk: tuple[CueRecord, Picture, Path], state: Path
) -> None:
    work = job(reaper, desk, until="tempo")
    ended(work, until=lambda: "%" in host.help)
    address = read_address(state)
    assert address is not None
    os.kill(address.pid, signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
    session = ended(work)
    assert session.reached == "tempo"
    assert "the bridge went away; it is started again" in host.console
    now = read_address(state)
    assert now is not None
    assert now.pid != address.pid


def test_a_bridge_that_cannot_be_started(
    reaper: Reaper, desk: tuple[CueRecord, Picture, Path], tmp_path: Path
) -> None:
    record, picture, _ = desk
    work = carry_out(
        reaper, str(tmp_path / "no python"), record, picture,
        stage="score", params={}, observed=None,
    )  # fmt: skip
    with pytest.raises(BridgeError, match="cannot be started"):
        ended(work)


def test_a_newer_bridge(reaper: Reaper, desk: tuple[CueRecord, Picture, Path], state: Path) -> None:
    with started(code=NEWER_PROTOCOL) as process:
        ended(iter_until(lambda: read_address(state) is not None))
        with pytest.raises(BridgeError, match="which speaks protocol 2"):
            ended(job(reaper, desk))
        process.terminate()


def iter_until(holds: Any) -> Iterator[None]:
    while not holds():
        yield


# --- a bridge of our own making -------------------------------------------------------------------


class Bridge:
    """A bridge whose answers about the one job come in turn; None is silence, "" hangs up."""

    def __init__(
        self, *answers: dict[str, Any] | None | str, status: dict[str, Any] | None = None
    ) -> None:
        self.left = list(answers)
        self.status = {"service": "filmcomposer-bridge", "protocol": 1, **(status or {})}
        self.asked: list[str] = []
        self.bodies: list[dict[str, Any]] = []

    def __call__(self, request: bytes) -> bytes | None:
        head, _, body = request.partition(b"\r\n\r\n")
        line = head.split(b" HTTP/", 1)[0].decode()
        self.asked.append(line)
        if line == "GET /v1/status":
            return json_answer(json.dumps(self.status))
        if line == "POST /v1/roots":
            self.bodies.append(json.loads(body))
            return json_answer("{}")
        if line == "POST /v1/jobs":
            self.bodies.append(json.loads(body))
        answer = self.left.pop(0) if len(self.left) > 1 else self.left[0]
        if answer is None:
            return None
        return b"" if isinstance(answer, str) else json_answer(json.dumps(answer))


def view(state: str, *log: str, step: str = "", next_: int | None = None, **more: Any) -> Any:
    return {
        "id": "j1", "key": "k", "stage": "score", "cue": "/c", "state": state, "step": step,
        "log": list(log), "next": len(log) if next_ is None else next_, "fraction": 0.5, **more,
    }  # fmt: skip


def carried(
    reaper: Reaper, desk: tuple[CueRecord, Picture, Path], state: Path, bridge: Bridge
) -> Any:
    state.mkdir(exist_ok=True)
    with Program(bridge) as program, in_place_of_a_bridge(state, program):
        return ended(job(reaper, desk))


def put_session(desk: tuple[CueRecord, Picture, Path], **changes: Any) -> Session:
    record, _, home = desk
    session = replace(a_session(record.id), **changes)
    path = cue_folder(record, home) / SESSION_FILE
    path.parent.mkdir(exist_ok=True)
    path.write_text(codec.dump_json(session), "utf-8")
    return session


def test_what_is_sent_and_what_is_told(
    reaper: Reaper, host: Host, desk: tuple[CueRecord, Picture, Path], state: Path
) -> None:
    record, picture, home = desk
    session = put_session(desk)
    bridge = Bridge(
        view("queued"),
        view("running", "A hit was moved.", step="spot", message="cuts", seconds_left=70.0),
        view("running", step="tempo", next_=1),
        view(
            "done",
            "Two.",
            "plan: up to date.",
            "mix: done in 0.1 s.",
            "Three.",
            "Done.",
            "Mix: -23.0 LUFS, true peak -10.4 dBTP.",
            step="tempo",
            next_=7,
        ),
    )
    assert carried(reaper, desk, state, bridge) == session
    roots, sent = bridge.bodies[:2], bridge.bodies[2]
    folder = cue_folder(record, home)
    assert [r["path"] for r in roots] == [str(Path(picture.path).parent), str(folder.parent)]
    assert sent["cue"] == str(folder)
    assert sent["params"] == {
        "clip": picture.path, "in_s": 0.5, "out_s": 3.5, "rate": 1.0, "until": "spot",
        "session": {"cue": record.id, "anchor_s": 10.0, "system": SYSTEM, "run": "", "lays": True},
    }  # fmt: skip
    assert host.console.splitlines() == [
        "FilmComposer: A hit was moved.",
        "FilmComposer: Two.",
        "FilmComposer: Three.",
    ]
    assert [line for line in dict.fromkeys(host.helps) if line] == [
        "FilmComposer: beginning ...",
        "FilmComposer: spot: cuts, 50 %, about 1 min 10 s left",
        "FilmComposer: tempo, 50 %",
    ]
    since = [line.partition("?")[2] for line in bridge.asked if "?" in line]
    assert since == ["since=0", "since=1", "since=1"]
    keys = {body["key"] for body in bridge.bodies if "key" in body}
    carried(reaper, desk, state, Bridge(view("done")))
    assert len(keys) == 1


@pytest.mark.parametrize("busy", ["running", "queued"])
def test_another_job_is_waited_for(
    reaper: Reaper, host: Host, desk: tuple[CueRecord, Picture, Path], state: Path, busy: str
) -> None:
    put_session(desk)
    carried(reaper, desk, state, Bridge(view("queued"), view("done"), status={busy: 1}))
    assert "FilmComposer: waiting for another job of the bridge ..." in host.helps


def test_cancel_knows_who_tells_of_the_end(
    reaper: Reaper, host: Host, desk: tuple[CueRecord, Picture, Path], state: Path
) -> None:
    bridge = Bridge(view("queued"), view("cancelled"))
    state.mkdir(exist_ok=True)
    with Program(bridge) as program, in_place_of_a_bridge(state, program):
        work = job(reaper, desk)
        ended(work, until=lambda: any("key" in body for body in bridge.bodies))
        key = next(body["key"] for body in bridge.bodies if "key" in body)
        assert reaper.recall(follower_key(key)) == '"clip" at 00:00:10:00'
        with pytest.raises(Cancelled) as caught:
            ended(work)
        assert reaper.recall(follower_key(key)) == ""
    assert str(caught.value) == (
        "The work was cancelled; nothing was changed in the project. What was finished is kept for "
        "the next run."
    )


def test_every_press_has_a_key_of_its_own(
    reaper: Reaper, desk: tuple[CueRecord, Picture, Path], state: Path
) -> None:
    put_session(desk)
    keys = set()
    for _ in range(3):
        bridge = Bridge(view("done"))
        carried(reaper, desk, state, bridge)
        keys |= {body["key"] for body in bridge.bodies if "key" in body}
    assert len(keys) == 3


def test_a_bridge_that_forgot_the_job_gets_it_again(
    reaper: Reaper, host: Host, desk: tuple[CueRecord, Picture, Path], state: Path
) -> None:
    session = put_session(desk)
    bridge = Bridge(view("running", "One."), "", view("done", "One.", "Two."))
    assert carried(reaper, desk, state, bridge) == session
    assert host.console.splitlines() == [
        "FilmComposer: One.",
        "FilmComposer: the bridge went away; it is started again and goes on from what was "
        "finished.",
        "FilmComposer: Two.",
    ]
    assert len({body["key"] for body in bridge.bodies if "key" in body}) == 1


def test_a_bridge_that_goes_away_again_and_again(
    reaper: Reaper, host: Host, desk: tuple[CueRecord, Picture, Path], state: Path
) -> None:
    bridge = Bridge("")
    with pytest.raises(BridgeError, match="is not there any more"):
        carried(reaper, desk, state, bridge)
    assert host.console.count("went away") == 3
    assert bridge.asked.count("POST /v1/jobs") == 4


def test_a_failure_without_a_reason_and_an_answer_without_sense(
    reaper: Reaper, desk: tuple[CueRecord, Picture, Path], state: Path
) -> None:
    with pytest.raises(BridgeError, match="gave no reason"):
        carried(reaper, desk, state, Bridge(view("failed")))
    fault = {"code": "bad_input", "message": "The clip is gone.", "hint": "Put it back."}
    with pytest.raises(BridgeError, match=r"The clip is gone\. Put it back\."):
        carried(reaper, desk, state, Bridge(view("failed", error=fault)))


# --- the project meanwhile ------------------------------------------------------------------------


def test_another_tab_comes_to_the_front(
    reaper: Reaper, host: Host, desk: tuple[CueRecord, Picture, Path], state: Path, tmp_path: Path
) -> None:
    home = desk[2]
    ours, project = host.project, project_in_front(reaper)
    work = wait_for_project(reaper, project, home)
    assert ended(work) is None  # at once where it is in front
    host.open_tab()
    work = wait_for_project(reaper, project, home)
    told = "FilmComposer: done. Go back to the tab of feature.rpp, to have it laid in."
    ended(work, until=lambda: host.help == told)
    next(work)
    assert host.console == f"{told}\n"
    host.show(ours)
    assert ended(work) is None
    host.open_tab()
    work = wait_for_project(reaper, project, home)
    next(work)
    host.close_tab(ours)
    with pytest.raises(DawError, match=r"feature\.rpp was closed before"):
        ended(work)


def test_which_projects_are_the_same() -> None:
    one = Project(handle="a", path=Path("/x.rpp"))
    assert one.is_same(Project(handle="a", path=Path("/saved as.rpp")))
    assert one.is_same(Project(handle="b", path=Path("/x.rpp")))
    assert not one.is_same(Project(handle="b", path=Path("/y.rpp")))
    assert not Project(handle="a", path=None).is_same(Project(handle="b", path=None))


def test_the_button_goes_out_when_the_script_is_ended(
    reaper: Reaper, host: Host, desk: tuple[CueRecord, Picture, Path], state: Path
) -> None:
    from filmcomposer_reaper.adapter.window import command_name

    reaper.action = "spot_video"
    host.commands[command_name(os.path.join(sys.path[0], "FilmComposer_Spot_video.py"))] = 50001
    state.mkdir(exist_ok=True)
    bridge = Bridge(view("running", step="see"))
    with Program(bridge) as program, in_place_of_a_bridge(state, program):
        work = job(reaper, desk)
        ended(work, until=lambda: "see" in host.help)
        assert host.toggles == {50001: 1}
        work.close()
    assert host.toggles == {50001: 0}
    assert host.help == ""


# --- the files ------------------------------------------------------------------------------------


def a_session(cue: str = "0a1b2c3d") -> Session:
    return Session(
        version=1, cue=cue, title="clip", anchor_s=10.0, length_s=3.0, fps_num=24, fps_den=1,
        reached="spot",
        markers=(SessionMarker(id="h1", time_s=11.0, name="8 downbeat | door", color="#ff0000",
                               hit_class="downbeat", early_frames=1, late_frames=2),),
        regions=(SessionRegion(id="A", start_s=10.0, end_s=13.0, name="A", color="#00ff00"),),
        beats=(TempoPoint(time_s=0.0, bpm=120.0, ramp=False, num=4, den=4),),
        tracks=(SessionTrack(id="t", kind="part", name="Cello", parent="", text="<TRACK\n>\n"),),
        theme=("a", "b"),
    )  # fmt: skip


def read(folder: Path, cue: str = "0a1b2c3d") -> Session:
    found: Session = ended(read_session(folder, cue))
    return found


def test_a_session_reads_as_the_core_reads_it(tmp_path: Path) -> None:
    (tmp_path / "reaper").mkdir()
    path = tmp_path / SESSION_FILE
    path.write_text(codec.dump_json(a_session()), "utf-8")
    assert read(tmp_path) == a_session()
    many = replace(a_session(), tracks=a_session().tracks * 200)
    path.write_text(codec.dump_json(many), "utf-8")
    work, steps = read_session(tmp_path, "0a1b2c3d"), 0
    for _ in iter(lambda: next(work, "end"), "end"):
        steps += 1
    assert steps >= 200 // 64 + 2


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_what_is_not_a_session_is_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Put a wrong value somewhere: it is refused in a sentence, or means what the core reads."""
    folder = tmp_path_factory.getbasetemp() / "sessions"
    (folder / "reaper").mkdir(parents=True, exist_ok=True)
    tree = json.loads(codec.dump_json(a_session()))
    spot: Any = tree
    while True:
        keys = list(spot) if isinstance(spot, dict) else list(range(len(spot)))
        key = data.draw(st.sampled_from(keys))
        if isinstance(spot[key], dict | list) and spot[key] and data.draw(st.booleans()):
            spot = spot[key]
            continue
        break
    junk = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.just([])
    if isinstance(spot, dict) and data.draw(st.booleans()):
        del spot[key]
    else:
        spot[key] = data.draw(junk)
    (folder / SESSION_FILE).write_text(json.dumps(tree), "utf-8")
    with suppress(DawError):  # anything else gets through
        assert read(folder) == codec.build(Session, tree, where="session.json")


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "makes no sense"), ("[]", "it holds no object"), ('{"version": 2}', "its version is 2"),
     ("\xff", "makes no sense"), ("{" * 100000, "makes no sense")],
)  # fmt: skip
def test_a_damaged_session(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "reaper").mkdir()
    (tmp_path / SESSION_FILE).write_text(text, "latin-1")
    with pytest.raises(DawError, match=why):
        read(tmp_path)


def test_a_session_that_is_not_there_or_of_another_cue(tmp_path: Path) -> None:
    with pytest.raises(DawError, match="could not be read"):
        read(tmp_path)
    (tmp_path / "reaper").mkdir()
    (tmp_path / SESSION_FILE).write_text(codec.dump_json(a_session("ffffffff")), "utf-8")
    with pytest.raises(DawError, match="it is of the cue ffffffff, not 0a1b2c3d"):
        read(tmp_path)


FLOATS = st.floats(0, 1)
NOTES = st.builds(
    ObservedNote, start_s=FLOATS, end_s=FLOATS, pitch=st.integers(0, 127),
    velocity=st.integers(1, 127), channel=st.integers(0, 15),
)  # fmt: skip
TRACKS = st.builds(
    ObservedTrack, id=st.text(max_size=5), name=st.none() | st.text(max_size=5),
    volume=st.none() | FLOATS, notes=st.none() | st.lists(NOTES, max_size=3).map(tuple),
    envelopes=st.dictionaries(
        st.sampled_from(["volume", "pan"]),
        st.lists(st.tuples(FLOATS, FLOATS), max_size=2).map(tuple), max_size=2,
    ),
)  # fmt: skip
SEEN = st.builds(
    Observed,
    markers=st.none() | st.lists(
        st.builds(ObservedMarker, id=st.text(max_size=3), time_s=FLOATS,
                  name=st.none() | st.text(max_size=4)), max_size=3).map(tuple),
    tracks=st.lists(TRACKS, max_size=3).map(tuple),
    theme=st.none() | st.builds(ObservedTheme, candidate=st.integers(0, 9)),
    tempo_rank=st.none() | st.integers(1, 9),
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(seen=SEEN)
def test_what_we_saw_reads_as_the_core_reads_it(
    tmp_path_factory: pytest.TempPathFactory, seen: Observed
) -> None:
    folder = tmp_path_factory.getbasetemp() / "seen"
    ended(write_observed(folder, seen))
    text = (folder / "reaper" / "observed.json").read_text("utf-8")
    where = "observed.json"
    assert codec.build(Observed, codec.parse_json(text, where=where), where=where) == seen
    assert [p.name for p in (folder / "reaper").iterdir()] == ["observed.json"]


def test_a_cue_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "reaper").write_text("in the way", "utf-8")
    with pytest.raises(DawError, match="could not be written"):
        ended(write_observed(tmp_path, Observed()))
