"""The recipe of a training run: one TOML file, checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts._check import STRICT, in_range
from filmcomposer_core.errors import InputError

#: The recipe of the weights that are shipped.
SHIPPED: Final = Path(__file__).with_name("recipe.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Size of the transformer; ``drop`` is the share that dropout leaves out."""

    __pydantic_config__ = STRICT

    width: int
    layers: int
    heads: int
    drop: float

    def __post_init__(self) -> None:
        in_range("width", self.width, 4, 1024)
        in_range("layers", self.layers, 1, 24)
        in_range("heads", self.heads, 1, 16)
        in_range("drop", self.drop, 0.0, 0.9)
        if self.width % self.heads:
            msg = f"width is {self.width}, must be a multiple of heads ({self.heads})"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How it is trained: updates, pieces of an update, and so on as ``recipe.toml`` says."""

    __pydantic_config__ = STRICT

    seed: int
    steps: int
    batch: int
    events: int
    rate: float
    warm: int
    decay: float
    held: float
    hidden: float
    keep_every: int

    def __post_init__(self) -> None:
        for name in ("steps", "batch", "events", "warm", "keep_every"):
            in_range(name, getattr(self, name), 1, 1e7)
        in_range("seed", self.seed, 0, 2**63 - 1)
        in_range("rate", self.rate, 1e-7, 1.0)
        in_range("decay", self.decay, 0.0, 1.0)
        for name in ("held", "hidden"):
            in_range(name, getattr(self, name), 0.0, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """The whole recipe."""

    __pydantic_config__ = STRICT

    network: Size
    training: Course


def read_recipe(path: Path = SHIPPED) -> Recipe:
    """Return a recipe.

    Raises
    ------
    InputError
        If the file is not there or says what cannot be done.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise InputError(f"{path} cannot be read.", "Name the recipe's TOML file.") from exc
    return codec.build(Recipe, codec.parse_toml(text, where=str(path)), where=str(path))
