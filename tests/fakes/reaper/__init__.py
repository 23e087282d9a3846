"""A strict emulation of REAPER's Python ReaScript host.

It runs a script's source as REAPER does (``script.py``), gives it the functions that the committed
table lists (``functions.py``), packs arguments and results as REAPER's wrapper module does
(``packing.py``) and measures and watches every slice of main-thread time (``audit.py``).

The project itself is a tree of RPP lines (``project/``): chunks, files and undo are its text.

What a function does stands in ``behaviours/``, one Python function for one REAPER function. A call
to a function that REAPER has and the emulation lacks is a loud :class:`Gap`; a call that REAPER
does not know is a ``NameError``, as in REAPER.

The facts it rests on were collected from public sources (the wrapper module, third-party notes);
nobody has compared it with a real REAPER. "Seen" in a comment means seen in the wrapper or in a
public script, "unverified" means a reading of ours.
"""

from tests.fakes.reaper.faults import Gap, Misuse
from tests.fakes.reaper.host import Host
from tests.fakes.reaper.script import Script

__all__ = ["Gap", "Host", "Misuse", "Script"]
