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
from filmcomposer_core.execution.rpp_reverb import reverb_block
from filmcomposer_core.execution.rpp_text import Lines, block, guid, line


def fx_chain(effects: Sequence[FxOp], envelopes: Sequence[EnvelopeOp]) -> Lines:
    """Return the ``FXCHAIN`` block of a track, nothing without effects.

    Parameters
    ----------
    effects : sequence of FxOp
        The effects of one track in order.
    envelopes : sequence of EnvelopeOp
        The envelopes of that track; those of effects go into the chain.
    """
    if not effects:
        return []
    body = [line("SHOW", 0), line("LASTSEL", 0), line("DOCKED", 0)]
    for fx in effects:
        if fx.kind == "reverb":
            body += _slot(reverb_block(fx), fx.id)
        elif fx.kind == "limiter":
            body += _slot(_limiter(fx), fx.id)
        else:
            for parameter, value in fx.parameters.items():
                target = f"{fx.id}:{parameter}"
                moved = [e for e in envelopes if e.parameter == "fx" and e.target == target]
                setting = filter_for(parameter, value, moved)
                curves = [item for e in moved for item in filter_curve(e, setting)]
                body += _slot(filter_block(setting), target, curves)
    return block("FXCHAIN", (), body)


def _slot(effect: Lines, ident: str, curves: Sequence[str] = ()) -> Lines:
    """Return one effect of a chain, switched on."""
    return [
        line("BYPASS", 0, 0, 0),
        *effect,
        line("FLOATPOS", 0, 0, 0, 0),
        line("FXID", guid("fx", ident)),
        *curves,
        line("WAK", 0, 0),
    ]


def _limiter(fx: FxOp) -> Lines:
    """Return the stock limiter JSFX: threshold dB, release ms, ceiling dB."""
    ceiling = fx.parameters.get("ceiling_db", -1.0)
    sliders = (ceiling, fx.parameters.get("release_ms", 200.0), ceiling)
    return block("JS", ("loser/MGA_JSLimiter", ""), [slider_line(sliders)])
