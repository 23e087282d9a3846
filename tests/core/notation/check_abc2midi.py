"""Compare our ABC with what abc2midi makes of it, by hand: needs the program (apt: abcmidi).

python -m tests.core.notation.check_abc2midi
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import mido
import numpy as np

from filmcomposer_core.contracts.harmony import MODES, PITCH_NAMES, QUALITIES
from filmcomposer_core.contracts.score import Melody, Note
from filmcomposer_core.notation import melody_to_abc
from tests.core.notation import material

THEMES = 60
#: abc2midi delays every note by one of its 480 ticks per beat.
TOLERANCE_BEATS = 0.004


def random_theme(rng: np.random.Generator) -> Melody:
    notes = []
    now = 0
    for _ in range(40):
        now += int(rng.choice([0, 0, 0, 12, 16, 24, 48]))
        length = int(rng.choice([3, 4, 6, 8, 9, 12, 16, 20, 24, 32, 36, 48, 64, 72, 96, 200]))
        pitch = int(rng.integers(40, 96))
        notes.append(Note(beat=now / 48, length=length / 48, pitch=pitch, velocity=80))
        now += length
    return Melody(notes=tuple(notes))


def heard(path: Path) -> list[tuple[float, int]]:
    file = mido.MidiFile(path)
    notes = []
    for track in file.tracks:
        now = 0
        for message in track:
            now += message.time
            if message.type == "note_on" and message.velocity and message.channel == 0:
                notes.append((now / file.ticks_per_beat, message.note))
    return notes


def compare(number: int, folder: Path, program: str) -> str:
    rng = np.random.default_rng(number)
    melody = random_theme(rng)
    qualities = rng.choice(sorted(QUALITIES), 6)
    roots = rng.choice(PITCH_NAMES, 6)
    chords = " | ".join(f"{root}{quality}" for root, quality in zip(roots, qualities, strict=True))
    plan = material.plan(
        key=str(rng.choice(PITCH_NAMES)), mode=str(rng.choice(sorted(MODES))), chords=chords
    )
    tempo_map = material.changing_map() if number % 2 else material.waltz_map()
    text = melody_to_abc(melody, tempo_map=tempo_map, plan=plan, title=f"Theme {number}")
    source, target = folder / f"{number}.abc", folder / f"{number}.mid"
    source.write_text(text, encoding="utf-8")
    run = subprocess.run(
        [program, str(source), "-o", str(target)], capture_output=True, text=True, check=False
    )
    faults = [row for row in run.stdout.splitlines() if row.startswith("Error")]
    if faults:
        return faults[0]
    found = heard(target)
    wanted = [(note.beat, note.pitch) for note in melody.notes]
    if [pitch for _, pitch in found] != [pitch for _, pitch in wanted]:
        return "other pitches"
    worst = max(abs(a - b) for (a, _), (b, _) in zip(found, wanted, strict=True))
    return "" if worst <= TOLERANCE_BEATS else f"an onset is {worst:.4f} beats off"


def main() -> int:
    program = shutil.which("abc2midi")
    if program is None:
        sys.stdout.write("abc2midi is not installed (Debian and Ubuntu: apt install abcmidi)\n")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        results = [compare(number, Path(folder), program) for number in range(THEMES)]
    bad = {number: fault for number, fault in enumerate(results) if fault}
    for number, fault in bad.items():
        sys.stdout.write(f"theme {number}: {fault}\n")
    sys.stdout.write(f"{THEMES - len(bad)} of {THEMES} themes agree with abc2midi\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
