"""reaper/observed.json is checked to the letter."""

from __future__ import annotations

from pathlib import Path

import pytest

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.observed import (
    Observed,
    ObservedMarker,
    ObservedNote,
    ObservedTheme,
    ObservedTrack,
)
from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_core.errors import InputError
from filmcomposer_core.observed.read import MAX_BYTES, parse_observed, read_observed


def test_what_is_written_is_read() -> None:
    full = Observed(
        markers=(ObservedMarker(id="a", time_s=-3.5, name="ä"), ObservedMarker(id="", time_s=1)),
        tracks=(
            ObservedTrack(
                id="x", name="X", volume=2.5, pan=-1.0, send=0.0, envelopes={"volume": ((0.5, 1),)},
                notes=(ObservedNote(start_s=0, end_s=1, pitch=1, velocity=2, channel=3),),
            ),
        ),
        theme=ObservedTheme(candidate=2), tempo_rank=1,
        tempo_points=(TempoPoint(time_s=0, bpm=90, ramp=False, num=7, den=8),),
    )  # fmt: skip
    assert parse_observed(codec.dump_json(full).encode(), where="x") == full


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xff", "not UTF-8"),
        (b"{", "line 1: not valid JSON"),
        (b'{"version": 1, "version": 1}', "stands twice"),
        (b'{"markers": [{"id": "a", "time_s": NaN}]}', "NaN is not a number"),
        (b'{"markers": [{"id": "a", "time_s": 1e999}]}', "1e999 is not a number"),
        (b'{"markers": [{"id": "a", "time_s": 1e7}]}', "time_s is 10000000"),
        (b'{"marker": []}', "marker: there is no such field"),
        (b'{"version": 2}', "version is 2, this version reads 1"),
        (b'{"tracks": [{"id": "a", "pan": 1.5}]}', "pan is 1.5"),
        (b'{"tracks": [{"id": "a", "envelopes": {"width": []}}]}', "envelope is 'width'"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"version": ' + b"9" * 5000 + b"}", "number in it is too long"),
        (b"[]", "must be a table|dict"),
    ],
)
def test_a_bad_file_is_one_sentence(data: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        parse_observed(data, where="observed.json")
    assert "observed.json" in caught.value.message
    assert "Run the action in REAPER again" in caught.value.hint


def test_the_file_is_there_no_link_and_not_too_large(tmp_path: Path) -> None:
    path = tmp_path / "reaper" / "observed.json"
    with pytest.raises(InputError, match="is not there"):
        read_observed(path)
    path.parent.mkdir()
    path.write_bytes(b"{}")
    assert read_observed(path) == b"{}"
    with path.open("r+b") as stream:
        stream.truncate(MAX_BYTES + 1)
    with pytest.raises(InputError, match="larger than 32 MiB"):
        read_observed(path)


def test_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_bytes(b"{}")
    (tmp_path / "reaper").mkdir()
    (tmp_path / "reaper/observed.json").symlink_to(tmp_path / "real.json")
    with pytest.raises(InputError, match="not a file"):
        read_observed(tmp_path / "reaper/observed.json")
