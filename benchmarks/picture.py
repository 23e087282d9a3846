"""Measure what is seen in the picture: ``python -m benchmarks.picture FOLDER_WITH_CLIPS``.

The clips are those named in ``picture_labels.csv``. Labels: how often each attribute is right,
against the answer that the tuning half accepts most often in other clips. Cuts: our detector beside
PySceneDetect and, with ``--transnet MODEL.onnx``, TransNetV2, on the clips and on edits made from
them. Cost: seconds of each stage per second of clip. Rules are tuned with ``--half tune`` alone.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.picture_cues import Described, describe
from benchmarks.picture_cuts import PLAIN, WITH_NET, Evidence, gather, ours
from benchmarks.picture_edits import plan_edit
from benchmarks.picture_film import Stills, read_edit, write_edit
from benchmarks.picture_labels import (
    HALVES,
    SCORED,
    Judged,
    LabelledShot,
    Score,
    confusions,
    read_labels,
    score,
    score_closeness,
    score_groups,
    wilson,
)
from benchmarks.picture_truth import Tally, Truth, judge, truth_of_edit, truth_of_labels
from filmcomposer_core.description.tables import trust_of, trusted

PARTS = ("labels", "cuts", "cost")
KINDS = ("cut", "jump", "dissolve", "fade")
TRAPS = ("flash", "whip", "bars")


def show_labels(
    described: Sequence[Described], labelled: Sequence[LabelledShot], half: str, *, verbose: bool
) -> None:
    """Print how well the shots of one half are described."""
    judged = [one for d in described for one in d.judged if one.shot.half == half]
    lost = [shot for d in described for shot in d.lost if shot.half == half]
    tuning = [shot for shot in labelled if shot.half == "tune"]
    print(f"\nLabels, half {half}: {len(judged)} shots, {len(lost)} more were not found by see")
    rows = [_label_row(score(name, judged, tuning=tuning)) for name in SCORED]
    rows.insert(SCORED.index("view_scale") + 1, _label_row(score_closeness(judged, tuning=tuning)))
    head = ("attribute", "shots", "right (95 %)", "answered", "right of those")
    head += ("trivial answer", "right", "right where we answer", "we alone : it alone", "used")
    print_table(head, rows)
    pairs, trivial = score_groups(judged)
    print(
        f"\nSame place or person: {pairs.right} pairs right, {pairs.wrong} wrong, {pairs.missed} "
        f"missed, F1 {pairs.f1:.2f}; one group for each clip: F1 {trivial.f1:.2f}"
    )
    if verbose:
        _show_details(judged, lost)


def _label_row(told: Score) -> tuple[str, ...]:
    low, high = wilson(told.right, told.shots)
    return (
        told.name,
        str(told.shots),
        f"{share(told.right, told.shots)} ({low:.0%} to {high:.0%})",
        share(told.answered, told.shots),
        share(told.answered_right, told.answered),
        told.trivial_answer,
        share(told.trivial, told.shots),
        share(told.answered_trivial, told.answered),
        f"{told.won} : {told.lost}",
        _use(told),
    )


def _use(told: Score) -> str:
    """Say whether the composer uses an attribute, and whether this measurement is against it."""
    if told.name not in trusted():
        return "–"
    used = trust_of(told.name) > 0
    verdict = "" if used == told.worth_using else ", against this measurement"
    return ("yes" if used else "no") + verdict


def _show_details(judged: Sequence[Judged], lost: Sequence[LabelledShot]) -> None:
    for name in SCORED:
        wrong = confusions(name, judged)
        if wrong:
            told = ", ".join(f"{true} → {said} {count}" for true, said, count in wrong)
            print(f"  {name}: {told}")
    by_clip = Counter(one.shot.clip for one in judged)
    for clip, shots in by_clip.items():
        of_clip = [one for one in judged if one.shot.clip == clip]
        right = [score(name, of_clip) for name in SCORED]
        print(f"  {clip} ({shots}): " + ", ".join(f"{s.name} {s.right}/{s.shots}" for s in right))
    for shot in lost:
        print(f"  not found: {shot.clip} shot {shot.shot} at frame {shot.start_frame} ({shot.cut})")


def show_cost(described: Sequence[Described]) -> None:
    """Print what the stages cost on the clips."""
    print("\nCost, two cores; what --work already held keeps the time of the run that made it")
    stages = dict.fromkeys(name for d in described for name in d.seconds)
    rows = []
    for name in sorted(stages, key=lambda name: name != "decode"):
        timed = [d for d in described if {name, "decode", "see"} <= d.seconds.keys()]
        spent = sum(d.seconds[name] for d in timed)
        each = [d.seconds[name] / d.length_s for d in timed]
        rows.append(
            (
                "plain decoding" if name == "decode" else name,
                f"{spent / sum(d.length_s for d in timed):.3f}",
                f"{max(each):.3f}",
                *(f"{spent / sum(d.seconds[k] for d in timed):.2f}" for k in ("decode", "see")),
            )
        )
    print_table(("stage", "s per s of clip", "worst clip", "times decoding", "times see"), rows)


def show_cuts(
    title: str, clips: Sequence[tuple[Truth, Evidence]], *, verbose: bool = False
) -> None:
    """Print how well each detector finds the boundaries of some clips."""
    joins = Counter(join.kind for truth, _ in clips for join in truth.joins)
    traps = Counter(trap.kind for truth, _ in clips for trap in truth.traps)
    minutes = sum(truth.frames / truth.fps for truth, _ in clips) / 60
    counted = ", ".join(f"{joins[kind]} {kind}" for kind in KINDS if joins[kind])
    print(f"\nCuts, {title}: {minutes:.1f} min, {counted}")
    kinds = [kind for kind in KINDS if joins[kind]]
    soft = [kind for kind in kinds if kind in ("dissolve", "fade")]
    head = ["detector", "hard F1", "prec.", "recall", "all F1", "prec.", "recall"]
    head += [f"{kind} found" for kind in kinds] + [f"{kind} touched" for kind in soft]
    head += [f"false at {traps[kind]} {kind}" for kind in TRAPS if traps[kind]] + [
        "other false/min"
    ]
    rows = []
    with_net = all(seen.cut.size for _, seen in clips)
    for name, detector in {**PLAIN, **(WITH_NET if with_net else {})}.items():
        tally = Tally()
        for truth, seen in clips:
            judge(truth, detector(seen), tally)
        counts = (tally.hard, tally.boundaries)
        row = [f"{v:.3f}" for c in counts for v in (c.f1, c.precision, c.recall)]
        row += [share(tally.joins[kind], joins[kind]) for kind in kinds]
        row += [share(tally.touched[kind], joins[kind]) for kind in soft]
        row += [str(tally.traps[kind]) for kind in TRAPS if traps[kind]]
        rows.append((name, *row, f"{tally.traps['none'] / minutes:.2f}"))
    print_table(head, rows)
    if verbose:
        _show_misses(clips)


def _show_misses(clips: Iterable[tuple[Truth, Evidence]]) -> None:
    """Print by clip what ours tells otherwise than the truth."""
    for number, (truth, seen) in enumerate(clips, start=1):
        found = {f.frame for f in ours(seen)}
        near = {f + k for f in found for k in (-1, 0, 1)}
        missed = [f"{j.frame} {j.kind}" for j in truth.joins if j.frame not in near]
        true = {j.frame + k for j in truth.joins for k in (-1, 0, 1)}
        more = sorted(found - true)
        print(f"  clip {number}: not at their frame: {', '.join(missed) or '-'}; more: {more}")


def show_net_cost(evidence: Sequence[Evidence]) -> None:
    """Print what TransNetV2 would cost on top of the measuring that ``see`` does."""
    length_s = sum(seen.newness.size / seen.fps for seen in evidence)
    see_s, net_s = sum(e.see_s for e in evidence), sum(e.net_s for e in evidence)
    print(
        f"\nOn the edits: see's measuring {see_s / length_s:.3f} s per s of clip, TransNetV2 "
        f"without decoding {net_s / length_s:.3f}: {net_s / see_s:.1f} times as much"
    )


def share(part: int, of: int) -> str:
    """Return a share in per cent, or a dash where there is nothing to share."""
    return f"{part / of:.0%}" if of else "–"


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a Markdown table with columns of even width."""
    table = [list(head), *(list(row) for row in rows)]
    widths = [max(len(row[k]) for row in table) for k in range(len(head))]
    table.insert(1, ["-" * width for width in widths])
    for row in table:
        print("| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |")


def measure_cuts(arguments: argparse.Namespace, described: Sequence[Described], work: Path) -> None:
    """Gather and print everything about cuts."""
    labelled = read_labels()
    every: list[Evidence] = []
    for half in halves(arguments.half):
        clips = []
        of_half = [shot for shot in labelled if shot.half == half]
        for name in dict.fromkeys(shot.clip for shot in of_half):
            kept = work / "evidence" / f"{name}.npz"
            seen = gather(
                arguments.clips / name,
                kept=kept,
                model=arguments.transnet,
                again=arguments.again == "see",
            )
            _check_ours(name, seen, described)
            shots = [shot for shot in of_half if shot.clip == name]
            clips.append((truth_of_labels(shots, fps=seen.fps, frames=seen.newness.size), seen))
        show_cuts(f"labelled clips, half {half}", clips, verbose=arguments.verbose)
        edits = measure_edits(arguments, labelled, half, work)
        show_cuts(f"edits of half {half}", edits, verbose=arguments.verbose)
        every += [seen for _, seen in edits]
    if arguments.transnet and every:
        show_net_cost(every)


def measure_edits(
    arguments: argparse.Namespace, labelled: Sequence[LabelledShot], half: str, work: Path
) -> list[tuple[Truth, Evidence]]:
    """Make the edits of a half where they are not there yet, and measure them."""
    folder = work / f"edits_{arguments.seed}"
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{half}_{n:02d}.mp4" for n in range(1, arguments.edits + 1)]
    if not all(path.with_suffix(".json").is_file() for path in paths):
        names = [shot.clip for shot in labelled if shot.half == half]
        stills = Stills(arguments.clips, names)
        for number in range(1, arguments.edits + 1):
            edit = plan_edit(labelled, stills, half=half, number=number, seed=arguments.seed)
            write_edit(edit, stills, folder)
    found = []
    for path in paths:
        kept = path.with_suffix(".npz")
        seen = gather(path, kept=kept, model=arguments.transnet, again=arguments.again == "see")
        found.append((truth_of_edit(read_edit(path), fps=seen.fps), seen))
    return found


def _check_ours(name: str, seen: Evidence, described: Sequence[Described]) -> None:
    """Stop where our detector, as called here, is no longer what the product does."""
    for one in described:
        if one.clip == name and one.starts[1:] != tuple(found.frame for found in ours(seen)):
            sys.exit(f"{name}: picture_cuts.ours() and analyse_clip() differ; use --again see")


def halves(chosen: str) -> tuple[str, ...]:
    """Return the halves that are asked for."""
    return HALVES if chosen == "both" else (chosen,)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", type=Path, metavar="FOLDER_WITH_CLIPS")
    parser.add_argument("--half", choices=(*HALVES, "both"), default="tune")
    parser.add_argument("--parts", choices=PARTS, nargs="+", default=PARTS)
    parser.add_argument("--work", type=Path, help="keep what was seen in this folder")
    again = "make anew from this stage on what --work holds; without it only the description"
    parser.add_argument("--again", choices=("see", "describe"), help=again)
    parser.add_argument("--transnet", type=Path, metavar="ONNX")
    parser.add_argument("--edits", type=int, default=12, metavar="N", help="edits of each half")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run(arguments, arguments.work or Path(folder))


def run(arguments: argparse.Namespace, work: Path) -> None:
    """Print the parts that are asked for."""
    labelled = read_labels()
    described = []
    if {"labels", "cost"} & set(arguments.parts):
        wanted = [shot for shot in labelled if shot.half in halves(arguments.half)]
        for name in dict.fromkeys(shot.clip for shot in wanted):
            shots = [shot for shot in wanted if shot.clip == name]
            clip = arguments.clips / name
            described.append(describe(clip, shots, work / "cues", again=arguments.again))
    if "labels" in arguments.parts:
        for half in halves(arguments.half):
            show_labels(described, labelled, half, verbose=arguments.verbose)
    if "cost" in arguments.parts:
        show_cost(described)
    if "cuts" in arguments.parts:
        measure_cuts(arguments, described, work)


if __name__ == "__main__":
    main()
