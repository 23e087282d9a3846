"""``pinned = true`` on a decision of the scheme, and who decided, through edits and re-runs."""

from __future__ import annotations

import json
import shutil
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from filmcomposer_core import pins
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.cue import Pin
from filmcomposer_core.contracts.decision import DECIDED, Decision
from filmcomposer_core.contracts.scheme import Scheme
from filmcomposer_core.decision_marks import follow_marks, scheme_plain, scheme_tree
from filmcomposer_core.edit_words import phrases
from filmcomposer_core.pipeline import run_cue
from tests import samples

TRACK = samples.scheme().tracks[0].id
DECIDED_PANNING = Decision(by="model", model="m", computed=-0.5, why="Further left.")


def tree(scheme: Scheme) -> Any:
    return pins.keyed(scheme_tree(codec.plain(scheme)))


def with_decisions(**decisions: Decision) -> Scheme:
    scheme = samples.scheme()
    first = replace(scheme.tracks[0], decisions=decisions)
    return replace(scheme, tracks=(first, *scheme.tracks[1:]))


def edit(before: Scheme, after: Scheme, earlier: tuple[Pin, ...] = ()) -> tuple[Pin, ...]:
    """Return the pins after an edit, as the cue takes it."""
    new = pins.changes(scheme_tree(codec.plain(before)), scheme_tree(codec.plain(after)))
    kept, new = follow_marks(earlier, new, tree(after))
    return pins.merge(kept, new)


def made_anew(scheme: Scheme, held: tuple[Pin, ...]) -> Scheme:
    found, _, unfit = pins.apply(scheme_tree(codec.plain(scheme)), held, valid=lambda _: True)
    assert unfit == ()
    return codec.build(Scheme, scheme_plain(found), where="scheme.json")


@pytest.mark.parametrize("decisions", [{}, {"panning": DECIDED_PANNING}, {"soften": Decision(
    by="model", model="m", computed=(1, 2))}, {"instrument": Decision(pinned=True)}])  # fmt: skip
def test_a_scheme_is_the_same_after_its_tree(decisions: dict[str, Decision]) -> None:
    scheme = with_decisions(**decisions)
    plain = codec.plain(scheme)
    assert scheme_plain(scheme_tree(plain)) == plain
    assert codec.build(Scheme, plain, where="x") == scheme


def test_a_scheme_without_decisions_is_written_as_before_and_every_field_has_a_place() -> None:
    plain = codec.plain(samples.scheme())
    assert "decision" not in json.dumps(plain)
    found = scheme_tree(plain)
    assert set(found["tracks"][0]["decisions"]) == set(DECIDED)
    assert found["measures"][0]["decision"]["by"] == "theory"


def test_a_mark_without_a_change_holds_the_value() -> None:
    before = samples.scheme()
    held = edit(before, with_decisions(panning=Decision(pinned=True)))
    moved = replace(
        before,
        tracks=tuple(replace(t, panning=0.77, reverb_space=0.77) for t in before.tracks),
    )
    track = made_anew(moved, held).tracks[0]
    assert track.panning == before.tracks[0].panning
    assert track.reverb_space == 0.77
    assert track.decisions["panning"].pinned
    assert track.decisions["panning"].by == "user"


def test_a_whole_envelope_and_a_dynamic_can_be_held() -> None:
    before = samples.scheme()
    marked = with_decisions(volume_envelope=Decision(pinned=True))
    rows = (replace(marked.measures[0], decision=Decision(pinned=True)), *marked.measures[1:])
    held = edit(before, replace(marked, measures=rows))
    other = replace(
        before,
        measures=tuple(replace(row, dynamic="fff") for row in before.measures),
        tracks=tuple(replace(t, volume_envelope={"measure2": 0.9}) for t in before.tracks),
    )
    found = made_anew(other, held)
    assert found.tracks[0].volume_envelope == before.tracks[0].volume_envelope
    assert found.measures[0].dynamic == before.measures[0].dynamic
    assert {row.dynamic for row in found.measures[1:]} <= {"fff"}


def test_a_mark_taken_off_lets_the_value_go_but_not_an_edit() -> None:
    before = samples.scheme()
    marked = with_decisions(panning=Decision(pinned=True), reverb_space=Decision(pinned=True))
    edited = replace(
        marked, tracks=(replace(marked.tracks[0], reverb_space=0.66), *marked.tracks[1:])
    )
    held = edit(before, edited)
    freed = replace(edited, tracks=(replace(edited.tracks[0], decisions={}), *edited.tracks[1:]))
    held = edit(edited, freed, held)
    moved = replace(before, tracks=tuple(replace(t, panning=0.77) for t in before.tracks))
    track = made_anew(moved, held).tracks[0]
    assert (track.panning, track.reverb_space) == (0.77, 0.66)
    assert track.decisions.keys() == {"reverb_space"}
    assert track.decisions["reverb_space"].by == "user"


def test_an_edit_stands_beside_what_the_model_says_next() -> None:
    before = samples.scheme()
    edited = replace(before, tracks=(replace(before.tracks[0], panning=0.4), *before.tracks[1:]))
    held = edit(before, edited)
    track = made_anew(with_decisions(panning=DECIDED_PANNING), held).tracks[0]
    assert track.panning == 0.4
    assert track.decisions["panning"] == replace(DECIDED_PANNING, by="user")


def test_edits_are_told_by_the_field_they_hold() -> None:
    before = samples.scheme()
    held = edit(before, with_decisions(panning=Decision(pinned=True)))
    told = phrases("scheme.json", held, tree(before))
    assert len(told) == 1
    assert told[0].startswith("panning of ")
    first = replace(before.measures[0], decision=Decision(pinned=True))
    marked = replace(before, measures=(first, *before.measures[1:]))
    assert phrases("scheme.json", edit(before, marked), tree(before)) == ["dynamic of measure 1"]
    let_go = edit(marked, before, edit(before, marked))
    assert phrases("scheme.json", let_go, tree(before)) == []


def test_a_value_marked_in_the_file_outlives_another_picture(
    finished: Path, tmp_path: Path
) -> None:
    cue = Path(shutil.copytree(finished, tmp_path / "cue"))
    before = json.loads((cue / "scheme.json").read_text("utf-8"))
    marked = json.loads(json.dumps(before))
    for track in marked["tracks"][::2]:
        track["decisions"] = {"reverb_space": {"pinned": True}}
    (cue / "scheme.json").write_text(json.dumps(marked), "utf-8")
    # Parts as they stand, in another room: a close view is drier than a long one.
    path = cue / "description.toml"
    described = path.read_text("utf-8")
    was = tomllib.loads(described)["overall"]["view_scale"]["value"]
    view = "close-up shot" if was == "long shot" else "long shot"
    head, _, rest = described.partition("[overall.view_scale]")
    _, _, rest = rest.partition("\n[")
    seen = f'value = "{view}"\nsource = "user"\nconfidence = 1.0\n'
    path.write_text(f"{head}[overall.view_scale]\n{seen}\n[{rest}", "utf-8")
    run_cue(cue, changes={}, until="mix")
    after = json.loads((cue / "scheme.json").read_text("utf-8"))
    old = {track["id"]: track["reverb_space"] for track in before["tracks"]}
    new = {track["id"]: track["reverb_space"] for track in after["tracks"]}
    held = {track["id"] for track in marked["tracks"][::2]}
    both = old.keys() & new.keys()
    assert both & held
    assert all(new[name] == old[name] for name in both & held)
    wetter = view == "long shot"
    assert both - held
    assert all((new[name] > old[name]) == wetter for name in both - held if old[name] < 1.0)
