"""The emulation itself: it must do to a script what REAPER's wrapper and host do."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.reaper import Gap, Host, Misuse, Script
from tests.fakes.reaper.functions import Behaviour, Out
from tests.fakes.reaper.table import HOST_ONLY, functions

#: An address that is alive in every host made here.
TRACK = 0x45D0B20
TRACK_TEXT = "(MediaTrack*)0x00000000045D0B20"
NULL_TRACK = "(MediaTrack*)0x0000000000000000"

Run = Callable[..., tuple[Host, Script]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a script's text, with behaviours for the functions it calls."""

    def run(text: str, *, host: Host | None = None, **more: Behaviour) -> tuple[Host, Script]:
        host = host or Host(more=more)
        host.objects[TRACK] = "MediaTrack*"
        file = tmp_path / "script.py"
        file.write_text(textwrap.dedent(text), "utf-8")
        return host, host.run(file, when_running="new")

    return run


def value(run: Run, expression: str, **more: Behaviour) -> Any:
    """Return what an expression gives inside a script; what it raises is raised here."""
    text = f"""
    try:
        found = {expression}
    except Exception as fault:
        found = fault
    """
    _, script = run(text, **more)
    found = script.main.__dict__["found"]
    if isinstance(found, Exception):
        raise found
    return found


def seen(into: list[Any], result: Any = None) -> Behaviour:
    """Return a behaviour that notes what C receives."""

    def act(host: Host, *arguments: Any) -> Any:
        into.append(arguments)
        return result

    return act


# --- what a script finds --------------------------------------------------------------------------


def test_globals_of_a_script(run: Run) -> None:
    _, script = run("import sys; path = sys.path; has_argv = hasattr(sys, 'argv')")
    main = script.main.__dict__
    assert main["__name__"] == "__main__"
    assert "obj" in main
    assert "__file__" not in main
    assert main["has_argv"] is False
    assert main["path"][0] == str(script.file.parent)
    assert not [p for p in main["path"] if "site-packages" in p]


def test_main_is_the_script_as_reapy_looks_for_it(run: Run) -> None:
    assert value(run, "hasattr(__import__('sys').modules['__main__'], 'obj')") is True


def test_defer_is_in_main_only_and_the_rest_in_reaper_python_too(run: Run) -> None:
    _, script = run(
        """
        import reaper_python
        names = set(dir(reaper_python))
        """
    )
    main = script.main.__dict__
    for name in functions():
        assert f"RPR_{name}" in main
        assert (f"RPR_{name}" in main["names"]) is (name not in HOST_ONLY)
    assert main["names"] >= {"_ft", "rpr_getfp", "rpr_initft", "rpr_packp", "rpr_unpackp"}
    assert main["names"] >= {"rpr_packs", "rpr_unpacks", "rpr_packsc"}


@pytest.mark.parametrize("module", ["numpy", "pytest", "filmcomposer_core", "tests"])
def test_nothing_of_the_environment_can_be_imported(run: Run, module: str) -> None:
    with pytest.raises(ModuleNotFoundError, match=module):
        value(run, f"__import__({module!r})")


def test_every_run_imports_its_modules_afresh(run: Run, tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("count = 0", "utf-8")
    text = "import beside; beside.count += 1; RPR_defer('again = beside.count')"
    host, first = run(text)
    _, second = run(text, host=host)
    host.tick()
    assert [s.main.__dict__["again"] for s in (first, second)] == [1, 1]
    assert first.world.modules["beside"] is not second.world.modules["beside"]


def test_print_is_lost_and_there_is_no_input(run: Run) -> None:
    host, script = run("print('heard by nobody')\ninput()")
    assert host.console == ""
    assert script.printed.startswith("heard by nobody")
    assert "OSError" in script.uncaught[0]


def test_the_tests_own_python_is_put_back(run: Run) -> None:
    import sys

    before = list(sys.path), sys.argv, sys.stdin, dict(sys.modules)
    run("import sys; sys.path.insert(0, 'somewhere'); import reaper_python; 1 / 0")
    assert (list(sys.path), sys.argv, sys.stdin) == before[:3]
    assert "reaper_python" not in sys.modules
    assert all(sys.modules[name] is module for name, module in before[3].items())


# --- calls that go wrong --------------------------------------------------------------------------


def test_what_reaper_does_not_know_is_a_name_error(run: Run) -> None:
    with pytest.raises(NameError, match="RPR_NoSuchThing"):
        value(run, "RPR_NoSuchThing()")


def test_what_a_version_does_not_have_is_a_name_error(run: Run) -> None:
    text = "found = 'RPR_GetRegionOrMarker' in globals()"
    assert run(text, host=Host(version=(7, 61)))[1].main.__dict__["found"] is False
    assert run(text, host=Host(version=(7, 62)))[1].main.__dict__["found"] is True


@pytest.mark.parametrize("call", ["RPR_Audio_Init()", "__import__('reaper_python')._ft['X']"])
def test_a_gap_gets_through_to_the_test_whatever_the_script_catches(run: Run, call: str) -> None:
    with pytest.raises(Gap, match=r"no behaviour for RPR_Audio_Init|no C address for X"):
        run(f"try:\n    {call}\nexcept BaseException:\n    pass")


@pytest.mark.parametrize("call", ["RPR_defer(print)", "RPR_atexit(None)", "RPR_runloop(b'x')"])
def test_defer_takes_text(run: Run, call: str) -> None:
    with pytest.raises(Misuse, match="take source text"):
        run(call)


@pytest.mark.parametrize("call", ["RPR_time_precise(1)", "RPR_ShowConsoleMsg()"])
def test_a_wrong_number_of_arguments(run: Run, call: str) -> None:
    with pytest.raises(TypeError, match="positional arguments"):
        value(run, call)


def test_a_thread_inside_reaper_is_misuse(run: Run) -> None:
    text = """
    import threading
    gate = threading.Event()
    thread = threading.Thread(target=gate.wait, daemon=True)
    thread.start()
    """
    host = Host()
    try:
        with pytest.raises(Misuse, match="thread"):
            run(text, host=host)
    finally:
        host.scripts[0].main.__dict__["gate"].set()
        host.scripts[0].main.__dict__["thread"].join()


# --- arguments ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "address"),
    [
        (repr(TRACK_TEXT), TRACK),
        ("0", 0),
        ("None", 0),
        ("''", 0),
        (repr(NULL_TRACK), 0),
        (repr(TRACK_TEXT.replace("MediaTrack", "MediaItem")), 0),
        (repr(TRACK_TEXT.replace("45D0B20", "45D0B24")), 0),  # dead
        (repr(TRACK_TEXT.lower()), 0),  # its hex digits are capitals
        (str(TRACK), 0),
    ],
)
def test_pointers(run: Run, given: str, address: int) -> None:
    got: list[Any] = []
    value(run, f"RPR_CountTrackMediaItems({given})", CountTrackMediaItems=seen(got, 0))
    assert got == [(address,)]


def test_a_pointer_result_is_text_and_null_is_truthy(run: Run) -> None:
    assert value(run, "RPR_GetTrack(0, 0)", GetTrack=lambda *_: TRACK) == TRACK_TEXT
    assert value(run, "bool(RPR_GetTrack(0, 9))", GetTrack=lambda *_: None) is True
    assert value(run, "RPR_GetTrack(0, 9)", GetTrack=lambda *_: None) == NULL_TRACK


@pytest.mark.parametrize(
    ("given", "received"),
    [("'Geige ♪'", "Geige ♪"), ("None", "None"), ("b'x'", "b'x'"), ("5", "5"), ("'a\\0b'", "a")],
)
def test_const_char(run: Run, given: str, received: str) -> None:
    host, _ = run(f"RPR_ShowConsoleMsg('|')\nRPR_ShowConsoleMsg({given})")
    assert host.console == f"|{received}"


@pytest.mark.parametrize("given", ["None", "'x'", "0.5"])
def test_what_c_cannot_take_as_a_whole_number(run: Run, given: str) -> None:
    with pytest.raises(TypeError):
        value(run, f"RPR_GetTrack(0, {given})", GetTrack=seen([], None))


def test_numbers_wrap_as_c_does(run: Run) -> None:
    got: list[Any] = []
    value(run, "RPR_GetTrack(0, 2**32 + 7)", GetTrack=seen(got, None))
    value(run, "RPR_ShowMessageBox('a', 'b', True)", ShowMessageBox=seen(got, 1))
    assert got == [(0, 7), ("a", "b", 1)]


def test_by_reference_takes_no_none(run: Run) -> None:
    with pytest.raises(TypeError):
        value(run, "RPR_TrackFX_GetParam(0, 0, 0, None, 0)", TrackFX_GetParam=seen([], 0.0))


# --- results --------------------------------------------------------------------------------------


def test_a_tuple_is_the_result_and_then_every_argument(run: Run) -> None:
    def act(host: Host, *_: Any) -> Out:
        return Out(0.25, {"minvalOut": 0.0, "maxvalOut": 2.0})

    found = value(run, f"RPR_TrackFX_GetParam({TRACK_TEXT!r}, 1, 2, 0, 0)", TrackFX_GetParam=act)
    assert found == (0.25, TRACK_TEXT, 1, 2, 0.0, 2.0)
    assert [type(v) for v in found] == [float, str, int, int, float, float]


def test_a_void_functions_tuple_has_no_result(run: Run) -> None:
    def act(host: Host, *_: Any) -> Out:
        return Out(None, {"timesig_numOut": 7, "timesig_denomOut": 8, "tempoOut": 96.0})

    found = value(
        run, "RPR_TimeMap_GetTimeSigAtTime(0, 4.5, 0, 0, 0)", TimeMap_GetTimeSigAtTime=act
    )
    assert found == (0, 4.5, 7, 8, 96.0)


def test_every_function_of_the_table_gives_the_shape_that_its_arguments_say(run: Run) -> None:
    zero: dict[str, Any] = {"void": None, "double": 0.0, "bool": False, "const char*": ""}
    more, lines = {}, []
    for f in functions().values():
        if f.name in HOST_ONLY:
            continue
        result = zero.get(f.returns, 0)
        more[f.name] = lambda host, *a, _r=result: Out(_r)
        given = ["[]" if a.passing == "list" else "0" for a in f.arguments]
        lines.append(f"found[{f.name!r}] = RPR_{f.name}({', '.join(given)})")
    # What a host without the three special behaviours does not offer is not in its table.
    _, script = run("found = {}\n" + "\n".join(lines), **more)
    assert script.uncaught == []
    found = script.main.__dict__["found"]
    assert len(found) == 720
    for f in functions().values():
        if f.name not in found or f.name == "GetAudioAccessorSamples":
            continue
        outs = any(a.out for a in f.arguments)
        assert isinstance(found[f.name], tuple) is outs, f.name
        if outs:
            assert len(found[f.name]) == len(f.arguments) + (f.returns != "void"), f.name
    assert found["GetAudioAccessorSamples"] == (0, [])


def test_a_bool_result_is_a_number(run: Run) -> None:
    found = value(run, "RPR_HasExtState('a', 'b')")
    assert found == 0
    assert type(found) is int


def test_a_null_text_result_raises_as_the_wrapper_does(run: Run) -> None:
    with pytest.raises(AttributeError, match="decode"):
        value(run, "RPR_GetTakeName(0)", GetTakeName=lambda *_: None)


def name_of(text: str) -> Behaviour:
    return lambda *_: Out(True, {"bufOut": text})


@pytest.mark.parametrize(
    ("size", "read"),
    [(512, "Streicher"), (10, "Streicher"), (9, "Streiche"), (1, ""), (0, "before")],
)
def test_a_buffer_is_cut_to_the_stated_size(run: Run, size: int, read: str) -> None:
    found = value(run, f"RPR_GetTrackName(0, 'before', {size})", GetTrackName=name_of("Streicher"))
    assert found == (1, 0, read, size)


def test_a_buffer_is_read_up_to_the_first_nul_and_must_be_utf8(run: Run) -> None:
    found = value(run, "RPR_GetTrackName(0, None, 64)", GetTrackName=name_of("ab\0cd"))
    assert found[2] == "ab"
    with pytest.raises(UnicodeDecodeError):  # the size cuts the second of two bytes off
        value(run, "RPR_GetTrackName(0, '', 3)", GetTrackName=name_of("aä"))


def test_none_in_a_buffer_is_text(run: Run) -> None:
    got: list[Any] = []
    value(
        run,
        "RPR_GetSetMediaTrackInfo_String(0, 'P_NAME', None, True)",
        GetSetMediaTrackInfo_String=seen(got, True),
    )
    assert got == [(0, "P_NAME", "None", 1)]


def test_four_mebibytes_are_all_there_is(run: Run) -> None:
    big = 4 * 1024 * 1024
    with pytest.raises(Misuse, match="past the 4 MiB buffer"):
        run(f"RPR_GetTrackName(0, '', {big + 1})", GetTrackName=name_of("x"))
    call = "RPR_GetTrackStateChunk(0, '', 4194304, False)"
    act = lambda *_: Out(True, {"strNeedBig": "x" * (big + 5)})  # noqa: E731
    assert len(value(run, call, GetTrackStateChunk=act)[2]) == big - 1
    with pytest.raises(ValueError, match="too long"):
        value(run, f"RPR_GetTrackName(0, 'x' * {big + 1}, 5)", GetTrackName=name_of("x"))


@pytest.mark.parametrize("wrong", [1, None, "x"])
def test_a_behaviour_of_the_wrong_type_is_refused(run: Run, wrong: object) -> None:
    with pytest.raises(Misuse, match="a behaviour returned"):
        run("RPR_IsTrackVisible(0, 0)", IsTrackVisible=lambda *_: wrong)


# --- time -----------------------------------------------------------------------------------------


def test_deferred_text_runs_in_the_scripts_globals_at_the_next_tick(run: Run) -> None:
    host, script = run(
        """
        done = []
        def step():
            done.append(RPR_time_precise())
            if len(done) < 3:
                RPR_defer('step()')
        RPR_defer('step()')
        RPR_atexit('done.append("end")')
        """
    )
    done = script.main.__dict__["done"]
    assert done == []
    for _ in range(5):
        host.tick()
    assert done[:3] == pytest.approx([1000 + n / 30 for n in (1, 2, 3)])
    assert done[3:] == ["end"]
    assert script.ended


def test_ending_a_script_runs_what_it_left_for_its_end(run: Run) -> None:
    host, script = run("RPR_atexit('RPR_ShowConsoleMsg(\"bye\")')\nRPR_defer('1 / 0')")
    script.terminate()
    host.tick()
    assert host.console == "bye"
    assert script.uncaught == []


def test_a_second_run_of_a_running_script(run: Run) -> None:
    host, first = run("RPR_defer('RPR_defer(\"pass\")')")
    with pytest.raises(Misuse, match="still runs"):
        host.run(first.file)
    host.run(first.file, when_running="terminate")
    assert first.ended


def test_what_a_script_does_not_catch_is_kept_and_reaper_goes_on(run: Run) -> None:
    host, script = run("RPR_defer('1 / 0')")
    host.tick()
    assert "ZeroDivisionError" in script.uncaught[0]
    assert script.ended


@pytest.mark.parametrize(
    "line",
    [
        "import time; time.sleep(0)",
        "import socket; socket.getaddrinfo('127.0.0.1', 1)",
        "import socket\nwith socket.socket() as s: s.connect_ex(('127.0.0.1', 9))",
    ],
)
def test_blocking_is_noted(run: Run, line: str) -> None:
    _, script = run(line)
    assert [event.blocks for event in script.events] == [True]


def test_own_time_leaves_out_what_the_emulation_needs(run: Run) -> None:
    def slow(host: Host, *_: Any) -> int:
        return sum(range(300_000)) * 0

    _, script = run("RPR_CountTracks(0)", CountTracks=slow)
    (only,) = script.slices
    assert 0 <= only.own_s < only.total_s
    assert only.total_s - only.own_s > only.own_s
