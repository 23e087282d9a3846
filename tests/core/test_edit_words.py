"""Edits are told in the words of music and picture, never in those of the files."""

from __future__ import annotations

import pytest

from filmcomposer_core.contracts.cue import Pin
from filmcomposer_core.edit_words import bars, listed, phrases

PLAN = {
    "operations": {
        "track xylophone": {"id": "xylophone", "name": "Xylophone"},
        "track piano_2": {"id": "piano_2", "name": "Honky-tonk piano"},
        "midi_item piano_2": {"track": "piano_2", "name": "Honky-tonk piano"},
        "send xylophone": {"source": "xylophone"},
        "envelope piano_2 volume": {"track": "piano_2"},
    }
}
SCHEME = {"tracks": {"id violins": {"id": "violins"}, "id cello_solo": {"id": "cello_solo"}}}


def pin(*path: str, value: object = 1, op: str = "set", **like: str) -> Pin:
    return Pin(op=op, path=path, value=value, like=like)  # type: ignore[arg-type]


CASES = [
    ("daw_plan.json", [pin("operations", "track xylophone", "name", value="Bells")], PLAN,
     ["Xylophone renamed Bells"]),
    ("daw_plan.json", [pin("operations", "midi_item piano_2", "notes", "measure 2"),
                       pin("operations", "midi_item piano_2", "notes", "measure 5"),
                       pin("operations", "midi_item piano_2", "end_beat")], PLAN,
     ["notes of bars 2 and 5 in Honky-tonk piano"]),
    ("daw_plan.json", [pin("operations", "send xylophone", "gain"),
                       pin("operations", "envelope piano_2 volume", "points"),
                       pin("operations", "track xylophone", "pan"),
                       pin("operations", "track gone_one", "volume")], PLAN,
     ["reverb send of Xylophone", "volume envelope of Honky-tonk piano", "pan of Xylophone",
      "fader of Gone one"]),
    ("melody.mid", [pin("measures", "measure 3"), pin("measures", "measure 4"),
                    pin("measures", "measure 5")], {}, ["notes of bars 3 to 5 in the theme"]),
    ("tempo.json", [pin("chosen", value=3)], {}, ["tempo map 3"]),
    ("tempo.json", [pin("maps", "rank 2", "points")], {}, ["points of tempo map 2"]),
    ("scheme.json", [pin("tracks", "id violins", "panning")], SCHEME, ["panning of Violins"]),
    ("scheme.json", [pin("tracks", "id cello_solo", "panning")], SCHEME, ["panning of Solo cello"]),
    ("plan.toml", [pin("sections", "id A", "key")], {}, ["plan A, key"]),
    ("description.toml", [pin("music", "genre", "value"), pin("music", "genre", "source"),
                          pin("music", "genre", "confidence")], {}, ["description music, genre"]),
    ("spots.csv", [pin("spots", "id M0269", "time_s", name="door"),
                   pin("spots", "id M0269", "frame", name="door"),
                   pin("spots", "id M0269", "name", value="bang", name="door"),
                   pin("spots", "id M0269", "weight", value=9, name="door"),
                   pin("spots", "id M0269", "late_frames", name="door"),
                   pin("spots", "id U1", op="add", value={"name": "mine"}),
                   pin("spots", "id C2", op="remove", value=None, name="cut to shot 2")], {},
     ["marker 'door' moved, renamed 'bang', weighs 9", "marker 'mine' added",
      "marker 'cut to shot 2' deleted"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "edits", "tree", "said"), CASES)
def test_edits_are_named(name: str, edits: list[Pin], tree: object, said: list[str]) -> None:
    assert phrases(name, edits, tree) == said


def test_bars_and_long_lists() -> None:
    assert [bars([3]), bars([2, 3]), bars([1, 2, 3])] == ["bar 3", "bars 2 and 3", "bars 1 to 3"]
    assert listed([str(n) for n in range(10)]) == "0; 1; 2; 3; 4; 5; 6; 7; and 2 more"
