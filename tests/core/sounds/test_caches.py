"""What REAPER's caches say of plug-ins, on three systems, with broken lines among them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core.errors import InputError
from filmcomposer_core.sounds.caches import (
    au_plugins,
    clap_plugins,
    decoded,
    js_plugins,
    plain_name,
    vst_plugins,
)
from filmcomposer_core.sounds.propose import instrument_of, propose
from filmcomposer_core.sounds.resource import scan
from tests.core.sounds import reapers


def test_windows(tmp_path: Path) -> None:
    found = scan(reapers.windows(tmp_path))
    instruments = [p.name for p in found.plugins if p.instrument]
    assert instruments == [
        "VST3i: Kontakt 7 (Native Instruments) (64 out)",
        "VSTi: Kontakt (Native Instruments GmbH) (64 out)",
        "VSTi: BBC Symphony Orchestra (Spitfire Audio)",
        "VSTi: LABS (Spitfire Audio)",
        "VSTi: ReaSamplOmatic5000 (Cockos)",
        "VST3i: Bass Fingers (Waves)",
        "VSTi: Orgue à tuyaux (Été)",
    ]
    by_name = {p.name: p for p in found.plugins}
    kontakt = by_name["VST3i: Kontakt 7 (Native Instruments) (64 out)"]
    assert (kontakt.title, kontakt.vendor, kontakt.file) == (
        "Kontakt 7", "Native Instruments", "Kontakt 7.vst3",
    )  # fmt: skip
    assert not by_name["VST: ReaEQ (Cockos)"].instrument
    assert by_name["JS: my fx/a b"].title == "A B"
    assert found.unread == ()


def test_mac(tmp_path: Path) -> None:
    found = scan(reapers.mac(tmp_path))
    instruments = {p.name for p in found.plugins if p.instrument}
    assert instruments == {
        "VSTi: LABS (Spitfire Audio)",
        "VST3i: LABS (Spitfire Audio)",
        "VST3i: Opus (East West)",
        "VST3i: Pianoteq 8 (Modartt)",
        "AUi: Apple: AUSampler",
        "AUi: Hart Instruments: HISE",
        "AUi: Spitfire Audio: BBC Symphony Orchestra",
        "CLAPi: sforzando (Plogue Art et Technologie, Inc)",
    }
    assert [(p.name, preset) for p, preset in found.presets] == [
        ("VST3i: LABS (Spitfire Audio)", "Solo Cello"),
        ("VST3i: LABS (Spitfire Audio)", "My Pad"),
    ]
    assert "Strings/Violas.RTrackTemplate" in found.templates
    assert found.chains == ("Harp.RfxChain",)


def test_linux(tmp_path: Path) -> None:
    found = scan(reapers.linux(tmp_path))
    by_name = {p.name: p for p in found.plugins}
    assert by_name["VST3i: sfizz (SFZTools)"].tags == ("Sampler", "Synth")
    assert {p.title for p in propose(found).players} == {"sfizz", "DecentSampler"}


def test_what_is_proposed(tmp_path: Path) -> None:
    made = propose(scan(reapers.mac(tmp_path)))
    assert {ident: own.template for ident, own in made.sounds.items() if own.template} == {
        "violins1": "Strings/BBCSO - 1st Violins Legato.RTrackTemplate",
        "violas": "Strings/Violas.RTrackTemplate",
        "horns_a4": "Horns a4.RTrackTemplate",
        "harp": "Harp.RfxChain",
    }
    cello = made.sounds["cello_solo"]
    assert (cello.plugin, cello.preset) == ("VST3i: LABS (Spitfire Audio)", "Solo Cello")
    assert made.sounds["piano"].plugin == "VST3i: Pianoteq 8 (Modartt)"
    assert set(made.sounds) == {"violins1", "violas", "horns_a4", "harp", "cello_solo", "piano"}
    # Each once, in its best kind.
    titles = [p.title for p in made.players]
    assert titles.count("LABS") == 1
    assert next(p for p in made.players if p.title == "LABS").kind == "VST3"


@pytest.mark.parametrize(
    ("name", "instrument"),
    [
        ("1st Violins", "violins1"),
        ("VIOLINS II sus", "violins2"),
        ("Vln 1 KS", "violins1"),
        ("Celli", "cellos"),
        ("Solo Cello Legato", "cello_solo"),
        ("Contrabass", "basses"),
        ("Bass Clarinet", "bass_clarinet"),
        ("Clarinet", "clarinet_bb"),
        ("Bass Trombone", "bass_trombone"),
        ("English Horn", "cor_anglais"),
        ("FrenchHorn", "horn_solo"),
        ("6 Horns", "horns_a4"),
        ("Horn", "horn_solo"),
        ("Cellos and Basses", ""),
        ("Drum Bus Timpani", ""),
        ("Lead", ""),
        ("", ""),
    ],
)
def test_which_instrument_a_name_says(name: str, instrument: str) -> None:
    assert instrument_of(name) == instrument


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_encoding(encoding: str) -> None:
    text = decoded("[vstcache]\nx.dll=0,1,Été (Ö)!!!VSTi\n".encode(encoding))
    assert [p.name for p in vst_plugins(text)] == ["VSTi: Été (Ö)"]


@given(st.binary(max_size=400))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    text = decoded(b"[vstcache]\n" + data)
    for read in (vst_plugins, au_plugins, clap_plugins, js_plugins):
        for plugin in read(text):
            assert plugin.name.isprintable()


@given(st.lists(st.sampled_from(["=", ",", "<SHELL>", "!!!VSTi", "|", "1", "a", ":", "<inst>"])))
def test_no_line_makes_it_fail(pieces: list[str]) -> None:
    line = "[vstcache]\n" + "".join(pieces)
    for read in (vst_plugins, au_plugins, clap_plugins, js_plugins):
        assert all(p.title or p.name for p in read(line))


def test_names_are_compared_without_kind_vendor_and_outputs() -> None:
    names = (
        "VST3i: Kontakt 7 (Native Instruments) (64 out)",
        "VST3: Kontakt 7 (Native Instruments)",
        "Kontakt 7",
    )
    assert {plain_name(name) for name in names} == {"kontakt 7"}
    assert plain_name("AUi: Spitfire Audio: LABS") == "spitfire audio: labs"


def test_another_folder_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"reaper\.ini"):
        scan(tmp_path)
    with pytest.raises(InputError, match="no folder"):
        scan(tmp_path / "nothing")


def test_a_cache_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    reapers.linux(tmp_path)
    (tmp_path / "reaper-jsfx.ini").mkdir()
    assert scan(tmp_path).unread == ("reaper-jsfx.ini",)
