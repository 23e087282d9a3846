"""Print what the bridge costs while idle and how fast it answers: ``python -m benchmarks.bridge``.

It runs in a state folder of its own, beside a bridge that may be at work. Idle cost needs Linux's
``/proc``; elsewhere that row is left out.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from filmcomposer_bridge.client import Client, find, launch, serve_command, stop
from filmcomposer_bridge.protocol import JobRequest

EXAMPLE = Path(__file__).parents[1] / "examples" / "big_buck_bunny_opening.mp4"


def cpu_seconds(pid: int) -> float:
    """Return the processor time of a process, in nanoseconds' steps, where there is /proc."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def resident_mb(pid: int) -> float:
    """Return the memory of a process in MB (a million bytes)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) * 1024 / 1e6


def print_idle(pid: int, seconds: float) -> None:
    """Print the share of a core and the memory that a bridge without work takes."""
    if not Path(f"/proc/{pid}/schedstat").exists():
        return
    time.sleep(2)  # what the start left to do
    before, began = cpu_seconds(pid), time.perf_counter()
    time.sleep(seconds)
    share = (cpu_seconds(pid) - before) / (time.perf_counter() - began)
    print(f"idle, over {seconds:.0f} s              {share:8.3%} of a core   (aim under 0.5 %)")
    print(f"idle, resident memory         {resident_mb(pid):6.1f} MB           (aim under 150)")


def print_latency(name: str, work: Callable[[], object], times: int) -> None:
    """Print the median and the 99th percentile of a call, in milliseconds."""
    taken_ms = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken_ms.append((time.perf_counter() - began) * 1e3)
    median, high = statistics.median(taken_ms), statistics.quantiles(taken_ms, n=100)[98]
    print(f"{name:<28} {median:7.2f} ms median, {high:7.2f} ms p99   ({times} times)")


def started() -> tuple[Client, float, float]:
    """Start a bridge as an action does: seconds in ``launch``, and until it answers."""
    began = time.perf_counter()
    launch(serve_command(sys.executable))
    launched = time.perf_counter() - began
    while (client := find()) is None:
        time.sleep(0.005)
    return client, launched, time.perf_counter() - began


def print_jobs(client: Client, work: Path, times: int) -> None:
    """Print how fast jobs are accepted (checked and on disk) and polled while one is at work."""
    client.add_root(work)
    clip = work / "clip.mp4"
    clip.write_bytes(EXAMPLE.read_bytes())
    made: list[str] = []

    def submit() -> None:
        number = len(made)
        request = JobRequest(
            stage="score", cue=str(work / f"cue{number}"), key=f"{number}",
            params={"clip": str(clip)},
        )  # fmt: skip
        made.append(client.submit(request).id)

    print_latency("POST a job", submit, times)
    print_latency("poll, a job at work", lambda: client.job(made[0]), 500)
    for job in made:
        client.cancel(job)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--idle", type=float, default=30.0, metavar="S", help="how long to watch")
    parser.add_argument("--jobs", type=int, default=100, metavar="N", help="jobs to send")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["FILMCOMPOSER_STATE"] = str(Path(folder) / "state")
        work = Path(folder).resolve() / "work"
        work.mkdir()
        try:
            measure(work, arguments.idle, arguments.jobs)
        finally:
            stop()


def measure(work: Path, idle_s: float, jobs: int) -> None:
    """Print the whole table."""
    client, launched, up = started()
    with client:
        print(f"launch, as REAPER calls it   {launched * 1e3:7.2f} ms")
        print(f"until it answers             {up * 1e3:7.0f} ms")
        print_latency("find, a new connection", found, 300)
        print_latency("status", client.status, 1000)
        print_idle(client.status()["pid"], idle_s)
        print_jobs(client, work, jobs)


def found() -> None:
    """Find the bridge and let go of it again."""
    client = find()
    if client:
        client.close()


if __name__ == "__main__":
    main()
