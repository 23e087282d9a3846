"""What a rhythm conditioner hears; apart from the module, so that reading it needs no torch."""

from __future__ import annotations

from dataclasses import dataclass

from filmcomposer_core.contracts._check import STRICT, in_range


@dataclass(frozen=True, slots=True, kw_only=True)
class RhythmConfig:
    """What a rhythm conditioner hears.

    ``rate`` is in Hz, ``n_fft`` and ``hop`` in samples. ``factor`` is the downsampling factor: so
    many frames of the chromagram make one position of the prefix. ``positions`` is the length of
    the prefix, ``width`` that of the decoder.
    """

    __pydantic_config__ = STRICT

    width: int
    positions: int
    rate: int = 32_000
    n_fft: int = 4_096
    hop: int = 640
    factor: int = 4

    def __post_init__(self) -> None:
        for name, most in (
            ("width", 16_384), ("positions", 8_192), ("rate", 192_000), ("n_fft", 65_536),
            ("hop", 65_536), ("factor", 256),
        ):  # fmt: skip
            in_range(name, getattr(self, name), 1, most)

    @property
    def seconds(self) -> float:
        """Length of sound that the prefix covers."""
        return self.positions * self.factor * self.hop / self.rate
