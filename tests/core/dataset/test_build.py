"""Building from a manifest: good rows become samples, bad ones are set aside with a reason."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from filelock import FileLock

from filmcomposer_core.dataset import Dataset, read_dataset
from filmcomposer_core.dataset.build import Built, Plan, build_dataset
from filmcomposer_core.dataset.check import check_dataset
from filmcomposer_core.dataset.manifest import read_manifest
from filmcomposer_core.errors import BusyError, DiskError, InputError
from tests.core.dataset.pairs import (
    LENGTH_S,
    RATE,
    scale,
    tune,
    write_clip,
    write_manifest,
    write_pair,
)

GOOD = "c{0}.mp4,m{0}.wav,{1},CC BY 4.0,CC0,{2},"


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pairs")
    for number in (0, 1):
        write_pair(folder, number)
    return folder


def build(folder: Path, manifest: Path) -> tuple[Built, Dataset]:
    built = build_dataset(Plan(manifest=manifest, folder=folder, rate_hz=RATE))
    return built, read_dataset(folder)


@pytest.fixture(scope="module")
def made(pairs: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Built, Dataset]:
    manifest = write_manifest(
        pairs, GOOD.format(0, "One", "drama") + "proud", GOOD.format(1, "Two", "")
    )
    return build(tmp_path_factory.mktemp("made") / "set", manifest)


def test_a_pair_becomes_a_sample_with_what_people_said(made: tuple[Built, Dataset]) -> None:
    built, dataset = made
    assert (built.made, built.there, built.set_aside, built.told) == (2, 0, [], [])
    samples = {sample.film: sample for sample in map(dataset.sample, dataset.ids())}
    one, two = samples["One"], samples["Two"]
    assert (one.theme, one.words.mood, one.words.by) == ("drama", "proud", "people")
    assert one.visual.overall.theme.source == "user"
    assert (two.theme, two.words.by) == (two.visual.overall.theme.value, "measured")
    assert (one.licences.clip, one.licences.music) == ("CC BY 4.0", "CC0")
    assert (one.clip.fps, one.clip.duration_s) == (8.0, LENGTH_S)
    assert one.visual.shots
    assert check_dataset(dataset) == ()


def test_melody_and_spots_are_those_of_the_music(made: tuple[Built, Dataset]) -> None:
    _, dataset = made
    ident = next(i for i in dataset.ids() if dataset.sample(i).film == "One")
    spots = np.array([spot.time_s for spot in dataset.spots(ident)])
    played = np.arange(16) * 0.5
    off = np.abs(spots[:, None] - played[None, :])
    assert (off.min(axis=0) < 0.05).sum() >= 15  # of sixteen notes
    assert (off.min(axis=1) < 0.05).sum() >= len(spots) - 1
    pitches = [note.pitch for note in dataset.melody(ident)]
    assert sum(a == b for a, b in zip(pitches, scale(0), strict=False)) >= 14


def test_what_is_there_is_not_made_again(made: tuple[Built, Dataset], pairs: Path) -> None:
    _, dataset = made
    files = [path for path in (dataset.folder / "samples").rglob("*") if path.is_file()]
    before = [path.stat().st_mtime_ns for path in files]
    manifest = write_manifest(pairs, GOOD.format(0, "One", "drama"), GOOD.format(1, "Two", ""))
    built, _ = build(dataset.folder, manifest)
    assert (built.made, built.there) == (0, 2)
    assert len(files) == 2 * 5
    assert [path.stat().st_mtime_ns for path in files] == before


def test_rows_that_cannot_be_used_are_set_aside_and_told(pairs: Path, tmp_path: Path) -> None:
    for path in pairs.glob("[cm]0.*"):
        shutil.copyfile(path, tmp_path / path.name)
    write_clip(tmp_path / "short.mp4", seconds=7, seed=5)
    soundfile.write(tmp_path / "long.wav", tune(scale(3)[:10], each_s=1.0), RATE)
    soundfile.write(tmp_path / "low.wav", tune(scale(3), rate=8000), 8000)
    soundfile.write(tmp_path / "silent.wav", np.zeros(8 * RATE), RATE)
    (tmp_path / "text.wav").write_text("no sound")
    _with_sound(tmp_path / "c0.mp4", tmp_path / "m0.wav", tmp_path / "loud.mkv")
    soundfile.write(
        tmp_path / "stolen.wav", 0.3 * soundfile.read(tmp_path / "m0.wav")[0], RATE, "PCM_16"
    )
    rows = {
        "short.mp4,m0.wav,A,x,x,,": "lasts 7.00 s, must be 8 s or longer",
        "c0.mp4,long.wav,A,x,x,,": "lasts 10.00 s, the clip 8.00 s",
        "c0.mp4,low.wav,A,x,x,,": "sampled at 8000 Hz, the dataset at 16000 Hz",
        "c0.mp4,silent.wav,A,x,x,,": "is silent",
        "c0.mp4,text.wav,A,x,x,,": "is not a video, or its header",
        "c0.mp4,c0.mp4,A,x,x,,": "is the clip itself",
        "loud.mkv,stolen.wav,A,x,x,,": "is the sound of the clip",
        "gone.mp4,m0.wav,A,x,x,,": "gone.mp4 is not there",
        "c0.mp4,m0.wav,A,x,,,": "music_licence: is missing",
        "c0.mp4,m0.wav,A,x,x,opera,": "theme is 'opera'",
    }
    manifest = write_manifest(tmp_path, *rows)
    built, dataset = build(tmp_path / "set", manifest)
    assert len(dataset) == 0
    said = {row.row: " ".join(row.reasons) for row in built.set_aside}
    for number, wanted in enumerate(rows.values(), start=1):
        assert wanted in said[number]
    kept = [json.loads(p.read_text()) for p in (dataset.folder / "quarantine").iterdir()]
    assert {row["row"]: " ".join(row["reasons"]) for row in kept} == said
    assert not any(row["trace"] for row in kept)
    # A row that is put right leaves the quarantine.
    build(tmp_path / "set", write_manifest(tmp_path, "c0.mp4,m0.wav,A,x,x,,"))
    left = {json.loads(p.read_text())["row"] for p in (dataset.folder / "quarantine").iterdir()}
    assert len(dataset) == 1
    assert 1 in left


def _with_sound(clip: Path, sound: Path, out: Path) -> None:
    """Put a sound under a clip."""
    with (
        av.open(str(clip)) as picture,
        av.open(str(sound)) as music,
        av.open(str(out), "w") as film,
    ):
        video = film.add_stream_from_template(picture.streams.video[0])
        audio = film.add_stream("flac", rate=RATE, layout="mono")
        for packet in picture.demux(video=0):
            if packet.dts is not None:
                packet.stream = video
                film.mux(packet)
        for frame in music.decode(audio=0):
            film.mux(audio.encode(frame))
        film.mux(audio.encode(None))


def test_the_same_pair_twice_is_one_sample(pairs: Path, tmp_path: Path) -> None:
    for path in pairs.glob("[cm]0.*"):
        shutil.copyfile(path, tmp_path / path.name)
    shutil.copyfile(pairs / "c0.mp4", tmp_path / "copy.mp4")
    soundfile.write(tmp_path / "again.ogg", soundfile.read(tmp_path / "m0.wav")[0], RATE)
    manifest = write_manifest(
        tmp_path,
        "c0.mp4,m0.wav,A,x,x,war,",
        "copy.mp4,m0.wav,A,x,x,war,",
        "copy.mp4,m0.wav,B,x,x,war,",
        "c0.mp4,again.ogg,A,x,x,war,",
    )
    built, dataset = build(tmp_path / "set", manifest)
    assert len(dataset) == built.made == 2
    assert built.told[0] == "Row 2 is the same clip and music as row 1."
    assert "with another film" in built.set_aside[0].reasons[0]
    assert any("have the same picture" in sentence for sentence in built.told)
    assert any("have nearly the same music" in sentence for sentence in built.told)


def test_a_killed_build_leaves_whole_samples_and_goes_on(pairs: Path, tmp_path: Path) -> None:
    manifest = write_manifest(pairs, GOOD.format(0, "One", ""), GOOD.format(1, "Two", ""))
    folder = tmp_path / "set"
    words = ["dataset", "build", str(manifest), str(folder), "--rate", str(RATE)]
    process = subprocess.Popen([sys.executable, "-m", "filmcomposer_core", *words])
    samples = folder / "samples"
    deadline = time.monotonic() + 120
    while not (samples.exists() and any(samples.iterdir())) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.wait()
    dataset = read_dataset(folder)
    assert len(dataset) == 1
    assert check_dataset(dataset) == ()
    built, _ = build(folder, manifest)
    assert (built.made, built.there) == (1, 1)
    assert check_dataset(dataset) == ()
    assert not (folder / ".building").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on file sizes")
def test_a_full_disk_stops_the_build(pairs: Path, tmp_path: Path) -> None:
    manifest = write_manifest(pairs, GOOD.format(0, "One", ""))
    code = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from filmcomposer_core.dataset.build import Plan, build_dataset\n"
        "from filmcomposer_core.errors import DiskError\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))\n"
        "plan = Plan(manifest=Path(sys.argv[1]), folder=Path(sys.argv[2]), rate_hz=16000)\n"
        "try: build_dataset(plan)\n"
        "except DiskError as exc: print(exc.message)\n"
    )
    words = [sys.executable, "-c", code, str(manifest), str(tmp_path / "set")]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert "could not be written" in done.stdout
    assert len(read_dataset(tmp_path / "set")) == 0
    assert list((tmp_path / "set").glob("quarantine/*")) == []


def test_two_builds_do_not_meet(pairs: Path, tmp_path: Path) -> None:
    manifest = write_manifest(pairs, GOOD.format(0, "One", ""))
    folder = tmp_path / "set"
    folder.mkdir()
    with FileLock(folder / ".lock"), pytest.raises(BusyError, match="Another build holds"):
        build(folder, manifest)


def test_a_dataset_is_not_built_on_with_another_rate(
    made: tuple[Built, Dataset], pairs: Path
) -> None:
    plan = Plan(manifest=pairs / "pairs.csv", folder=made[1].folder, rate_hz=48000)
    with pytest.raises(InputError, match="is sampled at 16000, not 48000"):
        build_dataset(plan)


def test_a_folder_that_cannot_be_written_is_told(pairs: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(DiskError, match="could not be written"):
        build(tmp_path / "file" / "set", pairs / "pairs.csv")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "clip,music,flim\nx,y,z\n", "no column 'flim'"),
        ("a.csv", "clip,music\n", "names no pair"),
        ("a.csv", "clip,music\na,b,c\n", "more cells than there are names"),
        ("a.toml", "[[pair]\n", "not valid TOML"),
        ("a.toml", "name = 'x'\n", r"more than \[\[pair\]\] tables"),
        ("a.csv", None, "cannot be read as a manifest"),
    ],
)
def test_a_manifest_that_is_none_is_refused(
    tmp_path: Path, name: str, text: str | None, said: str
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=said):
        read_manifest(tmp_path / name)


def test_a_manifest_in_toml_says_the_same_as_in_csv(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(
        '[[pair]]\nclip = "c"\nmusic = "m"\nfilm = "F"\nclip_licence = "x"\nmusic_licence = "y"\n'
        "bpm = 90\nseparated = true\nseparator = 'mine'\n[[pair]]\nclip = 'c'\n"
    )
    head = "clip,music,film,clip_licence,music_licence,bpm,separated,separator"
    (tmp_path / "a.csv").write_text(f"{head}\nc,m,F,x,y,90,true,mine\nc,,,,,,,\n")
    toml, table = read_manifest(tmp_path / "a.toml"), read_manifest(tmp_path / "a.csv")
    assert toml == table
    assert toml[0].pair is not None
    assert (toml[0].pair.bpm, toml[0].pair.separator) == (90.0, "mine")
    assert "is missing" in toml[1].fault


def test_separated_music_names_what_separated_it(tmp_path: Path) -> None:
    head = "clip,music,film,clip_licence,music_licence,separated"
    (tmp_path / "a.csv").write_text(f"{head}\nc,m,F,x,y,yes\n")
    assert "must name your separator" in read_manifest(tmp_path / "a.csv")[0].fault


def test_a_place_in_the_film_that_is_not_as_long_as_the_clip_is_told(
    pairs: Path, tmp_path: Path
) -> None:
    shutil.copyfile(pairs / "c0.mp4", tmp_path / "c0.mp4")
    shutil.copyfile(pairs / "m0.wav", tmp_path / "m0.wav")
    head = "clip,music,film,clip_licence,music_licence,start_s,end_s"
    built, _ = build(
        tmp_path / "set", write_manifest(tmp_path, "c0.mp4,m0.wav,A,x,y,60,90", head=head)
    )
    assert "start_s to end_s lasts 30.00 s and the clip 8.00 s" in built.set_aside[0].reasons[0]
    assert not built.set_aside[0].trace
