"""``reaper/observed.json`` from disk, checked to the letter."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, NoReturn

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.observed import Observed
from filmcomposer_core.errors import InputError

MAX_BYTES = 32 * 1024 * 1024
_HINT = "Run the action in REAPER again; it writes the file anew."


def read_observed(path: Path) -> bytes:
    """Read the file.

    Raises
    ------
    InputError
        If it is not there, is a link, or is larger than 32 MiB.
    """
    if path.is_symlink() or path.parent.is_symlink() or not path.is_file():
        msg = f"{path} is not there, or is not a file."
        raise InputError(msg, _HINT)
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as exc:
        msg = f"{path} cannot be read: {exc.strerror}."
        raise InputError(msg, _HINT) from exc
    if len(data) > MAX_BYTES:
        msg = f"{path} is larger than {MAX_BYTES // 2**20} MiB."
        raise InputError(msg, "Glue or shorten what lies on the cue's tracks.")
    return data


def parse_observed(data: bytes, *, where: str) -> Observed:
    """Make the contract of a file's bytes.

    Parameters
    ----------
    data : bytes
        The file.
    where : str
        Its name, for messages.

    Raises
    ------
    InputError
        Naming the first fault: no UTF-8, no JSON, an unknown or doubled field, a wrong value.
    """
    try:
        plain = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=_no_number,
            parse_float=_finite,
        )
    except UnicodeDecodeError as exc:
        msg = f"{where}: not UTF-8 text (byte {exc.start})."
        raise InputError(msg, _HINT) from exc
    except json.JSONDecodeError as exc:
        msg = f"{where}: line {exc.lineno}: not valid JSON ({exc.msg})."
        raise InputError(msg, _HINT) from exc
    except (ValueError, RecursionError) as exc:
        reason = str(exc) if isinstance(exc, _Refused) else "a number in it is too long"
        reason = "it is nested too deeply" if isinstance(exc, RecursionError) else reason
        msg = f"{where}: {reason}."
        raise InputError(msg, _HINT) from exc
    try:
        return codec.build(Observed, plain, where=where)
    except InputError as exc:
        raise InputError(exc.message, _HINT) from exc


class _Refused(ValueError):
    """Refuse JSON that two readers could take in two ways."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        msg = "a name in it stands twice"
        raise _Refused(msg)
    return found


def _no_number(word: str) -> NoReturn:
    msg = f"{word} is not a number"
    raise _Refused(msg)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        _no_number(text)
    return value
