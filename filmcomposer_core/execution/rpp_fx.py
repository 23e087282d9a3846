"""Stock effects as they stand in a REAPER project."""

from __future__ import annotations

from collections.abc import Sequence

from filmcomposer_core.contracts.daw_plan import EnvelopeOp, FxOp
from filmcomposer_core.execution.rpp_filter import (
    filter_block,
    filter_curve,
    filter_for,
    slider_line,
)
from filmcomposer_core.execution.rpp_place import Placement
from filmcomposer_core.execution.rpp_reverb import reverb_block
from filmcomposer_core.execution.rpp_text import Lines, block, line


def fx_chain(
    effects: Sequence[FxOp], envelopes: Sequence[EnvelopeOp], *, place: Placement
) -> Lines:
    """Return the ``FXCHAIN`` block of a track, nothing without effects.

    Parameters
    ----------
    effects : sequence of FxOp
        The effects of one track in order.
    envelopes : sequence of EnvelopeOp
        The envelopes of that track; those of effects go into the chain.
    place : Placement
        Ids, times and names of files.
    """
    if not effects:
        return []
    body: Lines = []
    for fx in effects:
        if fx.kind == "reverb":
            body += slot(reverb_block(fx, place=place), fx.id, place=place)
        elif fx.kind == "limiter":
            body += slot(_limiter(fx), fx.id, place=place)
        else:
            for parameter, value in fx.parameters.items():
                target = f"{fx.id}:{parameter}"
                moved = [e for e in envelopes if e.parameter == "fx" and e.target == target]
                setting = filter_for(parameter, value, moved)
                curves = [item for e in moved for item in filter_curve(e, setting, place=place)]
                body += slot(filter_block(setting), target, curves, place=place)
    return chain_block(body)


def chain_block(slots: Lines) -> Lines:
    """Return the ``FXCHAIN`` block around the effects of a track."""
    return block("FXCHAIN", (), [line("SHOW", 0), line("LASTSEL", 0), line("DOCKED", 0), *slots])


def slot(effect: Lines, ident: str, curves: Sequence[str] = (), *, place: Placement) -> Lines:
    """Return one effect of a chain, switched on."""
    return [
        line("BYPASS", 0, 0, 0),
        *effect,
        line("FLOATPOS", 0, 0, 0, 0),
        line("FXID", place.guid("fx", ident)),
        *curves,
        line("WAK", 0, 0),
    ]


def _limiter(fx: FxOp) -> Lines:
    """Return the stock limiter JSFX: threshold dB, release ms, ceiling dB."""
    ceiling = fx.parameters.get("ceiling_db", -1.0)
    sliders = (ceiling, fx.parameters.get("release_ms", 200.0), ceiling)
    return block("JS", ("loser/MGA_JSLimiter", ""), [slider_line(sliders)])
