"""Video items for tests, put into the emulated project as a user would."""

from __future__ import annotations

from pathlib import Path

from tests.fakes.reaper import Host
from tests.fakes.reaper.direct import HERE, Direct
from tests.fakes.reaper.project import tree
from tests.fakes.reaper.project.tree import Block


def film_file(folder: Path, name: str = "night train.mp4") -> Path:
    """A file that stands for a film; only whether it is there matters to REAPER's side."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"film")
    return path


def saved(host: Host, folder: Path, name: str = "feature.rpp") -> Path:
    """Save the project in front, as the user does."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    host.project.save(path)
    host.project.path = path
    return path


class Items:
    """Puts items on the first track of a project and changes them."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.r = Direct(host)

    def track(self) -> str:
        """The first track, made where there is none."""
        if not self.r.CountTracks(HERE):
            self.r.InsertTrackAtIndex(0, False)
        return str(self.r.GetTrack(HERE, 0))

    def add(
        self,
        path: Path | str,
        *,
        at: float = 4.0,
        length: float = 20.0,
        offset: float = 0.0,
        rate: float = 1.0,
        seconds: float = 60.0,
        loops: bool = False,
        chosen: bool = True,
        section: tuple[float, float, int] | None = None,
    ) -> str:
        """Add an item of a file; returns its GUID. ``section`` is start, length, mode."""
        self.host.media[str(path)] = seconds
        item = self.r.AddMediaItemToTrack(self.track())
        take = self.r.AddTakeToMediaItem(item)
        self.r.SetMediaItemTake_Source(take, self.r.PCM_Source_CreateFromFile(str(path)))
        for key, value in (("D_LENGTH", length), ("B_LOOPSRC", float(loops))):
            self.r.SetMediaItemInfo_Value(item, key, value)
        self.r.SetMediaItemTakeInfo_Value(take, "D_STARTOFFS", offset)
        self.r.SetMediaItemTakeInfo_Value(take, "D_PLAYRATE", rate)
        self.r.SetMediaItemSelected(item, chosen)
        guid = self.guid(item)
        if section is not None:
            held = self.block(guid).blocks("SOURCE") or self.take(guid).blocks("SOURCE")
            self._wrap(held[0], *section)
        self.r.SetMediaItemInfo_Value(item, "D_POSITION", at)
        return guid

    def _wrap(self, source: Block, start: float, length: float, mode: int) -> None:
        parent = source.parent
        assert parent is not None
        place = parent.place(source)
        parent.remove_child(source)
        lines = [tree.Line(f"LENGTH {length}"), tree.Line(f"STARTPOS {start}")]
        lines.append(tree.Line(f"MODE {mode}"))
        parent.add(Block("SOURCE SECTION", [*lines, source]), place)

    def guid(self, item: str) -> str:
        return str(self.r.GetSetMediaItemInfo_String(item, "GUID", "", False)[3])

    def block(self, guid: str) -> Block:
        return next(i for i in self.host.project.items() if i.read("IGUID", 1) == guid)

    def take(self, guid: str) -> Block:
        return next(c for c in self.block(guid).body if isinstance(c, tree.Take))

    def pointer(self, guid: str) -> str:
        count = self.r.CountMediaItems(HERE)
        found = (self.r.GetMediaItem(HERE, n) for n in range(count))
        return next(p for p in found if self.guid(p) == guid)

    def choose(self, *guids: str) -> None:
        """Select these items and no others."""
        self.r.SelectAllMediaItems(HERE, False)
        for guid in guids:
            self.r.SetMediaItemSelected(self.pointer(guid), True)

    def split(self, guid: str, at: float) -> str:
        """Cut an item; returns the right part's GUID. Its own texts (P_EXT) go with it."""
        return self.guid(self.r.SplitMediaItem(self.pointer(guid), at))

    def copy(self, guid: str, at: float) -> str:
        """Copy an item, with its own texts, to another time."""
        source = self.block(guid)
        made = tree.parse(tree.dump(source))
        made.write("IGUID", 1, self.host.project.guid())
        for take in (c for c in made.body if isinstance(c, tree.Take)):
            take.write("GUID", 1, self.host.project.guid())
        made.write("POSITION", 1, at)
        assert source.parent is not None
        source.parent.add(made)
        return made.read("IGUID", 1)

    def delete(self, guid: str) -> None:
        self.r.DeleteTrackMediaItem(self.track(), self.pointer(guid))

    def set(self, guid: str, key: str, value: float) -> None:
        self.r.SetMediaItemInfo_Value(self.pointer(guid), key, value)

    def tag(self, guid: str) -> str:
        found = self.r.GetSetMediaItemInfo_String(self.pointer(guid), "P_EXT:fc_cue", "", False)
        return str(found[3])
