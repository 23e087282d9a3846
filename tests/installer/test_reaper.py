"""Install, re-install, upgrade and uninstall on fabricated resource folders of the systems."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installer import inis, reaper
from installer.errors import SetupError
from installer.journal import WORK, is_interrupted
from installer.python_choice import PythonChoice
from installer.receipt import RECEIPT, read_receipt
from installer.running import CannotListError, Running
from installer.transaction import hold
from tests.installer.samples import script_id
from tests.installer.systems import (
    NEW,
    OLD,
    SYSTEMS,
    make_checkout,
    make_site,
    make_system,
    work_on,
    write,
)
from tests.installer.trees import Tree, stamps_of, tree_of

REPO = Path(__file__).parents[2]
OWN = "Scripts/FilmComposer"
STORE = "Data/FilmComposer"


class Place:
    """A fabricated REAPER with an old and a new version of a product beside it."""

    def __init__(self, folder: Path, system: str) -> None:
        self.system = system
        self.root = make_system(folder / "REAPER", system)
        self.site = make_site(folder / "site")
        self.old = make_checkout(folder / "old", OLD)
        self.new = make_checkout(folder / "new", NEW, lib=("__init__", "more"), version="1.1")
        self.before = tree_of(self.root)

    def work(self, checkout: Path | None = None, **changes: Any) -> reaper.Work:
        site = changes.pop("site", self.site)
        return work_on(self.root, self.system, checkout or self.new, site, **changes)

    def install(self, checkout: Path | None = None, **changes: Any) -> bool:
        return reaper.install(self.work(checkout, **changes))

    def uninstall(self, checkout: Path | None = None, **changes: Any) -> bool:
        return reaper.uninstall(self.work(checkout, **changes))

    def read(self, name: str) -> bytes:
        return (self.root / name).read_bytes()


@pytest.fixture(params=SYSTEMS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return Place(tmp_path, request.param)


@pytest.fixture
def windows(tmp_path: Path) -> Place:
    return Place(tmp_path, "windows")


# ------------------------------------------------------------------ install


def test_everything_is_where_reaper_looks_for_it(place: Place) -> None:
    assert place.install(shortcuts=True)
    after = tree_of(place.root)
    for name in NEW:
        file = f"FilmComposer_{name.replace(' ', '_')}.py"
        assert f"{OWN}/{file}" in after
        identity = script_id(f"FilmComposer/{file}")
        line = f'SCR 516 0 {identity} "Custom: FilmComposer: {name}" FilmComposer/{file}'
        assert place.read("reaper-kb.ini").decode("utf-8", "replace").splitlines().count(line) == 1
        assert f"=_{identity} {name}".encode() in place.read("reaper-menu.ini")
        icon = f"filmcomposer_{name.lower().replace(' ', '_')}.png"
        assert place.read(f"Data/toolbar_icons/{icon}").endswith(b"100")
        assert place.read(f"Data/toolbar_icons/150/{icon}").endswith(b"150")
        assert place.read(f"Data/toolbar_icons/200/{icon}").endswith(b"200")
    assert f"{OWN}/reapy_site/reapy_boost/core/item.py" in after
    assert f"{OWN}/lib/filmcomposer_reaper/more.py" in after
    assert not [name for name in after if "__pycache__" in name or name.endswith("toolbar.toml")]
    noted = json.loads(place.read(f"{OWN}/installed.json"))
    assert noted["python"] == str(place.new / ".venv" / "bin" / "python")
    assert noted["checkout"] == str(place.new)
    assert noted["version"] == "1.1"


def test_nothing_of_others_is_touched(place: Place) -> None:
    place.install(shortcuts=True)
    after = tree_of(place.root)
    for name, was in place.before.items():
        if name not in inis.NAMES:
            assert after[name] == was
    for name in inis.NAMES:
        was_lines = place.before.get(name, ("", b"", 0))[1].splitlines()
        gone = [line for line in was_lines if line not in place.read(name).splitlines()]
        assert all(b"python" in line.lower() or b"reascript" in line for line in gone)


def test_line_ends_and_mark_of_a_file_stay(windows: Place) -> None:
    windows.install(shortcuts=True)
    assert windows.read("reaper-menu.ini").startswith(b"\xef\xbb\xbf[")
    for name in inis.NAMES:
        assert re.findall(rb"(?<!\r)\n", windows.read(name)) == []


def test_the_receipt_printed_says_where_everything_is(
    windows: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    windows.install()
    said = capsys.readouterr().out
    for part in (
        str(windows.root / OWN),
        str(windows.root / "Data/toolbar_icons"),
        "View > Toolbars > FilmComposer",
        "--shortcuts",
        "REAPER will use the Python of this test.",
        str(windows.root / STORE / "backups"),
        "--uninstall",
        "Start REAPER",
    ):
        assert part in said
    assert (
        windows.read(f"{STORE}/backups/20250102-030405/reaper-kb.ini")
        == (windows.before["reaper-kb.ini"][1])
    )


def test_a_backup_is_as_private_as_what_it_copies(windows: Place) -> None:
    windows.install()
    modes = {name: value[2] for name, value in tree_of(windows.root).items()}
    backup = f"{STORE}/backups/20250102-030405/reaper.ini"
    assert modes[backup] == modes["reaper.ini"] == 0o600


def test_a_second_run_changes_nothing(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    place.install(shortcuts=True)
    stamps = stamps_of(place.root)
    capsys.readouterr()
    assert not place.install(shortcuts=True, now=lambda: "20990101-000000")
    assert "up to date" in capsys.readouterr().out
    assert not place.install()  # shortcuts once set stay without the option
    again = stamps_of(place.root)
    del stamps["."], again["."]  # the lock came and went
    assert again == stamps


# ------------------------------------------------------------------ uninstall and upgrade


def test_uninstall_gives_the_folder_back(place: Place) -> None:
    place.install(shortcuts=True)
    assert place.uninstall()
    assert tree_of(place.root) == place.before
    assert not place.uninstall()
    assert tree_of(place.root) == place.before


def test_upgrade_gives_what_a_fresh_install_gives(place: Place, tmp_path: Path) -> None:
    fresh = Place(tmp_path / "fresh", place.system)
    fresh.install()
    place.install(place.old)
    assert place.install(now=lambda: "20250203-000000")
    assert not place.install()
    after, wanted = tree_of(place.root, ignore=(STORE,)), tree_of(fresh.root, ignore=(STORE,))
    note = f"{OWN}/installed.json"  # names the checkout
    del after[note], wanted[note]
    for name in inis.NAMES:  # the same lines; an action renamed may stand in another place
        assert sorted(after.pop(name)[1].splitlines()) == sorted(wanted.pop(name)[1].splitlines())
    assert after == wanted
    assert place.uninstall()
    assert tree_of(place.root) == place.before


def test_what_python_compiled_goes_with_its_source(place: Place) -> None:
    place.install(place.old)
    lib = place.root / OWN / "lib" / "filmcomposer_reaper"
    for name in ("words", "__init__"):
        write(lib / "__pycache__" / f"{name}.cpython-312.pyc", b"compiled")
    write(place.root / OWN / "reapy_site/__pycache__/typing_x.cpython-312.pyc", b"compiled")
    place.install()
    left = [name for name in tree_of(place.root) if name.endswith(".pyc")]
    assert left == [
        f"{OWN}/lib/filmcomposer_reaper/__pycache__/__init__.cpython-312.pyc",
        f"{OWN}/reapy_site/__pycache__/typing_x.cpython-312.pyc",
    ]
    place.uninstall()
    assert tree_of(place.root) == place.before


def test_a_file_the_user_changed_is_kept_at_an_upgrade_and_named(
    windows: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    windows.install(windows.old)
    changed = windows.root / OWN / "FilmComposer_Score.py"
    dropped = windows.root / OWN / "FilmComposer_Spot.py"
    changed.write_bytes(b"my own score")
    dropped.write_bytes(b"my own spot")
    capsys.readouterr()
    windows.install(now=lambda: "20250203-000000")
    said = capsys.readouterr().out
    copies = windows.root / STORE / "backups" / "20250203-000000" / OWN
    assert (copies / changed.name).read_bytes() == b"my own score"
    assert (copies / dropped.name).read_bytes() == b"my own spot"
    assert f"You had changed {changed}: your version is kept in {copies / changed.name}." in said
    assert f"You had changed {dropped}" in said
    assert b"new" in changed.read_bytes()
    assert not dropped.exists()
    windows.uninstall()
    said = capsys.readouterr().out
    left = {n: v for n, v in tree_of(windows.root).items() if n not in windows.before}
    assert sorted(v[1] for v in left.values() if v[0] == "file") == [
        b"my own score",
        b"my own spot",
    ]
    assert f"Your version is kept in {copies / changed.name}." in said


def test_a_file_the_user_changed_stays_at_uninstall_and_is_named(
    windows: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    windows.install()
    changed = windows.root / OWN / "FilmComposer_Score.py"
    changed.write_bytes(b"my own score")
    write(windows.root / OWN / "mine.py", b"beside it")
    windows.uninstall()
    assert f"{changed} was changed by you and is left there." in capsys.readouterr().out
    left = {name for name in tree_of(windows.root) if name not in windows.before}
    assert left == {OWN, f"{OWN}/FilmComposer_Score.py", f"{OWN}/mine.py"}


# ------------------------------------------------------------------ edits of others in between


def lines_of(data: bytes) -> list[bytes]:
    return data.splitlines(keepends=True)


def put_after(lines: list[bytes], at: int, body: bytes, end: bytes) -> None:
    """Put a line behind line ``at``; a file without a final line end stays one."""
    if lines and not lines[at].endswith(b"\n"):
        lines[at] += end
        end = b""
    lines.insert(at + 1, body + end)


def take(lines: list[bytes], at: int) -> None:
    gone = lines.pop(at)
    if not gone.endswith(b"\n") and lines:
        lines[-1] = lines[-1].rstrip(b"\r\n")


@st.composite
def edits(draw: st.DrawFn) -> list[tuple[str, str, float, bytes]]:
    """What REAPER does to its files meanwhile: file, kind, where, and the line."""
    kinds = st.sampled_from(["insert", "insert", "delete", "append"])
    tail = st.text("abcäß =;#[\"' \\", max_size=6)
    found = []
    for number in range(draw(st.integers(0, 8))):
        name, kind = draw(st.sampled_from(inis.NAMES)), draw(kinds)
        where, text = draw(st.floats(0, 0.999)), draw(tail)
        body = {
            inis.KEYS: f'SCR 4 0 RSforeign{number} "Custom: {text}" x{number}.lua',
            inis.MENU: f"foreign{number}={text}",
            inis.MAIN: f"foreign{number}={text}",
        }[name]
        found.append((name, kind, where, body.encode()))
    return found


def apply(edit: tuple[str, str, float, bytes], original: list[bytes], other: list[bytes]) -> None:
    """Make the same edit to the file without our part and to the one with it."""
    name, kind, where, body = edit
    ends = [line[-2:] == b"\r\n" for line in original]
    end = b"\r\n" if sum(ends) * 2 > len(ends) else b"\n"
    if kind == "append" or not original:
        block = [b"[Foreign %s]" % body[:9], body] if name != inis.KEYS else [body]
        for line in block:
            put_after(original, len(original) - 1, line, end)
            put_after(other, len(other) - 1, line, end)
        return
    at = int(where * len(original))
    line = original[at].rstrip(b"\r\n")
    there = [i for i, found in enumerate(other) if found.rstrip(b"\r\n") == line]
    if line == b"" or len(there) != 1 or original.count(original[at]) != 1:
        return  # the same line twice: which one is meant could not be told
    if kind == "insert":
        put_after(original, at, body, end)
        put_after(other, there[0], body, end)
    elif not line.startswith((b"[", b"item_", b"icon_", b"title")) and b"python" not in line:
        take(original, at)
        take(other, there[0])


@settings(max_examples=60, deadline=None)
@given(
    system=st.sampled_from(["windows", "macos", "linux", "portable"]),
    changes=edits(),
    upgrade=st.booleans(),
)
def test_uninstall_takes_only_our_part_out_of_what_reaper_wrote(
    system: str, changes: list[tuple[str, str, float, bytes]], upgrade: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder), system)
        place.install(place.old, shortcuts=True)
        wanted = dict(place.before)
        for edit in changes:
            name = edit[0]
            original, other = lines_of(wanted[name][1]), lines_of(place.read(name))
            apply(edit, original, other)
            wanted[name] = ("file", b"".join(original), wanted[name][2])
            (place.root / name).write_bytes(b"".join(other))
        if upgrade:
            place.install(now=lambda: "20250203-000000")
        place.uninstall()
        assert tree_of(place.root) == wanted


def test_what_is_left_of_the_user_in_our_places_is_named(
    windows: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    windows.install()
    receipt = read_receipt(windows.root)[0]
    assert receipt is not None
    section = str(receipt.inis["reaper-menu.ini"].section)
    header = f"[{section}]\r\n".encode()
    theirs = header + f"item_{len(NEW)}=40044 Play\r\n".encode()
    menu, keys = windows.read("reaper-menu.ini"), windows.read("reaper-kb.ini")
    (windows.root / "reaper-menu.ini").write_bytes(menu.replace(header, theirs))
    bound = f"KEY 17 71 _{script_id('FilmComposer/FilmComposer_Cancel.py')} 0"
    (windows.root / "reaper-kb.ini").write_bytes(keys + bound.encode() + b"\r\n")
    capsys.readouterr()
    windows.uninstall()
    said = capsys.readouterr().out
    assert f"What you put into {section.lower()} stays there." in said
    assert bound in said
    assert b"item_0=40044 Play" in windows.read("reaper-menu.ini")


def test_a_key_that_the_user_changed_since_is_left(
    windows: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    windows.install()
    path = windows.root / "reaper.ini"
    path.write_bytes(path.read_bytes().replace(b"C:\\Python312", b"D:\\Mine"))
    windows.uninstall()
    assert "pythonlibpath64 in reaper.ini was changed since and is left" in capsys.readouterr().out
    was = windows.before["reaper.ini"][1]
    added = [line for line in lines_of(path.read_bytes()) if line not in lines_of(was)]
    assert added == [b"pythonlibpath64=D:\\Mine\r\n"]


def test_a_key_of_the_user_gets_its_old_value_back(tmp_path: Path) -> None:
    place = Place(tmp_path, "macos")
    place.install()
    assert b"\npythonlibpath64=/Library/F/lib\n" in place.read("reaper.ini")
    with (place.root / "reaper.ini").open("ab") as stream:
        stream.write(b"[more]\nx=1\n")  # no longer what we left: restored key by key
    place.uninstall()
    assert place.read("reaper.ini") == place.before["reaper.ini"][1] + b"[more]\nx=1\n"


def test_a_python_that_works_by_now_is_still_taken_back(tmp_path: Path) -> None:
    place = Place(tmp_path, "macos")
    place.install(place.old)

    def works(reaper_ini: bytes, arch: str | None, *, replace: bool) -> PythonChoice:
        return PythonChoice(keys=(), sentence="It works.")

    place.install(choose=works)
    place.uninstall()
    assert tree_of(place.root) == place.before


def test_a_python_chosen_anew_keeps_what_stood_there_first(tmp_path: Path) -> None:
    place = Place(tmp_path, "macos")
    place.install(place.old)

    def another(reaper_ini: bytes, arch: str | None, *, replace: bool) -> PythonChoice:
        return PythonChoice(keys=(("pythonlibpath64", "/opt/py313"),), sentence="Another.")

    with (place.root / "reaper.ini").open("ab") as stream:
        stream.write(b"[more]\nx=1\n")
    place.install(choose=another, now=lambda: "20250203-000000")
    assert b"pythonlibpath64=/opt/py313\n" in place.read("reaper.ini")
    place.uninstall()
    assert place.read("reaper.ini") == place.before["reaper.ini"][1] + b"[more]\nx=1\n"


# ------------------------------------------------------------------ a lost receipt


@pytest.mark.parametrize("content", [None, b"", b"{]", b"[]", b'{"format": 2}', b"\xff\0"])
def test_without_a_receipt_a_second_install_doubles_nothing(
    windows: Place, content: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    windows.install(windows.old, shortcuts=True)
    first = {name: windows.read(name) for name in inis.NAMES}
    if content is None:
        (windows.root / RECEIPT).unlink()
    else:
        (windows.root / RECEIPT).write_bytes(content)
    capsys.readouterr()
    windows.install(windows.old)
    assert ("receipt of the last installation is damaged" in capsys.readouterr().out) == (
        content is not None
    )
    assert {name: windows.read(name) for name in inis.NAMES} == first
    receipt, damaged = read_receipt(windows.root)
    assert receipt is not None
    assert not damaged
    assert not windows.install(windows.old)
    # What is known for sure to be ours goes; the chosen Python is known no longer.
    windows.uninstall(windows.old)
    after = tree_of(windows.root)
    assert after.pop("reaper.ini")[1] == first["reaper.ini"]
    left = {name: value for name, value in after.items() if name not in windows.before}
    assert {name for name, value in left.items() if value[0] == "file"} == {
        f"{STORE}/backups/20250102-030405/{name}" for name in inis.NAMES
    }
    for name in ("reaper-kb.ini", "reaper-menu.ini"):
        assert after[name] == windows.before[name]


@pytest.mark.parametrize("content", [None, b"damaged"])
def test_without_a_receipt_uninstall_takes_out_what_is_surely_ours(
    place: Place, content: bytes | None
) -> None:
    place.install(shortcuts=True)
    ini = place.read("reaper.ini")
    if content is None:
        (place.root / RECEIPT).unlink()
    else:
        (place.root / RECEIPT).write_bytes(content)
    assert place.uninstall()
    after = tree_of(place.root)
    assert after["reaper.ini"][1] == ini
    left = {n for n, v in after.items() if n not in place.before and v[0] == "file" and v[1]}
    assert all(name.startswith(f"{STORE}/backups/") for name in left)
    for name in ("reaper-kb.ini", "reaper-menu.ini"):
        assert after[name][1] == place.before.get(name, ("", b"", 0))[1]


# ------------------------------------------------------------------ conflicts


@pytest.mark.parametrize(
    ("path", "data"),
    [
        (f"{OWN}/FilmComposer_Score.py", b"somebody else's"),
        (f"{OWN}/installed.json", b"{}"),
        ("Data/toolbar_icons/150/filmcomposer_cancel.png", b"PNG"),
    ],
)
def test_a_file_of_somebody_else_is_not_overwritten(place: Place, path: str, data: bytes) -> None:
    write(place.root / path, data)
    before = tree_of(place.root)
    with pytest.raises(SetupError, match="stands where a file of FilmComposer's would go") as error:
        place.install()
    assert str(place.root / path) in str(error.value)
    assert tree_of(place.root) == before


def test_a_folder_where_a_file_belongs_is_refused(windows: Place) -> None:
    (windows.root / OWN / "FilmComposer_Score.py").mkdir(parents=True)
    before = tree_of(windows.root)
    with pytest.raises(SetupError, match="cannot be read"):
        windows.install()
    assert tree_of(windows.root) == before


def test_a_write_protected_settings_file_is_refused(windows: Place) -> None:
    (windows.root / "reaper-kb.ini").chmod(0o444)
    before = tree_of(windows.root)
    with pytest.raises(SetupError, match="write-protected"):
        windows.install()
    assert tree_of(windows.root) == before


def test_settings_kept_elsewhere_stay_links(windows: Place, tmp_path: Path) -> None:
    for name in inis.NAMES:
        kept = tmp_path / "dotfiles" / name
        kept.parent.mkdir(exist_ok=True)
        (windows.root / name).rename(kept)
        (windows.root / name).symlink_to(f"../dotfiles/{name}")
    before = tree_of(tmp_path)
    windows.install()
    assert all((windows.root / name).is_symlink() for name in inis.NAMES)
    assert b"FilmComposer" in (tmp_path / "dotfiles" / "reaper-kb.ini").read_bytes()
    windows.uninstall()
    assert tree_of(tmp_path) == before


def test_scripts_linked_into_the_checkout_are_refused(windows: Place) -> None:
    (windows.root / OWN).symlink_to(windows.new / "reaper_scripts")
    before = tree_of(windows.new)
    for act in (windows.install, windows.uninstall):
        with pytest.raises(SetupError, match="is a link into FilmComposer's own folder"):
            act()
    assert tree_of(windows.new) == before


def test_an_action_spelt_anew_on_a_disk_that_sees_no_case_is_not_lost(
    windows: Place, tmp_path: Path
) -> None:
    windows.install(windows.old)
    other = make_checkout(tmp_path / "other", {"Cancel": "", "score": "new"})
    lower = windows.root / OWN / "FilmComposer_score.py"
    lower.hardlink_to(windows.root / OWN / "FilmComposer_Score.py")  # as such a disk shows it
    windows.install(other)
    assert b"new" in lower.read_bytes()


# ------------------------------------------------------------------ dry runs, REAPER running


def test_a_dry_run_touches_nothing_and_names_every_change(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    def changed(before: Tree, after: Tree) -> set[str]:
        names = before.keys() | after.keys()
        return {
            n
            for n in names
            if before.get(n) != after.get(n)
            and "file" in (before.get(n, ("",))[0], after.get(n, ("",))[0])
        }

    def planned() -> tuple[set[str], Counter[str]]:
        """Files that are named, and how many are counted in each folder."""
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) < 40
        found = [re.fullmatch(r"(?:put|edit|delete) +(?:(\d+) files in )?(.+)", x) for x in lines]
        named, counts = set[str](), Counter[str]()
        for f in filter(None, found):
            path = Path(f[2]).relative_to(place.root).as_posix()
            if f[1]:
                counts[path] += int(f[1])
            else:
                named.add(path)
        return named, counts

    for act in (place.install, place.uninstall):
        stamps, before = stamps_of(place.root), tree_of(place.root)
        capsys.readouterr()
        assert act(dry_run=True)
        assert stamps_of(place.root) == stamps
        told, counts = planned()
        assert act()
        found = changed(before, tree_of(place.root))
        assert told <= found
        inside = f"{OWN}/reapy_site"
        folders = Counter(
            inside if name.startswith(f"{inside}/") else Path(name).parent.as_posix()
            for name in found - told
        )
        assert counts == folders
    assert tree_of(place.root) == place.before


def test_a_dry_run_before_the_packages_are_fetched_says_so(
    windows: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    windows.install()
    capsys.readouterr()
    stamps = stamps_of(windows.root)
    windows.install(dry_run=True, site=None)
    said = capsys.readouterr().out
    assert "fetch  reapy-boost==0.10.201, typing_extensions==4.16.0" in said
    assert "delete" not in said
    assert stamps_of(windows.root) == stamps


def test_a_program_called_reaper_stops_the_installation(tmp_path: Path) -> None:
    program = tmp_path / "reaper"
    shutil.copy(shutil.which("sleep") or "/bin/sleep", program)
    with subprocess.Popen([str(program), "600"]) as child:
        try:
            with pytest.raises(SetupError, match=rf"REAPER is running: .*process {child.pid}\)"):
                reaper.refuse_running()
        finally:
            child.kill()


def test_nobody_at_the_keyboard_and_nobody_knows_is_a_refusal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unknown() -> tuple[Running, ...]:
        raise CannotListError("Whether REAPER runs could not be told.", "Close it.")

    with Path("/dev/null").open(encoding="utf-8") as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        with pytest.raises(CannotListError):
            reaper.refuse_running(unknown)
    reaper.refuse_running(tuple)


# ------------------------------------------------------------------ kill -9

CHILD = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from installer import reaper
from tests.installer.systems import work_on
root, checkout, site = map(Path, sys.argv[2:5])
left = int(sys.argv[6])
def step(what):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
getattr(reaper, sys.argv[5])(work_on(root, "windows", checkout, site, step=step))
"""


def kill_at(place: Place, checkout: Path, verb: str, step: int) -> int:
    words = [REPO, place.root, checkout, place.site, verb, step]
    command = [sys.executable, "-c", CHILD, *map(str, words)]
    return subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode


@pytest.mark.slow
@pytest.mark.parametrize("verb", ["install", "upgrade", "uninstall"])
def test_a_kill_at_any_step_leaves_the_old_or_the_new_state(windows: Place, verb: str) -> None:
    small = make_checkout(windows.old.parent / "small", {"Cancel": "", "Score": ""}, lib=("a",))
    other = make_checkout(windows.old.parent / "other", {"Cancel": "x", "Spot": ""}, lib=("b",))
    if verb != "install":
        windows.install(small)
    checkout = other if verb == "upgrade" else small
    act = windows.uninstall if verb == "uninstall" else windows.install
    before = tree_of(windows.root)
    steps: list[str] = []
    act(checkout, step=steps.append)
    after = tree_of(windows.root)
    shutil.rmtree(windows.root)
    for step in range(0, len(steps), 3):
        root = windows.root
        write_tree(root, before)
        assert kill_at(windows, checkout, verb.replace("upgrade", "install"), step) == -9
        if is_interrupted(root):
            with hold(root) as notes:
                assert "interrupted" in notes[0]
            assert tree_of(root) == before
        act(checkout)
        assert tree_of(root) == after
        shutil.rmtree(root)


def write_tree(root: Path, tree: Tree) -> None:
    root.mkdir(parents=True)
    for name, (kind, data, mode) in tree.items():
        path = root / name
        if kind == "folder":
            path.mkdir()
        else:
            path.write_bytes(data)
        path.chmod(mode)


def test_a_dry_run_says_that_an_interrupted_run_comes_first(
    windows: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kill_at(windows, windows.old, "install", 60) == -9
    assert (windows.root / WORK).is_dir()
    stamps = stamps_of(windows.root)
    assert not windows.install(dry_run=True)
    assert not windows.uninstall(dry_run=True)
    assert capsys.readouterr().out.count("An earlier run was interrupted") == 2
    assert stamps_of(windows.root) == stamps
    assert not windows.uninstall()
    assert tree_of(windows.root) == windows.before
