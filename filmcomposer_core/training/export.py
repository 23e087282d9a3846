"""The trained model as a folder that the product takes (``--engine musicgen --model FOLDER``)."""

from __future__ import annotations

import shutil
from pathlib import Path

from filmcomposer_core.atomic import disk_faults
from filmcomposer_core.melody.checkpoint import About, Checkpoint
from filmcomposer_core.melody.load import load_tokenizer, save_model
from filmcomposer_core.melody.model import RhythmMusicgen
from filmcomposer_core.training.trainee import merged


def export(model: RhythmMusicgen, folder: Path, *, base: Checkpoint, trained_on: str) -> None:
    """Write a model, LoRA merged, in place of what was there.

    Parameters
    ----------
    model : RhythmMusicgen
    folder : Path
        Is at any moment whole: written beside, then renamed.
    base : Checkpoint
        What the training began from: its tokenizer and its licence go along. Weights that may not
        be used commercially stay so.
    trained_on : str
        Name of the dataset.

    Raises
    ------
    DiskError
        If the disk is full.
    """
    about = About(
        name=f"{base.name}, trained on {trained_on}",
        source=f"{base.about.source or base.name}; {base.sha256()}",
        licence=base.about.licence,
        commercial=base.about.commercial,
    )
    part, old = folder.with_name(f".{folder.name}.part"), folder.with_name(f".{folder.name}.old")
    with disk_faults(str(folder)):
        shutil.rmtree(part, ignore_errors=True)
        try:
            save_model(merged(model), part, about=about)
            load_tokenizer(base).save_pretrained(part)
            shutil.rmtree(old, ignore_errors=True)
            if folder.is_dir():
                folder.rename(old)
            part.rename(folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
            shutil.rmtree(old, ignore_errors=True)
