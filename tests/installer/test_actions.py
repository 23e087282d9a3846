"""reaper-kb.ini: our lines come and go, everybody else's stay."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from installer.actions import (
    Edited,
    Key,
    Script,
    as_planned,
    key_line,
    quote,
    read_line,
    register,
    script_line,
    shortcut,
    unregister,
    words,
)
from installer.headers import Action
from tests.installer import samples


def action(stem: str, name: str | None = None, key: str | None = None) -> Action:
    return Action(
        file=f"FilmComposer_{stem}.py",
        name=name or f"FilmComposer: {stem}",
        version="1.0.0",
        author="a",
        icon=stem.lower(),
        label=stem,
        key=key,
    )


SCORE, SPOT, CANCEL = action("Score", key="S"), action("Spot", key="F2"), action("Cancel")
ALL = (SCORE, SPOT, CANCEL)
KBS = {
    "windows": samples.KB_WINDOWS,
    "macos": samples.KB_MACOS,
    "linux": samples.KB_LINUX,
    "legacy": samples.KB_LEGACY,
    "empty": samples.KB_EMPTY,
}
every_kb = pytest.mark.parametrize("data", KBS.values(), ids=KBS.keys())


def lines(data: bytes) -> list[str]:
    return data.decode("utf-8", "surrogateescape").splitlines()


def test_a_line_is_what_reaper_writes() -> None:
    assert script_line(SCORE) == (
        f'SCR 516 0 {SCORE.command_id} "Custom: FilmComposer: Score" '
        "FilmComposer/FilmComposer_Score.py"
    )
    assert key_line(SCORE) == f"KEY 29 83 _{SCORE.command_id} 0"
    assert key_line(SPOT) == f"KEY 29 113 _{SPOT.command_id} 0"
    assert key_line(CANCEL) is None


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("a/b.py", "a/b.py"),
        ("a b.py", '"a b.py"'),
        ('say "a"', "'say \"a\"'"),
        ('it\'s "a"', '`it\'s "a"`'),
        ('it\'s "a" `b`', "`it's \"a\" 'b'`"),
        ("", '""'),
        ("#1", '"#1"'),
    ],
)
def test_quotes(text: str, quoted: str) -> None:
    assert quote(text) == quoted


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=20))
def test_what_is_quoted_is_read_back(text: str) -> None:
    assume(not set("\"'`") <= set(text))
    assert words(f"SCR {quote(text)} {quote(text, always=True)} x # c") == ["SCR", text, text, "x"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            'SCR 4 0 RSff "Custom: a # b.py" "x/a # b.py"\t# c',
            Script(flags="4", section="0", id="RSff", description="Custom: a # b.py",
                   path="x/a # b.py"),
        ),
        (
            "  SCR  260 32060 RS7d3c_1 'Custom: \"q\"' q.lua",
            Script(flags="260", section="32060", id="RS7d3c_1", description='Custom: "q"',
                   path="q.lua"),
        ),
        ("KEY 9 89 40030 0\t\t # Main", Key(modifiers=9, keycode=89, command="40030", section="0")),
        ("KEY 29 83 0 0", Key(modifiers=29, keycode=83, command="0", section="0")),
        ('ACT 3 0 "0f5c" "Custom: x" 40015', None),
        ("SCR 4 0 RSff", None),
        ("KEY x 83 0 0", None),
        ('SCR 4 0 RS1 "Custom: open.py', None),
        ("", None),
        ("# SCR 4 0 RSff a b", None),
    ],
)  # fmt: skip
def test_reading_a_line(line: str, said: object) -> None:
    assert read_line(line) == said


@every_kb
@pytest.mark.parametrize("shortcuts", [False, True])
def test_register_then_unregister_gives_the_file_back(data: bytes, shortcuts: bool) -> None:
    edited = register(data, ALL, shortcuts=shortcuts)
    assert unregister(edited.data, edited.added) == data
    assert len(edited.added) == (5 if shortcuts else 3)
    assert lines(edited.data)[: len(lines(data))] == lines(data)
    assert lines(edited.data)[len(lines(data)) :] == list(edited.added)
    assert edited.data.endswith(b"\n") == (data.endswith(b"\n") or not data)


@every_kb
@pytest.mark.parametrize("shortcuts", [False, True])
@pytest.mark.parametrize("remembered", [False, True])
def test_registering_again_changes_nothing(data: bytes, shortcuts: bool, remembered: bool) -> None:
    """Also where the receipt was lost."""
    once = register(data, ALL, shortcuts=shortcuts)
    again = register(once.data, ALL, old=once.added if remembered else (), shortcuts=shortcuts)
    assert again == Edited(data=once.data, added=once.added, notes=())


def test_shortcuts_stay_without_being_asked_for_again() -> None:
    once = register(samples.KB_WINDOWS, ALL, shortcuts=True)
    again = register(once.data, ALL, old=once.added, shortcuts=False)
    assert (again.data, again.added) == (once.data, once.added)


def test_an_upgrade_changes_lines_where_they_stand() -> None:
    once = register(samples.KB_MACOS, ALL, shortcuts=True)
    mixed = once.data + b"KEY 1 65 40001 0\n"
    renamed = action("Score", "FilmComposer: Score the clip", key="S")
    new = action("Tempo")
    edited = register(mixed, (renamed, new, SPOT), old=once.added, shortcuts=False)
    before, after = lines(mixed), lines(edited.data)
    before.remove(script_line(CANCEL))
    before[before.index(script_line(SCORE))] = script_line(renamed)
    assert after == [*before, script_line(new)]
    assert edited.added == (
        script_line(renamed), script_line(new), script_line(SPOT), key_line(SCORE), key_line(SPOT),
    )  # fmt: skip
    assert edited.notes == ()
    left = unregister(edited.data, edited.added)
    assert left == samples.KB_MACOS + b"KEY 1 65 40001 0\n"


def test_dropping_an_action_drops_its_key_but_not_the_users() -> None:
    once = register(b"", ALL, shortcuts=True)
    own = f"KEY 1 83 _{SCORE.command_id} 0"
    edited = register(once.data + own.encode() + b"\n", (SPOT,), old=once.added, shortcuts=False)
    assert lines(edited.data) == [script_line(SPOT), key_line(SPOT), own]


def test_a_line_of_the_users_for_our_id_is_left_and_told() -> None:
    own = script_line(SCORE).replace("516", "260").encode() + b"\r\n"
    edited = register(own, (SCORE,), shortcuts=False)
    assert edited.data == own
    assert edited.added == ()
    assert len(edited.notes) == 1
    assert "FilmComposer: Score is already in reaper-kb.ini" in edited.notes[0]
    assert unregister(own, edited.added) == own


def test_a_line_of_ours_that_the_user_changed_is_left_but_goes_with_the_product() -> None:
    once = register(samples.KB_WINDOWS, ALL, shortcuts=False)
    changed = once.data.replace(
        script_line(SCORE).encode(), script_line(SCORE).replace("516", "4").encode()
    )
    again = register(changed, ALL, old=once.added, shortcuts=False)
    assert again.data == changed
    assert again.added == once.added
    assert len(again.notes) == 1
    assert unregister(again.data, again.added) == samples.KB_WINDOWS
    dropped = register(changed, (SPOT, CANCEL), old=once.added, shortcuts=False)
    assert SCORE.command_id not in dropped.data.decode()


def test_the_same_path_under_another_id_is_left_and_told() -> None:
    own = f'SCR 4 0 faf9709e "Custom: mine" "{SCORE.path.lower()}"\n'.replace("/", "\\").encode()
    edited = register(own, (SCORE,), shortcuts=False)
    assert edited.data == own + script_line(SCORE).encode() + b"\n"
    assert "already registered as faf9709e" in edited.notes[0]
    assert unregister(edited.data, edited.added) == own


KEY_S = shortcut(SCORE)


@pytest.mark.parametrize(
    "taken",
    [
        "KEY 29 83 40001 0",
        "KEY 29 83 0 0\t\t # Main : Ctrl+Alt+Shift+S : DISABLED DEFAULT",
        "KEY 28 83 40001 0",
        "KEY  29\t83 _SWS_ABOUT 0",
        "KEY 29 83 1 102",
    ],
)
def test_a_key_in_use_is_never_taken(taken: str) -> None:
    data = f"{taken}\n".encode()
    edited = register(data, (SCORE,), shortcuts=True)
    assert edited.data == data + script_line(SCORE).encode() + b"\n"
    assert edited.notes[0].startswith(f"{KEY_S} ")
    assert "in use" in edited.notes[0]


@pytest.mark.parametrize(
    "free",
    ["KEY 29 83 40001 32060", "KEY 29 84 40001 0", "KEY 13 83 40001 0", "KEY 144 83 1 0", "KEY 1"],
)
def test_another_section_or_key_takes_nothing(free: str) -> None:
    edited = register(f"{free}\n".encode(), (SCORE,), shortcuts=True)
    assert lines(edited.data) == [free, script_line(SCORE), key_line(SCORE)]
    assert edited.notes == (f"{KEY_S} now starts FilmComposer: Score.",)
    again = register(edited.data, (SCORE,), old=edited.added, shortcuts=True)
    assert again.notes == ()  # nothing is said of what is so already


def test_an_action_with_a_shortcut_of_the_users_gets_no_second_one() -> None:
    own = f"KEY 5 70 _{SCORE.command_id} 0"
    edited = register(f"{own}\n".encode(), (SCORE,), shortcuts=True)
    assert lines(edited.data) == [own, script_line(SCORE)]
    assert "already has a shortcut" in edited.notes[0]


def test_of_two_equal_lines_the_last_goes_and_then_the_other() -> None:
    ours = script_line(SCORE)
    data = f"{ours}\nKEY 1 65 40001 0\n{ours}\n".encode()
    assert lines(unregister(data, [ours])) == [ours, "KEY 1 65 40001 0"]
    assert lines(unregister(data, [ours, ours])) == ["KEY 1 65 40001 0"]


def test_a_key_bound_earlier_stays_where_a_version_offers_another() -> None:
    once = register(b"", (SCORE,), shortcuts=True)
    moved = action("Score", key="T")
    edited = register(once.data, (moved,), old=once.added, shortcuts=True)
    assert edited == Edited(data=once.data, added=once.added, notes=())


def test_a_line_of_another_section_is_not_ours() -> None:
    other = script_line(SCORE).replace("516 0", "516 100")
    edited = register(f"{other}\n".encode(), (SCORE,), shortcuts=False)
    assert lines(edited.data) == [other, script_line(SCORE)]
    assert edited.notes == ()


@pytest.mark.parametrize(
    ("system", "keys"),
    [
        ("linux", "Ctrl+Alt+Shift+S"),
        ("win32", "Ctrl+Alt+Shift+S"),
        ("darwin", "Cmd+Option+Shift+S"),
    ],
)
def test_a_key_is_named_as_this_system_has_it(
    monkeypatch: pytest.MonkeyPatch, system: str, keys: str
) -> None:
    monkeypatch.setattr("installer.actions.sys.platform", system)
    (note,) = register(b"", (SCORE,), shortcuts=True).notes
    assert note == f"{keys} now starts FilmComposer: Score."
    assert as_planned(note) == f"{keys} would start FilmComposer: Score."


FOREIGN = st.sampled_from([line for line in samples.kb_lines() if line.strip()])


@given(
    st.lists(FOREIGN, max_size=8),
    st.lists(FOREIGN, max_size=5),
    st.booleans(),
    st.randoms(use_true_random=False),
    st.sampled_from(["\n", "\r\n"]),
)
def test_foreign_lines_survive_install_and_uninstall(
    before: list[str], after: list[str], shortcuts: bool, random: object, end: str
) -> None:
    """REAPER may write the file in another order, and others add lines in between."""
    data = "".join(line + end for line in before).encode()
    edited = register(data, ALL, shortcuts=shortcuts, newline=end)
    mixed = [*lines(edited.data), *after]
    random.shuffle(mixed)  # type: ignore[attr-defined]
    rewritten = "".join(line + end for line in mixed).encode()
    left = unregister(rewritten, edited.added)
    ours = set(edited.added)
    assert left == "".join(line + end for line in mixed if line not in ours).encode()
    upgraded = register(rewritten, (SPOT,), old=edited.added, shortcuts=shortcuts)
    kept = [line for line in lines(upgraded.data) if not re.search(SPOT.command_id, line)]
    assert kept == [line for line in mixed if line not in ours]


@given(st.binary(max_size=200))
@example(b"\r")
def test_any_bytes_survive(data: bytes) -> None:
    assume(not data.startswith((b"\xff\xfe", b"\xfe\xff")))
    edited = register(data, ALL, shortcuts=True)
    assert unregister(edited.data, edited.added) == data
