"""The contract of a sample, its files, the writer and the lazy reader."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import mido
import numpy as np
import pytest

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.sample import MelodyNote, RhythmSpot, Sample, Splits
from filmcomposer_core.dataset import Dataset, read_dataset, write_sample
from filmcomposer_core.dataset.melody_file import melody_bytes, melody_notes
from filmcomposer_core.errors import DiskError, InputError
from tests.core.dataset.made import MELODY, RATE, SPOTS, add, empty, sample


@pytest.fixture
def tiny(tmp_path: Path) -> Dataset:
    dataset = empty(tmp_path / "set")
    add(dataset, sample(1))
    add(dataset, sample(2, film="Another", theme="war"))
    return dataset


def test_what_is_written_is_read_back(tiny: Dataset) -> None:
    again = read_dataset(tiny.folder)
    assert (again.name, again.version, len(again)) == ("Tiny", 1, 2)
    first, second = again.ids()
    assert again.sample(second).theme == "war"
    assert again.spots(first) == SPOTS
    assert again.melody(first) == MELODY
    sound, rate = again.music(first)
    assert sound.shape == (2, 8 * RATE)
    assert rate == RATE
    assert sound.dtype == np.float32
    assert again.clip_path(again.sample(first)).read_bytes() == b"clip 1"


def test_the_melody_is_a_midi_file_of_true_seconds() -> None:
    file = mido.MidiFile(file=io.BytesIO(melody_bytes(MELODY)))
    assert file.length == pytest.approx(7.5, abs=1e-3)


def test_two_tones_at_once_in_a_melody_file_are_both_read() -> None:
    chord = (MELODY[0], replace(MELODY[0], pitch=64))
    assert melody_notes(melody_bytes(chord), where="x") == chord


@pytest.mark.parametrize("cut", [0, 10, 40])
def test_a_damaged_melody_is_told(cut: int) -> None:
    with pytest.raises(InputError, match=r"x\.mid is no MIDI file"):
        melody_notes(melody_bytes(MELODY)[:cut], where="x.mid")


def _plain(**changes: Any) -> dict[str, Any]:
    data: dict[str, Any] = codec.plain(sample())
    for path, value in changes.items():
        *place, last = path.split("__")
        here = data
        for name in place:
            here = here[name]
        here[last] = value
    return data


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"clip__duration_s": 7.9}, "must be 8"),
        ({"music__duration_s": 9.0}, "the music lasts 9.00 s and the clip 8.00 s"),
        ({"end_s": 75.0}, "start_s to end_s lasts 15.00 s and the clip 8.00 s"),
        ({"theme": "comedy"}, "the visual description says 'drama'"),
        ({"theme": "dramma"}, "did you mean 'drama'"),
        ({"licences__music": " "}, "music is empty"),
        ({"licences": {"clip": "CC0"}}, "music: is missing"),
        ({"music__separated": True}, "must name its separator"),
        ({"music__separator": "mine"}, "separated is not true"),
        ({"music__source": "film"}, "must be one of: original"),
        ({"clip__file": "../clip.mp4"}, "inside"),
        ({"clip__sha256": "abc"}, "64 hexadecimal"),
        ({"id": "1"}, "16 hexadecimal"),
        ({"schema": 2}, "schema is 2"),
        ({"film": ""}, "film is empty"),
        ({"start_s": float("nan")}, "start_s"),
        ({"mood": "sad"}, "no such field"),
    ],
)
def test_contradictions_and_missing_parts_are_told(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        codec.build(Sample, _plain(**changes), where="sample.json")


@pytest.mark.parametrize(
    ("spots", "said"),
    [
        ((), "no rhythm spots"),
        ((RhythmSpot(time_s=8.0),), "outside the clip of 8.000 s"),
        ((RhythmSpot(time_s=2.0), RhythmSpot(time_s=1.0)), "comes after one at 2.000"),
    ],
)
def test_spots_that_do_not_fit_are_not_written(
    tmp_path: Path, spots: tuple[RhythmSpot, ...], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        write_sample(tmp_path, sample(), clip=tmp_path, music=tmp_path, melody=MELODY, spots=spots)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("melody", "said"),
    [
        ((), "no notes"),
        ((replace(MELODY[2], end_s=8.2),), r"goes on to 8\.200 s"),
        ((MELODY[0], replace(MELODY[1], start_s=0.8)), "two notes"),
    ],
)
def test_a_melody_that_does_not_fit_is_not_written(
    tmp_path: Path, melody: tuple[MelodyNote, ...], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        write_sample(tmp_path, sample(), clip=tmp_path, music=tmp_path, melody=melody, spots=SPOTS)


def test_a_sample_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    dataset = empty(tmp_path / "set")
    clip = tmp_path / "clip"
    clip.write_bytes(b"x")
    with pytest.raises(DiskError, match="could not be written"):
        write_sample(
            dataset.folder,
            sample(),
            clip=clip,
            music=tmp_path / "not there",
            melody=MELODY,
            spots=SPOTS,
        )
    assert dataset.ids() == ()
    assert list((dataset.folder / ".building").iterdir()) == []


def test_a_sample_is_not_written_twice(tiny: Dataset) -> None:
    with pytest.raises(InputError, match="is there already"):
        add(tiny, sample(1))


def test_spots_outside_the_clip_are_told_when_read(tiny: Dataset) -> None:
    first = tiny.ids()[0]
    path = tiny.file(first, "spots.json")
    path.write_text(json.dumps([{"time_s": 8.5, "strength": 1}]))
    with pytest.raises(InputError, match="outside the clip"):
        tiny.spots(first)


def test_music_of_another_rate_is_told(tiny: Dataset) -> None:
    path = tiny.folder / "dataset.toml"
    path.write_text(path.read_text().replace(str(RATE), "44100"))
    with pytest.raises(InputError, match="sampled at 8000 Hz, the dataset at 44100 Hz"):
        read_dataset(tiny.folder).music(tiny.ids()[0])


def test_a_sample_in_the_folder_of_another_is_told(tiny: Dataset) -> None:
    first = tiny.ids()[0]
    (tiny.folder / "samples" / first).rename(tiny.folder / "samples" / "00")
    with pytest.raises(InputError, match="the folder is called 00"):
        tiny.sample("00")
    with pytest.raises(InputError, match=r"sample\.json is missing"):
        tiny.sample(first)


def test_sides_of_a_split(tiny: Dataset) -> None:
    one, two = tiny.ids()
    with pytest.raises(InputError, match="no split yet"):
        tiny.ids("train")
    (tiny.folder / "splits.json").write_text(codec.dump_json(Splits(train=(one,), test=(two,))))
    assert (tiny.ids("train"), tiny.ids("test")) == ((one,), (two,))
    with pytest.raises(InputError, match="no side 'dev'"):
        tiny.ids("dev")


def test_no_dataset_and_a_newer_one_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no dataset"):
        read_dataset(tmp_path)
    (tmp_path / "dataset.toml").write_text('name = "x"\nschema = 9\n')
    with pytest.raises(InputError, match="schema is 9, must be 1"):
        read_dataset(tmp_path)
