"""Print speed, memory and growth of the pipeline in one run: ``python -m benchmarks.speed``.

Ratios are taken within the run, so they hold on a busy machine too. Clips are made from the
example clip: 1080p for the main figures, a small picture for growth with length.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import av

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "big_buck_bunny_opening.mp4"


def make_clip(path: Path, *, seconds: float, height: int) -> Path:
    """Encode the example clip, over and over, to a length and size."""
    width = height * 16 // 9 // 2 * 2
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=24, options={"preset": "ultrafast", "crf": "23"})
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        number = 0
        while number < seconds * 24:
            with av.open(str(EXAMPLE)) as source:
                source.streams.video[0].thread_type = "AUTO"
                for frame in source.decode(video=0):
                    if number >= seconds * 24:
                        break
                    picture = frame.reformat(width=width, height=height, format="yuv420p")
                    picture.pts, picture.time_base = number, Fraction(1, 24)
                    out.mux(video.encode(picture))
                    number += 1
        out.mux(video.encode(None))
    return path


def decode_seconds(path: Path) -> float:
    """Return the time ffmpeg's libraries need to decode the picture and nothing else."""
    started = time.perf_counter()
    with av.open(str(path)) as source:
        source.streams.video[0].thread_type = "AUTO"
        for _ in source.decode(video=0):
            pass
    return time.perf_counter() - started


def run_cue(*arguments: object) -> tuple[float, float, dict[str, float]]:
    """Run the product in a process of its own.

    Parameters
    ----------
    *arguments : object
        The words of the command line.

    Returns
    -------
    float, float, dict
        Seconds, peak memory in MB, and seconds by stage.
    """
    words = [sys.executable, "-m", "filmcomposer_core", *map(str, arguments)]
    started = time.perf_counter()
    with subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as p:
        lines = p.stderr.read() if p.stderr else ""
        _, status, usage = os.wait4(p.pid, 0)
        p.returncode = os.waitstatus_to_exitcode(status)
    if p.returncode:
        sys.exit(f"{' '.join(words)} failed:\n{lines}")
    unit = 1 if sys.platform == "darwin" else 1024
    stages = {}
    for line in lines.splitlines():
        parts = line.split()
        if len(parts) > 2 and parts[2] == "s":
            stages[parts[0]] = float(parts[1])
    return time.perf_counter() - started, usage.ru_maxrss * unit / 1e6, stages


def main_figures(work: Path) -> None:
    """Print analysis against decoding, and the whole job, for a minute of 1080p."""
    clip = make_clip(work / "minute_1080p.mp4", seconds=60, height=1080)
    decode = min(decode_seconds(clip) for _ in range(2))
    see, _, _ = run_cue("see", clip, "--out", work / "see")
    print(f"plain decode of 60 s 1080p         {decode:7.1f} s")
    print(f"see                                {see:7.1f} s   {see / decode:.2f} x decode (aim 2)")
    whole, memory, stages = run_cue("score", clip, "--out", work / "cue")
    print(f"score of 60 s 1080p                {whole:7.1f} s   (aim under 30)")
    print(f"peak memory                        {memory:7.0f} MB  (aim under 1500)")
    print("  " + ", ".join(f"{name} {seconds:.1f}" for name, seconds in stages.items()))
    printing(work / "cue", first=stages["render"])


def printing(folder: Path, *, first: float) -> None:
    """Print what the stems cost again: nothing changed, and some bars of the busiest part."""
    parts = json.loads((folder / "score.json").read_text("utf-8"))["parts"]
    busiest = max(parts, key=lambda part: len(part["notes"]))["id"]
    bars = ("--from", 10, "--to", 30, "--tracks", busiest, "--seed", 2)
    _, _, same = run_cue("score", "--out", folder, "--from", "render")
    _, _, one = run_cue("regenerate", folder, *bars)
    for what, seconds in (("nothing changed", same["render"]), ("one part changed", one["render"])):
        share = seconds / first
        print(
            f"render of {len(parts)} parts, {what:<16} {seconds:4.1f} s   {share:.2f} x the first"
        )
    stems, prints = (
        sum(path.stat().st_size for path in (folder / name).iterdir()) / 1e6
        for name in ("stems", ".filmcomposer/prints")
    )
    print(f"kept prints                        {prints:7.0f} MB  beside {stems:.0f} MB of stems")


def growth(work: Path, lengths: list[int]) -> None:
    """Print seconds by stage and peak memory over clips of growing length."""
    rows: dict[str, list[float]] = {}
    memories = []
    for seconds in lengths:
        clip = make_clip(work / f"clip_{seconds}.mp4", seconds=seconds, height=180)
        _, memory, stages = run_cue("score", clip, "--out", work / f"cue_{seconds}")
        memories.append(memory)
        for name, value in stages.items():
            rows.setdefault(name, []).append(value)
    print("\nstage     " + "".join(f"{s:>9} s" for s in lengths) + "   time/length, last to first")
    for name, values in rows.items():
        ratio = (values[-1] / lengths[-1]) / max(values[0] / lengths[0], 1e-9)
        shown = "".join(f"{v:>11.1f}" for v in values)
        print(f"{name:>9} {shown}   {ratio:5.2f}" if values[0] >= 0.1 else f"{name:>9} {shown}")
    print(f"{'peak MB':>9} " + "".join(f"{m:>11.0f}" for m in memories))


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lengths", type=int, nargs="+", default=[10, 60, 600], metavar="S")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        main_figures(Path(folder))
        growth(Path(folder), arguments.lengths)


if __name__ == "__main__":
    main()
