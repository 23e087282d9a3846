#!/usr/bin/env python3
"""Set FilmComposer up: its environment in ``.venv`` beside this file, and its actions in REAPER.

::

    python3 install.py                 set up, and install into REAPER if it is found
    python3 install.py --dry-run       say what that would change, and change nothing
    python3 install.py --uninstall     take out of REAPER what was installed there
    python3 install.py --model         set up with torch, for the melody model MusicGen
    python3 install.py --demo          set up, then score the example clip
    python3 install.py --test          set up with the test tools, then run every test

Needs only Python 3.11 and its package registry.
"""

import sys

OLDEST = (3, 11)
if sys.version_info < OLDEST:  # before anything that an older one could not read
    found = ".".join(map(str, sys.version_info[:3]))
    sys.exit(f"install.py: Python {found} is too old. Install Python 3.11 or newer and try again.")

# A dry run leaves nothing behind, no compiled module either.
sys.dont_write_bytecode = True

try:
    from installer.command import main

    code = main(sys.argv[1:])
except KeyboardInterrupt:
    print(
        "\ninstall.py: stopped; nothing is left half done. Run it again to go on.", file=sys.stderr
    )
    code = 130
except BrokenPipeError:  # the reader of our output, such as head, has seen enough
    sys.stdout = None
    code = 1
sys.exit(code)
