"""Tell whether REAPER runs: at its end it writes its settings over what was changed meanwhile."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from installer.errors import SetupError

#: "reaper", "REAPER", "reaper.exe" (also under Wine), "reaper64.exe", "reaper (x64).exe".
PROGRAM = re.compile(r"reaper ?(64|\((x64|x86|arm64|arm64ec)\))?(\.exe)?", re.IGNORECASE)
#: Steam keeps a helper of the same name running beside each game.
STEAM = re.compile(r"/ubuntu12_(32|64)/reaper")
LISTING_LIMIT_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """One REAPER process.

    Parameters
    ----------
    pid : int
        Its number.
    program : str
        Its program: a path where the system tells it, else the name.
    """

    pid: int
    program: str


class CannotListError(SetupError):
    """Report that the running programs could not be listed: REAPER may run or not."""


def running_reapers() -> tuple[Running, ...]:
    """Return the REAPER processes that run on this computer under this user.

    Raises
    ------
    CannotListError
        The system did not tell. That is not the same as none: ask the user.
    """
    own = os.getpid()
    if sys.platform == "win32":
        tool = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "tasklist.exe")
        found = from_tasklist(_output([str(tool), "/FO", "CSV", "/NH"]), own=own)
    elif sys.platform == "darwin":
        listing = _output(["/bin/ps", "-axww", "-o", "pid=,uid=,stat=,comm="])
        found = from_ps(listing, own=own, user=os.geteuid())
    else:
        found = from_proc(Path("/proc"), own=own, user=os.geteuid())
    return found


def from_tasklist(listing: str, *, own: int) -> tuple[Running, ...]:
    """Read Windows' ``tasklist /FO CSV /NH``; `own` is a process that must be in it."""
    rows = [row for row in csv.reader(listing.splitlines()) if len(row) > 1 and row[1].isdigit()]
    programs = [Running(pid=int(row[1]), program=row[0]) for row in rows]
    return _reapers(programs, own)


def from_ps(listing: str, *, own: int, user: int) -> tuple[Running, ...]:
    """Read macOS' ``ps -o pid=,uid=,stat=,comm=``; `user` 0 sees everybody's processes."""
    programs = []
    for line in listing.splitlines():
        fields = line.split(None, 3)
        if len(fields) < 4 or not fields[0].isdigit():
            continue
        pid, uid, state, program = fields
        if user in (0, int(uid)) and not state.startswith("Z"):
            programs.append(Running(pid=int(pid), program=program.strip()))
    return _reapers(programs, own)


def from_proc(folder: Path, *, own: int, user: int) -> tuple[Running, ...]:
    """Read Linux' ``/proc``; `user` 0 sees everybody's processes."""
    programs = []
    try:
        for entry in os.scandir(folder):
            if entry.name.isdigit() and (program := _proc_program(Path(entry.path), user)):
                programs.append(Running(pid=int(entry.name), program=program))
    except OSError as exc:
        raise _cannot(str(exc)) from exc
    return _reapers(programs, own)


def _proc_program(folder: Path, user: int) -> str:
    try:
        text = (folder / "status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""  # it ended while we looked
    status = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    if user not in (0, int((status.get("Uid") or "-1").split()[0])):
        return ""
    if status.get("State", "").strip()[:1] in ("Z", "X"):
        return ""
    name = status.get("Name", "").strip()
    try:
        program = os.readlink(folder / "exe").removesuffix(" (deleted)")
    except OSError:
        # A kernel thread, or a program with capabilities (audio users give REAPER such): its
        # file is hidden, its name is not.
        return name
    # Under Wine the program is Wine's loader, and the name is the Windows program's.
    return name if name.lower().endswith(".exe") else program


def _reapers(programs: list[Running], own: int) -> tuple[Running, ...]:
    # A listing that lacks the process which asks is no listing.
    if own not in {program.pid for program in programs}:
        raise _cannot("the list of running programs is not complete")
    return tuple(program for program in programs if _is_reaper(program.program))


def _is_reaper(program: str) -> bool:
    name = re.split(r"[/\\]", program)[-1]
    return bool(PROGRAM.fullmatch(name)) and not STEAM.search(program)


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(
            command, capture_output=True, check=True, timeout=LISTING_LIMIT_S, text=False
        )
    except (OSError, subprocess.SubprocessError) as exc:
        raise _cannot(str(exc)) from exc
    return done.stdout.decode("utf-8", errors="replace")


def _cannot(reason: str) -> CannotListError:
    return CannotListError(
        f"Whether REAPER runs could not be told ({reason}).", "Make sure that REAPER is closed."
    )
