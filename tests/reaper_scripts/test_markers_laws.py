"""Whatever the user does between the runs: foreign stays foreign, ours is what it should be.

The model knows each marker by the line that it stands in, which no call of the product sees.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from filmcomposer_core.contracts.session import SessionMarker
from tests.fakes.reaper import Host
from tests.fakes.reaper.project import markers
from tests.fakes.reaper.project.markers import Marker
from tests.fakes.reaper.project.tree import Line
from tests.reaper_scripts.marker_world import (
    ANCHOR,
    BLUE,
    LENGTH,
    RED,
    Stand,
    hit,
    lay,
    listed,
    native,
    picture,
    record,
    section,
    session,
    user_adds,
)

FPS = 24
COLORS = (RED, BLUE, "#11AA22")
USER_COLORS = ("#010203", "#AABBCC")
NAMES = st.sampled_from(["8 downbeat | door", "MUST any | shot", "2 beat | look", "glass", "x y"])
PICK = st.integers(0, 10_000)
#: Where the core finds hits: over two frames from any place of :meth:`World.fresh_time`, since a
#: new hit nearer to a marker that the user has added is that marker.
FRAMES = st.integers(0, FPS * 50).filter(lambda frame: not 5 <= frame % FPS <= 12)


@dataclass
class Ours:
    """A hit in the model: what the core says, what we wrote last, what the user has done."""

    said: SessionMarker
    line: Line | None
    shown: SessionMarker
    #: What the user changed, of "time", "name", "color", since we wrote it.
    changed: set[str] = field(default_factory=set)
    #: The same since the last reading.
    late: set[str] = field(default_factory=set)
    renumbered: bool = False


class World(RuleBasedStateMachine):
    """The user, the core and the product take turns."""

    version = (7, 78)
    order = "rgb"

    @initialize(
        foreign=st.lists(st.integers(0, 150), max_size=4, unique=True), hits=st.integers(0, 5)
    )
    def begin(self, foreign: list[int], hits: int) -> None:
        self.host = Host(version=self.version, native=self.order)  # type: ignore[arg-type]
        self.reaper: Any = Stand(self.host)
        self.record = record()
        self.places = 0
        self.taken: set[int] = set()
        self.foreign: dict[Line, str] = {}
        for half in foreign:
            made = user_adds(self.host, half / 2 + 0.125, "verse")
            self.foreign[made.start] = made.start.text
        made = user_adds(self.host, 12.0, "a region", end_s=33.0)
        self.foreign[made.start] = made.start.text
        self.added: dict[Line, set[str]] = {}
        self.ours: dict[str, Ours] = {}
        self.count = 0
        self.core = {self.new_id(): hit("", i * 7.0) for i in range(hits)}
        self.core = {i: replace(m, id=i) for i, m in self.core.items()}
        self.lay_in()

    # --- helpers ------------------------------------------------------------------------------

    def new_id(self) -> str:
        self.count += 1
        return f"s{self.count}"

    def fresh_time(self, pick: int) -> float:
        """A time in the picture, over two frames from where anything of the user's has stood.

        Which of two hits on one frame is which, nobody can tell without GUIDs.
        """
        slots = 2 * int(LENGTH - 1)
        slot = next(n for n in (i % slots for i in count(pick)) if n not in self.taken)
        self.taken.add(slot)
        return ANCHOR + slot // 2 + 0.301 + slot % 2 * 0.1

    def marker(self, line: Line) -> Marker:
        return next(m for m in listed(self.host) if m.start is line)

    def some(self, pick: int) -> Ours | None:
        alive = [o for o in self.ours.values() if o.line is not None]
        return alive[pick % len(alive)] if alive else None

    @property
    def by_guid(self) -> bool:
        return self.version >= (7, 62)

    def own(self, ours: Ours) -> Marker:
        assert ours.line is not None
        return self.marker(ours.line)

    def told_name(self, name: str) -> str | None:
        return name if self.by_guid else None

    # --- the user -----------------------------------------------------------------------------

    @rule(pick=PICK, place=PICK)
    def drags(self, pick: int, place: int) -> None:
        ours = self.some(pick)
        if ours is None or (not self.by_guid and ours.renumbered):
            return  # without GUIDs, both at once is a guess
        markers.move(self.own(ours), self.fresh_time(place), None)
        ours.changed.add("time")
        ours.late.add("time")

    @rule(pick=PICK, name=NAMES)
    def renames(self, pick: int, name: str) -> None:
        ours = self.some(pick)
        if ours is None or self.own(ours).name == name:
            return
        markers.rename(self.own(ours), name)
        ours.changed.add("name")
        ours.late.add("name")

    @rule(pick=PICK, color=st.sampled_from(USER_COLORS))
    def recolours(self, pick: int, color: str) -> None:
        ours = self.some(pick)
        if ours is not None and not (not self.by_guid and ours.renumbered):
            markers.paint(self.own(ours), native(self.host, color))
            ours.changed.add("color")

    @rule(pick=PICK)
    def deletes(self, pick: int) -> None:
        ours = self.some(pick)
        if ours is not None:
            markers.delete(self.host.project, self.own(ours))
            ours.line = None
            ours.late.add("gone")

    @rule(place=PICK, name=st.one_of(st.just(""), NAMES))
    def adds(self, place: int, name: str) -> None:
        self.added[user_adds(self.host, self.fresh_time(place), name).start] = {"new"}

    @rule()
    def adds_outside(self) -> None:
        self.places += 1
        made = user_adds(self.host, 80.0 + self.places * 1e-3, "8 any | out")
        self.foreign[made.start] = made.start.text

    @precondition(lambda self: not any({"time", "color"} & o.changed for o in self.ours.values()))
    @rule()
    def renumbers_all(self) -> None:
        for number, marker in enumerate((m for m in listed(self.host) if not m.is_region), 1):
            markers.renumber(marker, number)
        self.foreign = {line: line.text for line in self.foreign}
        for ours in self.ours.values():
            ours.renumbered = True

    # --- the core -----------------------------------------------------------------------------

    @rule(pick=PICK, frame=FRAMES, name=NAMES, color=st.sampled_from(COLORS))
    def core_thinks_again(self, pick: int, frame: int, name: str, color: str) -> None:
        if self.core:
            ident = sorted(self.core)[pick % len(self.core)]
            name = name if re.match(r"\w+ \w+ \|", name) else f"4 any | {name}"
            self.core[ident] = hit(ident, frame / FPS, name, color)

    @rule(frame=FRAMES)
    def core_finds_another(self, frame: int) -> None:
        ident = self.new_id()
        self.core[ident] = hit(ident, frame / FPS, "1 any | cut", BLUE)

    @rule(pick=PICK)
    def core_drops_one(self, pick: int) -> None:
        if self.core:
            del self.core[sorted(self.core)[pick % len(self.core)]]

    # --- the product --------------------------------------------------------------------------

    @rule(takes_over=st.booleans(), meanwhile=st.lists(st.tuples(st.integers(0, 3), PICK, PICK)))
    def run(self, takes_over: bool, meanwhile: list[tuple[int, int, int]]) -> None:
        told = self.read()
        adopted = self.take_over(told) if takes_over else {}
        for act, pick, place in meanwhile[:3]:  # while the job runs
            if act == 0:
                self.drags(pick, place)
            elif act == 1 and self.by_guid:
                self.renames(pick, f"5 any | {place}")
            elif act == 2:
                self.deletes(pick)
            elif act == 3:
                self.adds(place, "")
        self.lay_in(adopted)

    def read(self) -> list[tuple[str, float, str | None]]:
        """Read back, and see that it is told just what stands there."""
        from filmcomposer_reaper.markers.lay import read_markers

        found = read_markers(self.reaper, self.record, picture())
        assert found is not None
        expected = []
        for ident, ours in self.ours.items():
            ours.late = set()
            if ours.line is not None:
                time_s = self.own(ours).position - ANCHOR
                expected.append((ident, time_s, self.told_name(self.own(ours).name)))
        for line, late in self.added.items():
            late.clear()
            now = self.marker(line)
            expected.append(("", now.position - ANCHOR, self.told_name(now.name)))
        told = [(m.id, m.time_s, m.name) for m in found]
        key = lambda m: (m[1], m[0])  # noqa: E731
        assert [m[0] for m in sorted(told, key=key)] == [m[0] for m in sorted(expected, key=key)]
        for one, other in zip(sorted(told, key=key), sorted(expected, key=key), strict=True):
            assert one[1] == pytest.approx(other[1], abs=1e-6)
            assert one[2] == other[2]
        return told

    def take_over(self, told: list[tuple[str, float, str | None]]) -> dict[Line, str]:
        """Change the spots as the core does: on frames, with names of the known form."""
        gone = set(self.ours) - {ident for ident, _, _ in told}
        for ident in gone & set(self.core):
            del self.core[ident]
        for ident, time_s, name in told:
            if ident in self.core:
                ours, spot = self.ours[ident], self.core[ident]
                if "time" in ours.changed:
                    spot = replace(spot, time_s=ANCHOR + round(time_s * FPS) / FPS)
                if name is not None and "name" in ours.changed:
                    spot = replace(spot, name=self.tidy(name))
                self.core[ident] = spot
        adopted = {}
        for line in self.added:
            now = self.marker(line)
            ident = self.new_id()
            name = self.tidy(now.name) if self.by_guid else "5 any | hit"
            cue_s = round((now.position - ANCHOR) * FPS) / FPS
            self.core[ident] = hit(ident, cue_s, name, RED)
            adopted[line] = ident
        return adopted

    @staticmethod
    def tidy(name: str) -> str:
        return name if re.match(r"(MUST|\d+) \w+ \| ", name) else f"5 any | {name}"

    def lay_in(self, adopted: dict[Line, str] | None = None) -> None:
        before = {m.start for m in listed(self.host)}
        for line, ident in (adopted or {}).items():
            gone = self.added.pop(line)
            standing = self.marker(line)
            shown = hit(ident, standing.position - ANCHOR, standing.name, "")
            self.ours[ident] = Ours(said=shown, line=line, shown=shown, late=gone)
            if not self.by_guid:
                self.ours[ident].said = replace(shown, name=self.core[ident].name)
        wanted = {i: self.expected(i) for i in self.core}
        hits = sorted(self.core.values(), key=lambda m: m.time_s)
        lay(self.reaper, self.record, session(hits, [section("A", 0.0, 20.0)]))
        self.check(before, wanted)

    def expected(self, ident: str) -> tuple[float, str, str] | None:
        """Place, name and colour that a hit must have after the writing; None = stays deleted."""
        spot = self.core[ident]
        new = (spot.time_s, spot.name, spot.color)
        ours = self.ours.get(ident)
        if ours is None:
            return new
        moved_on = {
            "time": abs(spot.time_s - ours.said.time_s) > 1e-4,
            "name": spot.name != ours.said.name,
            "color": spot.color != ours.said.color,
        }
        if ours.line is None:
            back = (moved_on["time"] or moved_on["name"]) and "gone" not in ours.late
            return new if back else None
        now = self.own(ours)
        stays = {
            key: key in ours.changed and (not moved_on[key] or key in ours.late)
            for key in ("time", "color")
        }
        if self.by_guid:
            stays["name"] = "name" in ours.changed and (not moved_on["name"] or "name" in ours.late)
        else:
            stays["name"] = not moved_on["name"]
        return (
            now.position if stays["time"] else spot.time_s,
            now.name if stays["name"] else spot.name,
            f"={now.colour}" if stays["color"] else spot.color,
        )

    def check(self, before: set[Line], wanted: dict[str, tuple[float, str, str] | None]) -> None:
        left = [m for m in listed(self.host) if not m.is_region]
        left = [m for m in left if m.start not in self.foreign and m.start not in self.added]
        known = {o.line: i for i, o in self.ours.items() if o.line is not None}
        new = [m for m in left if m.start not in before]
        for ident, face in wanted.items():
            ours = self.ours.setdefault(
                ident, Ours(said=self.core[ident], line=None, shown=self.core[ident])
            )
            if face is None:
                ours.said = replace(ours.said)
                continue
            held = [m for m in left if known.get(m.start) == ident]
            if not held:
                held = [m for m in new if abs(m.position - face[0]) < 1e-6 and m.name == face[1]]
            assert held, (ident, face)
            marker = held[0]
            new = [m for m in new if m.start is not marker.start]
            left = [m for m in left if m.start is not marker.start]
            assert marker.position == pytest.approx(face[0], abs=1.1e-4)
            assert marker.name == face[1]
            colour = int(face[2][1:]) if face[2][0] == "=" else native(self.host, face[2])
            assert marker.colour == colour
            self.note(ours, marker, ident)
        assert left == []
        self.ours = {i: o for i, o in self.ours.items() if i in self.core}

    def note(self, ours: Ours, marker: Marker, ident: str) -> None:
        spot = self.core[ident]
        if abs(marker.position - spot.time_s) < 1e-4:
            ours.changed.discard("time")
        if marker.name == spot.name:
            ours.changed.discard("name")
        if marker.colour == native(self.host, spot.color):
            ours.changed.discard("color")
        ours.line, ours.said, ours.shown, ours.late = marker.start, spot, spot, set()
        ours.renumbered = bool(ours.changed & {"time", "color"}) and ours.renumbered

    @invariant()
    def foreign_is_untouched(self) -> None:
        if hasattr(self, "foreign"):
            standing = {m.start: m.start.text for m in listed(self.host)}
            assert {line: standing.get(line) for line in self.foreign} == self.foreign
            assert self.host.faults == []


class OldWorld(World):
    """Before markers had GUIDs, on Windows."""

    version = (6, 80)
    order = "bgr"


_SETTINGS = settings(
    max_examples=80,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestWithGuids = World.TestCase
TestWithGuids.settings = _SETTINGS
TestWithoutGuids = OldWorld.TestCase
TestWithoutGuids.settings = _SETTINGS
