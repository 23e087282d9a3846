"""What the six roles know when they speak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from filmcomposer_core.arrangement.heed import heed_dynamics, heed_lines
from filmcomposer_core.arrangement.mix_take import Asked, MixTake, levelled, reviewed
from filmcomposer_core.arrangement.roles.analyze import Development
from filmcomposer_core.arrangement.roles.arrange import Arrangement
from filmcomposer_core.arrangement.roles.reviewer import Review
from filmcomposer_core.arrangement.seats import Seat, list_seats
from filmcomposer_core.arrangement.take import Desks, Take, analysed, arranged, seated
from filmcomposer_core.contracts.arranging import (
    AnalyzeReply,
    ArrangeChoices,
    ArrangeReply,
    InstrumentReply,
    MixingReply,
    ReviewReply,
    VolumeReply,
)


@dataclass(frozen=True, kw_only=True)
class ArrangeState:
    """An arrangement under discussion: what was said so far, and theory's answers to it.

    ``abc`` is the theme, ``remarks`` what the Reviewer wants changed, by role.
    """

    take: Take
    abc: str
    remarks: Mapping[str, str] = field(default_factory=dict)
    analyze: AnalyzeReply | None = None
    arrange: ArrangeReply | None = None
    instrument: InstrumentReply | None = None

    @cached_property
    def computed(self) -> Development:
        """What theory says as Analyze."""
        return analysed(self.take)

    @cached_property
    def development(self) -> Development:
        """The development as Analyze has set it."""
        return heed_dynamics(self.computed, ArrangeChoices(analyze=self.analyze))[0]

    @cached_property
    def lines(self) -> Arrangement:
        """What theory says as Arrange."""
        return arranged(self.take, self.development)

    @cached_property
    def arrangement(self) -> Arrangement:
        """The lines as Arrange has set them."""
        return heed_lines(self.take.ground, self.lines, ArrangeChoices(arrange=self.arrange))

    @cached_property
    def desks(self) -> Desks:
        """Who plays, as theory says as Instrument."""
        return seated(self.take, self.arrangement)

    @cached_property
    def seats(self) -> tuple[Seat, ...]:
        """The seats that Instrument fills."""
        return list_seats(self.arrangement.sketches, self.desks)

    @property
    def measures(self) -> int:
        """How many measures the cue has."""
        return len(self.take.ground.bars)


@dataclass(frozen=True, kw_only=True)
class MixState:
    """A mix under discussion.

    ``asked`` adds up what theory's Reviewer wanted; ``reviews`` counts how often the Reviewer has
    spoken, ``again`` are the roles that he sent back last, ``remarks`` what he told them.
    """

    take: MixTake
    asked: Asked
    volume: VolumeReply | None = None
    mixing: MixingReply | None = None
    review: ReviewReply | None = None
    reviews: int = 0
    again: tuple[str, ...] = ()
    remarks: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def levels(self) -> Mapping[str, Mapping[str, float]]:
        """What theory says as Volume, with what the Reviewer asked for."""
        return levelled(self.take, self.asked)

    @cached_property
    def found(self) -> Review:
        """What theory says as Reviewer to what Volume and Mixing have set."""
        return reviewed(
            self.take,
            {} if self.volume is None else self.volume.volume,
            {} if self.mixing is None else self.mixing.panning,
        )
