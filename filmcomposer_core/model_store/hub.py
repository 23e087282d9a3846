"""Ask a model hub what a model holds, and fetch its files: resumed, checked, whole or not."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import quote, urlsplit

from filmcomposer_core.atomic import disk_faults
from filmcomposer_core.errors import FilmComposerError, InputError

#: Environment variable that names another hub with the same addresses (a mirror in the house).
HUB_VARIABLE: Final = "FILMCOMPOSER_HUB"
_HUB: Final = "https://huggingface.co"
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_TIMEOUT_S: Final = 30.0
_BLOCK: Final = 1 << 20
_MOST_LISTING: Final = 32 * 2**20
#: Connections that may be lost one after the other without a byte in between.
_TRIES: Final = 4
#: What of a model is needed: settings, words, and weights that run no code.
_WANTED: Final = re.compile(r"[A-Za-z0-9._-]+\.(json|safetensors|model|txt)")
_SOURCE: Final = re.compile(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+")
_OFFLINE_HINT: Final = "Check the connection; run the command again, it goes on where it stopped."


class FetchError(FilmComposerError):
    """Report that a model could not be fetched; what is already here stays for the next try."""

    code = "fetch_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """A file of a model; ``sha256`` is empty where the hub does not say it."""

    name: str
    size: int
    sha256: str


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follow redirects over https only."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any,
        newurl: str,
    ) -> urllib.request.Request | None:  # fmt: skip
        """Refuse an address that is not safe."""
        check_address(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def check_address(address: str) -> None:
    """Refuse what is not https, this computer apart.

    Raises
    ------
    InputError
        For another scheme.
    """
    parts = urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return
    msg = f"{parts.scheme}://{parts.hostname} is not fetched from: only https is."
    raise InputError(msg, f"Correct the address ({HUB_VARIABLE}).")


def hub_address() -> str:
    """Return the address of the hub, without a slash at its end."""
    address = os.environ.get(HUB_VARIABLE, "") or _HUB
    check_address(address)
    return address.rstrip("/")


def list_files(source: str) -> tuple[RemoteFile, ...]:
    """Ask the hub which files of a model are needed.

    Parameters
    ----------
    source : str
        ``owner/name``.

    Raises
    ------
    InputError
        If there is no such model, or it has no weights that can be loaded.
    FetchError
        If the hub cannot be reached.
    """
    if not _SOURCE.fullmatch(source):
        raise InputError(f"{source!r} names no model.", "Write it as OWNER/NAME.")
    with _open(f"{hub_address()}/api/models/{source}?blobs=true") as answer:
        raw = answer.read(_MOST_LISTING)
    try:
        rows = json.loads(raw)["siblings"]
        files = tuple(
            RemoteFile(
                name=str(row["rfilename"]),
                size=int(row.get("size") or 0),
                sha256=str((row.get("lfs") or {}).get("sha256", "")),
            )
            for row in rows
            if _WANTED.fullmatch(str(row["rfilename"]))
        )
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        msg = f"The hub's answer about {source} cannot be read."
        raise FetchError(msg, "Try again later.") from exc
    if not any(file.name.endswith(".safetensors") for file in files):
        msg = f"{source} has no safetensors weights."
        raise InputError(msg, "Take another model.")
    return files


def fetch(source: str, file: RemoteFile, folder: Path, tell: Callable[[int], None]) -> str:
    """Fetch a file, going on where an earlier try stopped.

    Parameters
    ----------
    source : str
        ``owner/name``.
    file : RemoteFile
        What is fetched.
    folder : Path
        Where it goes; until it is whole and checked it has another name there.
    tell : callable
        Told how many bytes of the file are there; may raise to stop.

    Returns
    -------
    str
        Its sha256.

    Raises
    ------
    FetchError
        If the connection is lost again and again, or the file is not what the hub says.
    DiskError
        If it cannot be written.
    """
    target, part = folder / file.name, folder / f".{file.name}.part"
    if target.is_file() and target.stat().st_size == file.size:
        found = _hash(target)
        if not file.sha256 or found == file.sha256:
            tell(file.size)
            return found
    address = f"{hub_address()}/{source}/resolve/main/{quote(file.name)}"
    lost = 0
    while not file.size or _size(part) < file.size:
        before = _size(part)
        try:
            _append(address, part, tell)
            if not file.size:
                break
        except FetchError:
            lost = lost + 1 if _size(part) == before else 0
            if lost >= _TRIES:
                raise
            continue
        if _size(part) == before:
            lost += 1
            if lost >= _TRIES:
                msg = f"{file.name} ends after {before} of {file.size} bytes."
                raise FetchError(msg, _OFFLINE_HINT)
    found = _hash(part)
    if (file.sha256 and found != file.sha256) or (file.size and _size(part) != file.size):
        part.unlink()
        msg = f"{file.name} is not the file that the hub names; it was thrown away."
        raise FetchError(msg, "Fetch it again; if this stays, the model has changed on the hub.")
    with disk_faults(str(target)):
        os.replace(part, target)
    return found


def _append(address: str, part: Path, tell: Callable[[int], None]) -> None:
    """Add what is still missing to a file."""
    have = _size(part)
    with _open(address, after=have) as answer, disk_faults(str(part)):
        # A server that cannot resume sends all of it again.
        mode = "ab" if have and answer.status == 206 else "wb"
        with part.open(mode) as stream:
            while block := _read(answer, part.name):
                stream.write(block)
                tell(stream.tell())


def _read(answer: Any, name: str) -> bytes:
    try:
        block: bytes = answer.read(_BLOCK)
    except (OSError, HTTPException) as exc:
        msg = f"The connection was lost while {name.strip('.')} was fetched."
        raise FetchError(msg, _OFFLINE_HINT) from exc
    return block


@contextlib.contextmanager
def _open(address: str, *, after: int = 0) -> Iterator[Any]:
    check_address(address)
    request = urllib.request.Request(address, headers={"User-Agent": "filmcomposer"})
    if after:
        request.add_header("Range", f"bytes={after}-")
    opener = urllib.request.build_opener(_SafeRedirects)
    host = urlsplit(address).hostname
    try:
        answer = opener.open(request, timeout=_TIMEOUT_S)
    except urllib.error.HTTPError as exc:
        exc.close()
        if exc.code in (401, 403, 404):
            msg = f"{host} has no such file for you ({exc.code}): {urlsplit(address).path}"
            raise InputError(f"{msg}.", "Check the name of the model.") from exc
        raise FetchError(f"{host} answers with an error ({exc.code}).", _OFFLINE_HINT) from exc
    except (urllib.error.URLError, OSError, HTTPException) as exc:
        raise FetchError(f"{host} cannot be reached.", _OFFLINE_HINT) from exc
    with answer:
        yield answer


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
