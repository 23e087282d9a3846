"""An item written anew beside the user's takes, frame and controllers, by hand."""

from __future__ import annotations

import pytest

from filmcomposer_reaper.chunks.items import read_item
from filmcomposer_reaper.chunks.takes import EVENTS, FRAME, TAKE, merged_item
from filmcomposer_reaper.chunks.text import key, words


def source(pitch: str, *others: str) -> list[str]:
    return ["<SOURCE MIDI", *others, f"E 0 90 {pitch} 50", f"E 960 80 {pitch} 00",
            "E 0 b0 7b 00", ">"]  # fmt: skip


def take(name: str, guid: str, pitch: str, *others: str) -> list[str]:
    return [f"NAME {name}", f"GUID {{{guid}}}", "PLAYRATE 1 1 0", *source(pitch, *others)]


def item(
    start: int, *takes: list[str], extra: tuple[str, ...] = (), volume: str = "1"
) -> list[str]:
    first, *others = takes
    made = ["<ITEM", f"POSITION {start}", "LENGTH 4", *extra, f"IGUID {{{start}}}"]
    made += [first[0], f"VOLPAN {volume} 0 1 -1", *first[1:]]
    for other in others:
        made += ["TAKE SEL", other[0], "TAKEVOLPAN 0.5 0.8 -1", *other[1:]]
    return [*made, ">"]


OURS = take("Harp", "1", "3c")
NEW = item(8, take("Harp", "1", "40"))
MINE = take("mine", "9", "55")


def pitches(block: list[str]) -> list[str]:
    return [line.split()[3] for line in block if " 90 " in line]


def test_the_users_takes_stay_behind_ours_which_is_what_plays() -> None:
    made = merged_item(item(2, OURS, MINE), NEW, ())
    found = read_item(made)
    assert pitches(made) == ["40", "55"]
    assert found.active == 0
    assert [words(t.line("NAME"))[1] for t in found.takes] == ["Harp", "mine"]
    assert found.takes[1].line("TAKEVOLPAN") == "TAKEVOLPAN 0.5 0.8 -1"
    assert found.line("POSITION") == "POSITION 8"
    assert merged_item(made, NEW, ()) == made
    chosen = merged_item(item(2, OURS, MINE), NEW, {TAKE})
    assert read_item(chosen).active == 1


def test_a_take_of_the_users_before_ours_goes_behind_it_with_its_pan() -> None:
    here = item(2, MINE, OURS, volume="0.25")
    made = merged_item(here, NEW, {FRAME})
    first, second = read_item(made).takes
    assert pitches(made) == ["40", "55"]
    # The item's own volume stays, and what each take has of its own goes with it.
    assert first.line("VOLPAN") == "VOLPAN 0.25 0.5 0.8 -1"
    assert second.line("TAKEVOLPAN") == "TAKEVOLPAN 0 1 -1"


def test_the_frame_stays_and_the_place_is_the_sessions() -> None:
    here = item(2, ["NAME x", "GUID {7}", "PLAYRATE 2 0 3", *source("3c")],
                extra=("FADEIN 1 0.5", "LOCK 1", "MUTE 1 0", "COLOR 7"), volume="0.5")  # fmt: skip
    made = merged_item(here, NEW, {FRAME})
    assert made == [
        "<ITEM", "POSITION 8", "LENGTH 4", "FADEIN 1 0.5", "LOCK 1", "MUTE 1 0", "COLOR 7",
        "IGUID {8}", "NAME x", "VOLPAN 0.5 0 1 -1", "GUID {1}", "PLAYRATE 1 0 3", *source("40"),
        ">",
    ]  # fmt: skip
    assert merged_item(here, NEW, ()) == NEW


@pytest.mark.parametrize("guid", ["1", "7"])
def test_ours_is_found_by_its_id_or_else_by_its_place(guid: str) -> None:
    here = item(2, take("Harp", guid, "3c", "E 0 b0 01 40"), MINE)
    made = merged_item(here, NEW, {EVENTS})
    assert pitches(made) == ["40", "55"]
    assert sum("b0 01 40" in line for line in made) == 1


def test_themes_that_are_no_more_go_and_one_that_the_user_made_stays() -> None:
    names = ["Theme 1 (a)", "Theme 2 (b)", "my theme"]
    takes = [take(f'"{name}"', str(i), f"3{i}") for i, name in enumerate(names)]
    new = item(8, take('"Theme 1 (a)"', "0", "50"))
    made = merged_item(item(2, *takes), new, ())
    found = [words(line)[1] for line in made if key(line) == "NAME"]
    assert found == ["Theme 1 (a)", "my theme"]


def test_the_view_is_carried() -> None:
    here = item(2, OURS, extra=("SEL 1", "IID 7"))
    here[-1:-1] = ["<EXT", "fc_cue x", ">"]
    made = merged_item(here, item(8, take("Harp", "1", "40"), extra=("SEL 0",)), ())
    assert "SEL 1" in made
    assert "SEL 0" not in made
    assert made.count("<EXT") == made.count("IID 7") == 1
