"""Entry point of ``python -m filmcomposer_bridge``."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    from filmcomposer_bridge.cli import main

    sys.exit(main(sys.argv[1:]))
