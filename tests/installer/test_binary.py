import struct
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installer.binary import architectures
from tests.installer.fake_programs import ELF, MACH, PE, elf, fat, mach, pe

KNOWN = {"x86_64", "arm64", "arm64e", "x86", "armv7"}
WHOLE = {
    **{f"elf {arch}": (elf(arch), {arch}) for arch in ELF},
    **{f"pe {arch}": (pe(arch), {arch}) for arch in PE},
    **{f"mach {arch}": (mach(arch), {arch}) for arch in MACH},
    "fat of two": (fat(["x86_64", "arm64"]), {"x86_64", "arm64"}),
    "fat of four, 64-bit table": (fat(list(MACH), wide=True), set(MACH)),
}


def read(folder: Path, data: bytes) -> frozenset[str]:
    path = folder / "program"
    path.write_bytes(data)
    return architectures(path)


@pytest.mark.parametrize("name", WHOLE)
def test_each_format_and_processor(name: str, tmp_path: Path) -> None:
    data, expected = WHOLE[name]
    assert read(tmp_path, data) == expected


@pytest.mark.parametrize("name", [name for name in WHOLE if not name.startswith("fat")])
def test_a_header_cut_at_any_byte_is_nothing(name: str, tmp_path: Path) -> None:
    data, _ = WHOLE[name]
    assert [n for n in range(len(data)) if read(tmp_path, data[:n])] == []


def test_a_cut_fat_file_counts_only_its_whole_parts(tmp_path: Path) -> None:
    data = fat(["x86_64", "arm64"])
    assert read(tmp_path, data[:-1]) == {"x86_64"}
    assert read(tmp_path, data[:40]) == frozenset()


def test_what_runs_here_is_for_this_processor() -> None:
    # The interpreter is running, so its own processor must be among those read.
    assert len(architectures(Path(sys.executable))) >= 1
    assert architectures(Path("/proc/self/exe")) == architectures(Path(sys.executable))
    assert architectures(Path(sys.executable)) <= KNOWN


FOREIGN = {
    "nothing": b"",
    "a linker script, as libpython.so can be": b"/* GNU ld script */ INPUT(libpython3.so)",
    "an archive of object files, libpython.a": b"!<arch>\n" + bytes(200),
    "an ELF object file": elf("x86_64", kind=1),
    "a big-endian ELF": elf("x86_64").replace(b"\x7fELF\2\1", b"\x7fELF\2\2"),
    "x32": elf("x86").replace(struct.pack("<HH", 3, 3), struct.pack("<HH", 3, 62)),
    "an unknown ELF machine": elf("x86_64").replace(b"\3\0\x3e\0", b"\3\0\xf3\0"),
    "a DOS program": b"MZ" + bytes(200),
    "a PE object file": pe("x86_64", flags=0),
    "a Mach-O object file": mach("arm64", kind=1),
    "a Java class": bytes.fromhex("cafebabe00000034")
    + 52 * struct.pack(">5I", 0x01000007, 3, 0, 0, 0),
    "a Python script": b"#!/usr/bin/env python3\nprint('reaper')\n",
}


@pytest.mark.parametrize("name", FOREIGN)
def test_other_files_are_for_no_processor(name: str, tmp_path: Path) -> None:
    assert read(tmp_path, FOREIGN[name]) == frozenset()


def test_what_is_no_file_is_for_no_processor(tmp_path: Path) -> None:
    assert architectures(tmp_path) == frozenset()
    assert architectures(tmp_path / "absent") == frozenset()
    assert architectures(Path("with\0nul")) == frozenset()


@given(
    start=st.sampled_from(
        [b"\x7fELF\2\1", b"\x7fELF\1\1", b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"]
    ),
    rest=st.binary(max_size=300),
)
def test_random_bytes_behind_a_magic_never_fail(
    start: bytes, rest: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert read(tmp_path_factory.getbasetemp(), start + rest) <= KNOWN
