"""Labels by a CLIP-style model of the user's own: sentences for each label, and how well they fit.

Radford et al., arXiv 2103.00020, section 3.1 (zero-shot classification); Zhai et al., arXiv
2303.15343 (SigLIP).
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.sightings import Guess, ModelUse
from filmcomposer_core.errors import InputError
from filmcomposer_core.recognition.boxes import probability
from filmcomposer_core.recognition.cards import CARD
from filmcomposer_core.recognition.clip_files import PREPROCESSOR, ClipFiles, file_sha256, find_clip
from filmcomposer_core.recognition.clip_network import (
    LOGITS,
    PICTURE_ANSWERS,
    SENTENCE_ANSWERS,
    Floats,
    Network,
    answer_of,
    ask,
    open_network,
    wrong_answers,
)
from filmcomposer_core.recognition.clip_picture import Preparation, prepare, read_preparation
from filmcomposer_core.recognition.clip_words import Encoded, encode
from filmcomposer_core.visual.shrink import Pixels

Picture = NDArray[np.float32]

PURPOSE: Final = "labels by your model"
LICENCE: Final = "given by the user"
#: The factor before the softmax where the files do not tell it: OpenAI's models ended their
#: training at this limit.
_SCALE: Final = 100.0
#: Sentences that go through a network at a time.
_BATCH: Final = 32
#: Labels told of an attribute: so many at most, and none less probable but the first.
_MOST, _LEAST = 5, 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """A model that is ready.

    ``fit`` takes a prepared picture of shape (1, 3, height, width) and returns how well each of the
    sentences fits it, scaled for the softmax, shape (sentences,).
    """

    uses: tuple[ModelUse, ...]
    note: str
    how: Preparation
    fit: Callable[[Picture], Floats] = field(repr=False)


@cache
def prompts() -> dict[str, dict[str, tuple[str, ...]]]:
    """Return the sentences that stand for each label, by attribute of Table 6."""
    text = Path(__file__).with_name("clip_prompts.toml").read_text("utf-8")
    return {
        attribute: {label: tuple(sentences) for label, sentences in labels.items()}
        for attribute, labels in tomllib.loads(text).items()
    }


def open_clip(given: Path) -> Clip:
    """Open a model, and let it read the sentences.

    Parameters
    ----------
    given : Path
        A folder or a file, as for ``find_clip``.

    Returns
    -------
    Clip

    Raises
    ------
    InputError
        If it is not a model for pictures and sentences.
    MissingDependencyError
        If onnxruntime is not installed. The message is a clause that can stand after a colon.
    """
    files = find_clip(given)
    words = encode(_sentences(), files.tokenizer)
    networks = [open_network(file) for file in files.networks]
    _check_roles(networks)
    _, _, height, width = networks[0].takes["picture"].sides
    how = read_preparation(files.preprocessor, (height, width))
    blank = np.zeros((1, 3, how.height, how.width), np.float32)
    make = _one_network if len(networks) == 1 else _two_networks
    return Clip(
        uses=tuple(_use(files, file) for file in files.networks),
        note=_note(files),
        how=how,
        fit=make(networks, words, blank),
    )


def find_labels(clip: Clip, bgr: Pixels, card: float) -> Mapping[str, tuple[Guess, ...]]:
    """Say which labels fit a picture.

    Parameters
    ----------
    clip : Clip
    bgr : ndarray, shape (height, width, 3), uint8
    card : float
        How much it looks like a text card, 0 to 1.

    Returns
    -------
    mapping of str to tuple of Guess
        By attribute of Table 6, the most probable first; nothing of text cards. The probabilities
        of all labels of an attribute, ``null`` among them, are 1 together.
    """
    if card >= CARD:
        return {}
    fit = clip.fit(prepare(bgr, clip.how))
    found: dict[str, tuple[Guess, ...]] = {}
    at = 0
    for attribute, labels in prompts().items():
        ends = at + np.cumsum([0, *map(len, labels.values())])
        means = np.array([fit[start:end].mean() for start, end in pairwise(ends.tolist())])
        found[attribute] = _guesses(list(labels), means)
        at = int(ends[-1])
    return found


def _guesses(names: Sequence[str], fits: Floats) -> tuple[Guess, ...]:
    chance = np.exp(fits - fits.max())
    chance /= chance.sum()
    best = np.argsort(-chance, kind="stable")[:_MOST].tolist()
    return tuple(
        Guess(name=names[k], confidence=probability(chance[k]))
        for k in best
        if k == best[0] or chance[k] >= _LEAST
    )


def _sentences() -> tuple[str, ...]:
    return tuple(s for labels in prompts().values() for each in labels.values() for s in each)


def _use(files: ClipFiles, file: Path) -> ModelUse:
    alone = files.name == files.networks[0].name  # a file was named, not its folder
    name = file.name if alone else f"{files.name}/{file.name}"
    return ModelUse(purpose=PURPOSE, name=name, sha256=file_sha256(file), licence=LICENCE)


def _note(files: ClipFiles) -> str:
    networks = " and ".join(file.name for file in files.networks)
    usual = "" if files.preprocessor else f"; it has no {PREPROCESSOR}, OpenAI's values are taken"
    return (
        f"Your vision model {files.name} ({networks}) labels the key frames; how often it is right "
        f"was not measured by us{usual}."
    )


def _check_roles(networks: Sequence[Network]) -> None:
    roles = ({"picture", "words"},) if len(networks) == 1 else ({"picture"}, {"words"})
    for network, role in zip(networks, roles, strict=True):
        if set(network.takes) - {"mask"} != role:
            names = " and ".join(taken.name for taken in network.takes.values())
            wanted = "s and ".join(sorted(role)).replace("words", "sentence")
            msg = f"{network.file} takes {names or 'nothing'}, not {wanted}s."
            raise InputError(msg, "Name the vision model's folder, or its network for pictures.")


def _two_networks(
    networks: Sequence[Network], words: Encoded, blank: Picture
) -> Callable[[Picture], Floats]:
    seeing, reading = networks
    seen, read = answer_of(seeing, PICTURE_ANSWERS), answer_of(reading, SENTENCE_ANSWERS)
    pooled = {PICTURE_ANSWERS[1] == seen, SENTENCE_ANSWERS[1] == read}
    batches = _batches(reading, words)
    texts = np.concatenate([ask(reading, feed, [read])[0][:rows] for feed, rows in batches])
    (first,) = ask(seeing, _picture_feed(seeing, blank), [seen])
    if len(pooled) > 1 or first.shape[1] != texts.shape[1]:
        msg = (
            f"{seeing.file.name} answers with {first.shape[1]} numbers ({seen}) and "
            f"{reading.file.name} with {texts.shape[1]} ({read}): they cannot be compared."
        )
        raise InputError(msg, "Export both halves with their projection, from one model.")
    return partial(_by_angle, seeing, {}, seen, _SCALE * _unit(texts))


def _by_angle(
    network: Network, more: Mapping[str, Any], answer: str, texts: Floats, picture: Picture
) -> Floats:
    (seen,) = ask(network, {**_picture_feed(network, picture), **more}, [answer])
    fits: Floats = texts @ _unit(seen)[0]
    return fits


def _one_network(
    networks: Sequence[Network], words: Encoded, blank: Picture
) -> Callable[[Picture], Floats]:
    """Use a network that takes pictures and sentences together.

    Where it tells the numbers of each, the sentences are read once; else they are with every
    picture, which is slow.
    """
    network, batches = networks[0], list(_batches(networks[0], words))
    seen, read = PICTURE_ANSWERS[0], SENTENCE_ANSWERS[0]
    if not {seen, read} <= set(network.answers):
        if LOGITS not in network.answers:
            raise wrong_answers(network, f"{seen} and {read}")
        return partial(_by_logits, network, batches)
    names = [seen, read, *((LOGITS,) if LOGITS in network.answers else ())]
    pictures, texts, logits = [], [], []
    for feed, rows in batches:
        answers = ask(network, {**_picture_feed(network, blank), **feed}, names)
        pictures.append(answers[0][:1])
        texts.append(answers[1][:rows])
        logits += [one[0, :rows] for one in answers[2:]]
    units = _unit(np.concatenate(texts))
    scale = _slope(units @ _unit(pictures[0])[0], np.concatenate(logits)) if logits else _SCALE
    # A network for both wants a sentence beside every picture: one will do.
    count = network.takes["words"].sides[0] or 1
    least = {name: table[:count] for name, table in batches[0][0].items()}
    return partial(_by_angle, network, least, seen, scale * units)


def _by_logits(
    network: Network, batches: Sequence[tuple[dict[str, Any], int]], picture: Picture
) -> Floats:
    shown = _picture_feed(network, picture)
    return np.concatenate(
        [ask(network, {**shown, **feed}, [LOGITS])[0][0, :rows] for feed, rows in batches]
    )


def _slope(angles: Floats, logits: Floats) -> float:
    """Return the factor between cosines and logits; SigLIP's constant beside it changes nothing."""
    away = angles - angles.mean()
    if float(away @ away) < 1e-9:
        return _SCALE
    return float(away @ logits / (away @ away))


def _unit(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    units: Floats = rows / np.maximum(lengths, 1e-12)
    return units


def _picture_feed(network: Network, picture: Picture) -> dict[str, Any]:
    taken = network.takes["picture"]
    return {taken.name: np.repeat(picture, taken.sides[0] or 1, axis=0).astype(taken.numbers)}


def _batches(network: Network, words: Encoded) -> Iterator[tuple[dict[str, Any], int]]:
    """Yield what a network takes for some sentences at a time, and how many of them count."""
    taken, mask = network.takes["words"], network.takes.get("mask")
    longest = max(map(len, words.rows))
    length = taken.sides[1] or max(words.length, longest)
    if longest > length:
        msg = f"{network.file} takes sentences of {length} pieces, our longest has {longest}."
        raise InputError(msg, "Take an export for longer sentences.")
    count = taken.sides[0] or _BATCH
    for start in range(0, len(words.rows), count):
        rows = words.rows[start : start + count]
        table = np.full((taken.sides[0] or len(rows), length), words.filler, taken.numbers)
        there = np.zeros(table.shape, np.int64)
        for k, row in enumerate(rows):
            table[k, : len(row)] = row
            there[k, : len(row)] = 1
        feed = {taken.name: table}
        if mask is not None:
            feed[mask.name] = there.astype(mask.numbers)
        yield feed, len(rows)
