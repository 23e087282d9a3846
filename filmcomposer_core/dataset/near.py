"""Which samples share a picture or music, or nearly do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from filmcomposer_core.contracts.sample import Prints, Sample
from filmcomposer_core.dataset.likeness import NEAR_MUSIC, NEAR_PICTURE, near_pairs
from filmcomposer_core.dataset.read import Dataset


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What of a sample is compared with all others: little enough to hold of thousands."""

    id: str
    film: str
    theme: str
    clip_sha256: str
    music_sha256: str
    prints: Prints


def entry_of(sample: Sample) -> Entry:
    """Return what of a sample is compared."""
    return Entry(
        id=sample.id,
        film=sample.film,
        theme=sample.theme,
        clip_sha256=sample.clip.sha256,
        music_sha256=sample.music.sha256,
        prints=sample.prints,
    )


def entries_of(dataset: Dataset) -> list[Entry]:
    """Return what is compared of all samples of a dataset.

    Raises
    ------
    InputError
        If a sample cannot be read.
    """
    return [entry_of(dataset.sample(ident)) for ident in dataset.ids()]


def near_samples(dataset: Dataset) -> list[str]:
    """Tell which samples have clips or music that are the same or nearly so."""
    entries = entries_of(dataset)
    return [
        f"{entries[i].id} ({entries[i].film}) and {entries[j].id} ({entries[j].film}) have {what}."
        for i, j, what in likenesses(entries)
    ]


def likenesses(entries: Sequence[Entry]) -> Iterator[tuple[int, int, str]]:
    """Yield the places of samples that share something, and what.

    Notes
    -----
    The same file is known by its hash, another encoding of it by its print; a piece cut
    otherwise, or a picture cropped, is not found.
    """
    pictures = [e.clip_sha256 for e in entries], [e.prints.picture for e in entries]
    music = [e.music_sha256 for e in entries], [e.prints.music for e in entries]
    for what, (hashes, prints), near in (
        ("the same picture", pictures, NEAR_PICTURE),
        ("the same music", music, NEAR_MUSIC),
    ):
        yield from ((i, j, what) for i, j in _equal(hashes))
        yield from (
            (i, j, f"nearly {what}")
            for i, j in near_pairs(prints, near=near)
            if hashes[i] != hashes[j]
        )


def _equal(hashes: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the places of each hash that comes again, with the place where it came last."""
    places: dict[str, int] = {}
    for i, digest in enumerate(hashes):
        if digest in places:
            yield places[digest], i
        places[digest] = i
