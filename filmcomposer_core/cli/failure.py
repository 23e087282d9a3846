"""How a command says that it failed."""

from __future__ import annotations

import sys


def fail(sentence: str, code: int) -> int:
    """Print one sentence where errors go and return the exit code."""
    print(f"\nfilmcomposer: {sentence}", file=sys.stderr)
    return code
