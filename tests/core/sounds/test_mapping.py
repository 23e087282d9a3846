"""``sounds.toml``: read, written, added to, and the user's text kept."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core.catalogue import catalogue
from filmcomposer_core.contracts.sounds import Articulation, OwnSound, SoundMap
from filmcomposer_core.errors import InputError
from filmcomposer_core.sounds.articulations import read_articulation
from filmcomposer_core.sounds.choose import scan_sounds, sounds_of_cue
from filmcomposer_core.sounds.mapping import (
    joined,
    sounds_file,
    sounds_of,
    with_default,
    with_proposals,
)
from tests.core.sounds import reapers

USERS = """\
# my own words
[sound]
default = 'mine'   # yes
middle_c = 3

[violins1]
plugin = "VST3i: Kontakt 7 (Native Instruments)"
preset = "Violins 1"
channel = 0
[violins1.articulations]
sustain = "C-2"
staccato = "D-2 channel 2"
tremolo = "cc 32 17"
pizzicato = "program 5"

[oboe]
sound = "racks"
"""


def test_a_users_file_says_what_it_says() -> None:
    made = sounds_of(USERS, where="x")
    assert made.default == "mine"
    violins = made.instruments["violins1"]
    assert violins.articulations == {
        "sustain": Articulation(key=0),
        "staccato": Articulation(key=2, channel=2),
        "tremolo": Articulation(controller=32, value=17),
        "pizzicato": Articulation(program=4),
    }
    assert [made.choice(i) for i in ("violins1", "oboe", "harp")] == ["mine", "racks", "mine"]


def test_without_a_file_printed_stems_sound() -> None:
    assert SoundMap().choice("violins1") == "stems"


def test_a_cues_own_file_goes_before() -> None:
    shared = sounds_of(USERS, where="x")
    own = SoundMap(instruments={"oboe": OwnSound(sound="stems")})
    both = joined(shared, own)
    assert [both.choice(i) for i in ("violins1", "oboe")] == ["mine", "stems"]
    assert joined(shared, SoundMap(default="racks")).choice("harp") == "racks"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[sound]\ndefault = 'stem'", "did you mean 'stems'"),
        ("[sound]\ndefault = 5", "default"),
        ("[violin]\nplugin='x'", "violin"),
        ("[violins1]\nplugin=5", "plugin"),
        ("[violins1]\nplug='x'", "plug"),
        ("[violins1]\nchannel=17", "channel is 17"),
        ("violins1 = 5", "must be a table"),
        ("[violins1]\narticulations = 5", "must be a table"),
        ("[violins1.articulations]\nflutter='C1'", "no technique 'flutter'"),
        ("[violins1.articulations]\nsustain='H1'", "not understood"),
        ("[violins1.articulations]\nsustain='program'", "not understood"),
        ("[violins1.articulations]\nsustain='program 200'", "program is 199"),
        ("[sound]\nmiddle_c = 9", "middle_c is 9"),
        ("[sound\n", "line 1"),
    ],
)
def test_faults_are_named_with_their_place(text: str, says: str) -> None:
    with pytest.raises(InputError) as fault:
        sounds_of(text, where="sounds.toml")
    assert says in str(fault.value)
    assert fault.value.message.startswith("sounds.toml")
    assert fault.value.hint


@pytest.mark.parametrize(
    ("words", "middle_c", "key"),
    [("C4", 4, 60), ("C3", 3, 60), ("c-1", 4, 0), ("C-2", 3, 0), ("F#1", 4, 30), ("Bb0", 4, 22)],
)
def test_keys_by_name(words: str, middle_c: int, key: int) -> None:
    assert read_articulation(words, middle_c=middle_c, where="").key == key


@pytest.mark.parametrize("words", ["C-3", "200", "", None, 1.5, True, "cc 32", "G10"])
def test_keys_that_are_none(words: object) -> None:
    with pytest.raises(InputError):
        read_articulation(words, middle_c=4, where="x")


# --- adding and choosing --------------------------------------------------------------------------


def test_a_scan_makes_a_file_that_says_what_it_proposes(tmp_path: Path) -> None:
    resources = reapers.mac(tmp_path)
    scanned = scan_sounds(resources)
    assert scanned.path == sounds_file(resources)
    text = scanned.path.read_text("utf-8")
    made = sounds_of(text, where="x")
    assert made.default == "stems"
    assert set(scanned.added) == set(made.instruments)
    assert made.instruments["harp"].template == "Harp.RfxChain"
    assert all(f"[{ident}]" in text for ident in catalogue())
    assert "AUi: Spitfire Audio: BBC Symphony Orchestra" in text
    assert any("instruments" in said for said in scanned.said)


def test_a_second_scan_changes_nothing(tmp_path: Path) -> None:
    scan_sounds(reapers.mac(tmp_path))
    before = sounds_file(tmp_path).read_bytes()
    assert scan_sounds(tmp_path).added == ()
    assert sounds_file(tmp_path).read_bytes() == before


def test_what_the_user_wrote_stays_to_the_last_byte(tmp_path: Path) -> None:
    resources = reapers.mac(tmp_path)
    path = sounds_file(resources)
    path.parent.mkdir()
    path.write_bytes(USERS.encode())
    scanned = scan_sounds(resources)
    after = path.read_bytes()
    assert after.startswith(USERS.encode())
    made = sounds_of(after.decode(), where="x")
    assert made.instruments["violins1"].preset == "Violins 1"  # though a template has its name
    assert "violins1" not in scanned.added
    assert "violas" in scanned.added
    # named in the file, not in the caches
    assert any("Kontakt 7" in said and "does not list" in said for said in scanned.said)


def test_a_broken_file_is_refused_and_not_touched(tmp_path: Path) -> None:
    resources = reapers.mac(tmp_path)
    path = sounds_file(resources)
    path.parent.mkdir()
    path.write_text("[sound\n", "utf-8")
    with pytest.raises(InputError):
        scan_sounds(resources)
    assert path.read_text("utf-8") == "[sound\n"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30))
def test_any_name_comes_back(name: str) -> None:
    text, _ = with_proposals(None, {"harp": OwnSound(plugin=name, preset=name)})
    assert sounds_of(text, where="x").instruments["harp"] == OwnSound(plugin=name, preset=name)


@pytest.mark.parametrize("choice", ["stems", "mine", "racks"])
@pytest.mark.parametrize(
    "text",
    ["", USERS, "[violins1]\nplugin = 'x'\n", "[sound]\nmiddle_c = 3\n[oboe]\nsound='stems'\n"],
)
def test_a_choice_changes_one_line(text: str, choice: str) -> None:
    made = with_default(text, choice)
    assert sounds_of(made, where="x").default == choice
    before, after = tomllib.loads(text), tomllib.loads(made)
    before.setdefault("sound", {})["default"] = choice
    assert after == before
    assert with_default(made, choice) == made
    kept = [line for line in made.split("\n") if "default" not in line]
    assert [line for line in text.split("\n") if line and "default" not in line] == [
        line for line in kept if line and (line != "[sound]" or line in text)
    ]


# --- a cue ----------------------------------------------------------------------------------------


def test_a_cue_gets_a_mapping_made_where_there_is_none(tmp_path: Path) -> None:
    resources, cue = reapers.mac(tmp_path / "reaper"), tmp_path / "cue"
    cue.mkdir()
    said: list[str] = []
    made = sounds_of_cue(str(resources), cue, tell=said.append)
    assert made.choice("harp") == "stems"
    assert len(said) == 1
    assert str(sounds_file(resources)) in said[0]
    said.clear()
    made = sounds_of_cue(str(resources), cue, choice="mine", tell=said.append)
    assert made.choice("harp") == "mine"
    assert said == []
    assert sounds_of_cue(str(resources), cue, tell=said.append).choice("harp") == "mine"


def test_a_fault_in_the_mapping_is_a_sentence_and_stems_sound(tmp_path: Path) -> None:
    resources = reapers.mac(tmp_path)
    sounds_file(resources).parent.mkdir()
    sounds_file(resources).write_text("[violins9]\n", "utf-8")
    said: list[str] = []
    assert sounds_of_cue(str(resources), tmp_path, tell=said.append) == SoundMap()
    assert len(said) == 1
    assert "violins9" in said[0]


def test_without_a_resource_folder_the_cues_own_file_holds(tmp_path: Path) -> None:
    (tmp_path / "sounds.toml").write_text("[sound]\ndefault='racks'\n", "utf-8")
    assert sounds_of_cue("", tmp_path, tell=print).choice("harp") == "racks"
    said: list[str] = []
    resources = reapers.mac(tmp_path / "r")
    made = sounds_of_cue(str(resources), tmp_path, choice="mine", tell=said.append)
    assert made.choice("harp") == "racks"
    assert any("goes before 'mine'" in sentence for sentence in said)
