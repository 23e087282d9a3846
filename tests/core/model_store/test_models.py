"""Fetching from a real server on this computer that loses connections and tells lies."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from filmcomposer_core.cli.command import run
from filmcomposer_core.errors import InputError
from filmcomposer_core.melody.installed import FOLDER_VARIABLE, find_model, installed_models
from filmcomposer_core.model_store import store
from filmcomposer_core.model_store.hub import HUB_VARIABLE, FetchError, list_files

NAME = "musicgen-melody"
SOURCE = "facebook/musicgen-melody"


@dataclass
class Shelf:
    """What the server holds and how it misbehaves."""

    files: dict[str, bytes]
    cut_after: dict[str, int] = field(default_factory=dict)
    resumes: bool = True
    lies: bool = False
    leads_to: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    shelf: Shelf

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        shelf, path = self.shelf, self.path.split("?")[0]
        shelf.asked.append((path, self.headers.get("Range", "")))
        if shelf.leads_to:
            self.send_response(302)
            self.send_header("Location", shelf.leads_to)
            self.end_headers()
        elif path == f"/api/models/{SOURCE}":
            self._send(json.dumps({"siblings": [self._row(n) for n in shelf.files]}).encode())
        elif path.startswith(f"/{SOURCE}/resolve/main/"):
            self._file(path.rsplit("/", 1)[1])
        else:
            self.send_error(404)

    def _row(self, name: str) -> dict[str, Any]:
        data = b"other" if self.shelf.lies else self.shelf.files[name]
        row: dict[str, Any] = {"rfilename": name, "size": len(self.shelf.files[name])}
        if name.endswith(".safetensors"):
            row["lfs"] = {"sha256": hashlib.sha256(data).hexdigest()}
        return row

    def _file(self, name: str) -> None:
        data = self.shelf.files[name]
        given = self.headers.get("Range", "")
        first = int(given[6:-1]) if given and self.shelf.resumes else 0
        cut = self.shelf.cut_after.pop(name, 0)
        self._send(data[first:], status=206 if first else 200, cut=cut)

    def _send(self, data: bytes, *, status: int = 200, cut: int = 0) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[:cut] if cut else data)
        if cut:
            self.wfile.flush()
            self.connection.close()


@pytest.fixture
def shelf(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    files = {p.name: p.read_bytes() for p in published.iterdir() if p.name != store.ABOUT}
    held = Shelf(files=files | {"README.md": b"no part of it", "pickled.bin": b"neither"})
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Handler,), {"shelf": held}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv(HUB_VARIABLE, f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "models"))
    yield held
    server.shutdown()
    server.server_close()


def get(*more: str) -> int:
    return run(["models", "get", NAME, *more])


def test_a_model_is_fetched_after_a_yes_and_ready(
    shelf: Shelf, capsys: pytest.CaptureFixture[str]
) -> None:
    assert get() == 0
    said = capsys.readouterr().out
    assert "CC-BY-NC-4.0, NOT for commercial use" in said
    assert "Nothing was fetched" in said
    assert installed_models() == ()
    assert get("--yes") == 0
    assert installed_models() == (NAME,)
    folder = find_model("")
    assert folder is not None
    kept = {p.name for p in folder.iterdir()}
    assert not {"README.md", "pickled.bin"} & kept
    for name in kept - {store.ABOUT}:
        assert (folder / name).read_bytes() == shelf.files[name]
    assert store.damaged_files(NAME) == ()
    assert "installed  musicgen-melody" in "\n".join(store.listing())


def test_what_was_fetched_is_not_fetched_again(shelf: Shelf) -> None:
    assert get("--yes") == 0
    shelf.asked.clear()
    assert get("--yes") == 0
    assert [path for path, _ in shelf.asked] == [f"/api/models/{SOURCE}"]


@pytest.mark.parametrize("resumes", [True, False])
def test_a_lost_connection_goes_on_where_it_stopped(shelf: Shelf, resumes: bool) -> None:
    shelf.resumes = resumes
    shelf.cut_after["model.safetensors"] = 10_000
    assert get("--yes") == 0
    asked = [given for path, given in shelf.asked if path.endswith("model.safetensors")]
    assert asked == ["", "bytes=10000-"]
    assert store.damaged_files(NAME) == ()


def test_a_file_that_is_not_what_the_hub_names_is_thrown_away(
    shelf: Shelf, capsys: pytest.CaptureFixture[str]
) -> None:
    shelf.lies = True
    assert get("--yes") == 1
    assert "is not the file that the hub names" in capsys.readouterr().err
    assert installed_models() == ()


def test_stopping_half_way_leaves_no_model(shelf: Shelf) -> None:
    def stop(name: str, here: int, whole: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.install(NAME, store.known_model(NAME), list_files(SOURCE), stop)
    assert installed_models() == ()
    assert get("--yes") == 0


def test_other_schemes_and_redirects_to_them_are_refused(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.leads_to = "http://example.org/x"
    with pytest.raises(InputError, match="only https"):
        list_files(SOURCE)
    monkeypatch.setenv(HUB_VARIABLE, "ftp://example.org")
    with pytest.raises(InputError, match="only https"):
        list_files(SOURCE)


@pytest.mark.parametrize("answer", [b"", b"[]", b'{"siblings": 3}', b'{"siblings": [{}]}'])
def test_an_answer_that_is_none_is_told(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    monkeypatch.setattr(Handler, "do_GET", lambda self: self._send(answer))
    with pytest.raises((FetchError, InputError)):
        list_files(SOURCE)


def test_a_hub_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HUB_VARIABLE, "http://127.0.0.1:9")
    with pytest.raises(FetchError, match="cannot be reached"):
        list_files(SOURCE)


def test_names_that_lead_elsewhere_are_no_models(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError):
        store.known_model("../../etc")
    with pytest.raises(InputError):
        store.remove("..")
    with pytest.raises(InputError):
        find_model("nothing-of-that-name")
    shelf.files = {"../escape.json": b"{}", "model.safetensors": b"x"}
    assert [file.name for file in list_files(SOURCE)] == ["model.safetensors"]


def test_damage_is_found_and_removed(shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    assert get("--yes") == 0
    folder = find_model(NAME)
    assert folder is not None
    data = bytearray((folder / "model.safetensors").read_bytes())
    data[-1] ^= 1
    (folder / "model.safetensors").write_bytes(data)
    assert run(["models", "check", NAME]) == 2
    assert "model.safetensors" in capsys.readouterr().err
    assert get("--yes") == 0
    assert run(["models", "check", NAME]) == 0
    assert run(["models", "remove", NAME]) == 0
    assert installed_models() == ()
    assert not folder.exists()
