"""Nothing outside the registered folders is opened, whatever a path looks like."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import stat
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_bridge.access import (
    MAX_ENTRIES,
    MAX_LEDGER_BYTES,
    MAX_ROOTS,
    CheckedJob,
    Roots,
    check_job,
)
from filmcomposer_bridge.paths import (
    MAX_PATH_CHARS,
    NotRegisteredError,
    check_text,
    lies_in,
    resolve,
    shown,
)
from filmcomposer_core.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A registered folder with a clip and a soundfont, and a folder outside with the same."""

    root: Path
    outside: Path

    def check(self, cue: Path | str = "", **params: object) -> CheckedJob:
        given = {"clip": str(self.root / "clip.mp4"), **params}
        kept = {name: value for name, value in given.items() if value is not None}
        return check_job("score", str(cue or self.root / "cue"), kept, [self.root])


def fill(folder: Path) -> None:
    folder.mkdir(parents=True)
    for name in ("clip.mp4", "font.sf2", "notes.txt"):
        (folder / name).write_bytes(b"data")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    # Resolved: the temporary folder of macOS is behind a link.
    base = tmp_path.resolve()
    found = Place(root=base / "root", outside=base / "outside")
    fill(found.root)
    fill(found.outside)
    return found


def write_ledger(cue: Path, **values: object) -> None:
    cue.mkdir(exist_ok=True)
    (cue / "cue.json").write_text(json.dumps({"schema_version": 1, "settings": values}), "utf-8")


# -- what is allowed ---------------------------------------------------------------------------


def test_a_job_inside_is_allowed_and_its_paths_are_resolved(place: Place) -> None:
    (place.root / "link.mp4").symlink_to(place.root / "clip.mp4")
    (place.root / "films").symlink_to(place.root)
    for clip in ("clip.mp4", "link.mp4", "films/clip.mp4", "films/../root/./clip.mp4"):
        job = place.check(
            clip=f"{place.root}/{clip}", soundfont=str(place.root / "font.sf2"), seed=7
        )
        assert job == CheckedJob(
            stage="score",
            cue=place.root / "cue",
            params={
                "clip": str(place.root / "clip.mp4"),
                "soundfont": str(place.root / "font.sf2"),
                "seed": 7,
            },
        )


@pytest.mark.parametrize("tail", ["cue", "new/deep/cue", ".", "a b/Žü/映画"])
def test_the_cue_folder_may_be_new_or_empty(place: Place, tail: str) -> None:
    (place.root / "sub").mkdir()
    cue = place.root / "sub" / tail
    assert place.check(cue).cue == cue
    cue.mkdir(parents=True, exist_ok=True)
    (cue / ".DS_Store").write_bytes(b"")
    assert place.check(cue).cue == cue


def test_reaper_may_write_before_there_is_a_cue(place: Place) -> None:
    folder = place.root / "cue" / "reaper"
    folder.mkdir(parents=True)
    for name in ("observed.json", "session.json", ".observed.json.part"):
        (folder / name).write_text("{}", "utf-8")
    place.check(observed=True)
    (folder / "notes.txt").write_text("mine", "utf-8")
    with pytest.raises(InputError, match="holds other files"):
        place.check(observed=True)


SESSION = {"cue": "0123abcd", "anchor_s": 0.0, "system": "linux"}


def test_reapers_resource_folder_is_resolved_and_must_be_registered(place: Place) -> None:
    inside, outside = place.root / "REAPER", place.outside / "REAPER"
    for folder in (inside, outside):
        folder.mkdir()
    (place.root / "link").symlink_to(inside)
    job = place.check(session=SESSION | {"resources": str(place.root / "link"), "sound": "mine"})
    assert job.params["session"] == SESSION | {"resources": str(inside), "sound": "mine"}
    with pytest.raises(NotRegisteredError):
        place.check(session=SESSION | {"resources": str(outside)})
    (place.root / "way").symlink_to(outside)
    with pytest.raises(NotRegisteredError):
        place.check(session=SESSION | {"resources": str(place.root / "way")})
    with pytest.raises(InputError, match="is not a folder"):
        place.check(session=SESSION | {"resources": str(place.root / "clip.mp4")})


@pytest.mark.parametrize("asked", [{"observed": True}, {"session": SESSION}])
@pytest.mark.parametrize("name", ["observed.json", "session.json"])
def test_no_link_is_followed_to_what_is_exchanged_with_reaper(
    place: Place, asked: dict[str, Any], name: str
) -> None:
    cue = place.root / "cue"
    write_ledger(cue, clip=str(place.root / "clip.mp4"))
    (cue / "reaper").mkdir()
    (cue / "mine.json").write_text("{}", "utf-8")
    (cue / "reaper" / name).symlink_to(cue / "mine.json")
    place.check()
    with pytest.raises(InputError, match=f"{name} is not a file of the cue's own"):
        place.check(**asked)
    (cue / "reaper" / name).unlink()
    (cue / "reaper" / name).mkdir()
    with pytest.raises(InputError, match="is not a file"):
        place.check(**asked)
    (cue / "reaper" / name).rmdir()
    (cue / "reaper").rmdir()
    (cue / "other").mkdir()
    (cue / "reaper").symlink_to(cue / "other")
    with pytest.raises(InputError, match="reaper is not a folder of the cue's own"):
        place.check(**asked)


def test_a_link_to_a_folder_inside_is_followed(place: Place) -> None:
    (place.root / "way").symlink_to(place.root / "elsewhere")
    assert place.check(place.root / "way").cue == place.root / "elsewhere"
    assert place.check(place.root / "way" / "cue").cue == place.root / "elsewhere" / "cue"


def test_a_run_that_was_killed_before_its_first_result_can_be_taken_up(place: Place) -> None:
    (place.root / "cue" / ".filmcomposer" / "work").mkdir(parents=True)
    (place.root / "cue" / "analysis.json").write_text("{}", "utf-8")
    place.check()


def test_an_empty_soundfont_is_the_shipped_one(place: Place) -> None:
    assert place.check(soundfont="").params["soundfont"] == ""


def test_endings_are_read_in_any_case(place: Place) -> None:
    (place.root / "A.MOV").write_bytes(b"data")
    place.check(clip=str(place.root / "A.MOV"))


# -- what lies outside -------------------------------------------------------------------------


def ways_out(place: Place) -> Iterator[tuple[str, str]]:
    """Yield a way for a file and for a new folder out of the root."""
    root, outside = place.root, place.outside
    (root / "dir").mkdir()
    (root / "out").symlink_to(outside)
    (root / "chain").symlink_to(root / "out")
    (root / "up").symlink_to("..")
    (root / "dir" / "relative").symlink_to("../../outside")
    (root / "file.mp4").symlink_to(outside / "clip.mp4")
    (root / "broken").symlink_to(outside / "nothing")
    yield f"{outside}/clip.mp4", f"{outside}/cue"
    yield f"{root}/../outside/clip.mp4", f"{root}/../outside/cue"
    yield f"{root}/out/clip.mp4", f"{root}/out/cue"
    yield f"{root}/chain/clip.mp4", f"{root}/chain"
    yield f"{root}/up/outside/clip.mp4", f"{root}/up/outside/new"
    yield f"{root}/dir/relative/clip.mp4", f"{root}/dir/relative"
    yield f"{root}/out/../outside/clip.mp4", f"{root}/new/../../outside/cue"
    yield f"{root}/file.mp4", f"{root}/broken"
    yield f"{root}x/clip.mp4", f"{root}x"
    yield f"//{outside}/clip.mp4", f"//{outside}/cue"
    yield f"/proc/self/root{outside}/clip.mp4", "/"
    yield f"{root}/broken", f"{root}/broken/deeper"


def test_every_way_out_is_refused(place: Place) -> None:
    for file, folder in ways_out(place):
        for sent in ({"clip": file}, {"soundfont": file}, {"cue": folder}):
            with pytest.raises(NotRegisteredError, match="not in a registered folder") as caught:
                place.check(**sent)
            assert caught.value.code == "not_registered"
            assert shown(next(iter(sent.values()))) in caught.value.message
            assert "Register its folder first" in caught.value.hint


def test_what_lies_outside_is_not_told(place: Place) -> None:
    """Whether something is there, a file or a folder, readable or not: the sentence is the same."""
    (place.outside / "loop").symlink_to(place.outside / "loop")
    (place.outside / "shut").mkdir(mode=0)
    sentences = set()
    for name in ("clip.mp4", "nothing.mp4", "notes.txt", "", "shut/clip.mp4"):
        path = f"{place.outside}/{name}"
        with pytest.raises(NotRegisteredError) as caught:
            place.check(clip=path)
        sentences.add(caught.value.message.replace(path, "PATH"))
    assert sentences == {"The clip PATH is not in a registered folder."}


def test_a_sentence_does_not_tell_where_a_link_leads(place: Place) -> None:
    (place.root / "out").symlink_to(place.outside)
    with pytest.raises(NotRegisteredError) as caught:
        place.check(place.root / "out" / "cue")
    assert str(place.outside) not in str(caught.value)


def test_a_root_that_became_a_link_counts_for_nothing(place: Place) -> None:
    for change in (place.root, place.root.parent / "films" / "root"):
        root = place.root
        if change != root:
            # A folder above the root is replaced.
            fill(change)
            root = change
            change = change.parent
        paths = {"clip": str(root / "clip.mp4")}
        check_job("score", str(root / "cue"), paths, [root])
        shutil.rmtree(change)
        (place.outside / "root").mkdir(exist_ok=True)
        (place.outside / "root" / "clip.mp4").write_bytes(b"data")
        change.symlink_to(place.outside)
        with pytest.raises(NotRegisteredError):
            check_job("score", str(root / "cue"), paths, [root])
        change.unlink()


def test_a_link_moved_between_two_checks_is_found(place: Place) -> None:
    (place.root / "way").symlink_to(place.root / "inner")
    place.check(place.root / "way")
    (place.root / "way").unlink()
    (place.root / "way").symlink_to(place.outside / "inner")
    with pytest.raises(NotRegisteredError):
        place.check(place.root / "way")


def test_links_in_circles_are_refused(place: Place) -> None:
    (place.root / "a").symlink_to(place.root / "b")
    (place.root / "b").symlink_to(place.root / "a")
    (place.root / "me").symlink_to("me")
    for name in ("a", "a/cue", "me", "me/../../outside/x", "b/clip.mp4"):
        for sent in ({"cue": f"{place.root}/{name}"}, {"clip": f"{place.root}/{name}"}):
            with pytest.raises(InputError, match=r"circles|not in a registered"):
                place.check(**sent)


def test_a_chain_of_links_longer_than_python_can_follow_is_refused(place: Place) -> None:
    (place.root / "link0").symlink_to(place.outside)
    for number in range(1, 1500):
        (place.root / f"link{number}").symlink_to(f"link{number - 1}")
    with pytest.raises(InputError):
        place.check(place.root / "link1499" / "cue")


names = st.sampled_from(["a", "b", "c", "in", "out", "up", "loop", "..", ".", "", "new", "x" * 300])


@settings(deadline=None)
@given(st.lists(names, max_size=7), st.sampled_from(["", "root", "outside", "root/a/b"]))
def test_what_is_allowed_lies_inside_by_the_systems_own_word(parts: list[str], start: str) -> None:
    """Independent oracle: which folder the kernel itself comes to."""
    with tempfile.TemporaryDirectory() as name:
        base = Path(name).resolve()
        root = base / "root"
        (root / "a" / "b").mkdir(parents=True)
        (base / "outside" / "a").mkdir(parents=True)
        (root / "in").symlink_to("a")
        (root / "a" / "out").symlink_to(base / "outside")
        (root / "a" / "b" / "up").symlink_to("../../..")
        (root / "loop").symlink_to("loop")
        (base / "outside" / "in").symlink_to(root)
        text = f"{base}/{start}/{'/'.join(parts)}"
        try:
            path: Path | None = resolve("The folder", text)
        except InputError:
            path = None
        allowed = path is not None and lies_in(path, [root])
        inside = {_number(folder) for folder, _, _ in os.walk(root)}
        try:
            there = _number(text)
        except OSError:
            # Not there, or not to be reached: then only the place where it would be counts.
            if allowed and path is not None:
                assert path.is_relative_to(root)
                assert not any(os.path.islink(part) for part in (path, *path.parents))
            return
        assert allowed == (there in inside)
        assert path is not None
        assert _number(path) == there


def _number(path: str | Path) -> tuple[int, int]:
    status = os.stat(path)
    return status.st_dev, status.st_ino


# -- the text of a path ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("relative/clip.mp4", "absolute"),
        ("~/clip.mp4", "absolute"),
        ("C:\\clip.mp4", "absolute"),
        ("/a\0b", "control"),
        ("/a\nb", "control"),
        ("/a\x7fb", "control"),
        ("/a\ud800b", "Unicode"),
        ("/" + "a" * MAX_PATH_CHARS, "more than 4000"),
    ],
)
def test_a_path_that_is_no_path_is_refused_by_its_text(
    place: Place, text: str, reason: str
) -> None:
    with pytest.raises(InputError, match=reason) as caught:
        check_text(f"The clip {shown(text)}", text, windows=False)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 500
    with pytest.raises(InputError):
        place.check(text or "\0")
    with pytest.raises(InputError):
        place.check(clip=text or "\0")


@pytest.mark.parametrize(
    "text",
    [
        "\\\\server\\share\\clip.mp4",
        "//server/share/clip.mp4",
        "/\\server\\share",
        "\\\\?\\C:\\clip.mp4",
        "\\\\.\\PhysicalDrive0",
        "//./pipe/x",
        "\\??\\C:\\x",
        "C:clip.mp4",
        "\\clip.mp4",
        "clip.mp4",
        "/clip.mp4",
        "C:\\clip.mp4:stream",
        "C:\\clip.mp4::$DATA",
        "C:\\films:x\\clip.mp4",
        "C:\\NUL",
        "C:\\nul.mp4",
        "C:\\films\\com1.mov\\x",
        "C:\\COM¹",
        "C:\\Conin$",
        "C:\\aux .mp4",
        "C:\\films.\\clip.mp4",
        "C:\\films \\clip.mp4",
        "C:\\cl?p.mp4",
        "C:\\<a>",
        "C:\\...\\x",
    ],
)
def test_windows_names_of_devices_shares_and_streams_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        check_text("The clip", text, windows=True)


@pytest.mark.parametrize(
    "text",
    [
        "C:\\Films\\clip.mp4",
        "c:/Films/clip.mp4",
        "Z:\\ä ö\\..\\console.mp4",
        "D:\\",
        "C:\\a\\NULL.mp4",
    ],
)
def test_plain_windows_paths_pass(text: str) -> None:
    check_text("The clip", text, windows=True)


@given(st.text(), st.booleans())
def test_any_text_is_taken_or_refused_in_a_printable_sentence(text: str, windows: bool) -> None:
    try:
        check_text(f"The clip {shown(text)}", text, windows=windows)
    except InputError as exc:
        fault: InputError | None = exc
    else:
        fault = None
    assert fault is None or (str(fault).isprintable() and fault.hint and len(str(fault)) < 500)


def test_a_name_too_long_for_the_disk_is_refused_before_work(place: Place) -> None:
    with pytest.raises(InputError, match="cannot be used"):
        place.check(place.root / ("x" * 300))
    with pytest.raises(InputError, match="cannot be read"):
        place.check(clip=f"{place.root}/{'x' * 300}.mp4")


# -- the kind of a file ------------------------------------------------------------------------


def test_only_media_and_soundfonts_are_read(place: Place) -> None:
    for name in ("notes.txt", "clip.mp4", "none"):
        (place.root / name).write_bytes(b"data")
        with pytest.raises(InputError, match=r"not of a known kind .*Known endings: \.sf2 \.sf3\."):
            place.check(soundfont=str(place.root / name))
    for name in ("notes.txt", "font.sf2"):
        with pytest.raises(InputError, match="not of a known kind"):
            place.check(clip=str(place.root / name))


def test_a_vision_model_is_a_folder_or_an_onnx_file_under_a_root(place: Place) -> None:
    for folder in (place.root, place.outside):
        (folder / "model.onnx").write_bytes(b"data")
    for good in (place.root, place.root / "model.onnx"):
        assert place.check(vision_model=str(good)).params["vision_model"] == str(good)
    assert place.check(vision_model="").params["vision_model"] == ""
    (place.root / "away").symlink_to(place.outside)
    for bad, match in (
        (place.root / "clip.mp4", r"not of a known kind .*Known endings: \.onnx\."),
        (place.root / "gone.onnx", "The vision model .* cannot be read"),
        (place.root / "away", "The vision model .* is not in a registered folder"),
        (place.outside / "model.onnx", "is not in a registered folder"),
    ):
        with pytest.raises(InputError, match=match):
            place.check(vision_model=str(bad))


def test_a_clip_that_is_missing_or_no_file_is_named(place: Place) -> None:
    (place.root / "folder.mp4").mkdir()
    (place.root / "broken.mp4").symlink_to(place.root / "nothing.mp4")
    for name, reason in (
        ("gone.mp4", "cannot be read"),
        ("broken.mp4", "cannot be read"),
        ("clip.mp4/x.mp4", "cannot be read"),
        ("folder.mp4", "is not a file"),
    ):
        with pytest.raises(InputError, match=reason) as caught:
            place.check(clip=f"{place.root}/{name}")
        assert f"The clip {place.root}/{name}" in caught.value.message


@contextlib.contextmanager
def special_files(folder: Path) -> Iterator[list[Path]]:
    """Make a pipe and a socket where the system has them as files."""
    made: list[Path] = []
    with contextlib.ExitStack() as stack:
        if hasattr(os, "mkfifo"):
            os.mkfifo(folder / "pipe.mp4")
            made.append(folder / "pipe.mp4")
        if hasattr(socket, "AF_UNIX"):
            stack.enter_context(contextlib.chdir(folder))
            server = stack.enter_context(socket.socket(socket.AF_UNIX))
            server.bind("socket.mp4")
            made.append(folder / "socket.mp4")
        yield made


def test_pipes_and_sockets_are_not_opened(place: Place) -> None:
    """An open would wait for ever."""
    cue = place.root / "cue"
    cue.mkdir()
    with special_files(cue) as made:
        for path in made:
            with pytest.raises(InputError, match="is not a file"):
                place.check(clip=str(path), cue=place.root / "other")
        if made:
            with pytest.raises(InputError, match="in it is not a file"):
                place.check()


# -- the cue folder ----------------------------------------------------------------------------


def test_a_cue_folder_of_other_things_is_refused(place: Place) -> None:
    with pytest.raises(InputError, match=r"holds other files and no cue\.json"):
        place.check(place.root)
    with pytest.raises(InputError, match="is a file, not a folder"):
        place.check(place.root / "clip.mp4")
    with pytest.raises(InputError, match="cannot be used"):
        place.check(place.root / "clip.mp4" / "cue")
    with pytest.raises(InputError, match="private folder"):
        place.check(place.root / "cue" / ".filmcomposer" / "work")


@pytest.mark.parametrize(
    "name", ["cue.wav", "stems", ".filmcomposer", "history/deep/link", "cue.json"]
)
@pytest.mark.parametrize("kind", ["file", "folder", "nothing", "relative", "round"])
def test_a_link_out_of_the_cue_folder_is_refused(place: Place, name: str, kind: str) -> None:
    cue = place.root / "cue"
    write_ledger(cue, clip=str(place.root / "clip.mp4"))
    place.check(cue)
    link = cue / name
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    # Even to a place under the root: what a run writes stays in its cue folder.
    target = {
        "file": place.outside / "clip.mp4",
        "folder": place.root,
        "nothing": place.outside / "new.wav",
        "relative": Path(*[".."] * (len(Path(name).parts)), "clip.mp4"),
        "round": cue / ".." / "clip.mp4",
    }[kind]
    link.symlink_to(target)
    with pytest.raises(InputError, match="is a link that leads out of it") as caught:
        place.check(cue)
    assert str(Path(name)) in caught.value.message
    assert str(place.outside) not in str(caught.value)


def test_links_inside_the_cue_folder_are_allowed(place: Place) -> None:
    cue = place.root / "cue"
    write_ledger(cue, clip=str(place.root / "clip.mp4"))
    (cue / "stems").mkdir()
    (cue / "mine").symlink_to("stems")
    (cue / "stems" / "back").symlink_to(cue / "cue.json")
    place.check(cue)


@pytest.mark.parametrize("name", [".filmcomposer/lock", ".cue.json.part", ".filmcomposer/last/x"])
def test_a_second_name_of_a_file_elsewhere_is_not_written_through(place: Place, name: str) -> None:
    cue = place.root / "cue"
    write_ledger(cue, clip=str(place.root / "clip.mp4"))
    (cue / name).parent.mkdir(parents=True, exist_ok=True)
    os.link(place.outside / "notes.txt", cue / name)
    with pytest.raises(InputError, match="the same file as one elsewhere"):
        place.check(cue)


def test_a_cue_folder_with_too_much_in_it_is_not_walked_for_ever(place: Place) -> None:
    cue = place.root / "cue"
    write_ledger(cue, clip=str(place.root / "clip.mp4"))
    for number in range(MAX_ENTRIES - 1):
        (cue / f"{number}").touch()
    place.check(cue)
    (cue / "one more").write_bytes(b"")
    with pytest.raises(InputError, match=f"holds more than {MAX_ENTRIES} files"):
        place.check(cue)


def test_files_that_come_and_go_do_not_disturb_a_check(place: Place) -> None:
    """A job may be sent while another one works in the same folder."""
    cue = place.root / "cue"
    write_ledger(cue, clip=str(place.root / "clip.mp4"))
    work = cue / ".filmcomposer" / "work"
    over = threading.Event()

    def busy() -> None:
        while not over.is_set():
            work.mkdir(parents=True, exist_ok=True)
            for number in range(20):
                (work / f"{number}").write_bytes(b"")
            shutil.rmtree(work)

    thread = threading.Thread(target=busy)
    thread.start()
    try:
        for _ in range(300):
            place.check(cue)
    finally:
        over.set()
        thread.join()


# -- the ledger --------------------------------------------------------------------------------


def test_a_new_cue_folder_needs_a_clip(place: Place) -> None:
    with pytest.raises(InputError, match=r"not a cue folder yet.*Send the clip"):
        place.check(clip=None)


def test_a_remembered_clip_and_soundfont_are_checked_too(place: Place) -> None:
    cue = place.root / "cue"
    good = {"clip": str(place.root / "clip.mp4"), "soundfont": ""}
    for bad, match in (
        ({"clip": str(place.outside / "clip.mp4")}, "The clip .*, remembered in .*, is not in"),
        ({"soundfont": str(place.outside / "font.sf2")}, "The soundfont .* is not in"),
        ({"vision_model": str(place.outside)}, "The vision model .*, remembered in .*, is not in"),
        ({"clip": "clip.mp4"}, "no absolute path"),
        ({"clip": str(place.root / "notes.txt")}, "not of a known kind"),
        ({"clip": str(place.root / "gone.mp4")}, "cannot be read"),
    ):
        write_ledger(cue, **{**good, **bad})
        with pytest.raises(InputError, match=match):
            place.check(clip=None)
    # What the job gives takes the place of what is remembered.
    write_ledger(cue, **{**good, "clip": str(place.outside / "clip.mp4")})
    job = place.check()
    assert job.params == {"clip": str(place.root / "clip.mp4")}
    write_ledger(cue, **good)
    assert place.check(clip=None).params == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        "null",
        "7",
        '{"settings": 1}',
        '{"settings": {}}',
        '{"settings": {"clip": 7}}',
        '{"settings": {"clip": ""}}',
        '{"settings": {"clip": "/a.mp4", "soundfont": null}}',
        "[" * 100_000,
        '{"settings": {"clip": "/a.mp4", "seed": ' + "9" * 5000 + "}}",
        "\ufeff{}",
        "\0",
    ],
)
def test_a_broken_ledger_is_told_in_a_sentence(place: Place, text: str) -> None:
    (place.root / "cue").mkdir()
    (place.root / "cue" / "cue.json").write_text(text, "utf-8")
    with pytest.raises(InputError, match=r"cue\.json") as caught:
        place.check()
    assert caught.value.hint
    assert len(caught.value.message) < 500


def test_a_huge_ledger_is_not_read(place: Place) -> None:
    ledger = place.root / "cue" / "cue.json"
    write_ledger(place.root / "cue", clip=str(place.root / "clip.mp4"))
    with ledger.open("ab") as stream:
        stream.truncate(MAX_LEDGER_BYTES + 1)
    with pytest.raises(InputError, match="larger than 32 MB"):
        place.check()


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60))
def test_any_ledger_is_taken_or_refused_in_a_sentence(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        found = Place(root=Path(name).resolve() / "root", outside=Path(name))
        fill(found.root)
        (found.root / "cue").mkdir()
        (found.root / "cue" / "cue.json").write_bytes(data)
        with contextlib.suppress(InputError):
            found.check()


# -- rights ------------------------------------------------------------------------------------


@contextlib.contextmanager
def as_plain_user(folder: Path) -> Iterator[None]:
    """Be a user whom closed folders keep out: root goes anywhere."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if is_root:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, 65534, 65534)
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


def test_what_may_not_be_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    base = Path(tempfile.mkdtemp()).resolve()
    try:
        found = Place(root=base / "root", outside=base / "outside")
        fill(found.root)
        write_ledger(found.root / "cue", clip=str(found.root / "clip.mp4"))
        (found.root / "shut" / "inner").mkdir(parents=True)
        (base / "state").mkdir()
        monkeypatch.setenv("FILMCOMPOSER_STATE", str(base / "state"))
        with as_plain_user(base):
            found.check()
            (found.root / "shut").chmod(0)
            for sent in (
                {"clip": f"{found.root}/shut/clip.mp4"},
                {"cue": f"{found.root}/shut/inner"},
            ):
                with pytest.raises(InputError, match=r"cannot be .*: Permission denied"):
                    found.check(**sent)
            (found.root / "cue" / "cue.json").chmod(0)
            with pytest.raises(InputError, match="cannot be read: Permission denied"):
                found.check()
            (found.root / "cue" / "cue.json").chmod(0o600)
            (found.root / "cue").chmod(stat.S_IWUSR | stat.S_IXUSR)
            with pytest.raises(InputError, match="cannot be looked through: Permission denied"):
                found.check()
            (found.root / "shut").chmod(0o700)
            (found.root / "cue").chmod(0o700)
    finally:
        shutil.rmtree(base)


# -- the registered folders --------------------------------------------------------------------


def test_a_registered_folder_is_resolved_and_kept_once(place: Place) -> None:
    (place.root / "sub").mkdir()
    (place.root.parent / "link").symlink_to(place.root)
    roots = Roots([place.root])
    assert roots.add(place.root.parent / "link") == place.root
    assert roots.add(str(place.root) + "/") == place.root
    assert roots.add(place.root / "sub") == place.root / "sub"
    assert roots.all() == (place.root,)
    roots.add(place.outside)
    assert roots.all() == (place.root, place.outside)


def test_a_folder_that_may_not_be_registered_is_named(place: Place, state: Path) -> None:
    (state / "jobs").mkdir()
    (place.root / "to_all").symlink_to("/")
    (place.root / "to_state").symlink_to(state)
    roots = Roots()
    for path, match in (
        ("/", "whole drive"),
        ("//", "whole drive"),
        ("/usr/..", "whole drive"),
        (place.root / "to_all", "whole drive"),
        (state, "the bridge's own folder"),
        (state / "jobs", "the bridge's own folder"),
        (place.root / "to_state", "the bridge's own folder"),
        (place.root / "gone", "cannot be used"),
        (place.root / "clip.mp4", "is a file, not a folder"),
        ("films", "no absolute path"),
        ("/films\0", "control character"),
        ("", "empty path"),
    ):
        with pytest.raises(InputError, match=match):
            roots.add(path)
    assert roots.all() == ()


def test_the_bridges_own_folder_is_out_of_reach_even_under_a_root(state: Path) -> None:
    """Somebody registers his home folder."""
    home = state.parent.resolve()
    fill(state / "films")
    (state / "films" / "clip.mp4").write_bytes(b"data")
    fill(home / "films")
    roots = Roots([home]).all()
    clip = str(home / "films" / "clip.mp4")
    check_job("score", str(home / "films" / "cue"), {"clip": clip}, roots)
    for cue in (state, state / "cue", home):
        with pytest.raises(InputError, match=r"own folder|holds other files"):
            check_job("score", str(cue), {"clip": clip}, roots)
    with pytest.raises(NotRegisteredError):
        check_job(
            "score",
            str(home / "films" / "cue"),
            {"clip": str(state / "films" / "clip.mp4")},
            roots,
        )


def test_no_more_folders_than_can_be_looked_through(place: Place) -> None:
    folders = [place.root / f"{number}" for number in range(MAX_ROOTS + 1)]
    for folder in folders:
        folder.mkdir()
    roots = Roots(folders[:-1])
    with pytest.raises(InputError, match=f"{MAX_ROOTS} folders are"):
        roots.add(folders[-1])
    assert roots.add(folders[0]) == folders[0]


def test_threads_may_register_at_the_same_time(place: Place) -> None:
    folders = [place.root / f"{number}" for number in range(40)]
    for folder in folders:
        folder.mkdir()
    roots = Roots()
    threads = [threading.Thread(target=roots.add, args=(f,)) for f in folders for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(roots.all()) == sorted(folders)
