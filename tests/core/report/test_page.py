"""The report page: whole, without network, and safe against what names hold."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import numpy as np

from filmcomposer_core.contracts.description import (
    Attributes,
    Description,
    Label,
    ShotDescription,
)
from filmcomposer_core.contracts.report import ReportFile, Summary
from filmcomposer_core.contracts.scheme import Scheme
from filmcomposer_core.contracts.verdict import Assessment, AssessmentFile, CriterionScore
from filmcomposer_core.report import lanes
from filmcomposer_core.report.lanes import Axis
from filmcomposer_core.report.page import page
from filmcomposer_core.report.seen import (
    MAX_PICTURES,
    SEEN_HEAD,
    pictured,
    place_letters,
    seen_rows,
)
from tests import samples

VOID = {"meta", "br", "img", "circle", "rect", "path"}


class Outline(HTMLParser):
    """Check that tags close in order and collect what the page would load."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loads: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        self.loads += [v or "" for k, v in attrs if k in ("src", "href", "xlink:href")]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [v or "" for k, v in attrs if k in ("src", "href")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def outline(html: str) -> Outline:
    parser = Outline()
    parser.feed(html)
    assert parser.open == []
    return parser


def test_a_real_report_is_whole_and_loads_only_its_movie(finished: Path) -> None:
    html = (finished / "report.html").read_text("utf-8")
    loads = outline(html).loads
    assert [load for load in loads if load[:5] != "data:" and load[0] != "#"] == ["cue.mp4#t=0.5"]
    hits = json.loads((finished / "report.json").read_text("utf-8"))["hits"]
    assert html.count('<g class="hit ') == len(hits)
    for head in ("Picture", "Motion", "Hits", "Tempo", "Sections", "Mix"):
        assert f'aria-label="{head}"' in html


def test_tracks_have_the_names_of_the_session_and_no_ids(finished: Path) -> None:
    html = (finished / "report.html").read_text("utf-8")
    operations = json.loads((finished / "daw_plan.json").read_text("utf-8"))["operations"]
    parts = {o["id"]: o["name"] for o in operations if o.get("kind") == "part"}
    ids = [ident for ident in parts if "_" in ident]
    assert ids
    assert not [ident for ident in ids if ident in html]
    assert all(f"<td>{escape(name)}</td>" in html for name in parts.values())
    summary = json.loads((finished / "report.json").read_text("utf-8"))["summary"]
    assert all(name in summary["parts"] for name in parts.values())


def test_nothing_of_the_page_is_cut_off(finished: Path) -> None:
    """Lines of text wrap; a table that is wider than the window scrolls by itself."""
    html = (finished / "report.html").read_text("utf-8")
    assert re.search(r"\bpre \{[^}]*white-space: pre-wrap", html)
    assert re.search(r"\.wide \{[^}]*overflow-x: auto", html)
    assert html.count("<table>") == html.count('<div class="wide"><table>') > 0
    notes = json.loads((finished / "report.json").read_text("utf-8"))["notes"]
    assert all(html.index(escape(note)) < html.index("<h2>Hits</h2>") for note in notes)


def test_every_shot_shows_its_own_picture(finished: Path) -> None:
    shots = json.loads((finished / "analysis.json").read_text("utf-8"))["shots"]
    with np.load(finished / "frames.npz") as pictures:
        names = list(pictures.files)
    assert len(names) == len(shots)
    for number, (shot, name) in enumerate(zip(shots, names, strict=True), start=1):
        _, place, milliseconds = name.split("_")
        assert int(place) == number
        assert shot["start_s"] <= int(milliseconds) / 1000 < shot["end_s"]


def assessment() -> AssessmentFile:
    criteria = tuple(
        CriterionScore(id=n, agent="Mode", name="x", score=0.8, evidence="<b>&", verdict="good")
        for n in range(1, 20)
    )
    verdict = Assessment(criteria=criteria, musicality=15.2, accepted=True)
    return AssessmentFile(theme=verdict, cue=None, tries=())


def test_names_cannot_break_out_of_the_page() -> None:
    evil = '<script>alert(1)</script>"&'
    shot = samples.analysis().shots[0]
    summary = Summary(
        music=evil, form=evil, parts=evil, musicality=evil, sound=evil, strong_hits=0,
        strong_hits_met=0, strong_hits_per_minute=0.0, missed=(),
    )  # fmt: skip
    report = ReportFile(summary=summary, hits=(), loudness_lufs=(), provenance={}, notes=(evil,))
    html = page(
        title=evil, axis=Axis(length_s=1, width=100), lanes=[], report=report, pictures="",
        seen=seen_rows((shot,), described(text=evil), {}),
        assessment=assessment(), scheme=Scheme(measures=(), tracks=()), names={}, speeches=(),
        texts={evil: evil},
    )  # fmt: skip
    assert outline(html).tags.count("script") == 1
    assert "<b>" not in html


def described(**found: object) -> Description:
    found = {"attributes": Attributes()} | found
    shot = ShotDescription(shot=1, **found)  # type: ignore[arg-type]
    return replace(samples.description(), shots=(shot,))


def row_of(**found: object) -> list[str]:
    rows = seen_rows(samples.analysis().shots[:1], described(**found), {1: b"jpeg"})
    assert {len(row) for row in rows} == {len(SEEN_HEAD)}
    return [re.sub("<[^>]*>", " ", cell).strip() for cell in rows[1]]


def test_what_was_seen_stands_with_its_source() -> None:
    pan = Label(value="pan", source="detectors", confidence=0.62)
    row = row_of(people=2, camera=pan, group=7, text="Paris")
    nothing = "\N{EN DASH}"
    assert row == [
        "", "1 0.0 to 8.0 s", "A", nothing, "2", nothing, nothing, "pan detectors 62%", nothing,
        nothing, "Paris",
    ]  # fmt: skip
    assert row_of()[4] == nothing  # nobody counted
    light = Attributes(
        brightness=Label(value="dark", source="pixels", confidence=0.8),
        hue=Label(value="blue", source="pixels", confidence=0.6),
    )
    assert row_of(attributes=light)[8] == "dark, blue pixels 80%, 60%"
    card = row_of(card=True, people=0)
    assert (card[3], card[4], card[10]) == ("text card", nothing, "not read")


def test_places_get_letters_in_the_order_in_which_they_are_seen() -> None:
    groups = [0, 3, 1, 3, *range(4, 30)]
    shots = [replace(described().shots[0], group=group) for group in groups]
    letters = place_letters(shots)
    assert letters[:6] == ["", "A", "B", "A", "C", "D"]
    assert letters[-3:] == ["Z", "A1", "B1"]


def test_each_picture_is_stored_once(finished: Path) -> None:
    html = (finished / "report.html").read_text("utf-8")
    shots = json.loads((finished / "analysis.json").read_text("utf-8"))["shots"]
    stored = re.findall('id="(shot[0-9]+)"', html)
    assert stored == [f"shot{n}" for n in range(1, len(shots) + 1)]
    assert html.count("data:image/jpeg") == len(shots)
    assert set(re.findall('href="#(shot[0-9]+)"', html)) == set(stored)


def test_of_many_shots_some_are_pictured() -> None:
    shots = samples.analysis().shots[:1] * 500
    held = io.BytesIO()
    np.savez(held, **{f"shot_{n:05d}_0": np.zeros(3, np.uint8) for n in range(1, 501)})  # type: ignore[arg-type]
    numbers = list(pictured(shots, held.getvalue()))
    assert (numbers[0], numbers[-1], len(numbers)) == (1, 500, MAX_PICTURES)


def test_sections_lie_where_their_bars_are() -> None:
    from filmcomposer_core.timeline import Timeline

    axis = Axis(length_s=20.0, width=1000.0)
    timeline = Timeline(samples.tempo_plan().map.points)
    svg = lanes.sections(axis, samples.cue_plan(), timeline).svg
    # 4 bars of 4/4 at 120 bpm = 8 s = 400 pixels.
    assert '<rect class="section theme" x="0.0"' in svg
    assert '<rect class="section climax" x="400.0"' in svg


def test_a_long_curve_is_thinned_but_keeps_its_peak() -> None:
    times = np.arange(100_000) / 24
    values = np.zeros(100_000)
    values[77_777] = 1.0
    thin_times, thin = lanes._thinned(times, values)
    assert len(thin) <= lanes.MAX_POINTS
    assert thin.max() == 1.0
    assert thin_times[np.argmax(thin)] == times[77_777]
