"""Commands that other packages add to the command line.

A package names a function ``main(words) -> exit code`` in the entry-point group
``filmcomposer.commands``. The core imports none of them and asks which there are only for a first
word that is none of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.metadata import entry_points
from typing import cast

from filmcomposer_core.cli.failure import fail
from filmcomposer_core.cli.summaries import OWN_COMMANDS
from filmcomposer_core.errors import FilmComposerError

GROUP = "filmcomposer.commands"


def added_commands() -> tuple[str, ...]:
    """Return the names of the commands that other packages add."""
    return tuple(sorted(entry_points(group=GROUP).names - OWN_COMMANDS))


def hand_over(words: Sequence[str]) -> int | None:
    """Carry out a command that another package adds.

    Returns
    -------
    int or None
        Its exit code; None if the words are for the core.
    """
    if not words or words[0].startswith("-") or words[0] in OWN_COMMANDS:
        return None
    found = tuple(entry_points(group=GROUP, name=words[0]))
    if not found:
        return None
    try:
        command = cast("Callable[[Sequence[str]], int]", found[0].load())
        return command(words[1:])
    except FilmComposerError as exc:
        return fail(str(exc), exc.exit_code)
    except KeyboardInterrupt:
        return fail("Stopped.", 1)
    except ImportError as exc:
        return fail(f"{words[0]} is not fully installed: {exc}. Run install.py again.", 1)
    except Exception as exc:  # noqa: BLE001 - the outermost frame: no traceback for the user
        return fail(f"Unexpected fault in {words[0]}: {type(exc).__name__}: {exc}.", 1)
