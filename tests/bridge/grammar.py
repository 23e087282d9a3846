"""Requests made by chance: many nearly right, some of pure rubbish."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from filmcomposer_bridge.protocol import MAX_BODY_BYTES
from tests.bridge.caller import TOKEN, Header, good_headers
from tests.bridge.world import World

# fmt: off
_NAMES = (
    "clip.mp4", "font.sf2", "notes.txt", "cue", "cue.json", "pipe.mp4", "..", ".", "", "jobs",
    "out.mp4", "out.sf2", "away", "leaky", "broken", "stolen", "up", "loop", "x" * 300,
    "a/" * 60 + "b", "CLIP.MOV",
)
_PLACES = (
    "/etc/passwd", "/dev/zero", "/dev/stdin", "/", "", ".", "clip.mp4", "~/clip.mp4",
    "file:///etc/passwd", "C:\\Windows\\win.ini", "\\\\evil\\share\\clip.mp4", "\\\\.\\NUL",
    "C:\\clip.mp4:stream", "CON", "/" * 50, "/" + "x" * 5000, "../" * 40 + "etc/passwd",
)
_VALUES = (
    None, True, False, 0, -1, 1.5, -0.0, 1e308, 2**63, 10**60, "", "off", "see", "score",
    "x" * 5000, "\ud800", "${HOME}", "__import__('os').system('id')", "{{7*7}}",
    "'; DROP TABLE queue; --",
)
_HEADER_JUNK = (
    b"", b"x", b"0", b"-1", b"99999999999999999999", b"Bearer " + TOKEN.encode() * 900,
    b"\xff\xfe", b"null", b"2", b"text/html", b"evil.example", b"127.0.0.1.evil.example:40123",
)
_JOBS = ("0" * 32, "..%2f..", "%00", "'; DROP TABLE jobs; --", "a" * 300, "%ff%fe")
_SINCES = ("0", "1", "-1", "2147483648", "9" * 400, "", "x", "%00", "1&since=2")
_TARGETS = (
    "/", "/v1", "/v1/", "/docs", "/openapi.json", "//v1/jobs", "/v1/jobs/", "*",
    "/v1/../v1/status", "/%2e%2e/%2e%2e/etc/passwd", "/v1/jobs%2fx", "/" + "a" * 9000,
)
# fmt: on


@dataclass(slots=True, kw_only=True)
class Request:
    """One generated request."""

    method: str
    target: str
    body: bytes
    headers: list[Header]
    client: tuple[str, int] | None = ("127.0.0.1", 50000)
    chunks: list[bytes] | None = None


@dataclass(slots=True)
class Grammar:
    """Make requests: many nearly right, some of pure rubbish. The same seed makes the same."""

    world: World
    seed: int
    jobs: list[str] = field(default_factory=list)
    rng: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)

    def pick(self, *makers: Any) -> Any:
        chosen = self.rng.choice(makers)
        return chosen() if callable(chosen) else chosen

    def often(self, share: float) -> bool:
        return self.rng.random() < share

    def request(self) -> Request:
        rng = self.rng
        method, target = self.route()
        body = self.body(method, target)
        headers = self.headers(body)
        request = Request(method=method, target=target, body=body, headers=headers)
        if self.often(0.02):
            request.client = self.pick(("10.1.2.3", 4), ("::1", 4), None, ("::ffff:127.0.0.1", 4))
        if self.often(0.1):
            cuts = sorted(rng.sample(range(len(body) + 1), min(3, len(body) + 1)))
            edges = [0, *cuts, len(body)]
            request.chunks = [body[a:b] for a, b in pairwise(edges)]
        return request

    def route(self) -> tuple[str, str]:
        rng = self.rng
        method, target = rng.choices(
            [
                ("POST", "/v1/jobs"),
                ("POST", "/v1/roots"),
                ("GET", "/v1/status"),
                ("GET", f"/v1/jobs/{self.job()}"),
                ("DELETE", f"/v1/jobs/{self.job()}"),
                ("POST", "/v1/stop"),
            ],
            [50, 12, 5, 10, 4, 1],
        )[0]
        if "/v1/jobs/" in target and self.often(0.5):
            target += f"?since={self.rng.choice(_SINCES)}"
        if self.often(0.08):
            method = self.pick("GET", "PUT", "PATCH", "HEAD", "OPTIONS", "TRACE", "POST", "X" * 50)
        if self.often(0.08):
            strange = (f"/{self.text()}", f"http://evil.example{target}", f"{target}/")
            target = self.pick(*_TARGETS, *strange, target.upper())
        return method, target

    def job(self) -> str:
        rng, known = self.rng, self.jobs[-20:] or ["x"]
        return str(self.pick(*[lambda: rng.choice(known)] * 6, *_JOBS, self.text))

    def text(self) -> str:
        pool = "ab/\\.:%\0\n\r\t\"'{}[]<>|?*~$`;&äß映𝄞\u202e\u0301\ud800\udfff\x7f ١"
        return "".join(self.rng.choices(pool, k=self.rng.choice([0, 1, 5, 20])))

    def path(self, good: Callable[[], str]) -> str:
        """Return a path: good, near it, or none at all."""
        if self.often(0.6):
            return good()
        w = self.world
        folder = self.pick(
            *(w.root, w.second, w.outside, w.base, w.state, f"{w.root}x", f"//{w.outside}"),
            *(f"{w.root}/out", f"{w.root}/up/private", f"{w.root}/loop", f"{w.root}/to_state"),
            *(f"{w.root}/new/../../private", f"/proc/self/root{w.outside}", f"{w.root}/inner"),
        )
        path = f"{folder}/{self.pick(*_NAMES, self.text)}"
        odd = self.pick(
            *[path] * 12, *_PLACES, f"{path}\0", f"{path}\ud800", f"{path}//./", self.text
        )
        return str(odd)

    def value(self, depth: int = 0) -> Any:
        if depth < 3 and self.often(0.2):
            inner = [self.value(depth + 1) for _ in range(self.rng.randrange(4))]
            return self.pick(inner, {str(self.text()): item for item in inner})
        return self.pick(*_VALUES, self.text, lambda: self.path(lambda: "/"))

    def params(self) -> dict[str, Any]:
        root = self.world.root
        makers: dict[str, Callable[[], Any]] = {
            "clip": lambda: self.path(lambda: self.pick(f"{root}/clip.mp4", f"{root}/CLIP.MOV")),
            "soundfont": lambda: self.path(lambda: self.pick(f"{root}/font.sf2", "")),
            "vision_model": lambda: self.path(lambda: self.pick(str(root), "")),
            "seed": lambda: self.rng.randrange(2**63),
            "brief": lambda: self.pick("tender", self.text().replace("\ud800", "")),
            "start_timecode": lambda: "01:00:00:00",
            "engine": lambda: "embedded",
            "synth": lambda: "auto",
            "lufs": lambda: -23,
            "keep_sound_db": lambda: self.pick(None, "off", -6),
            "odd_bars": lambda: self.often(0.5),
            "start": lambda: "plan",
            "discard": lambda: ["plan"],
            "replace_clip": lambda: True,
            "in_s": lambda: 0.5,
            "out_s": lambda: self.pick(None, "end", 1.5),
            "rate": lambda: 1,
            "candidates": lambda: self.rng.randrange(9),
            "until": lambda: self.pick("plan", "build"),
            "observed": lambda: True,
            "session": lambda: self.pick(
                {"cue": "0123abcd", "anchor_s": 0.0, "system": "linux"}, self.value
            ),
            "regenerate": lambda: self.pick(
                {"start_s": 0.0, "end_s": 1.0, "tracks": ["violins"], "seed": 1}, self.value
            ),
        }
        names = self.rng.sample(sorted(makers), self.rng.randrange(5))
        made = {name: makers[name]() for name in ["clip", *names]}
        if self.often(0.15):
            made.pop("clip")
        if self.often(0.15):
            made[self.pick(*makers, "sed", "__class__", self.text)] = self.value()
        return made

    def body(self, method: str, target: str) -> bytes:
        if method != "POST" and self.often(0.9):
            return b""
        root = self.world.root
        if "roots" in target:
            # Whoever names a folder here lets the bridge into it: so never the decoys.
            fine = (str(self.world.second), str(root), f"{root}/new", f"{root}/new/")
            poor = (f"{root}/clip.mp4", f"{root}/loop", f"{root}/to_state", str(self.world.state))
            data: Any = {"path": self.pick(*fine, *poor, "/", "//", "", "x", 7)}
        else:
            names = ("c1", "c2", "new", "inner", "done", "deep/er/cue")
            traps = ("away", "leaky", "stolen", "broken", "out", "up/private/cue")
            data = {
                "stage": self.pick("score", "score", "see", "mix", "report", "all", self.value),
                "cue": self.path(lambda: f"{root}/{self.rng.choice(names * 2 + traps)}"),
                "key": self.pick(
                    lambda: f"k{self.rng.randrange(400)}", lambda: f"k{len(self.jobs)}"
                ),
                "params": self.params(),
            }
            if self.often(0.1):
                data.pop(self.rng.choice(sorted(data)))
            if self.often(0.1):
                data[self.pick("stage", "cue", "key", "params", "extra", self.text)] = self.value()
        return self.spoil(json.dumps(data).encode())

    def spoil(self, body: bytes) -> bytes:
        """Leave most bodies as they are and break the others."""
        if self.often(0.82):
            return body
        rng = self.rng
        at = rng.randrange(len(body) + 1)
        return bytes(
            self.pick(
                body[:at],
                body[:at] + bytes([rng.randrange(256)]) + body[at + 1 :],
                body[:at] + rng.randbytes(rng.randrange(9)) + body[at:],
                body + body,
                b"",
                rng.randbytes(rng.randrange(200)),
                b"[" * rng.choice([20, 2000, 60_000]),
                b'{"a":' * 900 + b"1" + b"}" * 900,
                b'{"key": "a", ' + body[1:],
                body.replace(b"true", b"NaN").replace(b"null", b"-Infinity"),
                body.replace(b"-23", b"1e999").replace(
                    b'"key"', b'"key": ' + b"9" * 5000 + b', "x"'
                ),
                body.decode().encode("utf-16"),
                b"\xef\xbb\xbf" + body,
                body + b" " * MAX_BODY_BYTES,
                b'{"path": "' + b"a" * (MAX_BODY_BYTES - 12) + b'"}',
                body.replace(b"a", b"\xc3"),
                body.replace(b'"k', b'"\\ud800'),
            )
        )

    def headers(self, body: bytes) -> list[Header]:
        headers = good_headers(body=body)
        if self.often(0.82):
            return headers
        at = self.rng.randrange(len(headers))
        name, value = headers[at]
        junk = self.pick(*_HEADER_JUNK, value + b"x", value[:-1], value.upper())
        return list(
            self.pick(
                headers[:at] + headers[at + 1 :],
                [*headers[:at], (name, junk), *headers[at + 1 :]],
                [*headers, (name, value)],
                [*headers, (name, junk)],
                [*headers, (b"origin", self.pick(b"null", b"http://evil.example", b"", junk))],
                [*headers, (b"content-encoding", b"gzip")],
                [*headers, (b"x-forwarded-for", b"127.0.0.1"), (b"forwarded", b"for=1.2.3.4")],
                [*headers, (b"expect", b"100-continue"), (b"upgrade", b"websocket")],
                [*headers, *[(b"x-%d" % n, b"y" * 50) for n in range(60)]],
                [],
            )
        )
