"""Which samples share a picture or music, or nearly do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from filmcomposer_core.contracts.sample import Sample
from filmcomposer_core.dataset.likeness import NEAR_MUSIC, NEAR_PICTURE, near_pairs
from filmcomposer_core.dataset.read import Dataset


def near_samples(dataset: Dataset) -> list[str]:
    """Tell which samples have clips or music that are the same or nearly so."""
    samples = [dataset.sample(ident) for ident in dataset.ids()]
    return [
        f"{samples[i].id} ({samples[i].film}) and {samples[j].id} ({samples[j].film}) have {what}."
        for i, j, what in likenesses(samples)
    ]


def likenesses(samples: Sequence[Sample]) -> Iterator[tuple[int, int, str]]:
    """Yield the places of samples that share something, and what.

    Notes
    -----
    The same file is known by its hash, another encoding of it by its print; a piece cut
    otherwise, or a picture cropped, is not found.
    """
    pictures = [s.clip.sha256 for s in samples], [s.prints.picture for s in samples]
    music = [s.music.sha256 for s in samples], [s.prints.music for s in samples]
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
