"""JSON Schemas of the files of cue folders and datasets, generated from the contracts.

``python -m filmcomposer_core.schemas`` writes them anew after a contract has changed. TOML files
are described by the schema of the data they hold, ``spots.csv`` by the schema of its rows.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from filmcomposer_core.contracts.clip import Analysis
from filmcomposer_core.contracts.codec import adapter
from filmcomposer_core.contracts.cue import CueFile
from filmcomposer_core.contracts.daw_plan import DawPlan
from filmcomposer_core.contracts.description import Description
from filmcomposer_core.contracts.observed import OBSERVED_FILE, Observed
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.report import ReportFile
from filmcomposer_core.contracts.sample import DatasetFile, RhythmSpot, Sample, Splits
from filmcomposer_core.contracts.scheme import Scheme
from filmcomposer_core.contracts.score import Score
from filmcomposer_core.contracts.session import SESSION_FILE, Session
from filmcomposer_core.contracts.sightings import SIGHTINGS_FILE, Sightings
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import TempoPlan
from filmcomposer_core.contracts.verdict import AssessmentFile

#: File of a cue folder -> the contract that it holds.
CONTRACTS: dict[str, Any] = {
    "cue.json": CueFile,
    "analysis.json": Analysis,
    "spots.csv": Spot,
    SIGHTINGS_FILE: Sightings,
    "description.toml": Description,
    "tempo.json": TempoPlan,
    "plan.toml": CuePlan,
    "assessment.json": AssessmentFile,
    "score.json": Score,
    "scheme.json": Scheme,
    "daw_plan.json": DawPlan,
    "report.json": ReportFile,
}
#: What the core and REAPER tell each other, there only where a cue lies in an open project.
EXCHANGED: dict[str, Any] = {OBSERVED_FILE: Observed, SESSION_FILE: Session}
#: Files of a dataset (docs/dataset.md).
OF_DATASETS: dict[str, Any] = {
    "dataset.toml": DatasetFile,
    "sample.json": Sample,
    "spots.json": tuple[RhythmSpot, ...],
    "splits.json": Splits,
}
FOLDER = Path(__file__).parent


def schema_path(file: str) -> Path:
    """Return where the schema of a file lies."""
    return FOLDER / f"{file}.schema.json"


def make_schema(file: str) -> str:
    """Return the JSON Schema of a file as text."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": file}
    schema |= adapter((CONTRACTS | EXCHANGED | OF_DATASETS)[file]).json_schema()
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def write_schemas() -> None:
    """Write every schema beside this module."""
    for file in CONTRACTS | EXCHANGED | OF_DATASETS:
        schema_path(file).parent.mkdir(exist_ok=True)
        schema_path(file).write_text(make_schema(file), encoding="utf-8")
