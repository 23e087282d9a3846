"""The shipped networks: which there are, and sessions that run them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts._check import STRICT, inside_folder, not_empty
from filmcomposer_core.contracts.sightings import ModelUse
from filmcomposer_core.errors import MissingDependencyError

#: Folder of the networks, with their licences and the list of them.
MODELS: Final = Path(__file__).parent / "data" / "models"
LIST: Final = "models.toml"
_THREADS: Final = 2
_ERRORS_ONLY: Final = 3
#: What onnxruntime raises for a file that it cannot run; they have no class of their own in common.
_FAILURES: Final = (
    "Fail", "InvalidArgument", "InvalidGraph", "InvalidProtobuf", "NotImplemented",
    "RuntimeException",
)  # fmt: skip
_AGAIN: Final = "Run install.py again."


class CannotRunError(ValueError):
    """Tell that a file is no network that can be run, as a clause that lacks its name."""


class Session(Protocol):
    """A network that is ready to run (``onnxruntime.InferenceSession``)."""

    def run(self, output_names: Sequence[str] | None, input_feed: Mapping[str, Any]) -> list[Any]:
        """Return the outputs with these names, or all, for arrays by input name."""

    def get_inputs(self) -> list[Any]:
        """Return name, shape and type of each input."""

    def get_outputs(self) -> list[Any]:
        """Return name, shape and type of each output."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """An entry of the list: ``file`` lies beside it, ``purpose`` says what the network is for."""

    __pydantic_config__ = STRICT

    name: str
    file: str
    purpose: str
    sha256: str
    licence: str

    def __post_init__(self) -> None:
        for field in ("name", "purpose", "sha256", "licence"):
            not_empty(field, getattr(self, field))
        inside_folder("file", self.file)

    @property
    def use(self) -> ModelUse:
        """What the sightings tell of it."""
        return ModelUse(
            purpose=self.purpose, name=self.name, sha256=self.sha256, licence=self.licence
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _List:
    __pydantic_config__ = STRICT

    model: tuple[ModelFile, ...] = ()


@cache
def model_files(folder: Path = MODELS) -> dict[str, ModelFile]:
    """Return the entries of a list of networks by name, none where there is no list.

    Raises
    ------
    InputError
        If the list is damaged.
    """
    path = folder / LIST
    if not path.is_file():
        return {}
    where = str(path)
    found = codec.build(_List, codec.parse_toml(path.read_text("utf-8"), where=where), where=where)
    return {model.name: model for model in found.model}


@cache
def open_session(name: str, folder: Path = MODELS) -> Session:
    """Return a network ready to run; the same one each time it is asked for.

    Parameters
    ----------
    name : str
        Name in the list.
    folder : Path
        Where the list and the files lie.

    Returns
    -------
    Session
        On the processor, two threads, operators one after the other: the same input gives the same
        output.

    Raises
    ------
    MissingDependencyError
        If the network or onnxruntime is not there, or the file is not the one of the list. The
        message is a clause that can stand after a colon.
    """
    model = model_files(folder).get(name)
    if model is None:
        raise MissingDependencyError("no model is installed", _AGAIN)
    try:
        data = (folder / model.file).read_bytes()
    except OSError as exc:
        raise MissingDependencyError(f"the file {model.file} is missing", _AGAIN) from exc
    if hashlib.sha256(data).hexdigest() != model.sha256:
        raise MissingDependencyError(f"the file {model.file} is damaged", _AGAIN)
    try:
        return start_session(data)
    except CannotRunError as exc:
        raise MissingDependencyError(f"{exc} the file {model.file}", _AGAIN) from exc


def start_session(model: bytes | str) -> Session:
    """Return a network ready to run: on the processor, two threads, the same for the same input.

    Parameters
    ----------
    model : bytes or str
        What an ONNX file holds, or its path where weights lie beside it.

    Raises
    ------
    MissingDependencyError
        If onnxruntime is not installed.
    CannotRunError
        If it cannot run this.
    """
    try:
        import onnxruntime
    except ImportError as exc:
        raise MissingDependencyError("onnxruntime is not installed", _AGAIN) from exc
    onnxruntime.disable_telemetry_events()
    onnxruntime.set_default_logger_severity(_ERRORS_ONLY)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = _THREADS
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.use_deterministic_compute = True
    options.log_severity_level = _ERRORS_ONLY
    # Waiting threads that spin take the cores from the decoder.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session: Session = onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"]
        )
    except failures() as exc:
        raise CannotRunError(f"onnxruntime {onnxruntime.__version__} cannot run") from exc
    return session


def failures() -> tuple[type[Exception], ...]:
    """Return what onnxruntime raises for what it cannot run."""
    from onnxruntime.capi import onnxruntime_pybind11_state as raised

    return tuple(getattr(raised, name) for name in _FAILURES)
