"""What crosses the wire between a caller and the bridge. Standard library only.

Requests carry ``Authorization: Bearer TOKEN`` and ``X-FilmComposer-Protocol: 1``. Bodies are JSON.
An error answer is ``{"code": ..., "message": ..., "hint": ...}``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

#: Raised when a caller of an older version could misread an answer.
PROTOCOL = 1
PROTOCOL_HEADER = "X-FilmComposer-Protocol"
SERVICE = "filmcomposer-bridge"
MAX_BODY_BYTES = 64 * 1024

State = Literal["queued", "running", "done", "failed", "cancelled"]
ENDED: frozenset[str] = frozenset({"done", "failed", "cancelled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a request or a job failed: a stable code, one sentence, and what to do."""

    code: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """A job as the caller sees it.

    ``step`` is the stage at work, ``message`` its few words, ``fraction`` the share of the whole
    job done (0 to 1), ``seconds_left`` an estimate or None. ``log`` holds the sentences from number
    ``since`` on, ``next`` the number to ask from next time.
    """

    id: str
    key: str
    stage: str
    cue: str
    state: State
    step: str = ""
    message: str = ""
    fraction: float = 0.0
    seconds_left: float | None = None
    log: tuple[str, ...] = ()
    next: int = 0
    result: dict[str, Any] | None = None
    error: Fault | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in ENDED


def view_to_json(view: JobView) -> dict[str, Any]:
    """Return a job view as plain JSON values."""
    return asdict(view)


def view_from_json(data: dict[str, Any]) -> JobView:
    """Build a job view from an answer; unknown fields of a newer bridge are passed over."""
    known = {name: data[name] for name in JobView.__dataclass_fields__ if name in data}
    error = known.get("error")
    if isinstance(error, dict):
        known["error"] = Fault(**{n: str(error.get(n, "")) for n in ("code", "message", "hint")})
    known["log"] = tuple(known.get("log", ()))
    return JobView(**known)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequest:
    """What a caller asks for: the body of ``POST /v1/jobs``.

    Parameters
    ----------
    stage : str
        ``score`` for everything, or one of the stage commands (``see`` ... ``report``), which runs
        that stage again after bringing what comes before it up to date.
    cue : str
        Absolute path of the cue folder.
    params : dict
        Settings to change (``clip``, ``seed``, ``brief``, ``start_timecode``, ``engine``,
        ``soundfont``, ``synth``, ``lufs``, ``keep_sound_db``, ``odd_bars``, ``in_s``, ``out_s``,
        ``rate``, ``candidates``, ``agents``, ``melody_model``, ``condition``, ``guidance``,
        ``top_k``, ``temperature``, ``dtype``, ``commercial_safe``, ``rhythm``); ``observed`` (bool:
        take over ``reaper/observed.json`` first) and ``session`` (``cue``, ``anchor_s``,
        ``system``, ``resources``, ``sound``: write ``reaper/session.json``); and, for ``score``,
        ``start`` and ``until`` (stages), ``discard`` (list of stages), ``replace_clip`` (bool),
        ``regenerate`` (``start_s``, ``end_s``, ``tracks``, ``seed``).
    key : str
        Chosen by the caller, 1 to 200 characters: the same key is the same job.
    """

    stage: str
    cue: str
    key: str
    params: dict[str, Any] = field(default_factory=dict)
