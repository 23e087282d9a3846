"""reaper-menu.ini: our toolbar finds a place, and the user's edits win."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installer import ini
from installer.toolbar import TITLE, Toolbar, add_toolbar, remove_toolbar
from tests.installer import samples
from tests.installer.test_actions import ALL, CANCEL, SCORE, SPOT, action

TEMPO = action("Tempo")
MENUS = {name: data or b"" for name, data in samples.MENUS.items()}
every_menu = pytest.mark.parametrize("data", MENUS.values(), ids=MENUS.keys())


def text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def section(data: bytes, name: str) -> dict[str, str]:
    file = ini.parse(data)
    entries = [file.lines[at].entry for at in file.span(name) or ()]
    return dict(entry for entry in entries if entry)


def items(data: bytes, name: str) -> list[str]:
    """The buttons that REAPER shows: up to the first gap."""
    entries = section(data, name)
    shown = []
    while (key := f"item_{len(shown)}") in entries:
        shown.append(entries[key])
    assert len(shown) == sum(key.startswith("item_") for key in entries)
    return shown


def item(*actions: object) -> list[str]:
    return [f"_{a.command_id} {a.label}" for a in actions]  # type: ignore[attr-defined]


def edit(data: bytes, old: str, new: str) -> bytes:
    assert text(data).count(old) == 1
    return data.replace(old.encode(), new.encode())


@pytest.mark.parametrize(
    ("menu", "slot"),
    [
        ("windows", 13),
        ("macos", 16),
        ("linux", 15),
        ("one default", 7),
        ("empty", 16),
        ("absent", 16),
        ("full", None),
    ],
)
def test_a_free_slot_is_taken_and_no_other(menu: str, slot: int | None) -> None:
    done = add_toolbar(MENUS[menu], ALL, newline="\n")
    assert done.section == (None if slot is None else f"Floating toolbar {slot}")
    if done.section is None:
        assert (done.data, done.added) == (MENUS[menu], ())
        assert "All 16 floating toolbars are in use" in done.notes[0]
    else:
        assert items(done.data, done.section) == item(*ALL)
        assert section(done.data, done.section)["title"] == TITLE
        assert section(done.data, done.section)["icon_1"] == "spot.png"
        assert str(slot) in done.notes[0]


def test_what_is_written() -> None:
    done = add_toolbar(b"", (SCORE, SPOT), newline="\r\n")
    assert text(done.data).split("\r\n") == [
        "[Floating toolbar 16]",
        "icon_0=score.png",
        "icon_1=spot.png",
        f"item_0=_{SCORE.command_id} Score",
        f"item_1=_{SPOT.command_id} Spot",
        "title=FilmComposer",
        "",
    ]
    assert done.added == tuple(text(done.data).split("\r\n")[:-1])


@every_menu
def test_installing_then_removing_gives_the_file_back(data: bytes) -> None:
    done = add_toolbar(data, ALL)
    assert remove_toolbar(done.data, done.section or "", done.added) == data
    assert done.data.startswith(ini.BOM) == data.startswith(ini.BOM)


@every_menu
@pytest.mark.parametrize("remembered", [False, True])
def test_installing_again_changes_nothing(data: bytes, remembered: bool) -> None:
    once = add_toolbar(data, ALL)
    known, old = (once.section, once.added) if remembered else (None, ())
    again = add_toolbar(once.data, ALL, known=known, old=old)
    assert (again.data, again.section) == (once.data, once.section)
    if data != MENUS["one default"] or remembered:
        assert again.added == once.added


@every_menu
def test_foreign_lines_stay(data: bytes) -> None:
    done = add_toolbar(data, ALL)
    ours = set(done.added)
    left = [line.body for line in ini.parse(done.data).lines if line.text not in ours]
    replaced = [line[4:].encode() for line in done.added if line.startswith("was ")]
    expected = [line.body for line in ini.parse(data).lines if line.body not in replaced]
    assert left == expected


def test_a_slot_that_reaper_opened_is_given_back_as_it_was() -> None:
    bare = b"".join(
        f"[Floating toolbar {n}]\n{'' if n == 4 else f'title=T{n}'}\n".encode()
        for n in range(1, 17)
    )
    done = add_toolbar(bare, ALL)
    assert done.section == "Floating toolbar 4"
    assert remove_toolbar(done.data, done.section, done.added) == bare


def rewritten(data: bytes) -> bytes:
    """The file as REAPER writes it: sections and keys sorted, its own mark, empty lines."""
    file = ini.parse(data)
    names = [line.header for line in file.lines if line.header is not None]
    out = []
    for name in sorted(dict.fromkeys(names)):
        entries = {**section(data, name), "default": "2bcb4157b56ed885"}
        keys = sorted(entries, key=lambda k: [int(p) if p.isdigit() else p for p in k.split("_")])
        out += [f"[{name}]", *(f"{key}={entries[key]}" for key in keys), ""]
    return file.newline.join(ini.encode(line) for line in out) + file.newline


@every_menu
def test_a_toolbar_that_reaper_wrote_anew_is_still_ours(data: bytes) -> None:
    once = add_toolbar(data, ALL)
    if once.section is None:
        return
    by_reaper = rewritten(once.data)
    again = add_toolbar(by_reaper, ALL, known=once.section, old=once.added)
    assert (again.data, again.added, again.notes) == (by_reaper, once.added, ())
    renamed = action("Score", "FilmComposer: Score it")
    upgraded = add_toolbar(by_reaper, (renamed, TEMPO), known=once.section, old=once.added)
    assert items(upgraded.data, once.section) == item(renamed, TEMPO)
    assert upgraded.notes == ()
    gone = remove_toolbar(upgraded.data, once.section, upgraded.added)
    assert section(gone, once.section) in (
        {},
        {"title": once.section.removeprefix("Floating t").replace("oolbar", "Toolbar"),
         "default": "2bcb4157b56ed885"},
    )  # fmt: skip


def test_an_untouched_toolbar_is_upgraded_to_what_a_new_install_writes() -> None:
    for data in MENUS.values():
        once = add_toolbar(data, ALL)
        fresh = add_toolbar(data, (TEMPO, CANCEL))
        upgraded = add_toolbar(once.data, (TEMPO, CANCEL), known=once.section, old=once.added)
        assert (upgraded.data, upgraded.added) == (fresh.data, fresh.added)


def installed(data: bytes = b"") -> Toolbar:
    return add_toolbar(data, ALL, newline="\n")


NAME = "Floating toolbar 16"


def test_the_users_buttons_stay_and_new_ones_come_at_the_end() -> None:
    once = installed()
    mixed = edit(once.data, "title=", "icon_3=text\nitem_3=40044 Play\ntbf_3=1\ntitle=")
    done = add_toolbar(mixed, (SCORE, TEMPO, CANCEL), known=NAME, old=once.added)
    assert items(done.data, NAME) == [*item(SCORE, CANCEL), "40044 Play", *item(TEMPO)]
    entries = section(done.data, NAME)
    assert [entries[f"icon_{n}"] for n in range(4)] == [
        "score.png", "cancel.png", "text", "tempo.png",
    ]  # fmt: skip
    assert entries["tbf_2"] == "1"
    assert "tbf_3" not in entries
    assert "edited by you" in done.notes[0]
    assert "1 added at its end, 1 taken out" in done.notes[0]
    again = add_toolbar(done.data, (SCORE, TEMPO, CANCEL), known=NAME, old=done.added)
    assert (again.data, again.added) == (done.data, done.added)
    assert text(remove_toolbar(done.data, NAME, done.added)).splitlines() == [
        "[Floating toolbar 16]", "icon_0=text", "item_0=40044 Play", "tbf_0=1",
    ]  # fmt: skip


def test_a_button_that_the_user_took_out_does_not_come_back() -> None:
    once = installed()
    lines = text(once.data).splitlines()
    kept = [line for line in lines if "_1=" not in line]
    mixed = ("\n".join(kept) + "\n").replace("_2=", "_1=").encode()
    for actions in (ALL, (*ALL, TEMPO)):
        done = add_toolbar(mixed, actions, known=NAME, old=once.added)
        expected = [SCORE, CANCEL, *actions[3:]]
        assert items(done.data, NAME) == item(*expected)
        again = add_toolbar(done.data, actions, known=NAME, old=done.added)
        assert (again.data, again.added) == (done.data, done.added)
        assert remove_toolbar(again.data, NAME, again.added) == b""


def test_the_users_title_labels_and_icons_stay() -> None:
    once = installed()
    mixed = edit(once.data, f"title={TITLE}", "title=Größe")
    mixed = edit(mixed, f"{item(SPOT)[0]}", f"_{SPOT.command_id} Meine Punkte")
    mixed = edit(mixed, "icon_0=score.png", "icon_0=text_wide")
    renamed = [action(a.label, f"new {a.label}", a.key) for a in ALL]
    done = add_toolbar(mixed, renamed, known=NAME, old=once.added)
    assert done.data == mixed
    assert "It is left as it is" in done.notes[0]
    left = remove_toolbar(done.data, NAME, done.added)
    assert left.decode() == "[Floating toolbar 16]\ntitle=Größe\n"


def test_a_button_as_we_wrote_it_follows_renamed_icons() -> None:
    once = installed()
    done = Toolbar(
        data=edit(once.data, f"title={TITLE}", "title=mine"),
        section=NAME,
        added=once.added,
        notes=(),
    )
    for icon, label in (("other", "Go"), ("third", "Go on")):
        new = SCORE.__class__(
            file=SCORE.file, name=SCORE.name, version="2", author="a", icon=icon, label=label
        )
        done = add_toolbar(done.data, (new, SPOT, CANCEL), known=NAME, old=done.added)
        assert section(done.data, NAME)["icon_0"] == f"{icon}.png"
        assert items(done.data, NAME) == item(new, SPOT, CANCEL)
        assert section(done.data, NAME)["title"] == "mine"


def test_a_slot_that_reaper_opened_is_given_back_after_the_users_edits_and_an_upgrade() -> None:
    data = MENUS["one default"]
    once = add_toolbar(data, ALL)
    name = once.section or ""
    mixed = edit(once.data, f"title={TITLE}", f"item_3=40044 Play\ntitle={TITLE}")
    done = add_toolbar(mixed, (*ALL, TEMPO), known=name, old=once.added)
    assert items(done.data, name) == [*item(*ALL), "40044 Play", *item(TEMPO)]
    left = remove_toolbar(done.data, name, done.added)
    assert left == edit(data, "title=Toolbar 7", "item_0=40044 Play\ntitle=Toolbar 7")


def test_a_toolbar_that_is_gone_is_made_again() -> None:
    once = installed()
    done = add_toolbar(b"", ALL, known=once.section, old=once.added, newline="\n")
    assert (done.data, done.added) == (once.data, once.added)


def test_a_slot_that_the_user_gave_to_something_else_is_left() -> None:
    once = installed()
    other = b"[Floating toolbar 16]\nitem_0=40044 Play\nitem_2=40045 x\ntitle=Mine\n"
    done = add_toolbar(other, ALL, known=once.section, old=once.added)
    assert done.section == "Floating toolbar 15"
    assert done.data.startswith(other)
    assert remove_toolbar(other, NAME, once.added) == other
    assert remove_toolbar(b"", NAME, once.added) == b""


def test_entries_without_a_button_never_come_to_belong_to_one() -> None:
    """Left over from a button of before, in a file edited by hand."""
    once = installed()
    mixed = edit(once.data, "title=", "icon_3=old.png\nicon_9=far.png\ntitle=")
    done = add_toolbar(mixed, (*ALL, TEMPO), known=NAME, old=once.added)
    assert text(done.data).count("icon_3=") == 1
    assert section(done.data, NAME)["icon_3"] == "tempo.png"
    assert section(done.data, NAME)["icon_9"] == "far.png"
    gap = edit(once.data, "title=", "icon_3=old.png\nitem_4=40044 Play\ntitle=")
    left = section(remove_toolbar(gap, NAME, once.added), NAME)
    assert left == {"icon_3": "old.png", "item_0": "40044 Play"}
    two = (
        b"[Floating toolbar 16]\nicon_0=old.png\nitem_1=40044 Play\nitem_2="
        + item(SPOT)[0].encode()
    )
    assert remove_toolbar(two, NAME, once.added) == b"[Floating toolbar 16]\nitem_0=40044 Play"


def test_a_toolbar_that_the_user_emptied_is_dropped_at_removal() -> None:
    once = installed()
    assert remove_toolbar(b"[Floating toolbar 16]\n", NAME, once.added) == b""


def test_actions_without_an_icon_get_no_button() -> None:
    plain = SCORE.__class__(file="x.py", name="x", version="1", author="a")
    assert add_toolbar(b"", (plain,)) == Toolbar(data=b"", section=None, added=(), notes=())


def test_labels_are_utf8_and_a_files_mark_is_kept() -> None:
    größe = SCORE.__class__(
        file="x.py", name="x", version="1", author="a", icon="x", label="Größe — 音"
    )
    for data in (b"", ini.BOM):
        done = add_toolbar(data, (größe,))
        assert "Größe — 音".encode() in done.data
        assert done.data.startswith(ini.BOM) == data.startswith(ini.BOM)


FOREIGN = ["40044 Play", "-1", "_SWS_ABOUT Größe", "65535 No-op", "40364 Metronome"]


@given(
    st.sampled_from([data for name, data in MENUS.items() if name != "full"]),
    st.lists(st.sampled_from(FOREIGN), max_size=5),
    st.randoms(use_true_random=False),
    st.sets(st.sampled_from(range(3)), max_size=3),
    st.booleans(),
    st.sampled_from([None, "Mine", TITLE]),
)
def test_the_users_additions_survive_upgrade_and_removal(
    data: bytes,
    own: list[str],
    order: random.Random,
    dropped: set[int],
    by_reaper: bool,
    title: str | None,
) -> None:
    """The user adds, takes out and moves buttons and renames; then upgrade twice; then remove."""
    once = add_toolbar(data, ALL)
    name = once.section or ""
    kept = [
        (b, "filmcomposer.png") for n, b in enumerate(items(once.data, name)) if n not in dropped
    ]
    mixed = [*kept, *((button, "own.png") for button in own)]
    order.shuffle(mixed)
    changed = written(once.data, name, mixed, title)
    changed = rewritten(changed) if by_reaper else changed
    new = (TEMPO, SPOT, SCORE)
    done = add_toolbar(changed, new, known=name, old=once.added)
    if done.section is None:
        # The slot was given to something else, and no other is left.
        assert (data, done.data) == (MENUS["one default"], changed)
        return
    here = done.section
    again = add_toolbar(done.data, new, known=here, old=done.added)
    assert (again.data, again.section, again.added) == (done.data, here, done.added)
    gone = item(CANCEL)
    expected = [b for b, _ in mixed if b not in gone]
    if here == name and not untouched(once.data, changed, name):
        assert items(done.data, name) == [*expected, *item(TEMPO)]
        icons = section(done.data, name)
        assert [icons[f"icon_{n}"] for n in range(len(expected))] == [
            icon for b, icon in mixed if b not in gone
        ]
    left = remove_toolbar(done.data, here, done.added)
    assert not re.search("|".join(a.command_id for a in (*ALL, TEMPO)), text(left))
    assert items(left, name) == [b for b, _ in mixed if b in own]
    for other in range(1, 17):
        if f"Floating toolbar {other}" not in (name, here):
            same = f"Floating toolbar {other}"
            assert items(left, same) == items(data, same)


def untouched(before: bytes, after: bytes, name: str) -> bool:
    now = {k: v for k, v in section(after, name).items() if k != "default"}
    return now == section(before, name)


def written(data: bytes, name: str, mixed: list[tuple[str, str]], title: str | None) -> bytes:
    """The file after the user rearranged a toolbar in REAPER's dialog."""
    file = ini.parse(data)
    span = file.span(name) or range(0)
    for at in reversed(span[1:]):
        entry = file.lines[at].entry
        if entry and ("_" in entry[0] or title is not None):
            file.delete(at)
    lines = [f"icon_{n}={icon}" for n, (_, icon) in enumerate(mixed)]
    lines += [f"item_{n}={button}" for n, (button, _) in enumerate(mixed)]
    lines += [f"title={title}"] if title is not None else []
    file.insert(span[0] + 1, lines)
    return file.joined()
