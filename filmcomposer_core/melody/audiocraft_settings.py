"""The settings of a MusicGen-Melody as audiocraft writes them (``xp.cfg``), read and written.

Most of them show in the shapes of the weights too; what does not is checked here, so that no model
is converted that would sound otherwise in the other library.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from filmcomposer_core.errors import InputError

#: T5 models that audiocraft knows, by width and whether they are of the flan kind.
_T5: Final = {
    (512, False): "t5-small", (768, False): "t5-base", (1024, False): "t5-large",
    (512, True): "google/flan-t5-small", (768, True): "google/flan-t5-base",
    (1024, True): "google/flan-t5-large",
}  # fmt: skip
_T5_OF_OTHERS: Final = "t5-base"
#: What both libraries do alike only at this value; it stands for a setting that is left out.
_FIXED_LANGUAGE: Final[dict[str, tuple[Any, ...]]] = {
    "lm_model": ("transformer_lm",),
    "transformer_lm.norm_first": (True,),
    "transformer_lm.causal": (True,),
    "transformer_lm.positional_embedding": ("sin",),
    "transformer_lm.positional_scale": (1,),
    "transformer_lm.max_period": (10_000,),
    "transformer_lm.past_context": (None,),
    "transformer_lm.kv_repeat": (1,),
    "conditioners.description.model": ("t5",),
    "conditioners.description.t5.normalize_text": (False,),
    "conditioners.self_wav.model": ("chroma_stem",),
    "conditioners.self_wav.chroma_stem.argmax": (True,),
    "codebooks_pattern.modeling": ("delay",),
    "fuser.sum": ([],),
    "fuser.cross": ([],),
    "fuser.input_interpolate": ([],),
}
_FIXED_CODEC: Final[dict[str, tuple[Any, ...]]] = {
    "compression_model": ("encodec",),
    "encodec.autoencoder": ("seanet",),
    "encodec.quantizer": ("rvq",),
    "seanet.activation": ("ELU",),
    "seanet.activation_params.alpha": (1,),
    "seanet.disable_norm_outer_blocks": (0,),
    "seanet.decoder.final_activation": (None,),
    "seanet.norm": ("weight_norm", "time_group_norm"),
    "seanet.pad_mode": ("reflect", "constant", "replicate"),
}
_NO_TWIN: Final = "Use it with audiocraft itself: FILMCOMPOSER_AUDIOCRAFT."


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageSettings:
    """The decoder and its conditions.

    ``width`` : of the decoder; ``codes`` : tokens in a codebook; ``channels`` : 1 or 2, of the
    sound; ``segment_s`` : length that it was trained on; ``chroma_exponent`` : the chromagram's
    window is two to this power, in samples; ``text_model`` : the name of its T5; ``text_trained`` :
    whether that was trained too.
    """

    width: int
    heads: int
    layers: int
    feed_forward: int
    codebooks: int
    codes: int
    channels: int
    sample_rate: int
    segment_s: float
    chroma: int
    chroma_exponent: int
    activation: str
    dropout: float
    text_model: str
    text_trained: bool

    @property
    def chroma_frames(self) -> int:
        """Frames of the chromagram of a whole segment; its window moves on by a quarter."""
        hop = (1 << self.chroma_exponent) // 4
        return 1 + int(self.segment_s * self.sample_rate) // hop


@dataclass(frozen=True, slots=True, kw_only=True)
class CodecSettings:
    """EnCodec, in the words of audiocraft's SEANet; ``frame_rate`` follows from the ratios."""

    sample_rate: int
    channels: int
    dimension: int
    filters: int
    residual: int
    ratios: tuple[int, ...]
    kernel: int
    last_kernel: int
    residual_kernel: int
    dilation: int
    compress: int
    lstm: int
    causal: bool
    shortcut: bool
    norm: str
    pad_mode: str
    trim_right: float
    renormalize: bool
    codes: int
    codebooks: int


def read_language(cfg: dict[str, Any], where: Path) -> LanguageSettings:
    """Return the settings of the decoder.

    Parameters
    ----------
    cfg : dict
        Plain ``xp.cfg``.
    where : Path
        The file, for messages.

    Returns
    -------
    LanguageSettings

    Raises
    ------
    InputError
        If one is missing, or has a value that transformers' classes have no twin for.
    """
    look = _Look(cfg, where)
    look.fixed(_FIXED_LANGUAGE)
    look.prepended()
    width, codebooks = look.number("transformer_lm.dim"), look.number("transformer_lm.n_q")
    stereo = bool(look.get("interleave_stereo_codebooks.use", False))
    single = list(range(codebooks))
    delays = [step // 2 for step in single] if stereo else single
    if look.get("codebooks_pattern.delay.delays", delays) != delays:
        look.refuse("codebooks_pattern.delay.delays", delays)
    chroma = "conditioners.self_wav.chroma_stem"
    text = "conditioners.description.t5"
    activation = str(look.get("transformer_lm.activation", "relu"))
    if activation not in ("gelu", "relu"):
        look.refuse("transformer_lm.activation", "gelu or relu")
    return LanguageSettings(
        width=width,
        heads=look.number("transformer_lm.num_heads"),
        layers=look.number("transformer_lm.num_layers"),
        feed_forward=int(float(look.get("transformer_lm.hidden_scale", 4)) * width),
        codebooks=codebooks,
        codes=look.number("transformer_lm.card"),
        channels=2 if stereo else 1,
        sample_rate=int(look.get(f"{chroma}.sample_rate", None) or look.number("sample_rate")),
        segment_s=float(look.get("dataset.segment_duration", 30)),
        chroma=look.number(f"{chroma}.n_chroma"),
        chroma_exponent=int(look.get(f"{chroma}.radix2_exp", 12)),
        activation=activation,
        dropout=float(look.get("transformer_lm.dropout", 0.1)),
        text_model=str(look.get(f"{text}.name", _T5_OF_OTHERS)),
        text_trained=bool(look.get(f"{text}.finetune", False)),
    )


def read_codec(cfg: dict[str, Any], where: Path) -> CodecSettings:
    """Return the settings of EnCodec; see :func:`read_language`."""
    look = _Look(cfg, where)
    look.fixed(_FIXED_CODEC)
    ratios = look.get("seanet.ratios", None)
    if not isinstance(ratios, list) or not all(isinstance(one, int) for one in ratios):
        look.refuse("seanet.ratios", "a list of whole numbers")
    if (codes := int(look.get("rvq.bins", 1024))) & (codes - 1):
        look.refuse("rvq.bins", "a power of two")
    return CodecSettings(
        sample_rate=look.number("encodec.sample_rate"),
        channels=int(look.get("encodec.channels", 1)),
        dimension=int(look.get("seanet.dimension", 128)),
        filters=int(look.get("seanet.n_filters", 32)),
        residual=int(look.get("seanet.n_residual_layers", 3)),
        ratios=tuple(ratios),
        kernel=int(look.get("seanet.kernel_size", 7)),
        last_kernel=int(look.get("seanet.last_kernel_size", 7)),
        residual_kernel=int(look.get("seanet.residual_kernel_size", 3)),
        dilation=int(look.get("seanet.dilation_base", 2)),
        compress=int(look.get("seanet.compress", 2)),
        lstm=int(look.get("seanet.lstm", 0)),
        causal=bool(look.get("seanet.causal", False)),
        shortcut=not bool(look.get("seanet.true_skip", True)),
        norm=str(look.get("seanet.norm", "none")),
        pad_mode=str(look.get("seanet.pad_mode", "reflect")),
        trim_right=float(look.get("seanet.decoder.trim_right_ratio", 1.0)),
        renormalize=bool(look.get("encodec.renormalize", False)),
        codes=codes,
        codebooks=int(look.get("rvq.n_q", 8)),
    )


def t5_name(width: int, *, gated: bool) -> str:
    """Return what audiocraft calls a T5 of this width; a size it does not know has a plain name."""
    return _T5.get((width, gated), _T5_OF_OTHERS)


class _Look:
    """Look values up in nested settings by dotted names."""

    def __init__(self, cfg: dict[str, Any], where: Path) -> None:
        self._cfg, self._where = cfg, where

    def get(self, name: str, default: Any) -> Any:
        found: Any = self._cfg
        for part in name.split("."):
            if not isinstance(found, dict) or part not in found:
                return default
            found = found[part]
        return found

    def number(self, name: str) -> int:
        found = self.get(name, None)
        if isinstance(found, bool) or not isinstance(found, int) or found < 1:
            msg = f"The settings in {self._where} have no whole number {name}."
            raise InputError(msg, "Give a checkpoint of MusicGen-Melody.")
        return found

    def fixed(self, wanted: dict[str, tuple[Any, ...]]) -> None:
        for name, values in wanted.items():
            if self.get(name, values[0]) not in values:
                self.refuse(name, " or ".join(str(value) for value in values))

    def prepended(self) -> None:
        """Check that melody and text, and nothing else, stand before the tokens (Eq. 6)."""
        found = self.get("fuser.prepend", None)
        if not isinstance(found, list) or set(found) != {"self_wav", "description"}:
            self.refuse("fuser.prepend", "self_wav and description")

    def refuse(self, name: str, wanted: object) -> None:
        msg = (
            f"The model in {self._where} has {name} = {self.get(name, None)}; transformers' "
            f"MusicGen-Melody has {wanted}."
        )
        raise InputError(msg, _NO_TWIN)
