"""The errors that reach a user.

::

    FilmComposerError            message + hint, exit code 1
    |-- InputError               the user's file or argument, exit code 2 (also ValueError)
    |-- MissingDependencyError   an extra or a program is not installed (also ImportError)
    |-- RenderError              sound or picture could not be produced
    |   `-- DiskError            the disk is full or read-only, exit code 2 (also InputError)
    |-- BusyError                another run holds the cue folder
    |-- DawError                 REAPER or a project file refused something
    |-- BridgeError              the bridge is not there, or refused a request
    `-- Cancelled                the user stopped the work
"""

from __future__ import annotations


class FilmComposerError(Exception):
    """Report a failure in one sentence, with what to do about it.

    Parameters
    ----------
    message : str
        What failed, naming the item and its value.
    hint : str
        What the user can do.
    """

    code = "failed"
    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class InputError(FilmComposerError, ValueError):
    """Refuse a file or an argument that the user gave."""

    code = "bad_input"
    exit_code = 2


class MissingDependencyError(FilmComposerError, ImportError):
    """Name the package or program that has to be installed."""

    code = "missing_dependency"


class RenderError(FilmComposerError):
    """Report that sound or picture could not be produced."""

    code = "render_failed"


class DiskError(InputError, RenderError):
    """Report a disk that is full or may not be written; nothing finished is lost."""

    code = "disk"


class BusyError(FilmComposerError):
    """Report that another run holds the cue folder; it may be tried again later."""

    code = "busy"


class DawError(FilmComposerError):
    """Report that REAPER, or a project file, refused an operation."""

    code = "daw_failed"


class BridgeError(FilmComposerError):
    """Report that the bridge is not there, or what it answered to a request.

    Parameters
    ----------
    message : str
        What failed.
    hint : str
        What the user can do.
    code : str
        The code that crossed the wire.
    """

    code = "bridge"

    def __init__(self, message: str, hint: str = "", *, code: str = "bridge") -> None:
        super().__init__(message, hint)
        self.code = code


class Cancelled(FilmComposerError):
    """Stop the work because the user asked for it."""

    code = "cancelled"
