"""The recipe of a training run; ``rc_musicgen.toml`` is the paper's and explains every key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts._check import STRICT, in_range, one_of
from filmcomposer_core.errors import InputError

#: Parts of the music description (Sec. 4) and of the visual description (Table 6).
MUSIC_PARTS: Final = ("genre", "instrumentation", "mood", "tempo")
PICTURE_PARTS: Final = (
    "setting", "brightness", "hue", "action", "view_scale", "emotion", "theme",
)  # fmt: skip
_WHOLE_NUMBERS: Final = {
    "epochs": (1, 1_000_000), "updates_per_epoch": (1, 10_000_000), "batch": (1, 4096),
    "warmup_steps": (0, 10_000_000), "rhythm_factor": (1, 256), "lora_rank": (0, 1024),
    "save_every": (1, 10_000_000), "validate_every": (1, 10_000_000),
    "validate_pieces": (1, 100_000), "samples_every": (1, 10_000_000), "samples": (0, 64),
    "keep_last": (1, 1000),
}  # fmt: skip
_NUMBERS: Final = {
    "learning_rate": (1e-9, 100.0), "weight_decay": (0.0, 10.0), "eps": (1e-16, 1.0),
    "clip_norm": (1e-6, 1e6), "minimum_ratio": (0.0, 1.0), "cycle": (0.01, 1.0),
    "window_s": (0.5, 60.0), "drop_both": (0.0, 1.0), "drop_words": (0.0, 1.0),
    "drop_rhythm": (0.0, 1.0), "drop_tokens": (0.0, 1.0), "keep_music": (0.0, 1.0),
    "lora_alpha": (1e-3, 1e4),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stage of the curriculum: which parts are said until a share of the training is done."""

    __pydantic_config__ = STRICT

    until: float
    music: tuple[str, ...]
    picture: tuple[str, ...]

    def __post_init__(self) -> None:
        in_range("until", self.until, 0.0, 1.0)
        for part in self.music:
            one_of("music", part, MUSIC_PARTS)
        for part in self.picture:
            one_of("picture", part, PICTURE_PARTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a model is trained; ``rc_musicgen.toml`` says what each key means, with units."""

    __pydantic_config__ = STRICT

    epochs: int
    updates_per_epoch: int
    batch: int
    seed: int
    optimiser: str
    learning_rate: float
    betas: tuple[float, float]
    weight_decay: float
    eps: float
    clip_norm: float
    warmup_steps: int
    minimum_ratio: float
    cycle: float
    window_s: float
    rhythm_factor: int
    rhythm_pitches: bool
    drop_both: float
    drop_words: float
    drop_rhythm: float
    drop_tokens: float
    keep_music: float
    precision: str
    gradient_checkpointing: bool
    lora_rank: int
    lora_alpha: float
    save_every: int
    validate_every: int
    validate_pieces: int
    samples_every: int
    samples: int
    keep_last: int
    stages: tuple[Stage, ...]

    def __post_init__(self) -> None:
        for name, (low, high) in (_WHOLE_NUMBERS | _NUMBERS).items():
            in_range(name, getattr(self, name), low, high)
        one_of("optimiser", self.optimiser, ("dadam", "dadapt_adam", "adamw"))
        one_of("precision", self.precision, ("auto", "fp32", "bf16"))
        for beta in self.betas:
            in_range("betas", beta, 0.0, 0.999999)
        ends = [stage.until for stage in self.stages]
        if not ends or ends != sorted(set(ends)) or ends[-1] != 1.0:
            msg = f"stages end at {ends}, must rise to 1"
            raise ValueError(msg)
        in_range("drop_both + drop_words + drop_rhythm", self._dropped, 0.0, 1.0)

    @property
    def _dropped(self) -> float:
        return self.drop_both + self.drop_words + self.drop_rhythm

    @property
    def steps(self) -> int:
        """Updates of the whole training."""
        return self.epochs * self.updates_per_epoch

    def stage_at(self, step: int) -> Stage:
        """Return the stage of the curriculum that an update belongs to."""
        share = step / self.steps
        return next(s for s in self.stages if share < s.until or s is self.stages[-1])


def read_recipe(path: Path | None = None, given: Mapping[str, Any] | None = None) -> Recipe:
    """Return the paper's recipe with what a file and the user change.

    Parameters
    ----------
    path : Path, optional
        A TOML file with the keys that differ.
    given : mapping, optional
        Keys that differ from both.

    Raises
    ------
    InputError
        For a file that cannot be read, an unknown key or an impossible value.
    """
    own = files("filmcomposer_core.training").joinpath("rc_musicgen.toml")
    data = codec.parse_toml(own.read_text("utf-8"), where="rc_musicgen.toml")
    where = "The recipe"
    if path is not None:
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as exc:
            msg = f"The recipe {path} cannot be read."
            raise InputError(msg, "Name a TOML file with the keys that shall differ.") from exc
        where = str(path)
        data |= codec.parse_toml(text, where=where)
    return codec.build(Recipe, data | dict(given or {}), where=where)
