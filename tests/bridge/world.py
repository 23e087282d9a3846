"""A tree of films with decoys outside, and an eye on every file that is touched."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

ROOT = Path(__file__).parents[2]
SECRET = "DECOY-CONTENT"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Two registered folders with links out of them, and decoys outside."""

    base: Path
    root: Path
    second: Path
    outside: Path
    state: Path


def make_world(base: Path) -> World:
    base = base.resolve()
    world = World(
        base=base,
        root=base / "films",
        second=base / "more films",
        outside=base / "private",
        state=base / "state",
    )
    for folder in (world.root, world.second, world.outside, world.outside / "cue"):
        folder.mkdir(parents=True)
    (world.root / "new").mkdir()
    for folder in (world.root, world.second, world.outside):
        for name in ("clip.mp4", "CLIP.MOV", "font.sf2", "notes.txt", "führung 映画.mkv"):
            (folder / name).write_text(f"{SECRET} {name}", "utf-8")
    _ledger(world.outside / "cue", world.outside / "clip.mp4")
    _ledger(world.root / "done", world.root / "clip.mp4")
    # The user is told which clip his own cue folder remembers, so this is none of the decoys.
    _ledger(world.root / "away", world.base / "other disk" / "clip.mp4")
    _ledger(world.root / "leaky", world.root / "clip.mp4")
    (world.root / "leaky" / "cue.wav").symlink_to(world.outside / "notes.txt")
    _ledger(world.root / "broken", world.root / "clip.mp4")
    (world.root / "broken" / "cue.json").write_text('{"settings": {"clip"', "utf-8")
    (world.root / "stolen").mkdir()
    (world.root / "stolen" / "cue.json").symlink_to(world.outside / "cue" / "cue.json")
    (world.root / "out").symlink_to(world.outside)
    (world.root / "out.mp4").symlink_to(world.outside / "clip.mp4")
    (world.root / "out.sf2").symlink_to(world.root / "out" / "font.sf2")
    (world.root / "loop").symlink_to("loop")
    (world.root / "up").symlink_to("..")
    (world.root / "to_state").symlink_to(world.state)
    (world.root / "inner").symlink_to("new")
    if hasattr(os, "mkfifo"):
        os.mkfifo(world.root / "pipe.mp4")
    return world


def _ledger(cue: Path, clip: Path) -> None:
    cue.mkdir(exist_ok=True)
    text = json.dumps({"schema_version": 1, "settings": {"clip": str(clip)}})
    (cue / "cue.json").write_text(text, "utf-8")


def snapshot(*folders: Path) -> dict[str, tuple[object, ...]]:
    """Return what is in folders: names, kinds, times and contents; links are not followed."""
    found: dict[str, tuple[object, ...]] = {}
    for folder in folders:
        for path in (folder, *sorted(folder.rglob("*"))):
            status = path.lstat()
            plain = path.is_file() and not path.is_symlink()
            content = hashlib.sha256(path.read_bytes()).hexdigest() if plain else ""
            found[str(path)] = (status.st_mode, status.st_mtime_ns, status.st_ctime_ns, content)
    return found


class Watch:
    """Note every file that Python opens, lists, makes or changes, and every program it starts.

    An audit hook cannot be taken away again, so there is one, which notes only while it is told to.
    """

    #: Event -> which of its arguments are paths.
    # fmt: off
    PATHS: ClassVar[dict[str, tuple[int, ...]]] = {
        "open": (0,), "os.listdir": (0,), "os.scandir": (0,), "os.mkdir": (0,), "os.rmdir": (0,),
        "os.remove": (0,), "os.rename": (0, 1), "os.link": (0, 1), "os.symlink": (0, 1),
        "os.truncate": (0,), "os.chmod": (0,), "os.chown": (0,), "os.utime": (0,),
        "os.setxattr": (0,), "os.removexattr": (0,), "os.chflags": (0,), "os.lchflags": (0,),
        "sqlite3.connect": (0,), "shutil.rmtree": (0,), "shutil.copyfile": (0, 1),
        "shutil.move": (0, 1), "tempfile.mkstemp": (0,), "os.chdir": (0,),
    }
    STARTS = frozenset({
        "subprocess.Popen", "os.posix_spawn", "os.exec", "os.spawn", "os.system", "os.startfile",
        "os.fork", "pty.spawn", "webbrowser.open", "ctypes.dlopen", "socket.connect",
    })
    # fmt: on
    _hooked: Watch | None = None
    _is_hooked = False

    def __init__(self) -> None:
        self.paths: set[str] = set()
        self.starts: list[tuple[str, str]] = []

    def __enter__(self) -> Watch:
        Watch._hooked = self
        if not Watch._is_hooked:
            Watch._is_hooked = True
            sys.addaudithook(Watch._note)
        return self

    def __exit__(self, *_: object) -> None:
        Watch._hooked = None

    @staticmethod
    def _note(event: str, arguments: tuple[Any, ...]) -> None:
        watch = Watch._hooked
        if watch is None:
            return
        for number in Watch.PATHS.get(event, ()):
            path = arguments[number]
            if isinstance(path, str | bytes | os.PathLike):
                watch.paths.add(os.path.abspath(os.fsdecode(path)))
        if event in Watch.STARTS:
            watch.starts.append((event, repr(arguments)))

    def outside(self, *allowed: Path) -> list[str]:
        """Return what was touched that does not really lie in one of the folders."""
        inside = [Path(os.path.realpath(folder)) for folder in allowed]
        return [
            path
            for path in sorted(self.paths)
            if not any(Path(os.path.realpath(path)).is_relative_to(folder) for folder in inside)
        ]


def python_itself() -> list[Path]:
    """Return where Python and its packages lie, and devices that hold nothing."""
    return [Path(sys.prefix), Path(sys.base_prefix), ROOT, Path(os.devnull), Path("/dev/urandom")]
