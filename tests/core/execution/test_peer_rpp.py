"""Our files against files that REAPER itself saved (see tests/data/peer_rpp)."""

from __future__ import annotations

import struct
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
import rpp

from filmcomposer_core.contracts.scheme import FxScheme
from filmcomposer_core.execution.rpp_place import Placement
from filmcomposer_core.execution.rpp_reverb import REAVERBATE
from filmcomposer_core.execution.rpp_synth import REASYNTH, TONE
from filmcomposer_core.execution.rpp_vst import Plugin, plugin_block, plugin_header, plugin_state
from tests.core.execution.cases import blocks, built, scheme_with, tree, walk, words

DATA = Path(__file__).parents[2] / "data" / "peer_rpp"
NEW, OLD = "v766_linux_markers_tempo_volenv.RPP", "v550_sends_regions_vst.RPP"
#: Keywords that neither file happens to use, and where they are written down (REAPER 7 forms).
ALSO_KNOWN = {
    ("TRACK", "PANENV2"): "ReaTeam state chunk definitions, envelope names",
    ("TRACK", "AUXVOLENV"): "ReaTeam state chunk definitions, after the AUXRECV it belongs to",
    ("ITEM", "BEAT"): "ReaTeam state chunk definitions: item time base, 0 = time",
    ("SOURCE", "AUDIO"): "ReaTeam state chunk definitions: 0 = sound of a video off",
    ("SOURCE", "CCINTERP"): "REAPER 6.25 project with MIDI",
    ("SOURCE", "CHASE_CC_TAKEOFFS"): "REAPER 6.25 project with MIDI",
    ("FXCHAIN", "PARMENV"): "ReaTeam state chunk definitions, envelope of an effect",
}
#: Envelope blocks share one grammar.
ENVELOPES = {"PANENV2", "AUXVOLENV", "PARMENV"}


def peer(name: str) -> Any:
    return rpp.loads((DATA / name).read_bytes().decode("utf-8"))


def keys(project: Any) -> set[tuple[str, str]]:
    """Return (block, keyword) for every line and block of a project, but not literal text."""
    found = set()
    for element in walk(project):
        if not isinstance(element, rpp.Element) or element.tag in (
            "NOTES",
            "JS",
            "VST",
            "RENDER_CFG",
        ):
            continue
        for child in element.children:
            key = child.tag if isinstance(child, rpp.Element) else child
            found.add((element.tag, key if isinstance(key, str) else key[0]))
    return found


@pytest.mark.parametrize(("name", "tracks"), [(NEW, 11), (OLD, 10)])
def test_real_projects_load_with_the_same_reader(name: str, tracks: int) -> None:
    project = peer(name)
    assert project.tag == "REAPER_PROJECT"
    assert len(blocks(project, "TRACK")) == tracks


def test_every_keyword_that_we_write_is_one_of_reaper() -> None:
    scheme = scheme_with(
        "horns",
        panning={"measure1": -1.0, "measure5": 0.5},
        reverb_space={"measure1": 0.1, "measure9": 0.7},
        fx=FxScheme(parameter="lowpass_hz", value={"measure1": 2000.0, "measure5": 8000.0}),
    )
    ours = keys(tree(built(scheme=scheme)))
    theirs = keys(peer(NEW)) | keys(peer(OLD)) | set(ALSO_KNOWN)
    theirs |= {(tag, key) for tag in ENVELOPES for block, key in theirs if block == "VOLENV2"}
    assert ours - theirs == set()
    assert set(ALSO_KNOWN) <= ours


def counts(project: Any, tag: str, key: str) -> set[int]:
    return {
        len(line)
        for element in walk(project)
        if isinstance(element, rpp.Element) and element.tag == tag
        for line in words(element, key)
    }


@pytest.mark.parametrize(
    ("tag", "key"),
    [
        ("REAPER_PROJECT", "PROJOFFS"),
        ("REAPER_PROJECT", "TIMEMODE"),
        ("REAPER_PROJECT", "RENDER_RANGE"),
        ("REAPER_PROJECT", "RENDER_FMT"),
        ("REAPER_PROJECT", "SAMPLERATE"),
        ("REAPER_PROJECT", "TEMPO"),
        ("TRACK", "VOLPAN"),
        ("TRACK", "MUTESOLO"),
        ("TRACK", "ISBUS"),
        ("TRACK", "AUXRECV"),
        ("TRACK", "MAINSEND"),
        ("TRACK", "REC"),
        ("ITEM", "FADEIN"),
        ("ITEM", "MUTE"),
        ("ITEM", "VOLPAN"),
        ("ITEM", "PLAYRATE"),
        ("VOLENV2", "VIS"),
        ("VOLENV2", "DEFSHAPE"),
        ("VOLENV2", "PT"),
        ("FXCHAIN", "BYPASS"),
        ("FXCHAIN", "WAK"),
        ("FXCHAIN", "FLOATPOS"),
    ],
)
def test_lines_have_as_many_words_as_those_of_reaper_7(tag: str, key: str) -> None:
    assert counts(tree(built()), tag, key) == counts(peer(NEW), tag, key)


def test_midi_sources_begin_and_end_as_in_reaper() -> None:
    def outline(project: Any) -> list[str]:
        source = next(
            e
            for e in walk(project)
            if isinstance(e, rpp.Element) and e.tag == "SOURCE" and e.attrib == ["MIDI"]
        )
        return [line[0] for line in source.children if line[0] not in ("E", "e", "CCINTERP")]

    ours, theirs = outline(tree(built())), outline(peer(OLD))
    assert ours == ["HASDATA", "POOLEDEVTS", "CHASE_CC_TAKEOFFS", "GUID", "IGNTEMPO"]
    assert [key for key in ours if key in theirs] == theirs[:4]


def plugin_of(name: str, plugin: Plugin) -> Any:
    (block,) = [
        e
        for e in walk(peer(name))
        if isinstance(e, rpp.Element) and e.tag == "VST" and e.attrib[0] == plugin.title
    ]
    return block


def test_the_reverb_of_a_real_project_is_rebuilt_byte_for_byte() -> None:
    block = plugin_of(NEW, REAVERBATE)
    values = struct.unpack("<8f", b64decode(block.children[1])[8:])
    assert values == pytest.approx((0.5, 1.0, 0.2941, 0.5, 1.0, 0.0, 1.0, 0.0), abs=1e-4)
    ours = rpp.loads("\n".join(plugin_block(REAVERBATE, values, place=Placement())))
    assert (ours.attrib, ours.children) == (block.attrib, block.children)


def test_the_synthesizer_of_a_real_project_is_rebuilt_byte_for_byte() -> None:
    block = plugin_of(OLD, REASYNTH)
    header, state, preset = block.children
    values = struct.unpack("<13f", b64decode(state)[8:])
    # Attack 3 ms, release 8 ms, a sine at -6 dB, decay 1 s, full sustain: REAPER's own defaults.
    usual = (0.006, 0.0016, 0, 0, 0, 0.5012, 0.0666, 0, 0.5, 1, 1, 0.5, 0)
    assert values == pytest.approx(usual, abs=1e-4)
    assert header == plugin_header(REASYNTH, values=len(TONE))
    assert (state, preset) == (plugin_state(values), "AAAQAAAA")
    assert [block.attrib[0], block.attrib[1], block.attrib[4]] == [
        REASYNTH.title,
        "reasynth.dll",
        str(REASYNTH.number),
    ]
