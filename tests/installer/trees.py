"""What stands in a folder, to compare before and after."""

from __future__ import annotations

import os
import stat
from pathlib import Path

Tree = dict[str, tuple[str, bytes, int]]


def tree_of(root: Path, *, ignore: tuple[str, ...] = ()) -> Tree:
    """Return kind, content and mode of everything below a folder, by relative path."""
    found: Tree = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if any(name == skip or name.startswith(f"{skip}/") for skip in ignore):
            continue
        mode = stat.S_IMODE(path.lstat().st_mode)
        if path.is_symlink():
            found[name] = ("link", os.fsencode(path.readlink()), 0)
        elif path.is_dir():
            found[name] = ("folder", b"", mode)
        else:
            found[name] = ("file", path.read_bytes(), mode)
    return found


def stamps_of(root: Path) -> dict[str, tuple[int, int, int]]:
    """Return inode, size and time of change of everything below a folder, and of itself."""
    places = [root, *sorted(root.rglob("*"))]
    stats = {str(place.relative_to(root)): place.lstat() for place in places}
    return {name: (s.st_ino, s.st_size, s.st_mtime_ns) for name, s in stats.items()}
