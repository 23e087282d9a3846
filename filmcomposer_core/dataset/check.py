"""Find what is wrong in a dataset, sample by sample and between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final

from filmcomposer_core.contracts.sample import Sample
from filmcomposer_core.cue_folder import file_hash
from filmcomposer_core.dataset.near import Entry, entry_of, likenesses
from filmcomposer_core.dataset.parallel import for_each
from filmcomposer_core.dataset.read import Dataset
from filmcomposer_core.dataset.split import film_key
from filmcomposer_core.errors import FilmComposerError, InputError
from filmcomposer_core.progress import Progress, silent

#: How far the header of a sound may be from what its sample says, seconds.
_CLOSE_S: Final = 0.01


def check_dataset(
    dataset: Dataset, *, ray_address: str = "", progress: Progress = silent
) -> tuple[str, ...]:
    """Return a sentence for everything that is wrong with a dataset.

    Parameters
    ----------
    dataset : Dataset
        What to check; every file of it is read once.
    ray_address : str
        As for :func:`filmcomposer_core.dataset.parallel.for_each`.
    progress : Progress
        Told the share of samples that are checked; may raise to stop.
    """
    idents = dataset.ids()
    found: dict[str, tuple[str, ...]] = {}
    good: dict[str, Entry] = {}
    work = partial(sample_faults, dataset)
    for done, (ident, result) in enumerate(
        for_each(work, idents, ray_address=ray_address), start=1
    ):
        sample, faults = result or (None, ("could not be checked: its worker died.",))
        found[ident] = faults
        if sample:
            good[ident] = entry_of(sample)
        progress(done / len(idents), f"{done} of {len(idents)}")
    ordered = [good[ident] for ident in idents if ident in good]
    return (
        *(f"{ident}: {fault}" for ident in idents for fault in found[ident]),
        *_between(ordered),
        *_split_faults(dataset, ordered),
    )


def sample_faults(dataset: Dataset, ident: str) -> tuple[Sample | None, tuple[str, ...]]:
    """Return a sample, if it can be read, and what is wrong with it."""
    try:
        sample = dataset.sample(ident)
    except FilmComposerError as exc:
        return None, (exc.message,)
    steps: tuple[Callable[[], object], ...] = (
        lambda: _whole(dataset, sample),
        lambda: _sound(dataset, sample),
        lambda: dataset.melody(ident),
        lambda: dataset.spots(ident),
        lambda: _on_notes(dataset, sample),
    )
    faults = []
    for step in steps:
        try:
            step()
        except FilmComposerError as exc:
            faults.append(exc.message)
    return sample, tuple(dict.fromkeys(faults))


def _whole(dataset: Dataset, sample: Sample) -> None:
    """Refuse files that are missing or were changed."""
    for path, sha256 in (
        (dataset.clip_path(sample), sample.clip.sha256),
        (dataset.music_path(sample), sample.music.sha256),
    ):
        if not path.is_file():
            msg = f"{path.name} is missing."
            raise InputError(msg)
        if file_hash(path) != sha256:
            msg = f"{path.name} is not the file that the sample was made with."
            raise InputError(msg)


def _sound(dataset: Dataset, sample: Sample) -> None:
    """Refuse music that is not as the sample says."""
    import soundfile

    path = dataset.music_path(sample)
    try:
        info = soundfile.info(path)
    except (OSError, soundfile.LibsndfileError) as exc:
        msg = f"{path.name} cannot be read as sound."
        raise InputError(msg) from exc
    for what, rate in (("sample", sample.music.rate_hz), ("dataset", dataset.about.rate_hz)):
        if info.samplerate != rate:
            msg = f"{path.name} is sampled at {info.samplerate} Hz, the {what} says {rate} Hz."
            raise InputError(msg)
    if abs(info.duration - sample.music.duration_s) > _CLOSE_S:
        msg = f"{path.name} lasts {info.duration:.2f} s, not {sample.music.duration_s:.2f} s."
        raise InputError(msg)


def _on_notes(dataset: Dataset, sample: Sample) -> None:
    """Refuse spots where no note of the melody begins, unless musicians put them there."""
    if sample.refined:
        return
    starts = [note.start_s for note in dataset.melody(sample.id)]
    for spot in dataset.spots(sample.id):
        if min(abs(spot.time_s - start) for start in starts) > _CLOSE_S:
            msg = f"no note of the melody begins at the spot at {spot.time_s:.3f} s."
            raise InputError(msg)


def _between(samples: Sequence[Entry]) -> Iterator[str]:
    """Yield what samples contradict each other in."""
    for i, j, what in likenesses(samples):
        one, other = samples[i], samples[j]
        if "picture" in what and film_key(one.film) != film_key(other.film):
            yield (
                f"{one.id} and {other.id} have {what}, but their films are {one.film!r} and "
                f"{other.film!r}."
            )


def _split_faults(dataset: Dataset, samples: Sequence[Entry]) -> Iterator[str]:
    """Yield what is wrong with the split: strangers, samples left out, films on both sides."""
    try:
        splits = dataset.splits()
    except FilmComposerError as exc:
        yield exc.message
        return
    if splits is None:
        return
    known = set(dataset.ids())
    listed = {*splits.train, *splits.test}
    yield from (f"splits.json: there is no sample {ident}." for ident in sorted(listed - known))
    yield from (f"splits.json: {ident} is on no side." for ident in sorted(known - listed))
    train = set(splits.train)
    sides: dict[str, set[bool]] = {}
    for sample in samples:
        if sample.id in listed:
            sides.setdefault(film_key(sample.film), set()).add(sample.id in train)
    yield from (
        f"splits.json: the film {film!r} is on both sides."
        for film, both in sorted(sides.items())
        if len(both) > 1
    )
    for i, j, what in likenesses(samples):
        if (samples[i].id in train) != (samples[j].id in train):
            yield f"splits.json: {samples[i].id} and {samples[j].id} have {what}, on two sides."
