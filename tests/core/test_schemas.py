"""The committed schemas are those of the contracts and accept what we write."""

from __future__ import annotations

import json

import jsonschema
import pytest

from filmcomposer_core.contracts import codec
from filmcomposer_core.schemas import CONTRACTS, EXCHANGED, OF_DATASETS, make_schema, schema_path
from tests import samples
from tests.core.dataset import made


@pytest.mark.parametrize("file", CONTRACTS | EXCHANGED | OF_DATASETS)
def test_schema_is_up_to_date(file: str) -> None:
    assert schema_path(file).read_text("utf-8") == make_schema(file)


SAMPLES = {
    "analysis.json": samples.analysis(),
    "spots.csv": samples.spots()[0],
    "description.toml": samples.description(),
    "tempo.json": samples.tempo_plan(),
    "plan.toml": samples.cue_plan(),
    "score.json": samples.score(),
    "scheme.json": samples.scheme(),
    "sample.json": made.sample(),
}


@pytest.mark.parametrize("file", SAMPLES)
def test_schema_accepts_a_real_document_and_refuses_an_unknown_key(file: str) -> None:
    schema = json.loads(schema_path(file).read_text("utf-8"))
    data = codec.plain(SAMPLES[file])
    jsonschema.validate(data, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data | {"nonsense": 1}, schema)
