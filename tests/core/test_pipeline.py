"""The whole job on a small clip, and what an edit of each file does."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import tomllib
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import soundfile

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.cue import CueFile
from filmcomposer_core.errors import FilmComposerError, InputError
from filmcomposer_core.pipeline import COMMANDS, Outcome, Watcher, run_cue
from filmcomposer_core.schemas import CONTRACTS, schema_path
from filmcomposer_core.stages import STAGES
from tests.core.conftest import SECONDS


@pytest.fixture
def cue(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "cue"))


def again(cue: Path, **more: object) -> Outcome:
    return run_cue(cue, changes={}, **more)  # type: ignore[arg-type]


def replace_in(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def plain(path: Path) -> object:
    if path.suffix == ".toml":
        return tomllib.loads(path.read_text("utf-8"))
    return json.loads(path.read_text("utf-8"))


# -- the finished cue ----------------------------------------------------------------------


def test_every_file_is_there_and_a_second_run_does_nothing(cue: Path) -> None:
    for name in (*CONTRACTS, "curves.npz", "melody.mid", "melody.abc", "candidates/1/melody.mid",
                 "cue.rpp", "cue.wav", "cue.mp4", "report.html"):  # fmt: skip
        assert (cue / name).is_file(), name
    assert again(cue).ran == ()


@pytest.mark.parametrize("file", [name for name in CONTRACTS if name != "spots.csv"])
def test_files_follow_their_schemas(finished: Path, file: str) -> None:
    jsonschema.validate(plain(finished / file), json.loads(schema_path(file).read_text("utf-8")))


def test_the_mix_has_exactly_the_length_of_the_picture_and_its_stems_sum_to_it(
    finished: Path,
) -> None:
    mix, rate = soundfile.read(finished / "cue.wav", dtype="float64")
    assert (rate, len(mix)) == (48000, round(SECONDS * 48000))
    stems = [soundfile.read(path, dtype="float64")[0] for path in finished.glob("stems/*.wav")]
    assert stems
    residual = np.sqrt(np.mean((mix - sum(stems)) ** 2)) / np.sqrt(np.mean(mix**2))
    assert 20 * np.log10(residual) <= -80


def test_every_strong_hit_is_met_or_named(finished: Path) -> None:
    report = json.loads((finished / "report.json").read_text("utf-8"))
    strong = [hit for hit in report["hits"] if hit["strong"]]
    assert strong
    for hit in strong:
        assert hit["colour"] == "green" or hit["reason"]


def test_provenance_names_engine_model_licence_and_seed(finished: Path) -> None:
    ledger = codec.build(CueFile, plain(finished / "cue.json"), where="cue.json")
    sound = ledger.artefacts["cue.wav"].provenance
    assert ledger.artefacts["melody.mid"].provenance.engine == "embedded"
    assert sound.seed == 3
    assert sound.model != "none"
    assert sound.licence


# -- determinism ---------------------------------------------------------------------------


def test_same_clip_and_seed_give_the_same_bytes_and_another_seed_other_music(
    finished: Path, tmp_path: Path
) -> None:
    clip = str(finished.parent / "clip.mp4")
    # The same folder name, since the project names paths relative to it.
    twin = finished.parent / "twin"
    run_cue(twin, changes={"clip": clip, "seed": 3})
    for name in ("spots.csv", "tempo.json", "plan.toml", "melody.mid", "score.json", "scheme.json",
                 "cue.rpp"):  # fmt: skip
        assert (twin / name).read_bytes() == (finished / name).read_bytes(), name
    one, two = (soundfile.read(f / "cue.wav", dtype="int32")[0] for f in (finished, twin))
    assert np.max(np.abs(one.astype(np.int64) - two)) <= 256  # one step of 24 bits
    run_cue(twin, changes={"seed": 4}, until="compose")
    assert (twin / "melody.mid").read_bytes() != (finished / "melody.mid").read_bytes()


# -- edits ---------------------------------------------------------------------------------


def test_an_edited_spot_moves_and_everything_after_follows(cue: Path) -> None:
    rows = (cue / "spots.csv").read_text("utf-8").splitlines()
    fields = rows[1].split(",")
    moved = float(fields[1]) + 0.5
    rows[1] = ",".join([fields[0], f"{moved:.6f}", *fields[2:]])
    (cue / "spots.csv").write_text("\n".join(rows) + "\n", "utf-8")
    done = again(cue, until="tempo")
    assert done.ran == ("tempo",)
    changed = (cue / "spots.csv").read_text("utf-8").splitlines()
    row = next(line for line in changed if line.startswith(fields[0])).split(",")
    assert float(row[1]) == pytest.approx(moved, abs=0.5 / 24)
    assert int(row[2]) == round(moved * 24)
    hits = json.loads((cue / "tempo.json").read_text("utf-8"))["maps"][0]["hits"]
    assert any(abs(h["time_s"] - moved) < 0.03 for h in hits if h["spot"] == fields[0])


def test_a_new_spot_stays_when_the_picture_is_analysed_again(cue: Path) -> None:
    with (cue / "spots.csv").open("a", encoding="utf-8") as out:
        out.write("door,7.25,,,door slams,MUST,user,downbeat,,,\n")
    again(cue, until="spot")
    again(cue, start="see", until="spot")
    assert "door,7.25" in (cue / "spots.csv").read_text("utf-8")


def test_a_locked_spot_keeps_every_cell_when_hits_are_found_again(cue: Path) -> None:
    rows = (cue / "spots.csv").read_text("utf-8").splitlines()
    cells = rows[1].split(",")
    rows[1] = ",".join([*cells[:4], "mine", "5.5", *cells[6:10], "true"])
    (cue / "spots.csv").write_text("\n".join(rows) + "\n", "utf-8")
    again(cue, until="spot")
    locked = (cue / "spots.csv").read_text("utf-8").splitlines()[1]
    data = json.loads((cue / "cue.json").read_text("utf-8"))
    data["artefacts"]["spots.csv"]["pins"] = []  # without the pins the lock alone has to hold it
    (cue / "cue.json").write_text(json.dumps(data), "utf-8")
    again(cue, start="spot", until="spot")
    assert locked in (cue / "spots.csv").read_text("utf-8").splitlines()


def test_an_edited_plan_holds_through_a_new_seed_and_can_be_discarded(cue: Path) -> None:
    before = (cue / "plan.toml").read_text("utf-8")
    ending = tomllib.loads(before)["ending"]
    other = "evaporate" if ending != "evaporate" else "cadence"
    replace_in(cue / "plan.toml", f'ending = "{ending}"', f'ending = "{other}"')
    assert "compose" in again(cue, until="compose").ran
    run_cue(cue, changes={"seed": 99}, until="plan")
    assert tomllib.loads((cue / "plan.toml").read_text("utf-8"))["ending"] == other
    assert list((cue / "history").glob("plan.toml.*"))
    run_cue(cue, changes={"seed": 3}, until="plan", discard=("plan",))
    assert (cue / "plan.toml").read_text("utf-8") == before


def test_an_edited_description_changes_what_is_composed(cue: Path) -> None:
    found = tomllib.loads((cue / "description.toml").read_text("utf-8"))
    genre = found["music"]["genre"]["value"]
    other = "grief" if genre != "grief" else "march"
    replace_in(
        cue / "description.toml",
        f'[music.genre]\nvalue = "{genre}"',
        f'[music.genre]\nvalue = "{other}"',
    )
    assert "plan" in again(cue, until="plan").ran
    assert tomllib.loads((cue / "plan.toml").read_text("utf-8"))["idiom"] == other
    pins = codec.build(CueFile, plain(cue / "cue.json"), where="cue.json").artefacts
    assert {pin.path[-1]: pin.value for pin in pins["description.toml"].pins} == {
        "value": other,
        "source": "user",
        "confidence": 1.0,
    }


def test_choosing_another_tempo_map_redoes_what_follows_only(cue: Path) -> None:
    data = json.loads((cue / "tempo.json").read_text("utf-8"))
    assert len(data["maps"]) > 1
    (cue / "tempo.json").write_text(json.dumps(data | {"chosen": 2}), "utf-8")
    assert again(cue).ran[0] == "plan"
    assert json.loads((cue / "tempo.json").read_text("utf-8"))["chosen"] == 2


def test_an_edited_label_is_the_users_in_the_file_and_in_the_next_run(cue: Path) -> None:
    replace_in(
        cue / "description.toml", "[overall.emotion]\nvalue = ", "[overall.emotion]\n# me\nvalue = "
    )
    assert again(cue, until="describe").ran == ()
    assert "# me" in (cue / "description.toml").read_text("utf-8")
    before = tomllib.loads((cue / "description.toml").read_text("utf-8"))["overall"]["emotion"]
    other = "sad" if before["value"] != "sad" else "joyous"
    replace_in(cue / "description.toml", f'value = "{before["value"]}"', f'value = "{other}"')
    again(cue, until="describe")
    again(cue, until="describe")
    after = tomllib.loads((cue / "description.toml").read_text("utf-8"))
    changed = [label for label in _labels(after) if label["source"] == "user"]
    assert [(label["value"], label["confidence"]) for label in changed] == [(other, 1)]


def _labels(tree: object) -> list[dict]:
    if isinstance(tree, dict):
        own = [tree] if "confidence" in tree else []
        return own + [found for item in tree.values() for found in _labels(item)]
    return [found for item in tree for found in _labels(item)] if isinstance(tree, list) else []


def test_moving_a_tempo_point_measures_the_hits_in_the_file(cue: Path) -> None:
    data = json.loads((cue / "tempo.json").read_text("utf-8"))
    before = [hit["frames_off"] for hit in data["maps"][0]["hits"]]
    for point in data["maps"][0]["points"]:
        point["bpm"] *= 1.07
    (cue / "tempo.json").write_text(json.dumps(data), "utf-8")
    again(cue, until="tempo")
    after = json.loads((cue / "tempo.json").read_text("utf-8"))["maps"][0]
    assert [hit["frames_off"] for hit in after["hits"]] != before
    assert after["points"][0]["bpm"] == pytest.approx(data["maps"][0]["points"][0]["bpm"])
    assert list((cue / "history").glob("tempo.json.*"))


def test_an_edited_theme_in_abc_is_what_is_arranged(cue: Path) -> None:
    text = (cue / "melody.abc").read_text("utf-8")
    start = text.index("\nK:")
    # The first note after the key: no letter of a comment, a chord symbol or a dynamic mark.
    skip = r'(?:\n%[^\n]*|"[^"]*"|![^!]*!|\[[A-Z]:[^\]]*\]|[^A-Ga-g])*?'
    found = re.match(r"\nK:[^\n]*" + skip + r"([A-Ga-g])", text[start:])
    assert found
    at = start + found.start(1)
    changed = text[:at] + ("c" if text[at] != "c" else "d") + text[at + 1 :]
    (cue / "melody.abc").write_text(changed, "utf-8")
    midi = (cue / "melody.mid").read_bytes()
    done = again(cue, until="arrange")
    assert done.ran == ("arrange",)
    assert (cue / "melody.abc").read_text("utf-8") == changed
    assert (cue / "melody.mid").read_bytes() != midi
    # One note was changed, so one measure is pinned.
    ledger = codec.build(CueFile, plain(cue / "cue.json"), where="cue.json")
    assert len(ledger.artefacts["melody.mid"].pins) == 1


def test_two_edited_theme_files_are_refused_by_name(cue: Path) -> None:
    shutil.copy(cue / "candidates/1/melody.mid", cue / "melody.mid")
    (cue / "melody.mid").write_bytes((cue / "melody.mid").read_bytes() + b"\0")
    replace_in(cue / "melody.abc", "\nK:", "\n% mine\nK:")
    with pytest.raises(InputError, match=r"melody\.mid and .*melody\.abc"):
        again(cue)


def test_an_edited_scheme_redoes_build_and_render_only(cue: Path) -> None:
    data = json.loads((cue / "scheme.json").read_text("utf-8"))
    data["tracks"][0]["panning"] = 0.91
    (cue / "scheme.json").write_text(json.dumps(data), "utf-8")
    done = again(cue)
    assert done.ran == ("assess", "build", "project", "render", "movie", "report")
    assert any("panning" in told for told in done.told)
    again(cue, start="mix", until="mix")
    kept = json.loads((cue / "scheme.json").read_text("utf-8"))
    assert kept["tracks"][0]["panning"] == 0.91


def test_an_edited_score_is_what_is_mixed(cue: Path) -> None:
    data = json.loads((cue / "score.json").read_text("utf-8"))
    part = max(data["parts"], key=lambda p: len(p["notes"]))
    part["notes"][0]["velocity"] = 17
    (cue / "score.json").write_text(json.dumps(data), "utf-8")
    assert again(cue, until="mix").ran[0] == "mix"
    again(cue, start="arrange", until="arrange")
    kept = json.loads((cue / "score.json").read_text("utf-8"))
    found = next(p for p in kept["parts"] if p["id"] == part["id"])
    assert found["notes"][0]["velocity"] == 17


def test_a_project_saved_in_reaper_is_kept_when_it_is_written_anew(cue: Path) -> None:
    mine = (cue / "cue.rpp").read_bytes() + b"\n"
    (cue / "cue.rpp").write_bytes(mine)
    done = again(cue, start="build", until="build")
    assert (cue / "history/cue.rpp.1").read_bytes() == mine
    assert any("history/cue.rpp.1" in told for told in done.told)


def test_white_space_is_no_edit(cue: Path) -> None:
    data = json.loads((cue / "scheme.json").read_text("utf-8"))
    (cue / "scheme.json").write_text(json.dumps(data, indent=4), "utf-8")
    assert again(cue).ran == ()


def test_a_deleted_file_is_made_anew(cue: Path) -> None:
    before = (cue / "plan.toml").read_bytes()
    (cue / "plan.toml").unlink()
    assert again(cue).ran == ("plan",)
    assert (cue / "plan.toml").read_bytes() == before


def test_from_a_stage_runs_it_and_all_after_it(cue: Path) -> None:
    first = COMMANDS.index("mix")
    expected = tuple(s.name for s in STAGES if COMMANDS.index(s.command) >= first)
    assert again(cue, start="mix").ran == expected


def test_to_describe_again_is_not_to_look_again(cue: Path) -> None:
    assert again(cue, start="describe", until="describe").ran == ("describe",)
    assert again(cue, discard=("describe",), until="describe").ran == ("describe",)
    (cue / "sightings.json").unlink()
    assert again(cue, start="describe", until="describe").ran == ("recognise", "describe")
    assert again(cue, start="spot", until="describe").ran == ("spot", "recognise", "describe")


# -- refusals ------------------------------------------------------------------------------

BAD_EDITS = {
    "spots.csv": (",cut,", ",kutt,", "kutt"),
    "description.toml": ('emotion]\nvalue = "', 'emotion]\nvalue = "x', "emotion"),
    "tempo.json": ('"chosen": 1', '"chosen": 77', "77"),
    "plan.toml": ('mode = "', 'mode = "x', "mode"),
    "melody.abc": ("\nK:", '\nK:C\n"unclosed C\nK:', r"melody\.abc"),
    "score.json": ('"instrument": "', '"instrument": "x', "instrument"),
    "scheme.json": ('"measure1":', '"measure99999":', "99999"),
}


@pytest.mark.parametrize("file", BAD_EDITS)
def test_an_edit_with_an_error_is_refused_and_nothing_is_lost(cue: Path, file: str) -> None:
    old, new, said = BAD_EDITS[file]
    replace_in(cue / file, old, new)
    before = {p: p.read_bytes() for p in cue.rglob("*") if p.is_file()}
    with pytest.raises(InputError, match=said) as caught:
        again(cue)
    assert file in str(caught.value)
    assert {p: p.read_bytes() for p in cue.rglob("*") if p.is_file()} == before


def test_another_clip_does_not_take_over_a_folder_unasked(cue: Path, finished: Path) -> None:
    other = Path(shutil.copy(finished.parent / "clip.mp4", cue.parent / "other.mp4"))
    with pytest.raises(InputError, match=r"holds the cue of clip\.mp4, not of other\.mp4"):
        run_cue(cue, changes={"clip": str(other)})
    assert run_cue(cue, changes={"clip": str(other)}, until="see", replace_clip=True).ran


def test_kept_sound_can_be_dropped_again(cue: Path) -> None:
    kept = run_cue(cue, changes={"keep_sound_db": -12.0}, until="see").ledger
    assert kept.settings.keep_sound_db == -12
    dropped = run_cue(cue, changes={"keep_sound_db": float("-inf")}, until="see").ledger
    assert dropped.settings.keep_sound_db is None


def test_a_fault_is_named_by_the_id_of_its_section(cue: Path) -> None:
    replace_in(cue / "plan.toml", 'mode = "', 'mode = "x')
    with pytest.raises(InputError, match=r"plan\.toml: sections > A: mode is 'x.*did you mean"):
        again(cue)


def test_an_unknown_engine_is_refused(cue: Path) -> None:
    with pytest.raises(InputError, match="engine"):
        run_cue(cue, changes={"engine": "magic"})


def test_a_missing_clip_makes_no_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        run_cue(tmp_path / "cue", changes={"clip": str(tmp_path / "no.mp4")})
    assert not (tmp_path / "cue").exists()


class _StopAt(Watcher):
    def __init__(self, stage: str) -> None:
        self.stage = stage

    def stage_started(self, stage: str) -> None:
        if stage == self.stage:
            msg = "stopped by the test"
            raise FilmComposerError(msg)


#: Where to begin, and the stage before which to stop: after nothing, one stage, and all but one.
STOPS = [
    ("see", "see"),
    # No command begins at recognise.
    *(("spot" if before.name == "recognise" else before.command, stage.name)
      for before, stage in itertools.pairwise(STAGES)),
    ("see", STAGES[-1].name),
]  # fmt: skip


@pytest.mark.parametrize(("start", "stage"), STOPS)
def test_a_run_stopped_before_any_stage_goes_on_from_there(
    cue: Path, start: str, stage: str
) -> None:
    with pytest.raises(FilmComposerError, match="stopped by the test"):
        again(cue, start=start, watcher=_StopAt(stage))
    done = again(cue)
    assert set(done.ran) <= {s.name for s in STAGES[[s.name for s in STAGES].index(stage) :]}
    assert again(cue).ran == ()
