"""Entry point of ``filmcomposer`` and ``python -m filmcomposer_core``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and end the process with its exit code."""
    from filmcomposer_core.cli.added import hand_over

    code = hand_over(sys.argv[1:])
    if code is None:
        from filmcomposer_core.cli.command import run

        code = run(sys.argv[1:])
    sys.exit(code)


if __name__ == "__main__":
    main()
