"""Arrange and mix: the six roles of Table 2 make the score and the scheme of Fig. 3 (Sec. 3.3)."""

from filmcomposer_core.arrangement.arrange import arrange, arrange_take
from filmcomposer_core.arrangement.mix import mix, mix_take
from filmcomposer_core.arrangement.mix_take import begin_mix
from filmcomposer_core.arrangement.playing import unheeded
from filmcomposer_core.arrangement.take import begin_take

__all__ = [
    "arrange", "arrange_take", "begin_mix", "begin_take", "mix", "mix_take", "unheeded",
]  # fmt: skip
