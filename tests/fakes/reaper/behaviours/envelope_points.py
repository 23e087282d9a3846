"""Points of envelopes, in raw values (g)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.reaper.behaviours.live import block
from tests.fakes.reaper.faults import Gap, Misuse
from tests.fakes.reaper.functions import Out, behaviour
from tests.fakes.reaper.project import envelopes
from tests.fakes.reaper.project.envelopes import Point
from tests.fakes.reaper.project.tree import Line

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host
    from tests.fakes.reaper.project.tree import Block


def _own(item: int) -> None:
    """Refuse automation items: -1 is the envelope itself (g)."""
    if item != -1:
        raise Gap("automation items are not modelled")


@behaviour("GetEnvelopeScalingMode")
def scaling(host: Host, envelope: int) -> int:
    """1 for fader scaling (g, measured 7.8x)."""
    return envelopes.scaling(block(host, envelope))


@behaviour("ScaleToEnvelopeMode")
def scale_to(host: Host, mode: int, value: float) -> float:
    """A gain's raw value; itself in mode 0 (g, measured 7.8x)."""
    return envelopes.to_raw(mode, value)


@behaviour("ScaleFromEnvelopeMode")
def scale_from(host: Host, mode: int, value: float) -> float:
    """A raw value's gain; itself in mode 0 (g, measured 7.8x)."""
    return envelopes.from_raw(mode, value)


@behaviour("CountEnvelopePoints")
def count(host: Host, envelope: int) -> int:
    """Its points (header)."""
    return len(list(block(host, envelope).lines("PT")))


@behaviour("GetEnvelopePoint")
def get(host: Host, envelope: int, index: int, *_: float) -> Out:
    """A point by index (g, header)."""
    found = envelopes.points(block(host, envelope))
    if not 0 <= index < len(found):
        return Out(False)
    point = found[index]
    values = {
        "timeOut": point.time,
        "valueOut": point.value,
        "shapeOut": point.shape,
        "tensionOut": point.tension,
        "selectedOut": int(point.selected),
    }
    return Out(True, values)


@behaviour("InsertEnvelopePoint")
def insert(
    host: Host,
    envelope: int,
    time: float,
    value: float,
    shape: int,
    tension: float,
    selected: int,
    no_sort: int,
) -> Out:
    """Add a point; a taken time gets a second one, negative times are taken (g, measured 7.8x)."""
    held = block(host, envelope)
    _check(shape, tension)
    line = Line("PT 0 0 0")
    held.add(line)
    envelopes.put(held, line, Point(time, value, shape, tension, bool(selected)))
    _sorted(host, held, no_sort)
    return Out(True)


@behaviour("InsertEnvelopePointEx")
def insert_ex(host: Host, envelope: int, item: int, *more: float) -> Out:
    """Of the envelope itself with -1 (g, header)."""
    _own(item)
    return insert(host, envelope, *more)  # type: ignore[arg-type]


@behaviour("SetEnvelopePoint")
def change(
    host: Host,
    envelope: int,
    index: int,
    time: float,
    value: float,
    shape: int,
    tension: float,
    selected: int,
    no_sort: int,
) -> Out:
    """Write all of a point: Python cannot leave anything out (a4)."""
    held = block(host, envelope)
    found = list(held.lines("PT"))
    if not 0 <= index < len(found):
        return Out(False)
    _check(shape, tension)
    envelopes.put(held, found[index], Point(time, value, shape, tension, bool(selected)))
    _sorted(host, held, no_sort)
    return Out(True)


def _check(shape: int, tension: float) -> None:
    if not 0 <= shape <= 5 or not -1 <= tension <= 1:
        raise Misuse(f"an envelope point of shape {shape} and tension {tension} (g)")


def _sorted(host: Host, held: Block, no_sort: int) -> None:
    host.project.touch()
    if no_sort:
        host.project.unsorted[id(held)] = held
    else:
        envelopes.sort(held)


@behaviour("Envelope_SortPoints")
def sort(host: Host, envelope: int) -> bool:
    """Bring them into order after inserts with noSort (g, header)."""
    held = block(host, envelope)
    envelopes.sort(held)
    host.project.unsorted.pop(id(held), None)
    return True


@behaviour("DeleteEnvelopePointEx")
def delete(host: Host, envelope: int, item: int, index: int) -> bool:
    """Delete one by index (g, header)."""
    _own(item)
    held = block(host, envelope)
    found = list(held.lines("PT"))
    if not 0 <= index < len(found):
        return False
    held.remove_child(found[index])
    host.project.touch()
    return True


@behaviour("DeleteEnvelopePointRange")
def delete_range(host: Host, envelope: int, start: float, end: float) -> bool:
    """Delete from ``start`` to before ``end``; a point at exactly 0 s stays (g, measured 7.8x).

    The measurement says that it may stay; here it always does.
    """
    held = block(host, envelope)
    for line in list(held.lines("PT")):
        if start <= line.number(1) < end and line.number(1) != 0:
            held.remove_child(line)
    host.project.touch()
    return True


@behaviour("GetEnvelopePointByTime")
def by_time(host: Host, envelope: int, time: float) -> int:
    """The last at or before a time, -1 for none (header)."""
    found = envelopes.points(block(host, envelope))
    return max((i for i, p in enumerate(found) if p.time <= time), default=-1)


@behaviour("Envelope_Evaluate")
def evaluate(host: Host, envelope: int, time: float, rate: float, samples: int, *_: float) -> Out:
    """The raw value at a time; one without points has its fader's (g, measured 7.8x)."""
    held = block(host, envelope)
    if id(held) in host.project.unsorted:
        raise Misuse("an envelope is evaluated while its points are unsorted")
    value = envelopes.evaluate(held, time)
    if value is None:
        if held.key != "VOLENV2" or held.parent is None:
            raise Gap(f"the value of a {held.key} without points is not modelled")
        value = envelopes.to_raw(1, held.parent.read_number("VOLPAN", 1, 1))
    return Out(samples, {"valueOut": value, "dVdSOut": 0.0, "ddVdSOut": 0.0, "dddVdSOut": 0.0})
