import os
from pathlib import Path

import pytest

from installer.errors import SetupError
from installer.machine import Machine
from installer.resource import Reaper, find_reaper, require_writable, user_folder, why_none
from tests.installer.fake_programs import fat, put

SYSTEMS = ["windows", "macos", "linux"]
USER = {
    "windows": "home/AppData/Roaming/REAPER",
    "macos": "home/Library/Application Support/REAPER",
    "linux": "home/.config/REAPER",
}
PROGRAM = {
    "windows": "Program Files/REAPER (x64)/reaper.exe",
    "macos": "Applications/REAPER.app/Contents/MacOS/REAPER",
    "linux": "opt/REAPER/reaper",
}
PORTABLE = {
    "windows": "usb/REAPER/reaper.exe",
    "macos": "usb/REAPER/REAPER.app/Contents/MacOS/REAPER",
    "linux": "usb/REAPER/reaper",
}


class Computer:
    """A made-up computer in a folder."""

    def __init__(self, root: Path, system: str) -> None:
        self.root, self.system = root, system
        self.home = root / "home"
        self.user = root / USER[system]
        self.env = {"PATH": str(root / "bin")}
        if system == "windows":
            self.env["ProgramFiles"] = str(root / "Program Files")

    def ini(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "reaper.ini").write_bytes(b"[REAPER]\r\n")
        return folder

    def program(self, path: str, arch: str = "x86_64") -> Path:
        return put(self.root / path, self.system, arch)

    def find(
        self, given: str | Path | None = None, *, arch: str = "x86_64", cwd: Path | None = None
    ) -> tuple[Reaper, ...]:
        return find_reaper(
            None if given is None else str(given),
            system=self.system,
            home=self.home,
            env=self.env,
            root=self.root,
            cwd=cwd or self.root,
            arch=arch,
            registered=lambda: [self.root / "Elsewhere" / "REAPER"],
        )


@pytest.fixture(params=SYSTEMS)
def computer(request: pytest.FixtureRequest, tmp_path: Path) -> Computer:
    return Computer(tmp_path, request.param)


def test_the_users_folder_and_the_program(computer: Computer) -> None:
    computer.ini(computer.user)
    program = computer.program(PROGRAM[computer.system])
    assert computer.find() == (
        Reaper(resources=computer.user, program=program, kind="user", arch="x86_64"),
    )


def test_no_program_is_no_obstacle(computer: Computer) -> None:
    computer.ini(computer.user)
    assert computer.find() == (
        Reaper(resources=computer.user, program=None, kind="user", arch=None),
    )


def test_nothing_is_no_error_and_the_sentence_names_the_place(computer: Computer) -> None:
    computer.program(PROGRAM[computer.system])
    computer.user.mkdir(parents=True)  # as an uninstalled REAPER may leave it
    assert computer.find() == ()
    machine = Machine(
        system=computer.system,
        home=computer.home,
        env=computer.env,
        root=computer.root,
        cwd=computer.root,
        arch="x86_64",
    )
    assert str(computer.user / "reaper.ini") in why_none(machine)
    assert "--reaper" in why_none(machine)


def test_windows_asks_for_the_roaming_folder_by_its_variable(tmp_path: Path) -> None:
    computer = Computer(tmp_path, "windows")
    computer.env["APPDATA"] = str(tmp_path / "profile on D")
    folder = computer.ini(tmp_path / "profile on D" / "REAPER")
    assert computer.find()[0].resources == folder


def test_a_portable_reaper_is_used_only_when_given(computer: Computer) -> None:
    program = computer.program(PORTABLE[computer.system], "arm64")
    folder = computer.ini(computer.root / "usb" / "REAPER")
    assert computer.find() == ()
    expected = (Reaper(resources=folder, program=program, kind="portable", arch="arm64"),)
    assert computer.find(folder) == expected
    assert computer.find(folder / "reaper.ini") == expected
    assert computer.find(program) == expected
    if computer.system == "macos":
        assert computer.find(folder / "REAPER.app") == expected


def test_the_program_of_a_usual_installation_means_the_users_folder(computer: Computer) -> None:
    computer.ini(computer.user)
    program = computer.program(PROGRAM[computer.system])
    expected = (Reaper(resources=computer.user, program=program, kind="user", arch="x86_64"),)
    assert computer.find(program) == expected
    folder = program.parents[2] if computer.system == "macos" else program.parent
    assert computer.find(folder) == expected


def test_a_program_that_was_never_started(computer: Computer) -> None:
    program = computer.program(PROGRAM[computer.system])
    with pytest.raises(SetupError, match="was never started") as caught:
        computer.find(program)
    assert "Start REAPER once" in caught.value.hint


def test_any_resource_folder_may_be_given(computer: Computer) -> None:
    folder = computer.ini(computer.root / "profiles" / "film")
    program = computer.program(PROGRAM[computer.system])
    expected = Reaper(resources=folder, program=program, kind="given", arch="x86_64")
    assert computer.find(folder) == (expected,)
    computer.ini(computer.user)
    assert computer.find(computer.user)[0].kind == "user"


@pytest.mark.parametrize(
    "written",
    [
        "{root}/my film/",
        "{root}/my film//",
        '"{root}/my film"',
        "'{root}/my film/'",
        '  "{root}/my film"  ',
        '{root}/my film"',  # what Windows' shell makes of "...\my film\"
        "my film",
        "./my film/",
        "home/../my film",
        "~/../my film",
        "{root}/my film/reaper.ini",
    ],
)
def test_spellings_of_one_folder(written: str, computer: Computer) -> None:
    folder = computer.ini(computer.root / "my film")
    computer.home.mkdir()
    found = computer.find(written.format(root=computer.root))
    assert [one.resources for one in found] == [folder]


def test_windows_variables_in_the_path(tmp_path: Path) -> None:
    computer = Computer(tmp_path, "windows")
    computer.env["APPDATA"] = str(tmp_path / "roaming")
    folder = computer.ini(tmp_path / "roaming" / "REAPER")
    assert computer.find("%APPDATA%/REAPER")[0].resources == folder
    with pytest.raises(SetupError, match="%NOSUCH%"):
        computer.find("%NOSUCH%/REAPER")


def test_a_linked_folder_stays_as_the_user_wrote_it(computer: Computer) -> None:
    folder = computer.ini(computer.root / "disk" / "REAPER")
    link = computer.root / "link"
    link.symlink_to(folder)
    found = computer.find(link)[0]
    assert (found.resources, found.kind) == (link, "given")
    computer.user.parent.mkdir(parents=True, exist_ok=True)
    computer.user.symlink_to(folder)
    assert computer.find(folder)[0].kind == "user"


def test_a_link_to_the_program_leads_to_the_portable_folder(tmp_path: Path) -> None:
    computer = Computer(tmp_path, "linux")
    computer.program("usb/REAPER/reaper")
    folder = computer.ini(tmp_path / "usb" / "REAPER")
    (tmp_path / "reaper").symlink_to(folder / "reaper")
    found = computer.find(tmp_path / "reaper")[0]
    assert (found.resources, found.kind) == (folder, "portable")


@pytest.mark.parametrize("given", ["absent/folder", "", '""', "nul\0byte", "file.txt/inside"])
def test_what_is_not_there(given: str, computer: Computer) -> None:
    (computer.root / "file.txt").write_text("x", encoding="utf-8")
    with pytest.raises(SetupError) as caught:
        computer.find(given)
    assert "resource path" in caught.value.hint


def test_a_folder_or_file_that_is_not_reapers(computer: Computer) -> None:
    (computer.root / "documents").mkdir()
    with pytest.raises(SetupError, match="holds no") as caught:
        computer.find("documents")
    assert "start REAPER once" in caught.value.hint
    note = computer.root / "note.txt"
    note.write_text("x", encoding="utf-8")
    with pytest.raises(SetupError, match="is neither"):
        computer.find(note)


def test_a_folder_inside_the_resource_folder_names_the_right_one(computer: Computer) -> None:
    folder = computer.ini(computer.root / "film")
    (folder / "Scripts").mkdir()
    with pytest.raises(SetupError) as caught:
        computer.find(folder / "Scripts")
    assert str(folder) in caught.value.hint


def test_a_folder_that_cannot_be_written_is_said() -> None:
    locked = Path("/proc/self")  # not even the administrator makes a file here
    reaper = Reaper(resources=locked, program=None, kind="given", arch=None)
    with pytest.raises(SetupError, match="Nothing can be written into /proc/self"):
        require_writable(reaper)


def test_trying_to_write_leaves_nothing(tmp_path: Path) -> None:
    require_writable(Reaper(resources=tmp_path, program=None, kind="given", arch=None))
    assert list(tmp_path.iterdir()) == []


# -- the program ---------------------------------------------------------------------------------


def test_of_two_programs_the_computers_own_kind_is_taken(tmp_path: Path) -> None:
    computer = Computer(tmp_path, "windows")
    computer.ini(computer.user)
    computer.program("Program Files/REAPER (x64)/reaper.exe", "x86_64")
    computer.program("Program Files/REAPER (arm64)/reaper.exe", "arm64")
    assert computer.find(arch="arm64")[0].arch == "arm64"
    assert computer.find(arch="x86_64")[0].arch == "x86_64"
    assert computer.find(arch="x86")[0].arch in ("x86_64", "arm64")


def test_the_list_of_installed_programs_is_asked(tmp_path: Path) -> None:
    computer = Computer(tmp_path, "windows")
    computer.ini(computer.user)
    program = computer.program("Elsewhere/REAPER/reaper.exe", "x86")
    assert (computer.find()[0].program, computer.find()[0].arch) == (program, "x86")


def test_a_universal_app_runs_as_the_computers_own_kind(tmp_path: Path) -> None:
    computer = Computer(tmp_path, "macos")
    computer.ini(computer.user)
    app = tmp_path / "home/Applications/REAPER.app/Contents/MacOS/REAPER"
    app.parent.mkdir(parents=True)
    app.write_bytes(fat(["x86_64", "arm64"]))
    assert [computer.find(arch=arch)[0].arch for arch in ("x86_64", "arm64")] == ["x86_64", "arm64"]


@pytest.mark.parametrize("place", ["home/opt/REAPER", "usr/lib/REAPER", "usr/local/bin"])
def test_linux_places(place: str, tmp_path: Path) -> None:
    computer = Computer(tmp_path, "linux")
    computer.ini(computer.user)
    program = computer.program(f"{place}/reaper", "arm64")
    assert (computer.find()[0].program, computer.find()[0].arch) == (program, "arm64")


def test_a_linux_program_on_the_search_path_and_a_starter_script(tmp_path: Path) -> None:
    computer = Computer(tmp_path, "linux")
    computer.ini(computer.user)
    starter = tmp_path / "usr" / "bin" / "reaper"
    starter.parent.mkdir(parents=True)
    starter.write_text('#!/bin/sh\npw-jack /srv/REAPER/reaper "$@"\n', encoding="utf-8")
    program = computer.program("srv/REAPER/reaper")
    program.chmod(0o755)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "reaper").symlink_to(program)
    assert computer.find()[0].program == program


def test_the_real_computer_answers_without_failing() -> None:
    for one in find_reaper():
        assert os.path.isfile(one.resources / "reaper.ini")


def test_where_the_users_folder_is_without_windows_variable(tmp_path: Path) -> None:
    machine = Machine(
        system="windows", home=tmp_path, env={}, root=tmp_path, cwd=tmp_path, arch="x86_64"
    )
    assert user_folder(machine) == tmp_path / "AppData" / "Roaming" / "REAPER"
