"""Print what the actions cost on REAPER's main thread: ``python -m benchmarks.reaper``.

Every action is pressed in the emulation of REAPER that the tests use, with a real bridge and real
reapy: a cue of 3 minutes, 16 parts and 10,000 notes, beside 20 tracks of the user's own; once with
everything to do and once more. Milliseconds are the actions' own, without the emulation's work for
their calls. It takes three to four minutes: the sound of the cue is rendered three times.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks.reaper_studio import AT_S, Press, Studio, install
from filmcomposer_bridge.client import stop
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.daw_plan import DawPlan, MidiItemOp, PlayedNote
from tests.fakes.reaper.direct import HERE

NOTES = 10_000
BRIEF = "huge epic full orchestra, driving strings, brass fanfares, woodwinds, choir, harp, piano"
SEED = "1"
#: The limits in milliseconds: the slice that writes, any other, a poll.
WRITING, OTHER, POLL = 150.0, 50.0, 5.0


def print_row(name: str, *presses: Press) -> None:
    """Print a row of the table: first press / second press, of each limit the share in percent."""
    cells = [
        " / ".join(map(str, [p.calls for p in presses])),
        " / ".join(_share(p.writing, WRITING) for p in presses),
        " / ".join(_share(p.other, OTHER) for p in presses),
        " / ".join(_share(p.poll, POLL) for p in presses),
        " / ".join(f"{p.total:.0f}" for p in presses),
        " / ".join(str(p.steps) for p in presses),
        str(sum(p.changed for p in presses)),
    ]
    print(f"| {name} | {' | '.join(cells)} |", flush=True)


def _share(took: float, limit: float) -> str:
    return f"{took:.1f} ({100 * took / limit:.0f} %)" if took else "-"


def crowd(cue: Path) -> None:
    """Have a cue built, and repeat its notes within their lengths until there are enough."""
    words = [sys.executable, "-m", "filmcomposer_core", "build", str(cue)]
    subprocess.run(words, check=True, capture_output=True)
    path = cue / "daw_plan.json"
    plan = codec.build(DawPlan, json.loads(path.read_text("utf-8")), where=path.name)
    items = [op for op in plan.operations if isinstance(op, MidiItemOp)]
    times = (NOTES - 0.5) / sum(len(item.notes) for item in items)
    operations = [
        replace(op, notes=tuple(_repeated(op.notes, times))) if isinstance(op, MidiItemOp) else op
        for op in plan.operations
    ]
    path.write_text(codec.dump_json(replace(plan, operations=tuple(operations))), "utf-8")


def _repeated(notes: Sequence[PlayedNote], times: float) -> list[PlayedNote]:
    found = []
    for place, note in enumerate(notes):
        count = round((place + 1) * times) - round(place * times)
        length = note.length / count
        found += [replace(note, beat=note.beat + n * length, length=length) for n in range(count)]
    return sorted(found, key=lambda note: (note.beat, note.pitch))


def count_notes(path: Path) -> tuple[int, int]:
    """Return how many parts and notes a plan has."""
    operations = json.loads(path.read_text("utf-8"))["operations"]
    notes = [len(op["notes"]) for op in operations if op["op"] == "midi_item"]
    return len(notes), sum(notes)


# --- the presses ----------------------------------------------------------------------------------


def measure(studio: Studio) -> None:
    """Press every action twice and print the table."""
    r, press = studio.r, studio.press

    def twice(action: str, *answers: object, between: Callable[[], object] = bool) -> None:
        first = press(action, *answers)
        between()
        print_row(action.replace("_", " "), first, press(action, *answers))

    print("| | API calls | writing | other | poll | in all | undo steps | foreign changed |")
    print("|---|---|---|---|---|---|---|---|")
    print_row("(the very first press, no cue)", press("Hit_report"))
    twice("Bridge_status")
    twice("Spot_video")
    r.AddProjectMarker2(HERE, False, AT_S + 30.0, 0.0, "8 downbeat | bell", 90, 0)
    studio.host.project.user_edited("Add marker")
    twice("Read_my_markers_back")
    twice("Fit_tempo_to_hits", ["1"])
    twice("Compose_theme", [BRIEF, SEED, "3", ""])
    twice("Assess_theme")
    crowd(studio.cue())
    for action in ("Mix", "Score_selected_video", "Arrange", "Apply_scheme"):
        twice(action, *([[BRIEF, SEED]] if action.startswith("Score") else []))
        r.Undo_DoUndo2(HERE)  # so that the next one has the whole cue to lay in, too
    r.Undo_DoRedo2(HERE)
    parts, notes = count_notes(studio.cue() / "daw_plan.json")
    nothing_chosen = press("Regenerate_selection")
    r.GetSet_LoopTimeRange2(HERE, True, False, AT_S + 60.0, AT_S + 90.0, False)
    r.SetOnlyTrackSelected(studio.part())
    studio.host.project.user_edited("Select")
    print_row("Regenerate selection", press("Regenerate_selection"), nothing_chosen)
    twice("Hit_report")
    for action, from_s, to_s in (("Next_hit", 0.0, 999.0), ("Previous_hit", 999.0, 0.0)):
        r.SetEditCurPos2(HERE, from_s, False, False)
        twice(action, between=partial(r.SetEditCurPos2, HERE, to_s, False, False))
    twice("Render_cue_48k_24_bit")
    with no_programs(studio.folder):
        twice("Open_cue_folder_and_report")
    idle = press("Cancel")
    studio.begin("Score_selected_video", [BRIEF, "2"])
    studio.host.pump(lambda: "compose" in studio.host.help, limit_s=60)
    print_row("Cancel", press("Cancel"), idle)
    print(f"\n{parts} parts, {notes} notes, {len(studio.mine)} foreign tracks")


@contextmanager
def no_programs(folder: Path) -> Iterator[None]:
    """Put programs that do nothing in the place of those that show folders and pages."""
    before = os.environ["PATH"]
    for name in ("xdg-open", "open"):
        path = folder / "programs" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("#!/bin/sh\n", "utf-8")
        path.chmod(0o755)
    os.environ["PATH"] = f"{folder / 'programs'}{os.pathsep}{before}"
    try:
        yield
    finally:
        os.environ["PATH"] = before


def main() -> None:
    """Run the benchmark."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        os.environ["FILMCOMPOSER_STATE"] = str(folder / "state")
        sys.dont_write_bytecode = False  # REAPER's Python keeps what it has compiled
        try:
            measure(Studio(folder, install(folder / "REAPER")))
        finally:
            stop()


if __name__ == "__main__":
    main()
