from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from filmcomposer_core.errors import InputError, MissingDependencyError
from filmcomposer_core.networks import LIST, MODELS, model_files, open_session
from tests.recognition.onnx_file import one_operator

NEGATION = one_operator("Neg")


def entry(name: str, data: bytes, *, file: str = "") -> str:
    sha256 = hashlib.sha256(data).hexdigest()
    return (
        f'[[model]]\nname = "{name}"\nfile = "{file or name + ".onnx"}"\npurpose = "tests"\n'
        f'sha256 = "{sha256}"\nlicence = "MIT"\n'
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "neg.onnx").write_bytes(NEGATION)
    (tmp_path / LIST).write_text(entry("neg", NEGATION), "utf-8")
    return tmp_path


def test_a_listed_network_runs_and_is_opened_once(folder: Path) -> None:
    session = open_session("neg", folder)
    (given,) = session.get_inputs()
    (found,) = session.run(None, {given.name: np.array([1, -2, 3], np.float32)})
    np.testing.assert_array_equal(found, [-1, 2, -3])
    assert open_session("neg", folder) is session


def test_the_list_tells_what_the_sightings_tell(folder: Path) -> None:
    use = model_files(folder)["neg"].use
    assert (use.name, use.purpose, use.licence) == ("neg", "tests", "MIT")
    assert use.sha256 == hashlib.sha256(NEGATION).hexdigest()


def absence(name: str, folder: Path) -> str:
    with pytest.raises(MissingDependencyError) as caught:
        open_session(name, folder)
    assert caught.value.hint
    return caught.value.message


def test_what_is_not_there_is_said_as_a_clause(folder: Path) -> None:
    assert absence("other", folder) == "no model is installed"
    assert absence("other", folder / "none") == "no model is installed"
    (folder / "neg.onnx").unlink()
    assert absence("neg", folder) == "the file neg.onnx is missing"


def test_another_file_under_the_name_is_not_used(folder: Path) -> None:
    (folder / "neg.onnx").write_bytes(one_operator("Abs"))
    assert absence("neg", folder) == "the file neg.onnx is damaged"


@pytest.mark.parametrize("data", [b"no network", one_operator("NoSuchOperator")])
def test_a_file_that_cannot_be_run_is_said(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "odd.onnx").write_bytes(data)
    (tmp_path / LIST).write_text(entry("odd", data), "utf-8")
    said = absence("odd", tmp_path)
    assert said.startswith("onnxruntime ")
    assert said.endswith(" cannot run the file odd.onnx")


def test_a_file_outside_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / LIST).write_text(entry("a", b"", file="../a.onnx"), "utf-8")
    with pytest.raises(InputError, match="inside the cue folder"):
        model_files(tmp_path)


def test_without_onnxruntime_that_is_said(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "sys.modules['onnxruntime'] = None\n"  # what Python itself takes for 'not installed'
        "from filmcomposer_core.errors import MissingDependencyError\n"
        "from filmcomposer_core.networks import open_session\n"
        "try: open_session('neg', Path(sys.argv[1]))\n"
        "except MissingDependencyError as exc: print(exc.message)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "onnxruntime is not installed"


def test_opening_and_running_a_network_says_nothing(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; import numpy as np\n"
        "from filmcomposer_core.networks import open_session\n"
        "session = open_session('neg', Path(sys.argv[1]))\n"
        "session.run(None, {'x': np.zeros(3, np.float32)})\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, str(folder)],
        capture_output=True, text=True, check=True, env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("", "")


def test_every_shipped_network_is_the_one_of_the_list() -> None:
    for model in model_files().values():
        data = (MODELS / model.file).read_bytes()
        assert hashlib.sha256(data).hexdigest() == model.sha256, model.file
    listed = {model.file for model in model_files().values()}
    assert {path.name for path in MODELS.glob("*.onnx")} == listed
