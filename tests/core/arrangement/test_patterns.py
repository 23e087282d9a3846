"""The data files: patterns and palettes."""

from __future__ import annotations

import csv
import re
from fractions import Fraction
from importlib import resources

import pytest

from filmcomposer_core.arrangement.idioms import idiom, split_desk
from filmcomposer_core.arrangement.patterns import all_patterns, fill_bar, patterns_for
from filmcomposer_core.catalogue import instrument
from filmcomposer_core.contracts.labels import IDIOMS


def test_grids_fill_their_metre():
    text = resources.files("filmcomposer_core.arrangement").joinpath("patterns.csv")
    for row in csv.DictReader(text.read_text("utf-8").splitlines()):
        num, den = (int(x) for x in row["metre"].split("/"))
        assert len(row["grid"]) * Fraction(row["cell"]) == Fraction(num * 4, den), row["id"]


def test_there_are_patterns_for_every_metre():
    metres = {(p.num, p.den) for p in all_patterns()}
    assert metres >= {(4, 4), (3, 4), (6, 8), (2, 4), (5, 4), (7, 8), (5, 8)}
    assert len(all_patterns()) > 20


@pytest.mark.parametrize("metre", [(12, 8), (9, 8), (3, 2), (7, 4), (2, 2), (1, 8), (11, 16)])
def test_a_metre_without_patterns_borrows_them(metre):
    found = patterns_for("bass", (), *metre)
    beats = metre[0] * 4 / metre[1]
    for pattern in found:
        steps = fill_bar(pattern, beats)
        assert steps
        assert all(step.offset + step.length <= beats + 1e-9 for step in steps)


def test_a_grid_reads_as_written():
    pattern = next(p for p in all_patterns() if p.id == "rocking")
    assert [(s.offset, s.length) for s in pattern.steps] == [(0.0, 1.5), (1.5, 1.5)]
    assert pattern.density == pytest.approx(2 / 3)


@pytest.mark.parametrize("name", IDIOMS)
def test_palettes_name_instruments_techniques_and_patterns_that_exist(name):
    palette = idiom(name)
    desks = [
        *palette.lead, *palette.full, *palette.counter, *palette.pad, *palette.motion,
        *palette.bass, *palette.drone, *palette.stab, *palette.strike,
    ]  # fmt: skip
    for desk in desks:
        player, technique = split_desk(desk)
        assert instrument(player)
        if technique:
            assert instrument(player).technique(technique)
    for item in palette.double:
        assert instrument(re.sub(r"[+-]\d+$", "", item))
    known = {p.id for p in all_patterns()}
    assert {*palette.bass_patterns, *palette.motion_patterns, *palette.drums} <= known


def test_a_blend_lends_its_colour_but_not_its_rhythm():
    mixed = idiom("chase", "dream")
    assert set(idiom("dream").colour) <= set(mixed.colour)
    assert mixed.bass_patterns == idiom("chase").bass_patterns
