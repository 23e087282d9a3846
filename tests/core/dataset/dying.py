"""Work whose worker is killed in the middle, once; Ray's workers import it."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import dataclass
from pathlib import Path

from filmcomposer_core.dataset.make import Job, Outcome, make_one
from filmcomposer_core.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Dying:
    """Make a sample; the first try of one of them is killed while it is at work."""

    victim: str
    mark: Path
    after_s: float = 0.3

    def __call__(self, job: Job) -> Outcome:
        if job.id == self.victim and not self.mark.exists():
            self.mark.write_text("dying")
            kill = threading.Timer(self.after_s, os.kill, (os.getpid(), signal.SIGKILL))
            kill.start()
        return make_one(job)


@dataclass(frozen=True, kw_only=True)
class AlwaysDying:
    """Work on numbers that always dies on 3."""

    def __call__(self, number: int) -> int:
        if number == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return square(number)


def square(number: int) -> int:
    """Return the square of a number that is not negative."""
    if number < 0:
        msg = f"{number} is negative."
        raise InputError(msg, "Count from 0.")
    return number * number
