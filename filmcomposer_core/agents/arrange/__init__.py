"""Arrange and mix as a group chat: Analyze, Arrange, Instrument, Volume, Mixing, Reviewer (Tab. 2).

The first three speak before the score is written, the others once it is there. Theory speaks with
the functions of ``arrangement/roles``.
"""

from filmcomposer_core.agents.arrange.talks import (
    ArrangeTalk,
    MixTalk,
    talk_arrange,
    talk_mix,
)

__all__ = ["ArrangeTalk", "MixTalk", "talk_arrange", "talk_mix"]
