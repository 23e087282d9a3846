"""Our files as music21 reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.score import Melody, Note
from filmcomposer_core.notation import melody_to_abc, melody_to_midi
from tests import samples
from tests.core.notation import material


@pytest.fixture(scope="module")
def music21() -> Any:
    import music21

    return music21


def themes() -> list[tuple[str, Melody, CuePlan]]:
    scale = [60, 61, 63, 66, 78, 77, 65, 70, 71, 59, 82, 84, 73, 72, 66, 54]
    lengths = [1, 0.5, 0.25, 0.25, 4 / 12, 4 / 12, 4 / 12, 1.75, 0.75, 2.5, 2 / 12, 4 / 12, 0.5, 5]
    beat = 0.0
    notes = []
    for index, pitch in enumerate(scale * 2):
        length = lengths[index % len(lengths)]
        notes.append(Note(beat=beat, length=length, pitch=pitch, velocity=80))
        beat = round((beat + length + (0.5 if index % 5 == 0 else 0)) * 48) / 48
    hard = Melody(notes=tuple(notes))
    return [
        ("sample", samples.melody(), samples.cue_plan()),
        ("sharps", hard, material.plan(key="B", mode="lydian")),
        (
            "flats",
            hard,
            material.plan(key="Eb", mode="phrygian", chords="Ebm9 | N.C. | Db/F Ab4 | F"),
        ),
        ("none", hard, material.plan(key="C", mode="octatonic", chords="CmMaj7 E7#11 | Fm7b5")),
    ]


def heard(stream: Any) -> list[tuple[float, float, int]]:
    """Notes with ties merged (stripTies would leave a natural apart from no accidental)."""
    found: list[tuple[float, float, int]] = []
    for note in stream.flatten().getElementsByClass("Note"):
        length = float(note.duration.quarterLength)
        if note.tie is not None and note.tie.type in ("continue", "stop"):
            found[-1] = (found[-1][0], found[-1][1] + length, found[-1][2])
        else:
            found.append((float(note.offset), length, note.pitch.midi))
    return found


@pytest.mark.parametrize(("name", "melody", "plan"), themes(), ids=[t[0] for t in themes()])
def test_music21_reads_the_same_notes_from_the_abc(
    music21: Any, name: str, melody: Melody, plan: CuePlan
) -> None:
    text = melody_to_abc(melody, tempo_map=material.waltz_map(), plan=plan, title=name)
    found = heard(music21.converter.parseData(text, format="abc"))
    assert [pitch for _, _, pitch in found] == [note.pitch for note in melody.notes]
    assert [beat for beat, _, _ in found] == pytest.approx([n.beat for n in melody.notes], abs=1e-6)
    assert [length for _, length, _ in found] == pytest.approx(
        [note.length for note in melody.notes], abs=1e-6
    )


def test_music21_reads_the_same_notes_from_the_midi(music21: Any, tmp_path: Path) -> None:
    melody = samples.melody()
    path = tmp_path / "melody.mid"
    path.write_bytes(
        melody_to_midi(melody, tempo_map=samples.tempo_plan().map, plan=samples.cue_plan())
    )
    assert heard(music21.converter.parse(path)) == material.sounding(melody)
