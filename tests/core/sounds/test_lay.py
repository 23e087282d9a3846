"""A session with sounds: the user's instruments, keyswitches in the MIDI, racks, templates."""

from __future__ import annotations

from pathlib import Path

import pytest

from filmcomposer_core.contracts.daw_plan import MidiItemOp, PlayedNote, Sound
from filmcomposer_core.contracts.observed import ObservedNote
from filmcomposer_core.contracts.score import Controller
from filmcomposer_core.contracts.session import Session, SessionTrack
from filmcomposer_core.contracts.sounds import Articulation, OwnSound, SoundMap
from filmcomposer_core.errors import InputError
from filmcomposer_core.execution.rpp_midi import midi_source
from filmcomposer_core.execution.rpp_place import Placement
from filmcomposer_core.observed.notes import WrittenNote, unfolded
from filmcomposer_core.sounds.chains import MOST_CHARACTERS, chain_lines
from filmcomposer_core.sounds.keyed import keyed_track
from filmcomposer_core.sounds.lay import Shelf, with_sounds
from filmcomposer_core.sounds.samples import Player
from tests.core.execution.live_cases import BUILT, laid
from tests.core.sounds import reapers

LABS = "VST3i: LABS (Spitfire Audio)"
ITEMS = {op.track: op for op in BUILT.operations if isinstance(op, MidiItemOp)}
SESSION = laid()


def shelf(folder: Path, default: str = "mine", **own: OwnSound) -> Shelf:
    return Shelf(
        sounds=SoundMap(default=default, instruments=own),
        resources=folder,
        folder=folder,
        player=Player(),
        system="linux",
    )


def by_id(session: Session) -> dict[str, SessionTrack]:
    return {track.id: track for track in session.tracks}


def played(*notes: tuple[float, int, int]) -> MidiItemOp:
    """Notes as (beat, pitch, channel), half a beat each."""
    names = ("sustain", "staccato", "pizzicato")
    return MidiItemOp(
        track="v",
        name="Violins",
        instrument="violins1",
        start_beat=0.0,
        end_beat=8.0,
        sounds=tuple(
            Sound(channel=n, technique=t, bank=0, program=48) for n, t in enumerate(names)
        ),
        notes=tuple(
            PlayedNote(beat=b, length=0.5, pitch=p, velocity=80, channel=c) for b, p, c in notes
        ),
        controllers=(Controller(beat=0.0, number=11, value=90),),
    )


def text_of(item: MidiItemOp) -> str:
    lines = midi_source(item, ident="x", place=Placement())
    return "\n".join(line.strip() for line in lines)


def events(text: str) -> list[tuple[int, str]]:
    found, tick = [], 0
    for line in text.split("\n"):
        if line.startswith("E "):
            _, delta, words = line.split(" ", 2)
            tick += int(delta)
            found.append((tick, words))
    return found


KEYS = {
    "sustain": Articulation(key=0),
    "staccato": Articulation(key=2),
    "pizzicato": Articulation(program=4, channel=3),
}
MIXED = played((0.0, 60, 0), (1.0, 62, 1), (1.5, 64, 1), (2.0, 65, 0), (2.0, 55, 1), (3.0, 67, 2))


def test_an_articulation_is_called_before_its_notes_and_where_it_changes() -> None:
    made = keyed_track(text_of(MIXED), MIXED, OwnSound(plugin="x", articulations=KEYS))
    calls = [(t, w) for t, w in events(made.text) if w[:2] == "90" and int(w[3:5], 16) in (0, 2)]
    # sustain at once; staccato a sixteenth of a beat before its note; at beat 2 both, in turn.
    assert calls == [
        (0, "90 00 64"),
        (960 - 60, "90 02 64"),
        (1920 - 60, "90 00 64"),
        (1920, "90 02 64"),
    ]
    at_two = [w for t, w in events(made.text) if t == 1920 and w[0] == "9"]
    assert at_two == ["90 41 50", "90 02 64", "90 37 50"]
    assert ("c2 04 00") in [w for _, w in events(made.text)]
    assert [w for _, w in events(made.text) if w.startswith("92")] == ["92 43 50"]
    assert made.keys == (0, 2)
    assert made.folded
    assert made.said == ()


def test_the_music_stays_note_for_note() -> None:
    made = keyed_track(text_of(MIXED), MIXED, OwnSound(plugin="x", articulations=KEYS))

    def notes(text: str) -> list[tuple[int, int, int]]:
        return sorted(
            (t, int(w[3:5], 16), int(w[0], 16))
            for t, w in events(text)
            if w[0] in "89" and int(w[3:5], 16) not in (0, 2)
        )

    assert notes(made.text) == notes(text_of(MIXED))
    assert events(made.text)[-1] == events(text_of(MIXED))[-1]
    # Every keyswitch that is pressed is let go.
    for key in ("00", "02"):
        on = sum(w.startswith(f"90 {key}") for _, w in events(made.text))
        off = sum(w.startswith(f"80 {key}") for _, w in events(made.text))
        assert on == off > 0


def test_general_midi_goes_and_what_is_said_twice_is_said_once() -> None:
    made = keyed_track(text_of(MIXED), MIXED, OwnSound(plugin="x"))
    words = [w for _, w in events(made.text)]
    assert not any(w[0] == "c" or w[3:5] in ("00", "20") for w in words if w[0] in "cb")
    assert words.count("b0 0b 5a") == 1
    assert all(w[1] == "0" for w in words)


def test_channels_as_they_are_where_the_user_wants_them() -> None:
    made = keyed_track(text_of(MIXED), MIXED, OwnSound(plugin="x", channel=0))
    assert {w[1] for _, w in events(made.text) if w[0] == "9"} == {"0", "1", "2"}
    assert not made.folded


def test_a_key_that_is_also_music_is_not_sent_and_said() -> None:
    own = OwnSound(plugin="x", articulations={"sustain": Articulation(key=60)})
    made = keyed_track(text_of(MIXED), MIXED, own)
    assert made.keys == ()
    assert len(made.said) == 1
    assert "'sustain'" in made.said[0]


def test_layers_on_one_channel_sound_once() -> None:
    layered = played((0.0, 60, 0), (0.0, 60, 1))
    made = keyed_track(text_of(layered), layered, OwnSound(plugin="x"))
    assert [w for _, w in events(made.text) if w[0] == "9"] == ["90 3c 50"]


# --- channels back to techniques ------------------------------------------------------------------


def written(*notes: tuple[float, int, int]) -> list[WrittenNote]:
    return [
        WrittenNote(beat=s, length=0.5, start_s=s, end_s=s + 0.5, pitch=p, velocity=80, channel=c)
        for s, p, c in notes
    ]


def seen(start_s: float, pitch: int, velocity: int = 80) -> ObservedNote:
    return ObservedNote(
        start_s=start_s, end_s=start_s + 0.5, pitch=pitch, velocity=velocity, channel=0
    )


def test_notes_get_the_techniques_back_that_they_had() -> None:
    was = written(
        (0.0, 60, 0), (1.0, 62, 1), (2.0, 65, 0), (2.0, 55, 1), (3.0, 50, 0), (3.0, 50, 2)
    )
    now = [seen(0.0, 60), seen(1.0, 62, 99), seen(1.2, 70), seen(2.0, 55), seen(3.0, 50)]
    made = unfolded(now, was)
    assert [(n.start_s, n.pitch, n.channel) for n in made] == [
        (0.0, 60, 0),
        (1.0, 62, 1),  # louder, and still staccato
        (1.2, 70, 1),  # new: as the note before it
        (2.0, 55, 1),
        (3.0, 50, 0),
        (3.0, 50, 2),  # both layers
    ]
    assert unfolded(now, []) == tuple(now)


# --- sessions -------------------------------------------------------------------------------------


def test_a_part_with_a_sound_of_the_users_has_it_and_the_others_keep_their_stems(
    tmp_path: Path,
) -> None:
    instrument = ITEMS["horns"].instrument
    own = OwnSound(plugin=LABS, preset="Horns", articulations={"sustain": Articulation(key=0)})
    made = with_sounds(SESSION, BUILT, shelf(tmp_path, **{instrument: own}))
    tracks, before = by_id(made), by_id(SESSION)
    (plugin,) = tracks["horns"].instruments
    assert (plugin.plugin, plugin.preset, plugin.chain) == (LABS, "Horns", "")
    for ident, track in tracks.items():
        if ident != "horns":
            assert track == before[ident]
    (note,) = made.notes[len(SESSION.notes) :]
    assert note.startswith("sounds.toml names no sound of yours for: ")
    assert "printed stems stay" in note


def test_printed_stems_change_nothing(tmp_path: Path) -> None:
    own = OwnSound(plugin=LABS)
    made = with_sounds(SESSION, BUILT, shelf(tmp_path, "stems", horns_a4=own))
    assert made == SESSION


def test_racks_say_how_many_plug_ins_they_are_and_where_their_samples_lie(tmp_path: Path) -> None:
    instrument = ITEMS["basses"].instrument
    own = OwnSound(sound="racks")
    made = with_sounds(SESSION, BUILT, shelf(tmp_path, "stems", **{instrument: own}))
    rack = by_id(made)["basses"].instruments
    assert rack
    for each in rack:
        files = {c.name: c.value for c in each.configs}
        assert files["FILE0"].startswith(f"{tmp_path.as_posix()}/racks/")
        assert Path(files["FILE0"]).is_file()
    (note,) = made.notes[len(SESSION.notes) :]
    assert note.startswith(f"Racks: {len(rack)} ReaSamplOmatic5000 for 1 part, ")
    assert "not yet verified in REAPER" in note
    assert by_id(made)["basses"].text == by_id(SESSION)["basses"].text


def test_a_template_gives_its_chain(tmp_path: Path) -> None:
    resources = reapers.mac(tmp_path)
    instrument = ITEMS["violins"].instrument
    own = OwnSound(template="Strings/Violas.RTrackTemplate")
    made = with_sounds(SESSION, BUILT, shelf(resources, "mine", **{instrument: own}))
    (plugin,) = by_id(made)["violins"].instruments
    assert plugin.chain.split("\n")[0] == "BYPASS 0 0 0"
    assert plugin.chain.split("\n")[-1] == "WAK 0 0"
    assert '<VST "VST3i: Opus (East West)"' in plugin.chain


def test_a_template_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    own = OwnSound(template="Gone.RTrackTemplate")
    made = with_sounds(SESSION, BUILT, shelf(tmp_path, "mine", **{ITEMS["horns"].instrument: own}))
    assert by_id(made)["horns"] == by_id(SESSION)["horns"]
    assert any("Horns keeps its printed stem" in note and "Gone" in note for note in made.notes)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.RfxChain", "nothing", "no effects"),
        ("a.RfxChain", "BYPASS 0 0 0\n<VST x\nAAA\n", "no effects"),
        ("a.RTrackTemplate", "<TRACK\n  NAME x\n>\n", "no effects"),
        ("a.RfxChain", f"BYPASS 0 0 0\n<VST x\n{'A' * MOST_CHARACTERS}\n>\n", "million"),
        ("a.txt", "BYPASS 0 0 0\n", "neither a track template"),
    ],
)
def test_chains_that_cannot_be_laid(tmp_path: Path, name: str, text: str, says: str) -> None:
    for folder in ("FXChains", "TrackTemplates"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(text, "utf-8")
    with pytest.raises(InputError, match=says):
        chain_lines(name, tmp_path)


def test_a_chain_may_be_named_by_its_whole_path(tmp_path: Path) -> None:
    path = tmp_path / "Mine.RfxChain"
    path.write_text(reapers.CHAIN, "utf-8")
    assert chain_lines(str(path), tmp_path / "elsewhere").startswith("BYPASS")
