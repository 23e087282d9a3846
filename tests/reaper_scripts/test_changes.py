from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_reaper.tracks.changes import (
    Change,
    Mark,
    added,
    aspect_words,
    differing,
    marks_text,
    read_marks,
    user_changes,
)
from tests.fakes.reaper.direct import HERE
from tests.reaper_scripts.laying import desk, foreign, move_to_top, session

aspects = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
hexes = st.text("0123456789abcdef.", min_size=1, max_size=21)


@given(st.dictionaries(aspects, st.builds(Mark, hexes, hexes), max_size=8))
def test_marks_come_back_from_their_line(found: dict[str, Mark]) -> None:
    text = marks_text(found)
    assert read_marks(text) == found
    assert not {" ", '"', "'", "`", "\n"} & {*text}


def test_what_cannot_be_read_is_left_out() -> None:
    assert read_marks("") == {}
    assert read_marks("name=ab/cd;;x;=1/2;y=/;z=1;fader=1/2") == {
        "name": Mark("ab", "cd"),
        "fader": Mark("1", "2"),
    }


def test_differing_and_added_by_hand() -> None:
    written = {"name": Mark("a", "x"), "item:1": Mark("b.c", "x"), "fx:1": Mark("d", "x")}
    now = {"name": "a", "item:1": "z.c", "item:2": "q", "channels": "w"}
    assert differing(now, written) == {"fx:1"}  # gone; the item is the same in beats
    assert added(now, written) == {"item:2"}


def test_words() -> None:
    found = [aspect_words(a) for a in ("fader", "env:VOLENV2#2", "notes:{x}:0", "FX", "take:{x}")]
    assert found == [
        "its fader or pan", "its volume envelope", "its notes", "its settings", "the chosen take",
    ]  # fmt: skip


def test_a_cue_that_was_never_laid_has_no_changes() -> None:
    with desk() as d:
        foreign(d, "a")
        assert user_changes(d.reaper, d.record) == ()


def test_nothing_is_a_change_after_laying_nor_after_saving_and_opening(tmp_path: Path) -> None:
    with desk() as d:
        foreign(d, "a")
        d.lay(session())
        assert user_changes(d.reaper, d.record) == ()
        path = tmp_path / "x.rpp"
        d.host.project.save(path)
        d.host.project.open(path)
        d.reopen()
        assert user_changes(d.reaper, d.record) == ()


def test_every_kind_of_change_is_told() -> None:
    with desk() as d:
        foreign(d, "a")
        d.lay(session())
        d.r.SetMediaTrackInfo_Value(d.track("horns"), "D_VOL", 0.4)
        d.r.TrackFX_AddByName(d.track("horns"), "ReaComp", False, -1)
        d.r.SetTrackSelected(d.track("violins"), True)
        d.r.DeleteTrack(d.track("basses"))
        place = d.parts().index("horns")
        d.r.InsertTrackAtIndex(place, False)
        d.r.GetSetMediaTrackInfo_String(d.r.GetTrack(HERE, place), "P_NAME", "My synth", True)
        move_to_top(d, "violins")
        found = user_changes(d.reaper, d.record)
        assert [c for c in found if c.aspect[:3] != "fx:"] == [
            Change(track="horns", aspect="fader", words="Horns: its fader or pan"),
            Change(
                track="violins",
                aspect="moved",
                words="Violins: you moved the track out of its folder",
                stays=True,
            ),
            Change(track="basses", aspect="deleted", words="Basses: you deleted the track"),
            Change(
                track="",
                aspect="added",
                words="My synth: a track of yours in our folder",
                stays=True,
            ),
        ]
        effects = [(c.words, c.stays) for c in found if c.aspect[:3] == "fx:"]
        assert effects == [("Horns: an effect", True)]
