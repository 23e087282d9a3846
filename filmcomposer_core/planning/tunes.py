"""The tunes of a cue as its plan needs them: which section states which bars, and their notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from filmcomposer_core.composition.rhythm import Metre
from filmcomposer_core.composition.sketch import (
    Identity,
    ideas_for,
    pulse_of,
)
from filmcomposer_core.composition.tables import style_of
from filmcomposer_core.composition.tune_form import Statement, cue_statements, stated_notes
from filmcomposer_core.composition.tune_ideas import Tune, settled
from filmcomposer_core.composition.tune_network import one_thread
from filmcomposer_core.planning.drafts import Draft
from filmcomposer_core.planning.harmonise import Stretch
from filmcomposer_core.planning.recipe import MINOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Tunes:
    """The tunes by letter, the statements of each section, and the bars of the cue.

    ``bars`` holds numerator, denominator and seconds; ``ticks`` is the length of the bars in which
    tunes can be stated.
    """

    by_letter: Mapping[str, Tune]
    stated: Sequence[Sequence[Statement]]
    bars: Sequence[tuple[int, int, float]]
    ticks: int

    def stretch(
        self,
        letter: str,
        statement: Statement,
        where: slice,
        *,
        rests: bool,
        wanted: Sequence[float],
    ) -> Stretch:
        """Return what is to be harmonised of a statement in some bars of the cue.

        ``rests`` says that its close is one long note.
        """
        tune = settled(self.by_letter[letter]) if rests else self.by_letter[letter]
        notes = stated_notes(tune, statement.bars, per=self.ticks // tune.lens.ticks)
        return Stretch(notes=tuple(notes), bars=tuple(self.bars[where]), wanted=tuple(wanted))


def cue_tunes(
    drafts: Sequence[Draft],
    bars: Sequence[tuple[int, int, float]],
    *,
    idiom: str,
    film: str,
    seed: int,
) -> Tunes:
    """Return the tunes that the theme of a cue will state.

    Parameters
    ----------
    drafts : sequence of Draft
        The sections in order.
    bars : sequence of (int, int, float)
        Numerator, denominator and seconds of each bar.
    idiom, film : str
        What the tunes hang on, beside key and seed.
    seed : int
        The cue's seed.
    """
    pulse, home = pulse_of(bars), drafts[0].key
    identity = Identity(
        idiom=idiom,
        tonic=home.tonic,
        minor=home.kind == MINOR,
        film=film,
        seed=seed,
        attempt=1,
    )
    last = max(draft.motif for draft in drafts)
    with one_thread():
        ideas = ideas_for(pulse, identity, style=style_of(idiom), last=last)
    stated = cue_statements(drafts, broad=pulse.broad)
    tunes = {letter: idea.tune for letter, idea in ideas.items() if idea.tune is not None}
    return Tunes(
        by_letter=tunes,
        stated=[
            row if draft.motif in tunes and _even(draft, bars, pulse.metre) else ()
            for draft, row in zip(drafts, stated, strict=True)
        ],
        bars=bars,
        ticks=pulse.metre.ticks,
    )


def _even(draft: Draft, bars: Sequence[tuple[int, int, float]], metre: Metre) -> bool:
    """Return whether all bars of a section have the metre of the tunes."""
    return all(bar[:2] == (metre.num, metre.den) for bar in bars[draft.first : draft.end])
