"""Splits without leakage, stratified by theme; numbers of a dataset; its check."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_core.cli.command import run
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.sample import Prints, Splits
from filmcomposer_core.dataset import Dataset
from filmcomposer_core.dataset.check import check_dataset
from filmcomposer_core.dataset.likeness import near_pairs
from filmcomposer_core.dataset.near import Entry, entry_of
from filmcomposer_core.dataset.split import grouped, shares, split, split_dataset
from filmcomposer_core.dataset.stats import dataset_stats, themes_svg
from filmcomposer_core.errors import InputError
from tests.core.dataset.made import add, empty, sample


def many(films: int, each: int, themes: tuple[str, ...]) -> list[Entry]:
    """Return samples of films, each with music and theme of its own."""
    return [
        _own_music(film * each + k, film=f"Film {film}", theme=themes[film % len(themes)])
        for film in range(films)
        for k in range(each)
    ]


def _own_music(number: int, *, film: str, theme: str) -> Entry:
    one = entry_of(sample(number, film=film, theme=theme))
    return replace(one, music_sha256=f"{number:064x}")


def test_every_theme_gives_its_share_and_no_film_is_on_both_sides() -> None:
    samples = many(60, 5, ("drama", "drama", "drama", "war", "comedy", "null"))
    splits = split(samples, share=0.2)
    test = set(splits.test)
    assert test | set(splits.train) == {s.id for s in samples}
    for film in {s.film for s in samples}:
        assert len({s.id in test for s in samples if s.film == film}) == 1
    assert [(r.theme, r.samples, r.test, r.wanted) for r in shares(samples, splits, share=0.2)] == [
        ("drama", 150, 30, 30.0),
        ("comedy", 50, 10, 10.0),
        ("null", 50, 10, 10.0),
        ("war", 50, 10, 10.0),
    ]


def test_the_seed_alone_decides() -> None:
    samples = many(20, 2, ("drama", "war"))
    assert split(samples, seed=3) == split(list(reversed(samples)), seed=3)
    assert split(samples, seed=3) != split(samples, seed=4)


@settings(max_examples=40, deadline=None)
@given(
    films=st.lists(
        st.tuples(st.integers(1, 6), st.sampled_from(("drama", "war", "null"))), min_size=2,
        max_size=12,
    ),
    share=st.floats(0.05, 0.6),
)  # fmt: skip
def test_any_dataset_is_parted_without_leaks(films: list[tuple[int, str]], share: float) -> None:
    samples: list[Entry] = []
    for film, (count, theme) in enumerate(films):
        for _ in range(count):
            samples.append(_own_music(len(samples), film=f"Film {film}", theme=theme))
    splits = split(samples, share=share)
    assert splits.train
    assert splits.test
    test = set(splits.test)
    assert all(
        len({s.id in test for s in samples if s.film == f"Film {k}"}) == 1
        for k in range(len(films))
    )


def test_what_shares_a_film_a_clip_or_music_stays_together() -> None:
    a, b, c, d, e = (_own_music(k, film=f"Film {k}", theme="drama") for k in range(5))
    b = replace(b, film="  film  0 ")
    c = replace(c, clip_sha256=b.clip_sha256)
    near = "7f" * 60
    d, e = (replace(s, prints=Prints(music=p)) for s, p in ((d, near), (e, near)))
    assert grouped([a, b, c, d, e]) == [[0, 1, 2], [3, 4]]


def test_prints_match_from_a_correlation_on() -> None:
    # (3, 4) against (4, 3) is 24/25, against (0, 1) 4/5.
    prints = ["0304", "0403", "0001", "", "00"]
    assert list(near_pairs(prints, near=0.95)) == [(0, 1)]
    assert list(near_pairs(prints, near=0.75)) == [(0, 1), (0, 2)]
    assert list(near_pairs([], near=0.5)) == []


@pytest.mark.parametrize("share", [0.0, 1.0, -1.0, float("nan")])
def test_shares_that_part_nothing_are_refused(share: float) -> None:
    with pytest.raises(InputError, match="must be above 0 and below 1"):
        split(many(2, 1, ("drama",)), share=share)


def test_one_film_cannot_be_parted() -> None:
    with pytest.raises(InputError, match="cannot be parted"):
        split(many(1, 4, ("drama",)))


@pytest.fixture
def four(tmp_path: Path) -> Dataset:
    dataset = empty(tmp_path / "set")
    for number, theme in enumerate(("drama", "drama", "biography", "null"), start=1):
        add(dataset, sample(number, film=f"Film {number}", theme=theme, refined=number == 1))
    return dataset


def test_numbers_of_a_dataset(four: Dataset) -> None:
    split_dataset(four, share=0.5)
    found = dataset_stats(four)
    assert (found.samples, found.films, found.refined, found.by_people) == (4, 4, 1, 4)
    assert found.hours == pytest.approx(4 * 8 / 3600)
    assert found.themes == (("drama", 2), ("null", 1), ("others", 1))
    assert (found.train, found.test) == (2, 2)
    assert found.sources == (("library", 4),)


def test_the_picture_has_a_logarithmic_axis() -> None:
    drawn = ET.fromstring(themes_svg([("drama", 1000), ("war", 10), ("null", 1)]))
    bars = [
        float(rect.attrib["height"])
        for rect in drawn.iter("{http://www.w3.org/2000/svg}rect")
        if rect.attrib["fill"] != "#ffffff"
    ]
    assert bars[0] == pytest.approx(3 * bars[1])
    assert 0 < bars[2] < bars[1]


def test_a_whole_dataset_has_no_faults(four: Dataset) -> None:
    split_dataset(four, share=0.5)
    assert check_dataset(four) == ()


def test_everything_wrong_is_found(four: Dataset) -> None:
    one, two, three, last = four.ids()
    four.file(one, "clip.mp4").write_bytes(b"another")
    four.file(two, "music.flac").unlink()
    four.file(three, "melody.mid").unlink()
    four.file(last, "spots.json").write_text('[{"time_s": 3.3, "strength": 1}]')
    splits = Splits(train=(one, two), test=(three, "0" * 16))
    (four.folder / "splits.json").write_text(codec.dump_json(splits))
    faults = check_dataset(four)
    for ident, said in (
        (one, "clip.mp4 is not the file"),
        (two, "music.flac is missing"),
        (three, "melody.mid is missing"),
        (last, "no note of the melody begins at the spot at 3.300 s"),
        ("splits.json", "there is no sample 0000000000000000"),
        ("splits.json", f"{last} is on no side"),
    ):
        assert any(fault.startswith(ident) and said in fault for fault in faults), said


def test_leaks_between_the_sides_are_found(tmp_path: Path) -> None:
    dataset = empty(tmp_path / "set")
    add(dataset, sample(1, film="Film"))
    add(dataset, sample(2, film="FILM "))
    copy = sample(3, film="Other")
    add(dataset, replace(copy, prints=Prints(picture="7f" * 48)))
    add(dataset, replace(sample(4, film="Third"), prints=Prints(picture="7f" * 47 + "70")))
    one, two, three, four = dataset.ids()
    splits = Splits(train=(one, three), test=(two, four))
    (dataset.folder / "splits.json").write_text(codec.dump_json(splits))
    faults = check_dataset(dataset)
    assert "splits.json: the film 'film' is on both sides." in faults
    assert f"splits.json: {three} and {four} have nearly the same picture, on two sides." in faults
    assert (
        f"{three} and {four} have nearly the same picture, but their films are 'Other' and 'Third'."
    ) in faults


def test_a_sample_on_both_sides_is_refused(four: Dataset) -> None:
    one = four.ids()[0]
    (four.folder / "splits.json").write_text(f'{{"train": ["{one}"], "test": ["{one}"]}}')
    assert any("is in train and in test" in fault for fault in check_dataset(four))


def test_the_commands(four: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, first = str(four.folder), four.ids()[0]
    assert run(["dataset", "split", folder, "--test", "0.5"]) == 0
    assert "2 of 4 samples are tested on." in capsys.readouterr().out
    assert run(["dataset", "stats", folder, "--svg", str(tmp_path / "t.svg")]) == 0
    assert "4 samples of 4 films" in capsys.readouterr().out
    assert (tmp_path / "t.svg").read_text().startswith("<svg")
    assert run(["dataset", "export", folder, first, "--to", str(tmp_path / "out")]) == 0
    project = capsys.readouterr().out.strip()
    assert run(["dataset", "import", folder, project]) == 0
    assert capsys.readouterr().out == f"{first}: Notes: 3, spots: 3.\n"
    assert run(["dataset", "check", folder]) == 0
    four.file(first, "clip.mp4").unlink()
    assert run(["dataset", "check", folder]) == 2
    assert "Faults: 1, samples: 4." in capsys.readouterr().err
    assert run(["dataset", "import", folder, str(tmp_path / "none.rpp")]) == 2
    assert run(["dataset", "stats", str(tmp_path)]) == 2
