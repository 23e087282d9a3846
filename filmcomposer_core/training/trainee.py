"""The model with what is trained in it, and its loss on a batch."""

from __future__ import annotations

import copy
import warnings
from typing import Any

import torch
from torch import Tensor, nn

from filmcomposer_core.errors import InputError, MissingDependencyError
from filmcomposer_core.melody.conditioner import RhythmConditioner
from filmcomposer_core.melody.conditioner_config import RhythmConfig
from filmcomposer_core.melody.model import RhythmMusicgen
from filmcomposer_core.training.batches import Batch
from filmcomposer_core.training.recipe import Recipe


class Trainee(nn.Module):
    """Gives the loss of a batch, as one module, so that several GPUs can share the work.

    Parameters
    ----------
    model : RhythmMusicgen
        With a rhythm conditioner; as :func:`made_trainable` returns it.
    """

    def __init__(self, model: RhythmMusicgen) -> None:
        super().__init__()
        self.model = model

    def forward(self, batch: Batch) -> Tensor:
        """Return the mean loss of the next tokens, nats."""
        rhythm = self.model.rhythm
        assert rhythm is not None
        rows = batch.codes.shape[0]
        prefix = rhythm(batch.chroma)[0]
        # A piece that is shorter than its neighbours has no rhythm behind its end.
        ends = -(-batch.frames // rhythm.config.factor)
        there = torch.arange(prefix.shape[1], device=prefix.device) < ends[:, None]
        prefix = prefix * (there * batch.hears_rhythm[:, None])[..., None].to(prefix.dtype)
        words = self.model.text_prefix(batch.ids, batch.mask, rows)
        words = words * batch.hears_words[:, None, None].to(words.dtype)
        prefix = torch.cat([prefix, words], dim=1)
        loss: Tensor = self.model(batch.codes, prefix, self._hidden(batch))[0]
        return loss

    def _hidden(self, batch: Batch) -> Tensor | None:
        """Draw which steps of their own tokens the pieces do not hear."""
        if not bool(batch.hides.any()):
            return None
        steps = batch.codes.shape[2] + batch.codes.shape[1] - 1
        chance = torch.rand(batch.codes.shape[0], steps, device=batch.codes.device)
        return chance < batch.hides[:, None]

    def train(self, mode: bool = True) -> Trainee:
        """Switch dropout in the decoder alone: text encoder and EnCodec stay as they are."""
        super().train(False)
        self.model.musicgen.decoder.train(mode)
        return self


def made_trainable(model: RhythmMusicgen, recipe: Recipe) -> RhythmMusicgen:
    """Give a model its rhythm conditioner and let the recipe's weights be trained.

    Parameters
    ----------
    model : RhythmMusicgen
        As published, or trained before; changed in place.
    recipe : Recipe

    Returns
    -------
    RhythmMusicgen
        The decoder (or LoRA matrices in it), the projection of the text and the rhythm
        conditioner are trained; the text encoder and EnCodec are not, as in MusicGen.

    Raises
    ------
    InputError
        If the model has a conditioner that reaches less far than the recipe's pieces.
    MissingDependencyError
        If LoRA is asked for and peft is not installed.
    """
    if model.rhythm is None:
        model.rhythm = _new_conditioner(model, recipe)
    reach_s = model.rhythm.config.seconds
    if reach_s < recipe.window_s - 0.1:
        msg = f"The model hears {reach_s:g} s of rhythm, and window_s is {recipe.window_s:g}."
        raise InputError(msg, f"Take --set window_s={reach_s:g}, or begin with another model.")
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    model.rhythm.requires_grad_(True)
    if hasattr(model.musicgen, "enc_to_dec_proj"):
        model.musicgen.enc_to_dec_proj.requires_grad_(True)
    if recipe.gradient_checkpointing:
        decoder = model.musicgen.decoder
        # transformers gave it another name with 5.23.
        name = "activation_checkpointing_enable"
        name = name if hasattr(decoder, name) else "gradient_checkpointing_enable"
        getattr(decoder, name)({"use_reentrant": False})
    if recipe.lora_rank:
        model.musicgen.decoder = _with_lora(model.musicgen.decoder, recipe)
    else:
        model.musicgen.decoder.requires_grad_(True)
    return model


def merged(model: RhythmMusicgen) -> RhythmMusicgen:
    """Return a model without LoRA matrices, what they learned added to the weights they stand by.

    The model itself, if it has none; else a copy in the main memory, and the model stays.
    """
    if not hasattr(model.musicgen.decoder, "merge_and_unload"):
        return model
    whole = copy.deepcopy(model).cpu()
    whole.musicgen.decoder = whole.musicgen.decoder.merge_and_unload()
    return whole


def _new_conditioner(model: RhythmMusicgen, recipe: Recipe) -> RhythmConditioner:
    """Return a conditioner that begins with what the melody conditioner knows of pitch classes."""
    decoder = model.musicgen.config.decoder
    hop = round(model.rate / model.frame_rate)
    frames = round(recipe.window_s * model.frame_rate)
    config = RhythmConfig(
        width=int(decoder.hidden_size),
        positions=-(-frames // recipe.rhythm_factor),
        rate=model.rate,
        n_fft=1 << (6 * hop).bit_length(),
        hop=hop,
        factor=recipe.rhythm_factor,
    )
    conditioner = RhythmConditioner(config)
    conditioner.project.load_state_dict(model.musicgen.audio_enc_to_dec_proj.state_dict())
    return conditioner.to(model.musicgen.decoder.device, torch.float32)


def _with_lora(decoder: Any, recipe: Recipe) -> Any:
    try:
        from peft import LoraConfig, get_peft_model
    except ImportError as exc:
        msg = "lora_rank needs peft, which is not installed."
        raise MissingDependencyError(msg, "Run pip install 'filmcomposer[train]'.") from exc
    config = LoraConfig(
        r=recipe.lora_rank, lora_alpha=recipe.lora_alpha, lora_dropout=0.0,
        target_modules=["q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"],
    )  # fmt: skip
    with warnings.catch_warnings():
        # peft asks transformers by names that the latter will drop some day.
        warnings.simplefilter("ignore", FutureWarning)
        return get_peft_model(decoder, config)
