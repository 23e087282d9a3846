"""The bodies of requests and answers, checked to the letter: nothing unknown, nothing converted."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NotRequired

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from filmcomposer_bridge.paths import MAX_PATH_CHARS, shown
from filmcomposer_bridge.protocol import JobView
from filmcomposer_core.errors import InputError

# The words stand here once more because the modules that define them load numpy, which the bridge
# process does without. A test holds them together.
Command = Literal[
    "see",
    "spot",
    "describe",
    "tempo",
    "plan",
    "compose",
    "arrange",
    "mix",
    "assess",
    "build",
    "render",
    "report",
]
StageName = Literal["score", Command]
Engine = Literal["embedded", "musicgen"]
Condition = Literal["text", "rhythm", "both"]
Rhythm = Literal["drawn", "cmt", "transformer"]
Dtype = Literal["auto", "fp32", "bf16", "fp16"]
Synth = Literal["auto", "midirenderer", "tinysoundfont", "fluidsynth"]
System = Literal["windows", "darwin", "linux"]
#: As the command line has it; in the ledger ``on`` is empty.
AgentsWord = Literal["on", "off", "replay"]
SoundChoice = Literal["stems", "mine", "racks"]
PathText = Annotated[str, Field(min_length=1, max_length=MAX_PATH_CHARS)]
TrackId = Annotated[str, Field(min_length=1, max_length=200)]
Seed = Annotated[int, Field(ge=0, le=2**63 - 1)]
ClipTime = Annotated[float, Field(ge=0, le=1e6)]

_STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, frozen=True)
_ONLY_FOR_SCORE = ("start", "discard", "replace_clip", "until", "regenerate")
#: A run that writes bars anew goes at least as far as the arrangement.
ARRANGED: tuple[str, ...] = ("arrange", "mix", "assess", "build", "render", "report")
#: The rule of ``JobBody.check_together`` in JSON Schema.
_TOGETHER: dict[str, Any] = {
    "if": {"properties": {"stage": {"const": "score"}}},
    "then": {
        "properties": {
            "params": {
                "if": {"required": ["regenerate"]},
                "then": {"properties": {"until": {"enum": list(ARRANGED)}}},
            }
        }
    },
    "else": {
        "properties": {
            "params": {"not": {"anyOf": [{"required": [name]} for name in _ONLY_FOR_SCORE]}}
        }
    },
}
_VALUE_CHARS = 60
_SPECIAL = {
    "params > keep_sound_db": 'a gain from -80 to 20 dB, "off" or null',
    "params > start_timecode": "a timecode such as 01:00:00:00, or empty",
    "params > out_s": 'a time in seconds, "end" or null',
    "params > session > cue": "eight hexadecimal digits in lower case",
    "params > session > run": "twelve hexadecimal digits in lower case, or empty",
}


class SessionParam(TypedDict):
    """Ask for ``reaper/session.json`` at the end.

    ``cue`` is the cue's id in the project, ``anchor_s`` where its picture lies there, ``system``
    the one that REAPER runs on, ``run`` the state of the cue folder that lies in the project.
    ``lays`` is false where the result is only looked at. ``resources`` is REAPER's resource folder,
    in a registered folder or one itself: ``FilmComposer/sounds.toml`` in it says what plays the
    parts. ``sound`` is what parts play from now on, written into that file.
    """

    __pydantic_config__ = _STRICT  # type: ignore[misc]

    cue: Annotated[str, Field(pattern="^[0-9a-f]{8}$")]
    anchor_s: Annotated[float, Field(ge=-1e6, le=1e6)]
    system: System
    lays: NotRequired[bool]
    run: NotRequired[Annotated[str, Field(pattern="^([0-9a-f]{12})?$")]]
    resources: NotRequired[Annotated[str, Field(max_length=MAX_PATH_CHARS)]]
    sound: NotRequired[SoundChoice]


class RegenerateParam(TypedDict):
    """Bars and tracks to write anew; times in seconds from the first picture frame of the cue."""

    __pydantic_config__ = _STRICT  # type: ignore[misc]

    start_s: ClipTime
    end_s: ClipTime
    tracks: Annotated[list[TrackId], Field(min_length=1, max_length=64)]
    seed: Seed


class Params(TypedDict, total=False):
    """Settings to change; what is left out stays as the cue folder has it.

    ``soundfont`` and ``start_timecode`` may be empty: back to the shipped one, to the clip's own.
    ``vision_model`` is a folder or an ONNX file with a CLIP-style model, empty for none.
    ``keep_sound_db`` is a gain in dB, ``off`` to drop the clip's sound again, null for no change.
    ``in_s`` and ``out_s`` are the part of the clip that is scored, in seconds of the file (``end``
    = its end, null for no change), played ``rate`` times as fast. ``candidates`` is how many themes
    are written to choose from. ``agents`` is who speaks: ``on`` = the language model of
    ``agents.toml``, if there is one, ``off`` = theory alone, ``replay`` = the cue's transcript.
    ``melody_model`` is the model of the engine ``musicgen``: an installed one's name, or a folder;
    ``condition``, ``guidance``, ``top_k``, ``temperature``, ``dtype`` and ``commercial_safe`` are
    for that engine too. ``rhythm`` says who makes the theme's rhythm
    between motifs. ``observed`` takes over what ``reaper/observed.json`` in the cue folder says
    first. ``start``, ``discard``, ``replace_clip``, ``until`` (the last stage to run) and
    ``regenerate`` are for stage ``score`` alone.
    """

    __pydantic_config__ = _STRICT  # type: ignore[misc]

    clip: PathText
    seed: Seed
    brief: Annotated[str, Field(max_length=4000)]
    start_timecode: Annotated[str, Field(pattern=r"^(\d{1,2}([:;.]\d{1,2}){2}[:;.]\d{1,3})?$")]
    engine: Engine
    soundfont: Annotated[str, Field(max_length=MAX_PATH_CHARS)]
    vision_model: Annotated[str, Field(max_length=MAX_PATH_CHARS)]
    synth: Synth
    lufs: Annotated[float, Field(ge=-60, le=-5)]
    keep_sound_db: Annotated[float, Field(ge=-80, le=20)] | Literal["off"] | None
    odd_bars: bool
    in_s: ClipTime
    out_s: ClipTime | Literal["end"] | None
    rate: Annotated[float, Field(ge=0.05, le=20)]
    candidates: Annotated[int, Field(ge=0, le=8)]
    agents: AgentsWord
    melody_model: Annotated[str, Field(max_length=MAX_PATH_CHARS)]
    condition: Condition
    guidance: Annotated[float, Field(ge=1, le=20)]
    top_k: Annotated[int, Field(ge=0, le=100_000)]
    temperature: Annotated[float, Field(ge=0, le=5)]
    dtype: Dtype
    commercial_safe: bool
    rhythm: Rhythm
    observed: bool
    session: SessionParam
    start: Command
    discard: Annotated[list[Command], Field(max_length=12)]
    replace_clip: bool
    until: Command
    regenerate: RegenerateParam


class JobBody(BaseModel):
    """Body of ``POST /v1/jobs``. The same ``key`` with the same body is the same job."""

    model_config = ConfigDict(**_STRICT, json_schema_extra=_TOGETHER)

    stage: StageName
    cue: PathText
    key: Annotated[str, Field(min_length=1, max_length=200)]
    params: Params = Field(default_factory=Params)

    def check_together(self) -> None:
        """Refuse parameters that do not go with the stage.

        Raises
        ------
        InputError
            Naming the parameter.
        """
        for name in _ONLY_FOR_SCORE:
            if self.stage != "score" and name in self.params:
                msg = f"params > {name} does not go with stage {self.stage}."
                raise InputError(msg, "Leave it out, or send stage score.")
        wanted = self.params.get("regenerate")
        if wanted is None:
            return
        if wanted["end_s"] < wanted["start_s"]:
            msg = f"params > regenerate > end_s is {wanted['end_s']:g}, before start_s."
            raise InputError(msg, "Send the earlier time as start_s.")
        if self.params.get("until", "report") not in ARRANGED:
            msg = f"params > until is '{self.params['until']}', too early to write bars anew."
            raise InputError(msg, f"It must be one of: {', '.join(ARRANGED)}.")


class RootBody(BaseModel):
    """Body of ``POST /v1/roots``: the absolute path of a folder."""

    model_config = _STRICT

    path: PathText


class RootAnswer(BaseModel):
    """Answer to ``POST /v1/roots``: where the folder really is, and all registered folders."""

    path: str
    roots: list[str]


class Worker(BaseModel):
    """The process that does the work: not started, waiting or at work."""

    state: Literal["off", "idle", "busy"]
    pid: int | None


class Status(BaseModel):
    """Answer to ``GET /v1/status``; ``started`` in seconds since 1970, ``job`` the running one."""

    service: str
    protocol: int
    version: str
    pid: int
    started: float
    uptime_s: float
    python: str
    queued: int
    running: int
    job: JobView | None
    worker: Worker
    roots: list[str]


class Stopping(BaseModel):
    """Answer to ``POST /v1/stop``, sent before the bridge ends."""

    stopping: Literal[True]


def say_fault(fault: Mapping[str, Any]) -> tuple[str, str]:
    """Put a fault that pydantic found into words.

    Parameters
    ----------
    fault : mapping
        One item of ``ValidationError.errors()``, its place beginning with ``body`` or ``query``.

    Returns
    -------
    str, str
        A sentence with place and value, and what to do about it.
    """
    place = " > ".join(_place(fault["loc"])) or "The body"
    kind, given, context = str(fault["type"]), fault.get("input"), fault.get("ctx", {})
    if kind == "missing":
        return f"{place} is missing.", "Add it to the request."
    if kind == "extra_forbidden":
        return f"{place} is not known{_guess(place)}.", "Leave it out, or correct its name."
    if kind == "string_too_long":
        limit = context["max_length"]
        return f"{place} is {len(str(given))} characters long.", f"At most {limit} are allowed."
    if kind in ("string_too_short", "too_short"):
        return f"{place} is empty.", "Fill it in."
    wanted = _SPECIAL.get(place) or _wanted(kind, context)
    return f"{place} is {_value(given)}.", f"It must be {wanted}."


def _place(loc: Sequence[str | int]) -> list[str]:
    """Return the names on the way to a fault, without those of union members."""
    words = [str(part + 1) if isinstance(part, int) else shown(part, _VALUE_CHARS) for part in loc]
    members = ("float", "literal[", "constrained", "function-", "str", "none")
    return [w for n, w in enumerate(words) if n > 0 and not w.startswith(members)] or (
        ["since"] if words[:1] == ["query"] else []
    )


def _guess(place: str) -> str:
    name = place.split(" > ")[-1]
    inner = (*SessionParam.__annotations__, *RegenerateParam.__annotations__)
    known = (*Params.__annotations__, *JobBody.model_fields, *RootBody.model_fields, *inner)
    near = difflib.get_close_matches(name, known, n=1)
    return f" (did you mean {near[0]}?)" if near else ""


def _value(given: Any) -> str:
    if given is None or isinstance(given, bool):
        return "null" if given is None else str(given).lower()
    if isinstance(given, int):
        # Turning a huge number into digits is slow, or refused by Python.
        return str(given) if given.bit_length() < 200 else "a huge number"
    if isinstance(given, str | float):
        return shown(repr(given), _VALUE_CHARS)
    if isinstance(given, list):
        return "a list"
    return "an object" if isinstance(given, dict) else "of another kind"


def _wanted(kind: str, context: Mapping[str, Any]) -> str:
    if kind == "literal_error":
        return f"one of: {context['expected']}"
    for bound, words in (("ge", "at least"), ("le", "at most")):
        if bound in context:
            return f"{words} {context[bound]}"
    if "max_length" in context:
        return f"a list of at most {context['max_length']}"
    for start, wanted in (
        ("float", "a number"),
        ("finite", "a finite number"),
        ("int", "a whole number"),
        ("bool", "true or false"),
        ("string", "text"),
        ("list", "a list"),
        ("dict", "an object"),
        ("model", "an object"),
    ):
        if kind.startswith(start):
            return wanted
    return "as the documentation of the bridge says"
