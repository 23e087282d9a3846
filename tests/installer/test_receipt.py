"""The receipt comes back as it was written, or is called damaged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installer.receipt import RECEIPT, Ini, Key, Receipt, from_bytes, read_receipt, to_bytes

PATHS = st.lists(
    st.text("abcXYZ äß._-0", min_size=1, max_size=8).filter(lambda part: part not in (".", "..")),
    min_size=1,
    max_size=4,
).map("/".join)
#: As ini.get gives them: text, with surrogates for bytes that are not UTF-8.
TEXT = st.binary(max_size=12).map(lambda data: data.decode("utf-8", "surrogateescape"))
MAYBE = st.one_of(st.none(), TEXT)
KEYS = st.builds(Key, section=TEXT, key=TEXT, old=MAYBE, new=TEXT, header=st.booleans())
INIS = st.builds(
    Ini,
    existed=st.booleans(),
    before=MAYBE,
    after=TEXT,
    backup=st.one_of(st.none(), PATHS),
    lines=st.lists(TEXT, max_size=3).map(tuple),
    section=MAYBE,
    keys=st.lists(KEYS, max_size=2).map(tuple),
)
RECEIPTS = st.builds(
    Receipt,
    version=TEXT,
    time=TEXT,
    files=st.dictionaries(PATHS, TEXT, max_size=4),
    folders=st.lists(PATHS, max_size=3).map(tuple),
    inis=st.dictionaries(PATHS, INIS, max_size=3),
    backups=st.lists(PATHS, max_size=3).map(tuple),
    kept=st.lists(PATHS, max_size=3).map(tuple),
)


@given(RECEIPTS)
def test_a_receipt_comes_back_as_it_was_written(receipt: Receipt) -> None:
    assert from_bytes(to_bytes(receipt)) == receipt


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=4)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(RECEIPTS, st.data())
def test_whatever_is_put_into_it_is_read_or_called_damaged(
    receipt: Receipt, data: st.DataObject
) -> None:
    content = json.loads(to_bytes(receipt))
    place: Any = content
    while isinstance(place, dict | list) and place:
        key = data.draw(st.sampled_from(sorted(place)) if isinstance(place, dict) else st.just(0))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            place[key] = data.draw(JSON)
            break
        place = place[key]
    try:
        found = from_bytes(json.dumps(content).encode())
    except ValueError:
        return
    assert from_bytes(to_bytes(found)) == found


@given(st.binary(max_size=60))
def test_bytes_that_are_no_receipt_are_called_damaged(data: bytes) -> None:
    with pytest.raises(ValueError, match="damaged"):
        from_bytes(data)


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a//b", "C:/x", "a\\b", "", ".", "a/./b"])
@pytest.mark.parametrize("field", ["files", "folders", "backups", "kept", "inis"])
def test_a_path_that_leads_out_is_damage(path: str, field: str) -> None:
    content = json.loads(to_bytes(Receipt(version="1", time="t", files={})))
    ini = {"existed": True, "before": None, "after": "", "backup": None}
    ini |= {"lines": [], "section": None, "keys": []}
    content[field] = {"files": {path: ""}, "inis": {path: ini}}.get(field, [path])
    with pytest.raises(ValueError, match="damaged"):
        from_bytes(json.dumps(content).encode())


def test_an_absent_receipt_is_no_damage(tmp_path: Path) -> None:
    assert read_receipt(tmp_path) == (None, False)
    (tmp_path / RECEIPT).parent.mkdir(parents=True)
    (tmp_path / RECEIPT).write_bytes(b"{")
    assert read_receipt(tmp_path) == (None, True)
