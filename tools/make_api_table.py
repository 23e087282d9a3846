"""Make ``tests/fakes/reaper/api_table.tsv`` from a description of REAPER's Python functions.

::

    python -m tools.make_api_table PATH/api.json

``api.json`` holds, for every function that a Python ReaScript can call, its C return type, its
arguments with how the wrapper module passes them, and the shape of its result. Its three sources
were the C header that REAPER 7.78 generates, public copies of ``reaper_python.py`` (6.7x) and
third-party documentation up to 7.38. Only names, types and shapes are taken over.

One line is one function, tab-separated: name, C return type, first REAPER version known to have it
(or ``-``), where it was seen (``w`` wrapper, ``d`` documentation, ``h`` header), then each argument
as ``name|C type|pass``, where pass is ``value``, ``cstring``, ``pointer``, ``byref``, ``buffer`` or
``list``. The result follows from it: a tuple as soon as one argument is ``byref``, ``buffer`` or
``list``, else the bare value.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parents[1] / "tests" / "fakes" / "reaper" / "api_table.tsv"
OUT = {"byref", "buffer", "list"}
HEAD = "# Made by `python -m tools.make_api_table api.json` from REAPER 7.78; do not edit."


def check_shape(name: str, entry: dict[str, Any]) -> None:
    """Refuse a function whose stated result is not what the rule above gives."""
    outs = [a["pass"] in OUT for a in entry["args"]]
    if outs != [bool(a["out"]) for a in entry["args"]]:
        raise ValueError(f"{name}: an argument's way of passing and its direction disagree")
    names = [a["name"] for a in entry["args"]]
    wanted = None
    if any(outs):
        wanted = names if entry["ret"] == "void" else ["retval", *names]
        if name == "GetAudioAccessorSamples":  # the one function that is written by hand
            wanted = ["retval", names[-1]]
    if entry.get("tuple") != wanted:
        raise ValueError(f"{name}: returns {entry.get('tuple')}, the rule gives {wanted}")


def line(name: str, entry: dict[str, Any]) -> str:
    """Return a function's line in the table."""
    check_shape(name, entry)
    since = str(entry.get("since") or "-").split(" ", maxsplit=1)[0]
    seen = "".join(source[0] for source in entry["seen_in"])
    arguments = [f"{a['name']}|{a['type']}|{a['pass']}" for a in entry["args"]]
    return "\t".join([name, entry["ret"], since, seen, *arguments])


def main(source: str) -> None:
    """Write the table."""
    functions = json.loads(Path(source).read_text("utf-8"))
    lines = [HEAD, *(line(name, functions[name]) for name in sorted(functions))]
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1])
