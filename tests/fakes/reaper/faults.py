"""What the emulation raises at a test, through whatever the script catches."""

from __future__ import annotations


class Gap(NotImplementedError):
    """A script called a function that REAPER has and the emulation has no behaviour for."""


class Misuse(AssertionError):
    """A script did what REAPER answers with silence, a crash or a freeze."""
