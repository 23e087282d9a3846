"""Hand-worked examples of what is learned from tunes and chorales, and what is shipped of it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from filmcomposer_core.planning.colour import transition_cost
from filmcomposer_core.planning.roman import parse_line
from tools.priors.__main__ import CHORALES, CORE, SOURCE, TABLES
from tools.priors.chorales import Chorale
from tools.priors.figures import BANDS, band, figures_of
from tools.priors.harmony import chord_name, chords_of, transitions
from tools.priors.toml import HEAD, toml_text
from tools.priors.tunes import SETS, TRANSCRIBERS, Tune, corpus_root, tunes_of

#: Eight bars in D with an upbeat; bar 4 is written in two halves around the repeat sign.
TUNE = """X:1
T:The Testing -- Reel
M:4/4
L:1/8
N:"Slow and plaintive"
K:D
A2|d4 f4|e2dc d4|{g}f4 a2-a2|d6:|A2|B2A2 d2c2|(3cBA e4 z2|f2ed e4|d8|]
"""
TICKS = 192 // 2


def one(text: str = TUNE, source: str = "oneills1850") -> Tune:
    (tune,) = tunes_of(text, source=source)
    return tune


def shipped(name: str) -> dict[str, Any]:
    text = (CORE / name).read_text("utf-8")
    assert text.startswith(HEAD)
    return tomllib.loads(text)


def test_a_tune_is_read_with_bars_offsets_and_heights() -> None:
    tune = one()
    assert (tune.num, tune.den, tune.minor, tune.kind, tune.settled) == (4, 4, False, "slow", True)
    rows = [(n.bar, n.offset, n.length, n.pitch, n.height) for n in tune.notes]
    assert rows[:3] == [(0, 288, 96, 69, 4), (1, 0, 192, 74, 7), (1, 192, 192, 78, 9)]
    # The grace note is left out and the tied note is one.
    assert rows[7:9] == [(3, 0, 192, 78, 9), (3, 192, 192, 81, 11)]
    # The halves around the repeat sign are one bar.
    assert rows[9:11] == [(4, 0, 288, 74, 7), (4, 288, 96, 69, 4)]
    assert tune.notes[15].length == 32
    assert [n.after_rest for n in tune.notes if n.bar == 7] == [True] + [False] * 3
    assert tune.odd == {0}


def test_only_slow_airs_are_slow_and_minor_modes_are_minor() -> None:
    assert one(source="airdsAirs").kind == "folk"
    assert one(TUNE.replace("K:D", "K:Dmin")).minor
    assert one(TUNE.replace("K:D", "K:D Dorian")).minor
    assert not one(TUNE.replace("K:D", "K:Dmix")).minor
    assert not list(tunes_of(TUNE.replace("A2|d4", "[A2F2]|d4"), source="x"))
    assert not list(tunes_of(TUNE.replace("M:4/4", "M:5/4"), source="x"))


def test_figures_and_bands_by_hand() -> None:
    assert set(figures_of(one())) == set(BANDS)
    assert band([1.0, 2.0, 3.0, 4.0, 5.0])[1] == 3.0


def chorale(chords: list[tuple[int, int, int, int]]) -> Chorale:
    voices = tuple(
        tuple((96 * i, 96, chord[v]) for i, chord in enumerate(chords)) for v in range(4)
    )
    return Chorale(
        number="x", tonic=0, minor=False, num=4, den=4, voices=voices, lines=(0,), pauses=()
    )


def test_chords_are_named_by_degree_and_what_follows_is_counted() -> None:
    assert chord_name([67, 62, 59, 53], tonic=0, minor=False) == "V"
    assert chord_name([65, 62, 57, 50], tonic=0, minor=False) == "ii"
    assert chord_name([65, 62, 59, 50], tonic=0, minor=False) == "viio"
    assert chord_name([60, 61, 62, 63], tonic=0, minor=False) is None
    tonic, fourth, fifth = (72, 67, 64, 48), (72, 69, 65, 53), (71, 67, 62, 55)
    piece = chorale([tonic, tonic, fourth, fifth, tonic])
    assert [name for _, name in chords_of(piece)] == ["I", "I", "IV", "V", "I"]
    rows = transitions([chorale([tonic, fifth, tonic, fourth, fifth] * 31)])
    assert list(rows) == ["I", "V", "IV"]
    assert rows["I"] == {"IV": 50.0, "V": 50.0}
    assert rows["V"] == {"I": 100.0}


def test_tables_are_written_so_that_they_are_read_again() -> None:
    data = {"a": {"-1": 0.5, "#ivo": 2.0}, "b": {"c": {"rows": [[1, 2], [3, 4]]}}}
    assert tomllib.loads(toml_text(data, note="one\ntwo")) == data


def test_shipped_tables_hold_bands() -> None:
    tables = shipped(TABLES)
    for kind in ("slow", "folk"):
        assert set(tables["bands"][kind]) == set(BANDS)
        assert all(low <= mid <= high for low, mid, high in tables["bands"][kind].values())


def test_the_composer_finds_easy_what_chorales_do() -> None:
    rows = shipped(CHORALES)
    for kind, line, odd in (("major", "V I", "V ii"), ("minor", "V i", "V iv")):
        plain, strange = (parse_line(text, kind=kind) for text in (line, odd))
        assert rows[kind]["V"]["I" if kind == "major" else "i"] > 50
        usual = transition_cost(*plain[:2], kind=kind)
        assert usual < transition_cost(*strange[:2], kind=kind)


def test_the_notice_names_sets_rights_and_transcribers() -> None:
    notice = (CORE / SOURCE).read_text("utf-8")
    assert all(name in notice for name in (*SETS, *TRANSCRIBERS, "essenFolksong", "palestrina"))
    for folder in SETS:
        assert list(Path(corpus_root() / folder).glob("*.abc"))
