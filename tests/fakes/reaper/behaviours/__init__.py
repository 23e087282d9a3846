"""What REAPER's functions do, one Python function each; importing this registers them all."""

from tests.fakes.reaper.behaviours import clock, console, ext_state

__all__ = ["clock", "console", "ext_state"]
