"""What was changed in the DAW becomes edits of the cue folder, and stays."""

from __future__ import annotations

import json
import os
import re
import shutil
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.daw_plan import EnvelopeOp, SendOp, TrackOp
from filmcomposer_core.contracts.observed import (
    Observed,
    ObservedMarker,
    ObservedNote,
    ObservedTheme,
    ObservedTrack,
)
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.score import Melody
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import TempoPlan, TempoPoint
from filmcomposer_core.edits_told import BACK_WITH_THEME
from filmcomposer_core.errors import InputError
from filmcomposer_core.notation import midi_to_melody
from filmcomposer_core.pipeline import Outcome, run_cue
from filmcomposer_core.spotting import dump_spots, parse_spots
from filmcomposer_core.timeline import Timeline, bar_of_beat
from tests.clips import moving_square
from tests.core.observed.daw import (
    item_of,
    part_ids,
    pins_of,
    plan_of,
    seen_markers,
    seen_notes,
    seen_track,
    timeline_of,
    write,
)


@pytest.fixture
def cue(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "cue"))


def observe(cue: Path, observed: Observed | dict[str, Any], **more: Any) -> Outcome:
    write(cue, observed)
    return run_cue(cue, changes={}, observed=True, **more)


def spots_of(cue: Path) -> tuple[Spot, ...]:
    from filmcomposer_core.contracts.clip import Analysis

    data = json.loads((cue / "analysis.json").read_text("utf-8"))
    clip = codec.build(Analysis, data, where="x").clip
    return parse_spots((cue / "spots.csv").read_text("utf-8"), clip=clip, written=(), where="x")


def tempo_of(cue: Path) -> TempoPlan:
    data = json.loads((cue / "tempo.json").read_text("utf-8"))
    return codec.build(TempoPlan, data, where="x")


def files(cue: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(cue)): p.read_bytes()
        for p in sorted(cue.rglob("*"))
        if p.is_file() and ".filmcomposer" not in p.parts and "reaper" not in p.parts
    }


# -- nothing changed -----------------------------------------------------------------------


def test_seeing_everything_as_it_was_written_runs_no_stage_and_pins_nothing(cue: Path) -> None:
    plan, before = plan_of(cue), files(cue)
    full = Observed(
        markers=seen_markers(spots_of(cue)),
        tracks=tuple(seen_track(plan, ident) for ident in part_ids(plan)),
        theme=ObservedTheme(candidate=_kept(cue)),
        tempo_points=(),
    )
    done = observe(cue, full)
    assert done.ran == ()
    assert done.told == ()
    assert all(not a.pins for a in done.ledger.artefacts.values())
    assert files(cue) == before


def _kept(cue: Path) -> int:
    tries = json.loads((cue / "candidates/tries.json").read_text("utf-8"))
    return next(row["number"] for row in tries if row["kept"])


# -- markers -------------------------------------------------------------------------------


def test_markers_dragged_added_and_deleted_are_pinned_and_stay(cue: Path) -> None:
    first, second, *rest = seen_markers(spots_of(cue))
    seen = [replace(first, time_s=first.time_s + 0.3), *rest,
            ObservedMarker(id="", time_s=9.0, name="MUST downbeat | door")]  # fmt: skip
    done = observe(cue, Observed(markers=tuple(seen)), until="tempo")
    assert done.ran == ("tempo",)
    after = {spot.id: spot for spot in spots_of(cue)}
    assert after[first.id].time_s == pytest.approx(first.time_s + 0.3, abs=1e-6)
    assert second.id not in after
    door = after["U0216"]
    assert (door.name, door.weight, door.kind) == ("door", "MUST", "user")
    assert not (cue / "history").exists()
    again = run_cue(cue, changes={}, start="spot", until="spot")
    assert {spot.id: spot for spot in spots_of(cue)} == after
    assert not any("Set aside" in told for told in again.told)
    # The same file again, as a job that is taken up after a kill sends it: nothing more happens.
    assert run_cue(cue, changes={}, observed=True, until="tempo").ran == ()
    assert {spot.id: spot for spot in spots_of(cue)} == after


def test_markers_set_before_anything_was_spotted_join_the_hits(tmp_path: Path) -> None:
    clip = moving_square(tmp_path / "clip.mp4", seconds=4.0)
    cue = tmp_path / "cue"
    cue.mkdir()
    write(cue, Observed(markers=(ObservedMarker(id="", time_s=1.0, name="9 beat | mine"),)))
    done = run_cue(cue, changes={"clip": str(clip)}, until="spot", observed=True)
    assert done.ran == ("see", "spot")
    assert {"mine"} < {spot.name for spot in spots_of(cue)}
    assert len(pins_of(cue, "spots.csv")) == 1


def test_what_reaper_was_shown_is_what_its_markers_are_compared_with(cue: Path) -> None:
    spots = spots_of(cue)
    session = {
        "version": 1, "cue": "0" * 8, "title": "x", "anchor_s": 100.0, "length_s": 12.0,
        "fps_num": 24, "fps_den": 1, "reached": "report",
        "markers": [
            {"id": m.id, "time_s": 100.0 + m.time_s, "name": m.name, "color": "#000000",
             "hit_class": "any", "early_frames": 1, "late_frames": 1}
            for m in seen_markers(spots)
        ],
    }  # fmt: skip
    (cue / "reaper").mkdir()
    (cue / "reaper/session.json").write_text(json.dumps(session), "utf-8")
    # Edited by hand since: one row new, one moved.
    moved = replace(spots[0], time_s=round(spots[0].time_s + 0.5, 6), frame=0, timecode="")
    text = dump_spots([moved, *spots[1:]]).replace(f",{moved.frame},,", ",,,", 1)
    (cue / "spots.csv").write_text(text + "mine,8.0,,,mine,8,user,beat,,,\n", "utf-8")
    done = observe(cue, Observed(markers=seen_markers(spots)), until="spot")
    after = {spot.id: spot for spot in spots_of(cue)}
    assert after["mine"].time_s == 8.0
    assert after[moved.id].time_s == moved.time_s
    assert len(after) == len(spots) + 1
    assert done.ran == ()


# -- tracks --------------------------------------------------------------------------------


def busiest(cue: Path) -> str:
    plan = plan_of(cue)
    return max(part_ids(plan), key=lambda ident: len(item_of(plan, ident).notes))


def with_one_note_moved(cue: Path, track: str, index: int) -> tuple[Observed, int]:
    """Return a track with one note moved up by a semitone, and the bar of that note."""
    plan = plan_of(cue)
    notes = list(seen_notes(item_of(plan, track), timeline_of(plan)))
    notes[index] = replace(notes[index], pitch=notes[index].pitch + 1)
    bars = timeline_of(plan).bars_until(12.0)
    beat = item_of(plan, track).notes[index].beat
    bar = max(bar.number for bar in bars if bar.start_beat <= beat + 1e-9)
    return Observed(tracks=(ObservedTrack(id=track, notes=tuple(notes)),)), bar


def test_one_changed_note_pins_its_bar_only_and_what_follows_is_made_anew(cue: Path) -> None:
    track = busiest(cue)
    item = item_of(plan_of(cue), track)
    seen, bar = with_one_note_moved(cue, track, 3)
    done = observe(cue, seen, until="build")
    assert done.ran == ("project",)
    pins = pins_of(cue, "daw_plan.json")
    assert [pin.path for pin in pins] == [
        ("operations", f"midi_item {track}", "notes", f"measure {bar}")
    ]
    after = item_of(plan_of(cue), track)
    assert len(set(item.notes) ^ set(after.notes)) == 2


def test_after_a_new_arrangement_the_changed_bar_is_put_back_and_the_rest_is_new(
    cue: Path,
) -> None:
    track = busiest(cue)
    seen, bar = with_one_note_moved(cue, track, 3)
    observe(cue, seen, until="build")
    mine = notes_in(cue, track, bar)
    done = run_cue(cue, changes={"seed": 8}, until="build")
    assert "arrange" in done.ran
    if any(op.track == track for op in plan_of(cue).operations if hasattr(op, "notes")):
        assert notes_in(cue, track, bar) == mine or any("Set aside" in t for t in done.told)
    again = run_cue(cue, changes={"seed": 3}, until="build")
    assert notes_in(cue, track, bar) == mine
    assert not any("Set aside" in told for told in again.told)


def notes_in(cue: Path, track: str, bar: int) -> list[tuple[float, int]]:
    plan = plan_of(cue)
    found = timeline_of(plan).bars_until(12.0)[bar - 1]
    return [
        (round(n.beat - found.start_beat, 6), n.pitch)
        for n in item_of(plan, track).notes
        if found.start_beat - 1e-9 <= n.beat < found.end_beat - 1e-9
    ]


def test_faders_names_and_envelopes_stay_when_mix_and_arrangement_are_made_anew(
    cue: Path,
) -> None:
    plan = plan_of(cue)
    one, two = part_ids(plan)[:2]
    line = ((0.0, 0.9), (3.0, 0.2))
    has = {op.parameter for op in plan.operations
           if isinstance(op, EnvelopeOp) and op.track == one}  # fmt: skip
    assert "volume" in has
    observe(
        cue,
        Observed(
            tracks=(
                ObservedTrack(id=one, name="My own", volume=0.7, pan=0.3, send=0.4,
                              envelopes={"volume": (), "pan": line}),
                ObservedTrack(id=two, envelopes={"volume": line}),
            )
        ),
        until="build",
    )  # fmt: skip

    def check(told: tuple[str, ...]) -> None:
        assert not any("Set aside" in sentence for sentence in told)
        ops = plan_of(cue).operations
        track = next(op for op in ops if isinstance(op, TrackOp) and op.id == one)
        assert (track.name, track.volume, track.pan) == ("My own", 0.7, 0.3)
        assert next(op.gain for op in ops if isinstance(op, SendOp) and op.source == one) == 0.4
        lines = {(op.track, op.parameter): tuple((p.time_s, p.value) for p in op.points)
                 for op in ops if isinstance(op, EnvelopeOp)}  # fmt: skip
        assert (one, "volume") not in lines
        assert lines[one, "pan"] == lines[two, "volume"] == line

    check(())
    check(run_cue(cue, changes={}, start="mix", until="build").told)
    check(run_cue(cue, changes={}, start="arrange", until="build").told)


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_changed_note_pins_its_own_bars_only(
    data: st.DataObject, finished: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cue = Path(shutil.copytree(finished, tmp_path_factory.mktemp("law") / "cue"))
    plan = plan_of(cue)
    bars = timeline_of(plan).bars_until(12.0)
    track = data.draw(st.sampled_from(part_ids(plan)))
    item = item_of(plan, track)
    seen = list(seen_notes(item, timeline_of(plan)))
    index = data.draw(st.integers(0, len(seen) - 1))
    shift = data.draw(st.floats(0.01, 0.2))
    old, new = item.notes[index].beat, seen[index]
    seen[index] = replace(new, start_s=new.start_s + shift, end_s=new.end_s + shift)
    observe(cue, Observed(tracks=(ObservedTrack(id=track, notes=tuple(seen)),)), until="mix")
    moved = timeline_of(plan).beat_at(seen[index].start_s)
    touched = {
        f"measure {max(b.number for b in bars if b.start_beat <= beat + 1e-9)}"
        for beat in (old, moved)
    }
    paths = [pin.path for pin in pins_of(cue, "daw_plan.json")]
    assert {path[3] for path in paths if path[2:3] == ("notes",)} == touched
    assert {path[2] for path in paths} <= {"notes", "end_beat"}


# -- theme and tempo -----------------------------------------------------------------------


@pytest.fixture
def two_themes(finished: Path, tmp_path: Path) -> Path:
    clip = finished.parent / "clip.mp4"
    cue = Path(shutil.copytree(finished, tmp_path / "themes"))
    run_cue(cue, changes={"clip": str(clip), "candidates": 2}, until="compose")
    return cue


def test_choosing_another_theme_makes_it_the_melody(two_themes: Path) -> None:
    cue = two_themes
    other = 3 - _kept(cue)
    wanted = (cue / f"candidates/{other}/melody.mid").read_bytes()
    assert wanted != (cue / "melody.mid").read_bytes()
    done = observe(cue, Observed(theme=ObservedTheme(candidate=other)), until="compose")
    assert done.ran == ()
    assert notes_of(cue / "melody.mid") == notes_of(cue / f"candidates/{other}/melody.mid")
    assert pins_of(cue, "melody.mid")
    run_cue(cue, changes={}, start="compose", until="compose")
    assert notes_of(cue / "melody.mid") == notes_of(cue / f"candidates/{other}/melody.mid")


def notes_of(path: Path) -> list[tuple[float, float, int]]:
    tune = midi_to_melody(path.read_bytes(), where="x")
    return [(round(n.beat, 3), round(n.length, 3), n.pitch) for n in tune.notes]


def theme_of(cue: Path, number: int = 0) -> Melody:
    name = f"candidates/{number}/melody.mid" if number else "melody.mid"
    return midi_to_melody((cue / name).read_bytes(), where="x")


def tempo_line(cue: Path) -> Timeline:
    return Timeline(tempo_of(cue).map.points)


def seen_theme(cue: Path, tune: Melody) -> tuple[ObservedNote, ...]:
    line = tempo_line(cue)
    return tuple(
        ObservedNote(start_s=line.time_at(n.beat), end_s=line.time_at(n.end), pitch=n.pitch,
                     velocity=n.velocity, channel=0)
        for n in tune.notes
    )  # fmt: skip


def with_last_note(cue: Path, number: int, pitch: int) -> ObservedTheme:
    notes = list(seen_theme(cue, theme_of(cue, number)))
    notes[-1] = replace(notes[-1], pitch=pitch)
    return ObservedTheme(candidate=number, notes=tuple(notes))


def bar_of_last(cue: Path) -> int:
    bars = tempo_line(cue).bars_until(12.0)
    return bar_of_beat(bars, theme_of(cue).notes[-1].beat).number


def unlike_music(told: tuple[str, ...]) -> list[str]:
    """What was told beside the line about the music."""
    return [line for line in told if not line.startswith("Theme in ")]


def test_a_chosen_theme_is_a_choice_that_goes_when_the_themes_are_new(two_themes: Path) -> None:
    cue = two_themes
    other = 3 - _kept(cue)
    done = observe(cue, Observed(theme=ObservedTheme(candidate=other)), until="compose")
    assert done.told == (f"Kept: theme {other}.",)
    assert [pin.path for pin in pins_of(cue, "melody.mid")] == [("candidate",)]
    assert unlike_music(run_cue(cue, changes={}, start="compose", until="compose").told) == []
    assert notes_of(cue / "melody.mid") == notes_of(cue / f"candidates/{other}/melody.mid")
    done = run_cue(cue, changes={"seed": 4}, until="compose")
    assert (
        f"Your choice of theme {other} goes, since the themes are new: the best of them is taken."
    ) in done.told
    best = _kept(cue)
    assert notes_of(cue / "melody.mid") == notes_of(cue / f"candidates/{best}/melody.mid")
    assert pins_of(cue, "melody.mid") == ()
    # The same music again is the same choice again.
    done = run_cue(cue, changes={"seed": 3}, until="compose")
    assert f"Back again: theme {other}." in done.told
    assert notes_of(cue / "melody.mid") == notes_of(cue / f"candidates/{other}/melody.mid")


def test_an_edited_take_is_kept_through_a_discard_of_the_old_choice(two_themes: Path) -> None:
    cue = two_themes
    other = 3 - _kept(cue)
    write(cue, Observed(theme=with_last_note(cue, other, 91)))
    done = run_cue(cue, changes={}, until="compose", observed=True, discard=("compose",))
    assert theme_of(cue).notes[-1].pitch == 91
    assert theme_of(cue).notes[:-1] == theme_of(cue, other).notes[:-1]
    bar = bar_of_last(cue)
    assert done.told[-1].startswith("Theme in ")
    assert unlike_music(done.told) == [f"Kept: notes of bar {bar} in the theme; theme {other}."]


def test_edited_bars_of_the_theme_stay_in_their_key_only(two_themes: Path) -> None:
    cue = two_themes
    observe(cue, Observed(theme=with_last_note(cue, _kept(cue), 91)), until="compose")
    bar, mine = bar_of_last(cue), notes_of(cue / "melody.mid")
    plan = (cue / "plan.toml").read_text("utf-8")
    found = re.findall(r'key = "(.*)"', plan)
    (cue / "plan.toml").write_text(re.sub(r'key = ".*"', 'key = "F#"', plan), "utf-8")
    done = run_cue(cue, changes={}, until="compose")
    [aside] = [told for told in done.told if told.startswith("Set aside")]
    assert f"notes of bar {bar} in the theme" in aside
    assert f"the key is F# {mode_at(cue, bar)} now and was {found[0]} {mode_at(cue, bar)}" in aside
    kept = re.search(r"history/melody\.mid\.\d+", aside)
    assert kept
    assert notes_of(cue / kept[0]) == mine
    assert 91 not in {pitch for *_, pitch in notes_of(cue / "melody.mid")}
    # And in a file of theirs, where the key is the old one again, they are back.
    (cue / "plan.toml").write_text(plan, "utf-8")
    done = run_cue(cue, changes={}, until="compose")
    assert notes_of(cue / "melody.mid") == mine
    assert f"Back again: notes of bar {bar} in the theme." in done.told


def test_edited_bars_of_the_theme_stay_in_their_theme_only(two_themes: Path) -> None:
    cue = two_themes
    observe(cue, Observed(theme=with_last_note(cue, _kept(cue), 91)), until="compose")
    bar, mine = bar_of_last(cue), notes_of(cue / "melody.mid")
    plan = (cue / "plan.toml").read_text("utf-8")
    changes = {"seed": 5}
    run_cue(cue, changes=changes, until="plan")
    # Key and metre stay: only the theme is another.
    (cue / "plan.toml").write_text(plan, "utf-8")
    done = run_cue(cue, changes=changes, until="compose")
    [aside] = [told for told in done.told if told.startswith("Set aside")]
    assert f"since the theme is another one now: notes of bar {bar} in the theme" in aside
    assert BACK_WITH_THEME in aside
    best = _kept(cue)
    assert notes_of(cue / "melody.mid") == notes_of(cue / f"candidates/{best}/melody.mid")
    done = run_cue(cue, changes={"seed": 3}, until="compose")
    assert f"Back again: notes of bar {bar} in the theme." in done.told
    assert notes_of(cue / "melody.mid") == mine


def mode_at(cue: Path, bar: int) -> str:
    plan = codec.build(CuePlan, tomllib.loads((cue / "plan.toml").read_text("utf-8")), where="x")
    section = plan.section_at(bar)
    assert section is not None
    return section.mode


def test_another_take_puts_the_edited_one_into_the_history(two_themes: Path) -> None:
    cue = two_themes
    first, other = _kept(cue), 3 - _kept(cue)
    observe(cue, Observed(theme=with_last_note(cue, first, 91)), until="compose")
    mine = notes_of(cue / "melody.mid")
    done = observe(cue, Observed(theme=ObservedTheme(candidate=other)), until="compose")
    assert notes_of(cue / "melody.mid") == notes_of(cue / f"candidates/{other}/melody.mid")
    assert any("Set aside with the take that you no longer use" in told for told in done.told)
    assert mine in [notes_of(path) for path in (cue / "history").glob("melody.mid.*")]


def test_two_notes_at_once_stop_no_action(two_themes: Path) -> None:
    cue, kept = two_themes, _kept(two_themes)
    notes = list(seen_theme(cue, theme_of(cue, kept)))
    last = notes[-1]
    middle = 0.5 * (last.start_s + last.end_s)
    notes.append(replace(last, start_s=middle, pitch=91))
    theme = ObservedTheme(candidate=kept, notes=tuple(notes))
    write(cue, Observed(theme=theme))
    done = run_cue(cue, changes={"start_timecode": "01:00:00:00"}, until="compose", observed=True)
    frame = round(middle * 24)
    [told] = [told for told in done.told if "at once" in told]
    assert f"in bar {bar_of_last(cue)} (01:00:{frame // 24:02d}:{frame % 24:02d})" in told
    *_, before, after = theme_of(cue).notes
    assert before.end == pytest.approx(after.beat, abs=1e-3)
    assert after.pitch == 91


def test_what_cannot_be_taken_over_is_refused_before_anything_is_written(cue: Path) -> None:
    (cue / "melody.mid").unlink()
    before = files(cue)
    write(cue, Observed(theme=ObservedTheme(candidate=1)))
    with pytest.raises(InputError, match=r"about the theme .*melody\.mid is not there"):
        run_cue(cue, changes={"seed": 9}, observed=True, discard=("compose",))
    assert files(cue) == before


def test_a_chosen_map_is_found_again_among_the_new_ones(cue: Path) -> None:
    observe(cue, Observed(tempo_rank=2), until="tempo")
    chosen = tempo_of(cue).map
    # The same maps in another order: what was chosen is found by what it is.
    ledger = json.loads((cue / "cue.json").read_text("utf-8"))
    [pin] = ledger["artefacts"]["tempo.json"]["pins"]
    pin["value"] = 3
    (cue / "cue.json").write_text(json.dumps(ledger), "utf-8")
    done = run_cue(cue, changes={}, start="tempo", until="tempo")
    assert tempo_of(cue).map == chosen
    assert "Tempo map 3, as you chose it, is number 2 now." in done.told


@pytest.mark.parametrize("rank", [1, 2])
def test_a_chosen_map_is_kept_while_its_hits_stay_and_else_its_end_is_told(
    cue: Path, rank: int
) -> None:
    done = observe(cue, Observed(tempo_rank=rank), until="tempo")
    assert done.told == (f"Kept: tempo map {rank}.",)
    chosen = tempo_of(cue).map
    for brief in ("heroic fanfare, 141 bpm", "a slow sad waltz"):
        run_cue(cue, changes={"brief": brief}, until="tempo")
        kept = tempo_of(cue).map
        assert (kept.points, kept.kind) == (chosen.points, chosen.kind)
        assert [hit.spot for hit in kept.hits] == [spot.id for spot in spots_of(cue)]
        assert [m.rank for m in tempo_of(cue).maps] == list(range(1, len(tempo_of(cue).maps) + 1))
    first, *rest = seen_markers(spots_of(cue))
    moved = Observed(markers=(replace(first, time_s=first.time_s + 0.31), *rest))
    write(cue, moved)
    done = run_cue(cue, changes={"brief": "heroic fanfare, 141 bpm"}, until="tempo", observed=True)
    [told] = [told for told in done.told if "Your choice of tempo map" in told]
    assert told.endswith("is dropped: none of the new maps is like it; map 1 is taken.")
    [change] = [told for told in done.told if told.startswith("The tempo map changed: ")]
    bars = Timeline(tempo_of(cue).map.points).bars_until(12.0)
    assert f", {len(bars) + 1 - tempo_of(cue).map.first_bar} bars now." in change


def test_edits_of_a_chosen_map_go_along_with_it(cue: Path) -> None:
    observe(cue, Observed(tempo_rank=2), until="tempo")
    data = json.loads((cue / "tempo.json").read_text("utf-8"))
    mine = data["maps"][1]["points"][0]["bpm"] + 0.25
    data["maps"][1]["points"][0]["bpm"] = mine
    (cue / "tempo.json").write_text(json.dumps(data), "utf-8")
    run_cue(cue, changes={"brief": "heroic fanfare, 141 bpm"}, until="tempo")
    assert [m.points[0].bpm == mine for m in tempo_of(cue).maps] == [
        m.rank == tempo_of(cue).chosen for m in tempo_of(cue).maps
    ]


def test_a_map_is_chosen_where_none_was_fitted_yet(cue: Path, finished: Path) -> None:
    first = tmp_cue(cue.parent / "first", finished)
    maps = tempo_of(cue).maps
    done = observe(first, Observed(tempo_rank=2), until="tempo")
    assert tempo_of(first).chosen == 2
    assert tempo_of(first).maps == maps
    assert done.ran[-1] == "tempo"


def tmp_cue(folder: Path, finished: Path) -> Path:
    """Return a folder that only knows its clip."""
    run_cue(folder, changes={"clip": str(finished.parent / "clip.mp4"), "seed": 3}, until="see")
    shutil.rmtree(folder / ".filmcomposer")
    for path in folder.glob("*"):
        if path.name != "cue.json" and path.is_file():
            path.unlink()
    return folder


def test_edits_are_told_by_the_names_of_parts_bars_and_markers(cue: Path) -> None:
    plan, track = plan_of(cue), busiest(cue)
    seen, bar = with_one_note_moved(cue, track, 3)
    [mine] = seen.tracks
    name = next(op.name for op in plan.operations if isinstance(op, TrackOp) and op.id == track)
    first, second, *rest = seen_markers(spots_of(cue))
    text = {spot.id: spot.name for spot in spots_of(cue)}
    done = observe(
        cue,
        Observed(
            markers=(replace(first, time_s=first.time_s + 0.3), *rest),
            tracks=(replace(mine, name="Bells", volume=0.5),),
            tempo_rank=2,
        ),
        until="see",
    )
    assert done.told == (
        f"Kept: marker '{text[first.id]}' moved; marker '{text[second.id]}' deleted; "
        f"notes of bar {bar} in {name}; {name} renamed Bells; fader of {name}; tempo map 2.",
    )


def test_edits_that_still_apply_to_new_music_are_told_in_one_line(cue: Path) -> None:
    track = part_ids(plan_of(cue))[0]
    observe(cue, Observed(tracks=(ObservedTrack(id=track, volume=0.5),)), until="build")
    assert run_cue(cue, changes={}, start="build", until="build").told == ()
    done = run_cue(cue, changes={"seed": 3, "brief": "calm"}, until="build")
    about = [told for told in done.told if "edits" in told or "Set aside" in told]
    assert len(about) == 1
    assert "fader of " in about[0]


def test_another_tempo_map_is_chosen(cue: Path) -> None:
    done = observe(cue, Observed(tempo_rank=2), until="tempo")
    assert tempo_of(cue).chosen == 2
    assert done.ran == ()
    done = observe(cue, Observed(tempo_rank=9), until="tempo")
    assert tempo_of(cue).chosen == 2
    assert done.told == ("There is no tempo map 9 any more; map 2 stays.",)


def test_a_projects_own_map_is_kept_and_ours_comes_back(cue: Path) -> None:
    before = tempo_of(cue)
    lead = TempoPoint(time_s=0.0, bpm=80.0, ramp=False, num=1, den=4)
    own = (lead, TempoPoint(time_s=0.75, bpm=96.0, ramp=False, num=3, den=4))
    observe(cue, Observed(tempo_rank=2), until="tempo")
    done = observe(cue, Observed(tempo_points=own), until="tempo")
    assert done.ran == ("tempo",)
    given = tempo_of(cue).map
    assert (given.kind, given.first_bar, given.points) == ("given", 2, own)
    assert [hit.spot for hit in given.hits] == [spot.id for spot in spots_of(cue)]
    noisy = (lead, replace(own[1], bpm=96.0 + 1e-9))
    assert observe(cue, Observed(tempo_points=noisy), until="tempo").ran == ()
    assert run_cue(cue, changes={}, until="arrange").ran == ("plan", "compose", "arrange")
    observe(cue, Observed(tempo_points=()), until="tempo")
    assert tempo_of(cue) == before


def test_a_map_that_is_none_is_refused_and_nothing_changes(cue: Path) -> None:
    before = files(cue)
    late = TempoPoint(time_s=1.0, bpm=96.0, ramp=False, num=3, den=4)
    seen = Observed(markers=(), tempo_points=(late,))
    with pytest.raises(InputError, match="first tempo point must stand at 0 s"):
        observe(cue, seen)
    assert files(cue) == before


# -- robustness ----------------------------------------------------------------------------


def test_a_bad_or_missing_file_is_one_sentence_and_nothing_changes(cue: Path) -> None:
    before = files(cue)
    with pytest.raises(InputError, match=r"observed\.json is not there"):
        run_cue(cue, changes={}, observed=True)
    with pytest.raises(InputError, match=r"observed\.json: markers > number 1 > time_s"):
        observe(cue, {"markers": [{"id": ""}]})
    assert files(cue) == before


def by_path(cue: Path, name: str) -> dict[tuple[str, ...], Any]:
    return {pin.path: (pin.op, pin.value) for pin in pins_of(cue, name)}


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Return what lets the process die before the n-th file from now on takes its place."""
    real = os.replace

    def set_up(moves: int) -> None:
        left = [moves]

        def move(source: Any, target: Any) -> None:
            if left[0] == 0:
                raise Killed
            left[0] -= 1
            real(source, target)

        monkeypatch.setattr(os, "replace", move)

    return set_up


def test_killed_at_any_moment_it_is_taken_over_when_the_job_goes_on(
    cue: Path, dying: Callable[[int], None], tmp_path: Path
) -> None:
    first, *rest = seen_markers(spots_of(cue))
    track = busiest(cue)
    notes, _ = with_one_note_moved(cue, track, 3)
    moved = replace(first, time_s=first.time_s + 0.3)
    markers = (moved, *rest, ObservedMarker(id="", time_s=9.0))
    seen = replace(notes, tempo_rank=2, markers=markers)
    write(cue, seen)
    names = ("spots.csv", "tempo.json", "daw_plan.json")
    want = Path(shutil.copytree(cue, tmp_path / "want"))
    run_cue(want, changes={}, observed=True, until="see")
    moment = 0
    while True:
        victim = Path(shutil.copytree(cue, tmp_path / f"victim{moment}"))
        dying(moment)
        try:
            run_cue(victim, changes={}, observed=True, until="see")
        except Killed:
            dying(10**6)
            run_cue(victim, changes={}, observed=True, until="see")
            for name in names:
                assert (victim / name).read_bytes() == (want / name).read_bytes(), (moment, name)
                assert by_path(victim, name) == by_path(want, name), (moment, name)
            dying(10**6)
            assert run_cue(victim, changes={}, until="see").told == ()
            moment += 1
        else:
            break
    assert moment > 10


def test_an_edit_of_a_file_killed_at_any_moment_is_still_pinned(
    cue: Path, dying: Callable[[int], None], tmp_path: Path
) -> None:
    data = json.loads((cue / "scheme.json").read_text("utf-8"))
    data["tracks"][0]["panning"] = 0.91
    (cue / "scheme.json").write_text(json.dumps(data), "utf-8")
    moment = 0
    while True:
        victim = Path(shutil.copytree(cue, tmp_path / f"victim{moment}"))
        dying(moment)
        try:
            run_cue(victim, changes={}, until="mix")
        except Killed:
            dying(10**6)
            assert run_cue(victim, changes={}, until="build").ran[-2:] == ("build", "project")
            paths = [pin.path for pin in pins_of(victim, "scheme.json")]
            part = data["tracks"][0]["id"]
            assert ("tracks", f"id {part}", "panning") in paths
            assert len(paths) == len(set(paths)) == 2  # the value, and that it is the user's
            moment += 1
        else:
            break
    assert moment >= 2
