"""Send generated requests to the bridge and print what came of it.

``python -m benchmarks.fuzz_bridge [N] [--seed S]`` asks N times (10,000) in this process, where
every file that Python opens is seen, and N / 4 times over a socket: raw bytes, many of them no
HTTP, to a bridge process with a real worker. Where ``strace`` is there, every file that this
process and its worker open is seen too. AssertionError at the first thing that must not be.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filmcomposer_bridge.client import find
from filmcomposer_bridge.state import Address, read_address
from tests.bridge.caller import PORT, TOKEN
from tests.bridge.grammar import Grammar, Request
from tests.bridge.test_fuzz import run_fuzz
from tests.bridge.world import ROOT, SECRET, World, make_world, python_itself, snapshot

AT_ONCE = 12
PATIENCE_S = 1.0
TOUCHING = (
    "open,openat,openat2,creat,mkdir,mkdirat,rmdir,unlink,unlinkat,rename,renameat,renameat2,"
    "link,linkat,symlink,symlinkat,chmod,fchmodat,chown,lchown,fchownat,truncate,execve,utimensat"
)
#: What uvicorn itself says of bytes that are no HTTP.
NO_HTTP = b"Invalid HTTP request received."
_CALL = re.compile(r"\d+\s+(?:<\.\.\. )?(\w+)\((.*)")
_PATH = re.compile(r'(?:(?:AT_FDCWD|(\d+)(?:<[^>]*>)?), )?"((?:[^"\\]|\\.)*)"')


def raw_request(grammar: Grammar, address: Address) -> bytes:
    """Return a request as bytes, often damaged."""
    request = grammar.request()
    if request.target == "/v1/stop":
        request.target = "/v1/status"
    data = as_bytes(request).replace(TOKEN.encode(), address.token.encode())
    data = data.replace(f"127.0.0.1:{PORT}".encode(), f"127.0.0.1:{address.port}".encode())
    return damage(grammar.rng, data) if grammar.often(0.5) else data


def as_bytes(request: Request) -> bytes:
    target = request.target.replace(" ", "%20").encode("utf-8", "replace")
    lines = [request.method.encode() + b" " + target + b" HTTP/1.1"]
    lines += [name + b": " + value for name, value in request.headers]
    return b"\r\n".join([*lines, b"", request.body])


def damage(rng: random.Random, data: bytes) -> bytes:
    at = rng.randrange(len(data) + 1)
    head, gap, body = data.partition(b"\r\n\r\n")
    chunked = head + b"\r\nTransfer-Encoding: chunked" + gap
    size = b"%x\r\n" % len(body)
    return rng.choice(
        [
            data[:at],
            data[:at] + rng.randbytes(rng.randrange(1, 9)) + data[at:],
            data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :],
            rng.randbytes(rng.randrange(400)),
            data.replace(b"\r\n", b"\n"),
            data.replace(b"HTTP/1.1", rng.choice([b"HTTP/1.0", b"HTTP/0.9", b"HTTP/2", b"X", b""])),
            data + data,
            chunked + size + body + b"\r\n0\r\n\r\n",
            chunked + b"ffffffffffffffff\r\n" + body,
            chunked + b"-5\r\n" + body + b"\r\n0\r\n\r\n",
            chunked + (b"1;" + b"x" * 200 + b"\r\na\r\n") * 400,
            head + b"\r\nX-Long: " + b"y" * 40_000 + gap + body,
            head + b"\r\n" + b"X: y\r\n" * 5000 + gap + body,
            head + b"\r\nno colon here" + gap + body,
            head + b"\r\n folded: x" + gap + body,
            head + b"\r\nContent-Length: 5" + gap + body,
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + rng.randbytes(100),
            b"\0" * 5000,
            b"GET " + b"/" * 70_000 + b" HTTP/1.1\r\n\r\n",
        ]
    )


async def converse(port: int, data: bytes) -> bytes:
    """Send bytes and return what comes back until the answer is whole or nothing more comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = b""
    try:
        writer.write(data)
        async with asyncio.timeout(PATIENCE_S):
            while not _is_whole(answer):
                piece = await reader.read(65536)
                if not piece:
                    break
                answer += piece
    except (TimeoutError, ConnectionError):
        pass
    finally:
        writer.transport.abort()
    return answer


def _is_whole(answer: bytes) -> bool:
    answer = answer.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
    head, gap, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    return bool(gap and length and len(body) >= int(length[1]))


def judge(data: bytes, answer: bytes, world: World) -> str:
    """Hold an answer against what none may do; return its kind."""
    answer = answer.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
    if not answer:
        return "none"
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head[9:12])
    for word in (b"Traceback", b'File "', SECRET.encode(), b"site-packages", bytes(ROOT)):
        assert word not in answer, (data, answer)
    for path in (world.outside, world.state):
        assert bytes(path) not in body or b"films" in data or bytes(path) in data, (data, answer)
    assert status < 500, (data, answer)
    if b"application/json" in head:
        length = re.search(rb"content-length: (\d+)", head)
        assert length, answer
        # An answer to HEAD has no body; another answer may follow.
        if body and not body.startswith(b"HTTP/1.1 "):
            said = json.loads(body[: int(length[1])])
            assert status < 400 or set(said) == {"code", "message", "hint"}, (data, answer)
    else:
        assert status == 400, (data, answer)
        assert NO_HTTP in body, (data, answer)
        return "400 (no HTTP)"
    return str(status)


async def converse_all(world: World, address: Address, count: int, seed: int) -> Counter[str]:
    grammar, kinds = Grammar(world, seed), Counter[str]()
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(data: bytes) -> None:
        async with gate:
            kinds[judge(data, await converse(address.port, data), world)] += 1

    await asyncio.gather(*(one(raw_request(grammar, address)) for _ in range(count)))
    return kinds


@contextmanager
def bridge_process(world: World) -> Iterator[tuple[Address, Path | None]]:
    """Run a bridge in a process of its own, watched by strace if there is one."""
    trace = world.base / "trace"
    watched = shutil.which("strace") is not None
    strace = ["strace", "-f", "-qq", "-s", "5000", "-e", f"trace={TOUCHING}", "-o", str(trace)]
    serve = [sys.executable, "-m", "filmcomposer_bridge", "serve", "--root", str(world.root)]
    process = subprocess.Popen([*(strace if watched else []), *serve], cwd=ROOT)
    try:
        for _ in range(1200):
            address = read_address(world.state)
            if address or process.poll() is not None:
                break
            time.sleep(0.05)
        assert address, "the bridge did not start"
        yield address, trace if watched else None
        client = find(world.state)
        assert client, "the bridge is gone"
        with client:
            assert client.status()["pid"] == address.pid
            client.stop()
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()


def read_trace(trace: Path) -> tuple[set[str], set[str]]:
    """Return the paths that were opened or changed, and the programs that were started."""
    paths: set[str] = set()
    programs: set[str] = set()
    for line in trace.read_text("utf-8", "replace").splitlines():
        call = _CALL.match(line)
        for handle, text in _PATH.findall(call[2]) if call else ():
            path = text.encode("latin-1", "replace").decode("unicode_escape")
            # Relative to an open folder: that folder was seen when it was opened.
            if not handle or path.startswith("/"):
                programs.add(path) if call and call[1] == "execve" else paths.add(path)
            if call and not call[1].startswith(("rename", "link", "symlink")):
                break
    return paths, {Path(program).name for program in programs}


def strangers(paths: set[str], world: World) -> list[str]:
    """Return what was touched outside the registered folders, the state and the system itself."""
    system = [Path("/usr"), Path("/lib"), Path("/lib64"), Path("/etc"), Path("/proc"), Path("/sys")]
    mine = [world.root, world.second, world.state, *python_itself(), *system]
    inside = [Path(os.path.realpath(folder)) for folder in mine]
    temporary = Path(tempfile.gettempdir()).resolve()
    found = []
    for path in sorted(paths):
        real = Path(os.path.realpath(ROOT / path))
        # Libraries try out what the disk can do in temporary files of their own.
        is_theirs = real.is_relative_to(temporary) and not real.is_relative_to(world.base)
        if not is_theirs and not any(real.is_relative_to(folder) for folder in inside):
            found.append(path)
    return found


def resident_mb(pid: int) -> float | None:
    try:
        text = Path(f"/proc/{pid}/status").read_text("utf-8")
    except OSError:
        return None
    return int(text.split("VmRSS:")[1].split()[0]) / 1024


def fuzz_socket(base: Path, count: int, seed: int) -> None:
    world = make_world(base)
    os.environ["FILMCOMPOSER_STATE"] = str(world.state)
    before = snapshot(world.outside)
    with bridge_process(world) as (address, trace):
        memory = resident_mb(address.pid)
        started = time.perf_counter()
        kinds = asyncio.run(converse_all(world, address, count, seed))
        seconds = time.perf_counter() - started
        after = resident_mb(address.pid)
    now = snapshot(world.outside)
    changed = [path for path in {*before, *now} if before.get(path) != now.get(path)]
    assert not changed, changed
    log = (world.state / "bridge.log").read_text("utf-8")
    assert "Traceback" not in log, log
    print(f"over a socket: {count} conversations in {seconds:.0f} s, seed {seed}")
    print(f"  answers: {dict(sorted(kinds.items()))}")
    if memory and after:
        print(f"  memory of the bridge: {memory:.0f} MB before, {after:.0f} MB after")
    if trace:
        paths, programs = read_trace(trace)
        outside = strangers(paths, world)
        assert str(world.state / "bridge.log") in paths, "the trace cannot be read"
        assert not outside, outside
        print(f"  strace: {len(paths)} paths opened or changed, none outside")
        print(f"  programs started or looked for: {', '.join(sorted(programs))}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        base = Path(name).resolve()
        os.environ["FILMCOMPOSER_STATE"] = str(base / "a" / "state")
        started = time.perf_counter()
        tally = run_fuzz(base / "a", count=arguments.count, seed=arguments.seed)
        seconds = time.perf_counter() - started
        print(f"in process: {arguments.count} requests in {seconds:.0f} s, seed {arguments.seed}")
        print(f"  statuses: {dict(sorted(tally.statuses.items()))}")
        print(f"  codes: {dict(tally.codes.most_common())}")
        print(f"  {tally.paths} paths opened, none outside; workers started: {tally.starts}")
        fuzz_socket(base / "b", arguments.count // 4, arguments.seed)


if __name__ == "__main__":
    main()
