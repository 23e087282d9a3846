"""The files a user may edit, each as a typed value, as bytes and as a tree for pins.

A document may be several files that say the same (the theme is MIDI and ABC). ``parse`` refuses
edits with errors in one sentence; ``tree`` and ``from_tree`` name the parts that a pin can hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from itertools import pairwise
from typing import Any, Protocol

from filmcomposer_core.bar_trees import plan_plain, plan_tree, score_plain, score_tree
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.clip import Analysis
from filmcomposer_core.contracts.daw_plan import DawPlan, sounding
from filmcomposer_core.contracts.description import Description, Label
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.scheme import Scheme, measure_number
from filmcomposer_core.contracts.score import Melody, Score
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import TempoMap, TempoPlan
from filmcomposer_core.errors import InputError
from filmcomposer_core.timeline import Bar, Timeline, bar_of_beat

Files = Mapping[str, bytes]
Tree = Any


#: A point this close to a bar line is on it.
_SAME_S = 5e-4


class Values(Protocol):
    """Where a document finds the documents it refers to."""

    def value(self, name: str) -> Any:
        """Return the value of another document."""

    def place(self, name: str) -> str:
        """Return the path of a file, for messages."""

    def written(self, name: str) -> Any | None:
        """Return a document as we last wrote it, or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """How one document is read, written and compared.

    ``counts`` gives what of its value the work of later stages rests on: where the cue lies on the
    time line is told by other means (:attr:`filmcomposer_core.stages.Stage.settings`).
    """

    name: str
    files: tuple[str, ...]
    parse: Callable[[Files, Values], Any]
    render: Callable[[Any, Values], dict[str, bytes]]
    tree: Callable[[Any, Values], Tree]
    from_tree: Callable[[Tree, Values], Any]
    counts: Callable[[Any], Any] = lambda value: value


def _structured(
    name: str,
    kind: Any,
    *,
    check: Callable[[Any, Values], Any] = lambda value, _: value,
    to_tree: Callable[[Tree], Tree] = lambda plain: plain,
    from_tree: Callable[[Tree], Tree] = lambda tree: tree,
    counts: Callable[[Any], Any] = lambda value: value,
) -> Document:
    """Make a document of a JSON or TOML file that holds one contract."""
    toml = name.endswith(".toml")
    read = codec.parse_toml if toml else codec.parse_json
    write = codec.dump_toml if toml else codec.dump_json

    def parse(files: Files, values: Values) -> Any:
        where = values.place(name)
        data = read(_text(files[name], where), where=where)
        return check(codec.build(kind, data, where=where), values)

    def unfold(tree: Tree, values: Values) -> Any:
        return check(codec.build(kind, from_tree(tree), where=values.place(name)), values)

    return Document(
        name=name,
        files=(name,),
        parse=parse,
        render=lambda value, _: {name: write(value).encode()},
        tree=lambda value, _: to_tree(codec.plain(value)),
        from_tree=unfold,
        counts=counts,
    )


def _text(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        msg = f"{where}: not UTF-8 text (byte {exc.start})."
        raise InputError(msg, "Save the file as UTF-8.") from exc


def bars_of(values: Values) -> tuple[Bar, ...]:
    """Return the bars of the chosen tempo map up to the end of the clip."""
    clip = values.value("analysis.json").clip
    points = values.value("tempo.json").map.points
    return Timeline(points).bars_until(clip.duration_s)


def _parse_spots(files: Files, values: Values) -> tuple[Spot, ...]:
    from filmcomposer_core.spotting import parse_spots, with_timecodes

    where = values.place("spots.csv")
    clip = values.value("analysis.json").clip
    # With a variable frame rate only the timestamps tell which frame stands at a time.
    times = values.value("curves.npz").time_s.tolist() if clip.variable_frame_rate else None
    written = values.written("spots.csv")
    found = parse_spots(
        _text(files["spots.csv"], where),
        clip=clip,
        written=written or (),
        where=where,
        frame_times=times,
    )
    # As last written they keep the timecodes of then: by those an edited file is read.
    return found if written is None else with_timecodes(found, clip=clip)


def _render_spots(spots: tuple[Spot, ...], values: Values) -> dict[str, bytes]:
    from filmcomposer_core.spotting import dump_spots, with_timecodes

    clip = values.value("analysis.json").clip
    return {"spots.csv": dump_spots(with_timecodes(spots, clip=clip)).encode()}


def _spots_tree(spots: tuple[Spot, ...]) -> Tree:
    """Leave the timecodes out: they follow from frame and start, and no edit is of them alone."""
    return {"spots": [codec.plain(replace(spot, timecode="")) for spot in spots]}


def _spots_from_tree(tree: Tree, values: Values) -> tuple[Spot, ...]:
    from filmcomposer_core.spotting import with_timecodes

    found = codec.build(tuple[Spot, ...], tree["spots"], where=values.place("spots.csv"))
    clip = values.value("analysis.json").clip
    found, end_s = with_timecodes(found, clip=clip), clip.duration_s
    late = [spot.id for spot in found if spot.time_s > end_s]
    if late:
        msg = f"{values.place('spots.csv')}: {late[0]} lies after the end of the clip."
        raise InputError(msg, "Move or delete the row.")
    return tuple(sorted(found, key=lambda spot: (spot.time_s, spot.id)))


def _by_user(found: Any, before: Any) -> Any:
    """Mark every label that differs from the one we wrote as the user's own word."""
    if isinstance(found, Label) and isinstance(before, Label):
        same_source = (found.source, found.confidence) == (before.source, before.confidence)
        changed = found.value != before.value and same_source
        return replace(found, source="user", confidence=1.0) if changed else found
    if is_dataclass(found) and not isinstance(found, type) and type(found) is type(before):
        names = [item.name for item in fields(found)]
        return replace(found, **{n: _by_user(getattr(found, n), getattr(before, n)) for n in names})
    if isinstance(found, tuple) and isinstance(before, tuple) and len(found) == len(before):
        return tuple(_by_user(a, b) for a, b in zip(found, before, strict=True))
    return found


def _check_description(description: Description, values: Values) -> Description:
    before = values.written("description.toml")
    checked: Description = _by_user(description, before) if before else description
    return checked


def _check_tempo(plan: TempoPlan, values: Values) -> TempoPlan:
    """Measure the hits again, since the user may have moved the points."""
    from filmcomposer_core.tempo import measure_hits

    fps = values.value("analysis.json").clip.fps
    spots = values.value("spots.csv")
    for tempo_map in plan.maps:
        _check_signatures(tempo_map, values.place("tempo.json"))
    maps = tuple(
        replace(m, hits=measure_hits(m.points, spots, fps=fps, first_bar=m.first_bar))
        for m in plan.maps
    )
    return replace(plan, maps=maps)


def _check_signatures(tempo_map: TempoMap, where: str) -> None:
    """Refuse a change of signature inside a bar: it would silently wait for the next bar line."""
    points = tempo_map.points
    bars = Timeline(points).bars_until(points[-1].time_s + 2 * _SAME_S)
    for before, point in pairwise(points):
        if (point.num, point.den) == (before.num, before.den):
            continue
        near = min((bar.start_s for bar in bars), key=lambda t: abs(t - point.time_s))
        if abs(near - point.time_s) > _SAME_S:
            place = f"{where}: map {tempo_map.rank}: the signature changes at {point.time_s:g} s"
            msg = f"{place}, inside a bar."
            raise InputError(msg, f"Move the point to a bar line; the nearest is at {near:.9g} s.")


def _check_scheme(scheme: Scheme, values: Values) -> Scheme:
    """Refuse unknown instruments, techniques and measures before anything is built."""
    from filmcomposer_core.catalogue import instrument

    where = values.place("scheme.json")
    known = {part.id for part in values.value("score.json").parts}
    measures = len(values.value("score.json").measures)
    for track in scheme.tracks:
        place = f"{where}: track {track.id}"
        if track.id not in known:
            msg = f"{place}: no such part in score.json."
            raise InputError(msg, f"Parts: {', '.join(sorted(known))}.")
        try:
            instrument(track.instrument).technique(track.technique)
            for double in track.duplicates:
                instrument(double.instrument)
        except InputError as exc:
            raise InputError(f"{place}: {exc.message}", exc.hint) from exc
        keys = [*track.volume_envelope]
        for item in (track.panning, track.reverb_space, track.fx.value if track.fx else 0.0):
            keys += list(item) if isinstance(item, dict) else []
        numbers = [*map(measure_number, keys), *track.soften]
        beyond = [n for n in numbers if not 1 <= n <= measures]
        if beyond:
            msg = f"{place}: measure {beyond[0]} does not exist, the cue has {measures}."
            raise InputError(msg, f"Use measures 1 to {measures}.")
    return scheme


def _check_score(score: Score, values: Values) -> Score:
    from filmcomposer_core.catalogue import instrument

    for part in score.parts:
        try:
            player = instrument(part.instrument)
            for technique in {part.technique_of(note) for note in part.notes} | {part.technique}:
                player.technique(technique)
        except InputError as exc:
            msg = f"{values.place('score.json')}: part {part.id}: {exc.message}"
            raise InputError(msg, exc.hint) from exc
    return score


def _melody_tree(melody: Melody, values: Values) -> Tree:
    bars = bars_of(values)
    out: dict[str, Tree] = {f"measure {bar.number}": [] for bar in bars}
    for note in melody.notes:
        bar = bar_of_beat(bars, note.beat)
        row = codec.plain(replace(note, beat=max(0.0, note.beat - bar.start_beat)))
        out[f"measure {bar.number}"].append(row)
    return {"measures": out, "phrase_starts": list(melody.phrase_starts)}


def _melody_from_tree(tree: Tree, values: Values) -> Melody:
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


def _render_melody(melody: Melody, values: Values) -> dict[str, bytes]:
    from filmcomposer_core.notation import melody_to_abc, melody_to_midi

    tempo_map, plan = values.value("tempo.json").map, values.value("plan.toml")
    title = values.place("").rstrip("/\\").replace("\\", "/").rsplit("/", 1)[-1]
    abc = melody_to_abc(melody, tempo_map=tempo_map, plan=plan, title=title)
    return {
        "melody.mid": melody_to_midi(melody, tempo_map=tempo_map, plan=plan),
        "melody.abc": abc.encode(),
    }


def _parse_melody(files: Files, values: Values) -> Melody:
    """Read the theme from whichever of its files is given (MIDI first, it holds velocities)."""
    from filmcomposer_core.notation import abc_to_melody, midi_to_melody

    if "melody.mid" in files:
        found = midi_to_melody(files["melody.mid"], where=values.place("melody.mid"))
    else:
        where = values.place("melody.abc")
        found = abc_to_melody(_text(files["melody.abc"], where), where=where)
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


DOCUMENTS: dict[str, Document] = {
    doc.name: doc
    for doc in (
        _structured("analysis.json", Analysis),
        Document(
            name="spots.csv",
            files=("spots.csv",),
            parse=_parse_spots,
            render=_render_spots,
            tree=lambda spots, _: _spots_tree(spots),
            from_tree=_spots_from_tree,
            counts=_spots_tree,
        ),
        _structured("description.toml", Description, check=_check_description),
        _structured(
            "tempo.json",
            TempoPlan,
            check=_check_tempo,
            to_tree=lambda plain: plain | {"maps": [m | {"hits": []} for m in plain["maps"]]},
        ),
        _structured("plan.toml", CuePlan),
        Document(
            name="melody.mid",
            files=("melody.mid", "melody.abc"),
            parse=_parse_melody,
            render=_render_melody,
            tree=_melody_tree,
            from_tree=_melody_from_tree,
        ),
        _structured(
            "score.json", Score, check=_check_score, to_tree=score_tree, from_tree=score_plain
        ),
        _structured("scheme.json", Scheme, check=_check_scheme),
        _structured(
            "daw_plan.json",
            DawPlan,
            to_tree=plan_tree,
            from_tree=plan_plain,
            counts=sounding,
        ),
    )
}
#: Every editable file -> the document it belongs to.
DOCUMENT_OF = {file: doc for doc in DOCUMENTS.values() for file in doc.files}
