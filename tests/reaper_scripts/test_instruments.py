"""A cue's parts played by plug-ins: the user's own, racks of samplers, and back to stems."""

from __future__ import annotations

from dataclasses import replace

import pytest

from filmcomposer_core.contracts.session import (
    PluginConfig,
    PluginParameter,
    Session,
    SessionInstrument,
)
from filmcomposer_reaper.tracks.observe import observe_tracks
from filmcomposer_reaper.tracks.put import Put, read_put
from tests.fakes.reaper.direct import HERE
from tests.fakes.reaper.project import fx
from tests.fakes.reaper.project.installed import Installed
from tests.fakes.reaper.project.tree import Block, dump
from tests.reaper_scripts.laid_cues import FIRST, PARTS, SECOND
from tests.reaper_scripts.laying import Desk, desk, moving_plan, picture, session

LABS = "VST3i: LABS (Spitfire Audio)"
KONTAKT = "VSTi: Kontakt 7 (Native Instruments) (64 out)"
SAMPLER = "ReaSamplOmatic5000 (Cockos)"
CHAIN = (
    'BYPASS 0 0 0\n<VST "VST3i: Opus (East West)" Opus.vst3 0 "" 99<00> ""\nT1BVUw==\n>\n'
    "FLOATPOS 0 0 0 0\nFXID {11111111-2222-3333-4444-555555555555}\nWAK 0 0\n"
    'BYPASS 0 0 0\n<JS loser/3BandEQ ""\n1 2 3\n>\n'
    "FXID {11111111-2222-3333-4444-666666666666}\nWAK 0 0"
)


def zone(low: int, high: int, path: str = "/films/cue/racks/a.wav") -> SessionInstrument:
    return SessionInstrument(
        plugin=SAMPLER,
        configs=(
            PluginConfig(name="FILE0", value=path),
            PluginConfig(name="DONE", value=""),
            PluginConfig(name="MODE", value="0"),
            PluginConfig(name="param.0.plink.active", value="1"),
        ),
        parameters=(
            PluginParameter(number=3, value=low / 127),
            PluginParameter(number=4, value=high / 127),
            PluginParameter(number=11, value=1.0),
            PluginParameter(number=12, value=1.0),
            PluginParameter(number=23, value=0.05),
        ),
    )


OWN = (SessionInstrument(plugin=LABS, preset="Soft Horns"),)
RACK = (zone(40, 52), zone(53, 60), zone(61, 70, "/films/cue/racks/b.wav"))
TEMPLATE = (SessionInstrument(plugin="Horns.RTrackTemplate", chain=CHAIN),)


def sounding(made: Session, part: str, *what: SessionInstrument, **more: object) -> Session:
    tracks = (replace(t, instruments=what, **more) if t.id == part else t for t in made.tracks)
    return replace(made, tracks=tuple(tracks))


def names(block: Block) -> list[str]:
    return [each.plugin.word(1) for each in fx.effects(block)]


def mutes(d: Desk, part: str = "horns") -> tuple[str, str]:
    return d.block(part).read("MUTESOLO", 1), d.block(f"stem/{part}").read("MUTESOLO", 1)


def install(d: Desk, *presets: str) -> None:
    d.host.installed = [Installed(LABS, presets or ("Soft Horns", "Harp")), Installed(KONTAKT)]


# --- an instrument of the user's ------------------------------------------------------------------


@pytest.mark.parametrize("at_once", [True, False], ids=["with the tracks", "later"])
def test_a_part_gets_its_instrument_and_its_stem_is_muted(at_once: bool) -> None:
    wanted = sounding(FIRST, "horns", *OWN)
    with desk() as d:
        install(d)
        if not at_once:
            d.lay(FIRST)
            assert mutes(d) == ("1", "0")
        before = [] if at_once else names(d.block("horns"))
        said = d.lay(wanted)
        assert mutes(d) == ("0", "1")
        assert mutes(d, "violins") == ("1", "0")
        found = fx.effects(d.block("horns"))
        assert found[0].plugin.word(1) == LABS
        assert found[0].plugin.body[0].text == Installed.kept("preset Soft Horns")
        assert names(d.block("horns"))[1:] == (before or names(d.block("horns"))[1:])
        assert any("plays its instrument, and its printed stem is muted" in s for s in said)


def test_the_instrument_comes_before_the_effects_of_the_part() -> None:
    with desk() as d:
        install(d)
        d.lay(FIRST)
        ours = names(d.block("horns"))
        assert ours  # the sample's horns have a filter that moves
        d.lay(sounding(FIRST, "horns", *OWN))
        assert names(d.block("horns")) == [LABS, *ours]


def test_one_press_is_one_step_of_undo() -> None:
    with desk() as d:
        install(d)
        d.lay(FIRST)
        before, made = d.state(), d.host.project.history.made
        d.lay(sounding(sounding(FIRST, "horns", *OWN), "violins", *RACK))
        assert d.host.project.history.made == made + 1
        d.r.Undo_DoUndo2(HERE)
        assert d.state() == before


def test_laid_again_nothing_changes() -> None:
    wanted = sounding(sounding(FIRST, "horns", *OWN), "violins", *RACK)
    with desk() as d:
        install(d)
        d.lay(wanted)
        before = d.state()
        added = d.host.count("TrackFX_AddByName")
        d.lay(wanted)
        assert d.state() == before
        assert d.host.count("TrackFX_AddByName") == added
        assert d.host.count("TrackFX_Delete") == 0


def test_other_music_leaves_the_instrument_where_it_is() -> None:
    with desk() as d:
        install(d)
        d.lay(sounding(FIRST, "horns", *OWN))
        guid = fx.effects(d.block("horns"))[0].line("FXID")
        assert guid is not None
        d.lay(sounding(SECOND, "horns", *OWN))
        again = fx.effects(d.block("horns"))[0].line("FXID")
        assert again is not None
        assert again.word(1) == guid.word(1)
        assert mutes(d) == ("0", "1")


def test_back_to_printed_stems_it_goes() -> None:
    with desk() as d:
        install(d)
        d.lay(FIRST)
        before = [names(d.block(part)) for part in PARTS], [mutes(d, part) for part in PARTS]
        d.lay(sounding(sounding(FIRST, "horns", *OWN), "violins", *RACK))
        d.lay(FIRST)
        after = [names(d.block(part)) for part in PARTS], [mutes(d, part) for part in PARTS]
        assert after == before
        assert read_put(d.reaper, d.track("horns")) == Put()


def test_a_plug_in_that_is_not_there_is_one_sentence_and_the_stem_stays() -> None:
    with desk() as d:
        said = d.lay(sounding(FIRST, "horns", *OWN))
        assert mutes(d) == ("1", "0")
        assert LABS not in names(d.block("horns"))
        found = [s for s in said if LABS in s]
        assert found == [f"Track 'Horns': REAPER has no plug-in '{LABS}'; its printed stem stays."]


def test_a_preset_that_is_not_there_leaves_no_plug_in_behind() -> None:
    with desk() as d:
        install(d, "Other")
        said = d.lay(sounding(FIRST, "horns", *OWN))
        assert LABS not in names(d.block("horns"))
        assert mutes(d) == ("1", "0")
        assert any("has no preset 'Soft Horns'" in s for s in said)


def test_the_kind_without_its_i_is_tried_too() -> None:
    with desk() as d:
        surge = "Surge XT (Surge Synth Team)"
        d.host.installed = [Installed(f"CLAPi: {surge}", called=f"CLAP: {surge}")]
        d.lay(sounding(FIRST, "horns", SessionInstrument(plugin=f"CLAPi: {surge}")))
        tried = [args[1] for name, args in d.host.calls if name == "TrackFX_AddByName"]
        assert tried == [f"CLAPi: {surge}", f"CLAP: {surge}"]
        assert mutes(d) == ("0", "1")


# --- what the user does stays ---------------------------------------------------------------------


def turn_a_knob(d: Desk, part: str = "horns") -> None:
    fx.effects(d.block(part))[0].plugin.body[0].text = Installed.kept("louder")
    d.user()


def test_an_instrument_that_the_user_changed_stays_and_sleeps_while_the_stem_sounds() -> None:
    with desk() as d:
        install(d)
        d.lay(sounding(FIRST, "horns", *OWN))
        turn_a_knob(d)
        said = d.lay(FIRST)
        kept = fx.effects(d.block("horns"))[0]
        assert kept.plugin.body[0].text == Installed.kept("louder")
        state = kept.line("BYPASS")
        assert state is not None
        assert state.word(2) == "1"
        assert mutes(d) == ("1", "0")
        assert any("keeps the instrument that you changed, offline" in s for s in said)
        d.lay(sounding(FIRST, "horns", *OWN))
        state = fx.effects(d.block("horns"))[0].line("BYPASS")
        assert state is not None
        assert state.word(2) == "0"
        assert mutes(d) == ("0", "1")
        assert names(d.block("horns")).count(LABS) == 1


def test_another_sound_does_not_replace_what_the_user_changed() -> None:
    other = (SessionInstrument(plugin=KONTAKT),)
    with desk() as d:
        install(d)
        d.lay(sounding(FIRST, "horns", *OWN))
        turn_a_knob(d)
        said = d.lay(sounding(FIRST, "horns", *other))
        assert KONTAKT not in names(d.block("horns"))
        assert names(d.block("horns"))[0] == LABS
        assert any("delete it to have" in s for s in said)
        assert mutes(d) == ("0", "1")


def test_another_sound_replaces_what_nobody_touched() -> None:
    with desk() as d:
        install(d)
        d.lay(sounding(FIRST, "horns", *OWN))
        ours = names(d.block("horns"))[1:]
        d.lay(sounding(FIRST, "horns", SessionInstrument(plugin=KONTAKT)))
        assert names(d.block("horns")) == [KONTAKT, *ours]
        assert mutes(d) == ("0", "1")


def test_an_instrument_of_the_users_own_gets_no_other_beside_it() -> None:
    with desk() as d:
        install(d)
        d.lay(FIRST)
        d.r.TrackFX_AddByName(d.track("horns"), "ReaSynth", False, -1)
        d.r.TrackFX_AddByName(d.track("horns"), "ReaComp", False, -1)
        d.user()
        before = names(d.block("horns"))
        said = d.lay(sounding(FIRST, "horns", *OWN))
        assert names(d.block("horns")) == before
        assert mutes(d) == ("0", "1")
        assert any("keeps your own instrument" in s for s in said)


def test_effects_of_the_users_stay_beside_the_instrument() -> None:
    with desk() as d:
        install(d)
        d.lay(sounding(FIRST, "horns", *OWN))
        d.r.TrackFX_AddByName(d.track("horns"), "ReaComp", False, -1)
        d.user()
        d.lay(sounding(SECOND, "horns", *RACK))
        found = names(d.block("horns"))
        assert found[:3] == ["VSTi: ReaSamplOmatic5000 (Cockos)"] * 3
        assert "VST: ReaComp (Cockos)" in found
        assert LABS not in found


def test_an_instrument_that_the_user_took_off_stays_off() -> None:
    wanted = sounding(FIRST, "horns", *OWN)
    with desk() as d:
        install(d)
        d.lay(wanted)
        d.r.TrackFX_Delete(d.track("horns"), 0)
        d.user()
        said = d.lay(wanted)
        assert LABS not in names(d.block("horns"))
        assert mutes(d) == ("1", "0")
        assert any("stays without the instrument that you took off" in s for s in said)


def test_a_mute_of_the_users_stays() -> None:
    wanted = sounding(FIRST, "horns", *OWN)
    with desk() as d:
        install(d)
        d.lay(wanted)
        d.r.SetMediaTrackInfo_Value(d.track("horns"), "B_MUTE", 1)
        d.user()
        d.lay(wanted)
        assert mutes(d) == ("1", "1")


def test_the_window_of_a_plug_in_is_no_change_of_it() -> None:
    wanted = sounding(FIRST, "horns", *OWN)
    with desk() as d:
        install(d)
        d.lay(wanted)
        place = fx.effects(d.block("horns"))[0].line("FLOATPOS")
        assert place is not None
        place.text = "FLOATPOS 10 20 300 400"
        d.user()
        d.lay(FIRST)
        assert LABS not in names(d.block("horns"))


def test_a_frozen_track_is_left_alone() -> None:
    with desk() as d:
        install(d)
        d.lay(FIRST)
        block = d.block("horns")
        block.add(Block("FREEZE 1"), 3)
        d.user()
        d.lay(sounding(FIRST, "horns", *OWN))
        assert LABS not in names(d.block("horns"))


# --- racks ----------------------------------------------------------------------------------------


def test_a_rack_is_a_sampler_for_each_zone_with_its_file_and_its_keys() -> None:
    with desk() as d:
        d.lay(sounding(FIRST, "violins", *RACK))
        found = [e for e in fx.effects(d.block("violins")) if "Sampl" in e.plugin.word(1)]
        assert [e.configs()["FILE0"] for e in found] == [
            "/films/cue/racks/a.wav",
            "/films/cue/racks/a.wav",
            "/films/cue/racks/b.wav",
        ]
        ranges = [(round(e.value(3) * 127), round(e.value(4) * 127)) for e in found]
        assert ranges == [(40, 52), (53, 60), (61, 70)]
        for each in found:
            assert each.configs()["MODE"] == "0"
            assert each.configs()["param.0.plink.active"] == "1"
            assert (each.value(11), each.value(12)) == (1.0, 1.0)
            assert each.value(23) == pytest.approx(0.05, rel=1e-6)
        order = [args[2:] for name, args in d.host.calls if name == "TrackFX_SetNamedConfigParm"]
        assert order[:2] == [("FILE0", "/films/cue/racks/a.wav"), ("DONE", "")]
        assert mutes(d, "violins") == ("0", "1")


def test_a_rack_is_made_anew_where_its_samples_are_others() -> None:
    with desk() as d:
        d.lay(sounding(FIRST, "violins", *RACK))
        d.lay(sounding(FIRST, "violins", zone(40, 70, "/films/cue/racks/c.wav")))
        found = [e for e in fx.effects(d.block("violins")) if "Sampl" in e.plugin.word(1)]
        assert [e.configs()["FILE0"] for e in found] == ["/films/cue/racks/c.wav"]


def test_calls_for_a_rack_of_a_hundred_samplers() -> None:
    rack = tuple(zone(20 + n, 20 + n) for n in range(100))
    with desk() as d:
        d.lay(FIRST)
        before = len(d.host.calls)
        d.lay(sounding(FIRST, "violins", *rack))
        # one to add, four configurations, five parameters each; the rest is looking and writing
        assert len(d.host.calls) - before < 100 * 10 + 400


# --- templates ------------------------------------------------------------------------------------


def test_the_chain_of_a_template_is_put_first_with_ids_of_its_own() -> None:
    wanted = sounding(sounding(FIRST, "horns", *TEMPLATE), "basses", *TEMPLATE)
    with desk() as d:
        d.lay(FIRST)
        ours = names(d.block("horns"))
        d.lay(wanted)
        assert names(d.block("horns")) == ["VST3i: Opus (East West)", "loser/3BandEQ", *ours]
        assert names(d.block("basses"))[:2] == ["VST3i: Opus (East West)", "loser/3BandEQ"]
        lines = dump(d.block("horns")).split("\n") + dump(d.block("basses")).split("\n")
        guids = [line.split()[1] for line in lines if line.strip().startswith("FXID")]
        assert len(guids) == len(set(guids))
        assert "{11111111-2222-3333-4444-555555555555}" not in guids
        assert mutes(d) == ("0", "1")
        before = d.state()
        d.lay(wanted)
        assert d.state() == before
        d.lay(FIRST)
        assert names(d.block("horns")) == ours


# --- notes that are no music ----------------------------------------------------------------------


def keyed() -> Session:
    """Horns with a keyswitch before their first note, all on one channel."""
    made = session(plan=moving_plan())
    (track,) = [t for t in made.tracks if t.id == "horns"]
    lines = track.text.split("\n")
    at = next(n for n, line in enumerate(lines) if line.startswith("E ") and " 90 " in line)
    delta, words = lines[at].split(" ", 2)[1:]
    lines[at : at + 1] = [f"E {delta} 90 00 64", "E 0 80 00 00", f"E 0 {words}"]
    text = "\n".join(lines)
    tracks = (replace(t, text=text) if t.id == "horns" else t for t in made.tracks)
    return sounding(replace(made, tracks=tuple(tracks)), "horns", *OWN, keys=(0, 2), folded=True)


def test_keyswitches_are_not_told_as_music() -> None:
    with desk() as d:
        install(d)
        d.lay(keyed())
        item = d.block("horns").block("ITEM")
        assert item is not None
        takes = [c for c in item.body if isinstance(c, Block)]
        (source,) = [c for take in takes for c in take.body if c.text == "SOURCE MIDI"]
        assert isinstance(source, Block)
        lines = [c for c in source.body if c.key == "E"]
        last = next(c for c in reversed(lines) if c.word(2) == "90")
        last.put(4, "33")  # the user plays the last note otherwise
        d.user()
        tracks, _ = observe_tracks(d.reaper, d.record, picture())
        (told,) = [t for t in tracks if t.id == "horns"]
        assert told.folded
        assert told.notes is not None
        assert all(note.pitch not in (0, 2) for note in told.notes)
        assert any(note.velocity == 0x33 for note in told.notes)


def test_the_mark_on_a_track_comes_back_as_it_was_written() -> None:
    with desk() as d:
        install(d)
        d.lay(sounding(FIRST, "horns", *OWN, keys=(0, 12), folded=True))
        put = read_put(d.reaper, d.track("horns"))
        assert (put.keys, put.folded, put.asleep) == ((0, 12), True, False)
        assert len(put.effects) == 1
        d.r.GetSetMediaTrackInfo_String(d.track("horns"), "P_EXT:fc_sound", "what|is this", True)
        assert read_put(d.reaper, d.track("horns")) == Put()
