"""The theme as a file: MIDI and ABC that say the same, and its bars as pins name them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.score import Melody
from filmcomposer_core.document import Files, Tree, Values, bars_of, file_text
from filmcomposer_core.errors import InputError
from filmcomposer_core.timeline import Timeline, bar_of_beat


def theme_tree(melody: Melody, values: Values) -> Tree:
    """Return the notes by their bars, beats counting from the bar line."""
    bars = bars_of(values)
    out: dict[str, Tree] = {f"measure {bar.number}": [] for bar in bars}
    for note in melody.notes:
        bar = bar_of_beat(bars, note.beat)
        row = codec.plain(replace(note, beat=max(0.0, note.beat - bar.start_beat)))
        out[f"measure {bar.number}"].append(row)
    return {"measures": out, "phrase_starts": list(melody.phrase_starts)}


def theme_from_tree(tree: Tree, values: Values) -> Melody:
    """Make a theme of a tree; bars that the cue does not have are left out."""
    starts = {f"measure {bar.number}": bar.start_beat for bar in bars_of(values)}
    rows = [
        row | {"beat": row["beat"] + starts[name]}
        for name, rows in tree["measures"].items()
        for row in rows
        if name in starts
    ]
    rows.sort(key=lambda row: row["beat"])
    data = {"notes": _untangled(rows), "phrase_starts": tree["phrase_starts"]}
    return codec.build(Melody, data, where=values.place("melody.mid"))


def _untangled(rows: list[Any]) -> list[Any]:
    """Cut notes of one bar short where an edited bar after it begins."""
    out = []
    for row, after in zip(rows, [*rows[1:], None], strict=True):
        room = row["length"] if after is None else after["beat"] - row["beat"]
        if room > 1e-6:
            out.append(row | {"length": min(row["length"], room)})
    return out


def theme_to_file(melody: Melody, values: Values) -> dict[str, bytes]:
    """Write the theme as MIDI and as ABC."""
    from filmcomposer_core.notation import melody_to_abc, melody_to_midi

    tempo_map, plan = values.value("tempo.json").map, values.value("plan.toml")
    title = values.place("").rstrip("/\\").replace("\\", "/").rsplit("/", 1)[-1]
    abc = melody_to_abc(melody, tempo_map=tempo_map, plan=plan, title=title)
    return {
        "melody.mid": melody_to_midi(melody, tempo_map=tempo_map, plan=plan),
        "melody.abc": abc.encode(),
    }


def theme_from_file(files: Files, values: Values) -> Melody:
    """Read the theme from whichever of its files is given (MIDI first, it holds velocities)."""
    from filmcomposer_core.notation import abc_to_melody, midi_to_melody

    if "melody.mid" in files:
        found = midi_to_melody(files["melody.mid"], where=values.place("melody.mid"))
    else:
        where = values.place("melody.abc")
        found = abc_to_melody(file_text(files["melody.abc"], where), where=where)
    before: Melody | None = values.written("melody.mid")
    if before is not None:
        at = {(round(n.beat, 4), n.pitch): n.velocity for n in before.notes}
        if "melody.mid" not in files:
            # ABC has no velocities: notes that stayed keep theirs.
            notes = tuple(
                replace(n, velocity=at.get((round(n.beat, 4), n.pitch), n.velocity))
                for n in found.notes
            )
            found = replace(found, notes=notes)
        found = replace(found, phrase_starts=before.phrase_starts)
    return _check_melody(found, values)


def _check_melody(melody: Melody, values: Values) -> Melody:
    clip = values.value("analysis.json").clip
    timeline = Timeline(values.value("tempo.json").map.points)
    for note in melody.notes:
        if timeline.time_at(note.beat) >= clip.duration_s:
            msg = (
                f"{values.place('melody.mid')} or melody.abc: a note at "
                f"{timeline.time_at(note.beat):.2f} s begins after the clip's end "
                f"({clip.duration_s:.2f} s)."
            )
            raise InputError(msg, "Delete or move the note.")
    return melody
