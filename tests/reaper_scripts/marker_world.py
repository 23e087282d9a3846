"""A project with markers for tests, a user's hand in it, and a session to lay into it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from filmcomposer_core.contracts.session import Session, SessionMarker, SessionRegion
from tests.fakes.reaper import Host
from tests.fakes.reaper.direct import Direct
from tests.fakes.reaper.project import markers
from tests.fakes.reaper.project.markers import Marker

CUE = "0123abcd"
ANCHOR = 10.0
LENGTH = 60.0
RED, BLUE = "#CC2200", "#1144EE"


class Stand:
    """REAPER without reapy, where a world of its own for each example would take too long."""

    def __init__(self, host: Host) -> None:
        self.rpr = Direct(host)
        self._host = host

    def has(self, name: str) -> bool:
        return f"RPR_{name}" in self._host.functions


def record(cue: str = CUE) -> Any:
    from filmcomposer_reaper.cue.records import CueRecord

    return CueRecord(id=cue, folder="FilmComposer/clip", item_guid="{ITEM}")


def picture(**changed: Any) -> Any:
    from filmcomposer_reaper.cue.picture import Picture

    whole = Picture(
        item_guid="{ITEM}",
        path="/film.mp4",
        position_s=ANCHOR,
        length_s=LENGTH,
        in_s=0.0,
        out_s=LENGTH,
        rate=1.0,
    )
    return replace(whole, **changed)


def hit(
    ident: str, cue_s: float, name: str = "8 downbeat | door", color: str = RED, **more: Any
) -> SessionMarker:
    settings = {"hit_class": "downbeat", "early_frames": 1, "late_frames": 1, **more}
    return SessionMarker(id=ident, time_s=ANCHOR + cue_s, name=name, color=color, **settings)


def section(ident: str, start_s: float, end_s: float, name: str = "A theme") -> SessionRegion:
    return SessionRegion(
        id=ident, start_s=ANCHOR + start_s, end_s=ANCHOR + end_s, name=name, color=BLUE
    )


def session(
    hits: Iterable[SessionMarker] = (),
    regions: Iterable[SessionRegion] = (),
    *,
    anchor_s: float = ANCHOR,
) -> Session:
    """A session; its times move along with another anchor."""
    by = anchor_s - ANCHOR
    return Session(
        version=1,
        cue=CUE,
        title="clip",
        anchor_s=anchor_s,
        length_s=LENGTH,
        fps_num=24,
        fps_den=1,
        reached="spot",
        markers=tuple(replace(m, time_s=m.time_s + by) for m in hits),
        regions=tuple(replace(r, start_s=r.start_s + by, end_s=r.end_s + by) for r in regions),
    )


def lay(reaper: Any, held: Any, laid: Session, *, keep: bool = True) -> int:
    """Write a session and keep the record as the actions do; returns the steps that wrote."""
    from filmcomposer_reaper.cue.records import save_record
    from filmcomposer_reaper.markers.lay import marker_steps

    steps = marker_steps(reaper, held, laid, keep=keep)
    for step in steps:
        step()
    save_record(reaper, held)
    return len(steps) - 2


def seen(host: Host) -> list[tuple[float, str]]:
    """Start and name of all markers (no regions), in order of time."""
    return [(round(m.position, 6), m.name) for m in listed(host) if not m.is_region]


def listed(host: Host) -> list[Marker]:
    return markers.listed(host.project)


def at(host: Host, time_s: float) -> Marker:
    """The marker at a time of the project."""
    return next(m for m in listed(host) if abs(m.position - time_s) < 1e-6)


def user_adds(host: Host, time_s: float, name: str = "", end_s: float | None = None) -> Marker:
    """What the user puts in has the default colour and the next free number."""
    return markers.add(host.project, start=time_s, end=end_s, name=name, number=-1, colour=0)


def native(host: Host, color: str) -> int:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return int(Direct(host).ColorToNative(red, green, blue)) | 0x1000000
