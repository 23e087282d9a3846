"""Stems, mix and movie: what has not changed stays, and what the user changed is kept."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection
from pathlib import Path

import numpy as np
import pytest
import soundfile

from filmcomposer_core.contracts.regenerate import Regenerate
from filmcomposer_core.contracts.session import SessionRequest
from filmcomposer_core.pipeline import Outcome, Watcher, run_cue

REQUEST = SessionRequest(cue="0a1b2c3d", anchor_s=0.0, system="linux")


@pytest.fixture
def cue(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "cue"))


def again(cue: Path, **more: object) -> Outcome:
    return run_cue(cue, changes=more.pop("changes", {}), **more)  # type: ignore[arg-type]


def marks(paths: Collection[Path]) -> dict[str, tuple[int, int]]:
    """Return what changes when a file is written: its number on the disk and its time."""
    return {p.name: (p.stat().st_ino, p.stat().st_mtime_ns) for p in paths}


def heard(cue: Path) -> list[Path]:
    return sorted([*cue.glob("stems/*.wav"), cue / "cue.wav"])


def sounds(cue: Path) -> dict[str, tuple[int, int]]:
    return marks(list((cue / ".filmcomposer" / "prints").glob("*.flac")))


def printed_whole(cue: Path, tmp_path: Path) -> Path:
    """Return a copy of a cue whose sound was made without anything that was kept."""
    copy = Path(shutil.copytree(cue, tmp_path / "whole"))
    shutil.rmtree(copy / ".filmcomposer" / "prints")
    shutil.rmtree(copy / "stems")
    (copy / "cue.wav").unlink()
    again(copy, start="render")
    return copy


def items(cue: Path) -> dict[str, list[object]]:
    """Return what each track plays."""
    operations = json.loads((cue / "daw_plan.json").read_text("utf-8"))["operations"]
    return {
        op["track"]: [op["notes"], op["controllers"]]
        for op in operations
        if op["op"] == "midi_item"
    }


class Ears(Watcher):
    def __init__(self) -> None:
        self.last: dict[str, str] = {}

    def stage_moved(self, stage: str, fraction: float, message: str) -> None:
        self.last[stage] = message


def test_mixing_again_keeps_every_file_of_sound_and_the_movie(cue: Path) -> None:
    before, ears = marks([*heard(cue), cue / "cue.mp4"]), Ears()
    count = len(heard(cue)) - 1
    done = again(cue, start="mix", watcher=ears)
    assert {"mix", "render", "movie", "report"} <= set(done.ran)
    assert marks([*heard(cue), cue / "cue.mp4"]) == before
    assert f"Stems: 0 printed anew, {count} kept." in done.told
    assert ears.last["render"] == f"0 of {count} stems printed, {count} kept"
    assert ears.last["movie"] == "movie kept"
    assert again(cue).ran == ()


def test_new_bars_of_one_part_print_what_plays_something_new(cue: Path, tmp_path: Path) -> None:
    before, known = items(cue), sounds(cue)
    score = json.loads((cue / "score.json").read_text("utf-8"))
    # Who has the theme can always vary it.
    part = next(each["id"] for each in score["parts"] if each["role"] == "melody")
    wanted = Regenerate(start_s=2.0, end_s=6.0, tracks=(part,), seed=9)
    done = again(cue, regenerate=wanted)
    changed = [name for name, item in items(cue).items() if item != before[name]]
    assert part in changed
    assert len(changed) < len(before)
    # The prints that were heard before stay, so that a step back prints nothing.
    assert known.items() <= sounds(cue).items()
    assert len(sounds(cue)) == len(known) + len(changed)
    kept = len(known) - len(changed)
    assert f"Stems: {len(changed)} printed anew, {kept} kept." in done.told
    whole = printed_whole(cue, tmp_path)
    for name in ("cue.wav", *(f"stems/{path.name}" for path in (cue / "stems").iterdir())):
        assert (cue / name).read_bytes() == (whole / name).read_bytes(), name


def test_a_deleted_stem_comes_back_as_it_was_and_is_named(cue: Path) -> None:
    path = heard(cue)[2]
    data = path.read_bytes()
    path.unlink()
    others, known = marks(heard(cue)), sounds(cue)
    done = again(cue)
    assert f"stems/{path.name} was not there any more and is made again." in done.told
    assert path.read_bytes() == data
    assert others.items() <= marks(heard(cue)).items()
    assert sounds(cue) == known
    assert "movie" not in done.ran


def test_a_stem_that_the_user_replaced_is_in_the_history(cue: Path) -> None:
    path = heard(cue)[1]
    data = path.read_bytes()
    rate = 48000
    soundfile.write(path, 0.1 * np.ones((rate, 2)), rate, subtype="PCM_24")
    own, others = path.read_bytes(), marks([p for p in heard(cue) if p != path])
    assert again(cue).ran == ()  # nothing asks for stems: the user's sounds on
    assert path.read_bytes() == own
    done = again(cue, start="mix")
    history = f"history/stems_{path.name}.1"
    assert (cue / history).read_bytes() == own
    assert f"stems/{path.name} was changed outside FilmComposer; your version is {history}." in (
        done.told
    )
    assert path.read_bytes() == data
    assert others.items() <= marks(heard(cue)).items()


def test_an_open_project_is_told_of_deleted_stems(cue: Path) -> None:
    def notes() -> list[str]:
        again(cue, until="build", session=REQUEST)
        return json.loads((cue / "reaper" / "session.json").read_text("utf-8"))["notes"]

    assert not any("not heard" in note for note in notes())
    shutil.rmtree(cue / "reaper")
    first, *rest = [f"stems/{path.name}" for path in sorted((cue / "stems").iterdir())]
    (cue / first).unlink()
    said = f"{first} is gone, so its part is not heard; Mix prints what is missing again."
    assert notes()[-1] == said
    again(cue)
    assert not any("not heard" in note for note in notes())
    shutil.rmtree(cue / "reaper")
    shutil.rmtree(cue / "stems")
    found = notes()[-1]
    assert found.startswith(f"{first}, {rest[0]}, ")
    assert "so their parts are not heard" in found
    assert "Older" not in " ".join(notes())


def test_the_movie_is_made_anew_for_each_thing_it_is_made_of(cue: Path, finished: Path) -> None:
    movie = cue / "cue.mp4"

    def remade(**more: object) -> bool:
        before = marks([movie])
        again(cue, start="render", **more)
        return marks([movie]) != before

    assert not remade()
    assert remade(changes={"lufs": -20.0})
    assert remade(changes={"keep_sound_db": -12.0})
    assert not remade()
    movie.write_bytes(movie.read_bytes()[:-1])
    assert remade()
    assert (cue / "history" / "cue.mp4.1").is_file()
    again(cue, changes={"out_s": 8.0})
    assert 7.9 < soundfile.info(cue / "cue.wav").duration < 8.1
    assert not remade()


def test_prints_take_less_than_half_of_the_room_of_the_stems(finished: Path) -> None:
    folder = finished / ".filmcomposer" / "prints"
    stems = sum(path.stat().st_size for path in finished.glob("stems/*.wav"))
    assert 0 < sum(path.stat().st_size for path in folder.iterdir()) < 0.5 * stems
    count = len(list(finished.glob("stems/*.wav")))
    names = {"files.json", "movie.json"}
    assert len([path for path in folder.iterdir() if path.name not in names]) == 2 * count
