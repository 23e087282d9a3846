"""What was kept of an earlier rendering is never heard, only the time that it saves."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Collection
from dataclasses import replace
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_core.contracts.daw_plan import AudioItemOp, DawPlan, FxOp
from filmcomposer_core.contracts.score import Controller
from filmcomposer_core.errors import DiskError
from filmcomposer_core.render import RenderResult, RenderSettings, render_cue
from filmcomposer_core.render.prints import Prints
from filmcomposer_core.render.render import SHIPPED_FONT
from filmcomposer_core.render.stores import FrameStore
from tests.core.render import plans
from tests.core.render.plans import PartDraft

IDS = ("theme", "bass", "clicks")
#: Part, its notes, its sound: short ones, so that many renderings take little time.
DRAFTS = {
    "theme": PartDraft(
        id="theme",
        notes=[(float(b), 1.0, 67 + (b * 5) % 12, 90) for b in range(3)],
        controllers=[Controller(beat=0.0, number=11, value=100)],
        envelopes=[("volume", [(0.0, 0.5), (1.0, 0.9)])],
    ),
    "bass": PartDraft(
        id="bass", notes=[(0.0, 2.0, 43, 80)], sound=plans.HORNS, instrument="horns_a4", pan=0.3
    ),
    "clicks": PartDraft(
        id="clicks",
        notes=[(0.0, 0.2, 84, 100), (1.0, 0.2, 84, 100)],
        sound=plans.XYLOPHONE,
        instrument="xylophone",
        send=0.0,
    ),
}
LENGTH_S = 2.5
SEED_3 = RenderSettings(seed=3)


def trio(length_s: float = LENGTH_S, bpm: float = 120.0, **changed: PartDraft) -> DawPlan:
    parts = (changed.get(name, DRAFTS[name]) for name in IDS)
    return plans.plan(*parts, length_s=length_s, points=plans.tempo((0.0, bpm)))


def softer(name: str, by: int) -> PartDraft:
    draft = DRAFTS[name]
    return replace(draft, notes=[(b, n, p, v - by) for b, n, p, v in draft.notes])


def render(plan: DawPlan, folder: Path, options: RenderSettings = SEED_3) -> RenderResult:
    """Render as the render stage does: prints in the folder, finished files in their places."""
    return render_cue(plan, folder, settings=options, prints=folder / "prints", finished=folder)


def files(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in [folder / "cue.wav", *(folder / "stems").glob("*")]}


def whole(plan: DawPlan, options: RenderSettings = SEED_3) -> dict[str, bytes]:
    """Return the files of a rendering that knows of no other."""
    return _whole(repr((plan, options)), plan, options)


_WHOLE: dict[str, dict[str, bytes]] = {}


def _whole(key: str, plan: DawPlan, options: RenderSettings) -> dict[str, bytes]:
    if key not in _WHOLE:
        with TemporaryDirectory() as name:
            render_cue(plan, Path(name), settings=options)
            _WHOLE[key] = files(Path(name))
    return _WHOLE[key]


def marks(paths: Collection[Path]) -> dict[str, tuple[int, int]]:
    """Return what changes when a file is written: its number on the disk and its time."""
    return {p.name: (p.stat().st_ino, p.stat().st_mtime_ns) for p in paths}


def sounds(folder: Path) -> dict[str, tuple[int, int]]:
    return marks(list((folder / "prints").glob("*.flac")))


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("first")
    assert render(trio(), folder).printed == 3
    return folder


@pytest.fixture
def cue(first: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(first, tmp_path / "cue"))


@given(
    steps=st.lists(
        st.dictionaries(st.sampled_from(IDS), st.integers(0, 2), max_size=3), min_size=2, max_size=4
    )
)
@settings(max_examples=6, deadline=None)
def test_any_row_of_changes_gives_the_files_of_a_full_print(steps: list[dict[str, int]]) -> None:
    with TemporaryDirectory() as name:
        folder, before, plans_made = Path(name), dict.fromkeys(IDS, -1), list[DawPlan]()
        for step in steps:
            now = {part: step.get(part, 0) for part in IDS}
            plan = trio(**{part: softer(part, 9 * by) for part, by in now.items()})
            known, written = sounds(folder), marks(list(folder.glob("stems/*")))
            result = render(plan, folder)
            changed = {part for part in IDS if now[part] != before[part]}
            # Observed on the disk: sounds of parts that stayed are the same files as before.
            assert len(known.items() & sounds(folder).items()) >= 3 - len(changed)
            assert 3 <= len(sounds(folder)) <= 6
            assert result.printed <= len(changed)
            if not changed:
                assert marks(list(folder.glob("stems/*"))) == written
            before = now
            plans_made.append(plan)
        assert files(folder) == whole(plan)
        # What undo in the project asks for has not to be printed again.
        assert render(plans_made[-2], folder).printed == 0


THEME, BASS, CLICKS = DRAFTS["theme"], DRAFTS["bass"], DRAFTS["clicks"]
FILTER = FxOp(id="low", track="bass", kind="filter", parameters={"lowpass_hz": 900.0})
#: What is changed, and how many parts are played again for it.
CHANGES: dict[str, tuple[DawPlan, int]] = {
    "a note later": (trio(bass=replace(BASS, notes=[(0.5, 2.0, 43, 80)])), 1),
    "a note shorter": (trio(bass=replace(BASS, notes=[(0.0, 1.9, 43, 80)])), 1),
    "another technique": (
        trio(bass=replace(BASS, sound=replace(plans.HORNS, technique="stopped", trim_db=-2.0))),
        1,
    ),
    "another program": (
        trio(clicks=replace(CLICKS, sound=replace(plans.XYLOPHONE, program=12))),
        1,
    ),
    "another instrument's width": (trio(bass=replace(BASS, instrument="harp")), 1),
    "a controller": (
        trio(theme=replace(THEME, controllers=[Controller(beat=0.0, number=11, value=99)])),
        1,
    ),
    "pan": (trio(bass=replace(BASS, pan=0.31)), 1),
    "fader": (trio(bass=replace(BASS, volume=0.9)), 1),
    "a point of an envelope": (
        trio(theme=replace(THEME, envelopes=[("volume", [(0.0, 0.5), (1.0, 0.8)])])),
        1,
    ),
    "a send": (trio(bass=replace(BASS, send=0.31)), 1),
    "a filter": (trio(bass=replace(BASS, fx=FILTER)), 1),
    "tempo": (trio(bpm=121.0), 3),
    "length": (trio(length_s=2.6), 3),
    "a tempo that no note meets": (
        plans.plan(
            *(DRAFTS[name] for name in IDS),
            length_s=LENGTH_S,
            points=plans.tempo((0.0, 120.0), (2.0, 90.0)),
        ),
        0,
    ),
    "a part less": (plans.plan(THEME, CLICKS, length_s=LENGTH_S), 0),
    "another order": (plans.plan(CLICKS, BASS, THEME, length_s=LENGTH_S), 0),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_makes_the_sound_of_a_part_has_it_played_again(what: str, cue: Path) -> None:
    plan, count = CHANGES[what]
    assert render(plan, cue).printed == count
    for path in (cue / "stems").glob("*"):  # the stage removes those of parts that are gone
        if path.name not in {p.path.removeprefix("stems/") for p in audio(plan)}:
            path.unlink()
    assert files(cue) == whole(plan)


def audio(plan: DawPlan) -> list[AudioItemOp]:
    return [op for op in plan.operations if isinstance(op, AudioItemOp)]


@pytest.mark.parametrize(
    ("options", "count"),
    [
        # The hall has a seed: a part that is not sent there is not played again.
        (RenderSettings(seed=4), 2),
        (RenderSettings(seed=3, lufs=-20.0), 0),
        (RenderSettings(seed=3, block_s=1.0), 3),
    ],
)
def test_settings_count_where_they_reach_the_sound(
    options: RenderSettings, count: int, cue: Path
) -> None:
    result = render(trio(), cue, options)
    assert (result.printed, len(result.written)) == (count, 4)
    assert files(cue) == whole(trio(), options)


def test_the_content_of_the_soundfont_counts_and_not_its_name(cue: Path, tmp_path: Path) -> None:
    shipped = resources.files("filmcomposer_core").joinpath("data", "soundfont", SHIPPED_FONT)
    data = shipped.read_bytes()
    font = tmp_path / "mine.sf3"
    font.write_bytes(data)
    result = render(trio(), cue, RenderSettings(seed=3, soundfont=font))
    assert (result.printed, result.written, result.soundfont) == (0, (), "mine.sf3")
    font.write_bytes(data + b"\0")
    assert render(trio(), cue, RenderSettings(seed=3, soundfont=font)).printed == 3


def test_nothing_changed_writes_nothing(cue: Path) -> None:
    everything = [path for path in cue.rglob("*") if path.is_file()]
    before = marks(everything)
    told: list[str] = []
    result = render_cue(
        trio(),
        cue,
        settings=RenderSettings(seed=3),
        prints=cue / "prints",
        finished=cue,
        progress=lambda _, message="": told.append(message),
    )
    assert (result.printed, result.kept, result.written) == (0, 3, ())
    assert marks(everything) == before
    assert told[-1] == "0 of 3 stems printed, 3 kept"


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


DAMAGE: dict[str, Callable[[Path], None]] = {
    "gone": Path.unlink,
    "a bit": flip,
    "cut": cut,
    "empty": lambda path: path.write_bytes(b"") and None,
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("ending", ["flac", "json"])
def test_a_print_that_is_not_whole_is_made_anew(ending: str, damage: str, cue: Path) -> None:
    hurt = sorted((cue / "prints").glob(f"*.{ending}"))[1]  # files.json comes after all digits
    DAMAGE[damage](hurt)
    known = sounds(cue)
    (cue / "stems" / "01_theme.wav").unlink()  # so that the prints are needed
    result = render(trio(), cue)
    assert result.printed == 1
    assert result.written == ("stems/01_theme.wav",)
    assert len(known.items() & sounds(cue).items()) == 2
    assert files(cue) == whole(trio())


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize(
    "name", ["cue.wav", "stems/02_bass.wav", "prints/files.json"], ids=["mix", "stem", "record"]
)
def test_a_file_that_is_not_ours_is_written_anew_and_nothing_is_played(
    name: str, damage: str, cue: Path
) -> None:
    DAMAGE[damage](cue / name)
    result = render(trio(), cue)
    assert result.printed == 0
    assert name in result.written or len(result.written) == 4
    assert files(cue) == whole(trio())
    assert (result.lufs, result.true_peak_dbtp) == pytest.approx((-23.0, -10.0), abs=8.0)


def test_prints_that_are_not_used_any_more_go(cue: Path) -> None:
    (cue / "prints" / "killed.flac.part").write_bytes(b"x")
    for by in range(1, 6):
        render(trio(bass=softer("bass", by)), cue)
    names = sorted(path.suffix for path in (cue / "prints").iterdir())
    assert names == [".flac"] * 6 + [".json"] * 7


CHILD = """
import os, sys
from pathlib import Path
from tests.core.render.test_prints import render, softer, trio
left, replaced = int(sys.argv[2]), os.replace
def replace(*names):
    global left
    if not left:
        os._exit(9)
    left -= 1
    replaced(*names)
os.replace = replace
render(trio(bass=softer("bass", 5), clicks=softer("clicks", 5)), Path(sys.argv[1]))
"""


@pytest.mark.slow
@given(left=st.integers(0, 8))
@settings(max_examples=6, deadline=None)
def test_a_kill_between_any_two_files_costs_time_only(left: int, first: Path) -> None:
    """Two sounds, two records, the record of the files, four files: each may be the last."""
    with TemporaryDirectory() as name:
        folder = Path(shutil.copytree(first, Path(name) / "cue"))
        words = [sys.executable, "-c", CHILD, str(folder), str(left)]
        done = subprocess.run(words, cwd=Path(__file__).parents[3], check=False)
        assert done.returncode == 9
        plan = trio(bass=softer("bass", 5), clicks=softer("clicks", 5))
        assert render(plan, folder).printed <= 2 - min(2, left // 2)
        assert files(folder) == whole(plan)


@given(
    levels=st.lists(st.floats(-1.0, 1.0, width=32), min_size=2, max_size=40),
    power=st.integers(-50, 8),
)
@settings(deadline=None, max_examples=40)
def test_a_kept_sound_is_off_by_half_a_step_at_most(levels: list[float], power: int) -> None:
    sound = (np.array(levels[: len(levels) // 2 * 2], np.float32) * np.float32(2.0**power)).reshape(
        -1, 2
    )
    peak, frames = float(np.abs(sound).max()), len(sound)
    with TemporaryDirectory() as name:
        prints, raw = (
            Prints(Path(name)),
            FrameStore(Path(name) / "a.raw", channels=2, frames=frames),
        )
        raw.write(0, sound)
        made = prints.add("a", raw, frames=frames, peak=peak, notes=("one", "two"))
        assert prints.find("a") == made
        back = np.concatenate(list(prints.sound(made, block=7)))
    # Below this nothing is heard in any mix.
    assert made.scale <= max(2.0 * peak, 2.0**-60) or not peak
    # A peak of just full scale is cut by one step.
    assert np.abs(back - sound).max() <= made.scale * 2.0**-23
    assert np.sqrt(np.mean((back.astype(float) - sound) ** 2)) <= made.scale * 2.0**-23


def test_a_disk_that_refuses_a_sound_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.flac.part").mkdir()
    raw = FrameStore(tmp_path / "a.raw", channels=2, frames=9)
    with pytest.raises(DiskError, match=r"a\.flac\.part could not be written"):
        Prints(tmp_path).add("a", raw, frames=9, peak=0.0, notes=())
