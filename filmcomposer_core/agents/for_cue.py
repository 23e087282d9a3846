"""The agents of one run on a cue: who speaks, what it costs, and the record of what was said."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from filmcomposer_core.agents.budget import Budget
from filmcomposer_core.agents.forms import Forms
from filmcomposer_core.agents.settings import AgentSettings, read_settings
from filmcomposer_core.agents.speaker import THEORY, Speaker
from filmcomposer_core.agents.transcript import (
    TRANSCRIPT_FILE,
    dump_transcript,
    read_transcript,
    replayed,
)
from filmcomposer_core.atomic import write_atomic
from filmcomposer_core.contracts.speech import Speech
from filmcomposer_core.errors import InputError
from filmcomposer_core.progress import Progress, silent

if TYPE_CHECKING:
    from filmcomposer_core.contracts.cue import Settings
    from filmcomposer_core.cue import Cue

OFF, REPLAY = "off", "replay"
#: Questions of a whole cue as a rule, and the tokens of one, in and out; for the estimate where no
#: transcript tells more.
_USUAL_CALLS, _USUAL_IN, _USUAL_OUT = 24, 2500, 500


@dataclass(slots=True, kw_only=True)
class AgentRun:
    """What the stages of one run share. ``replays`` = a transcript speaks."""

    speaker: Speaker
    settings: AgentSettings
    replays: bool = False


def speaker_for(cue: Cue, progress: Progress = silent, *, at: float = 0.0) -> Speaker:
    """Return who speaks for the roles of a cue: theory, a model beside it, or a transcript.

    The first call of a run tells the user who is asked and what it may cost; all calls of a run
    share one budget and what was found out about the endpoint.

    Parameters
    ----------
    cue : Cue
        Its setting ``agents`` is "" (as ``agents.toml`` says), ``off`` or ``replay``.
    progress : Progress
        Of the stage: it is told who is waited for, and stops the conversation where the user
        cancels.
    at : float
        How much of the stage is done meanwhile, 0 to 1.

    Raises
    ------
    InputError
        If ``agents.toml`` is faulty, or there is no transcript to replay.
    MissingDependencyError
        If an endpoint is configured and the extra is not installed.
    """
    if cue.agents is None:
        cue.agents = _begin(cue)
    speaker = cue.agents.speaker
    if speaker.model_of is None:
        return speaker
    return replace(speaker, watch=lambda words: progress(at, words))


def _begin(cue: Cue) -> AgentRun:
    wanted = cue.ledger.settings.agents
    if wanted == OFF:
        return AgentRun(speaker=THEORY, settings=AgentSettings())
    if wanted == REPLAY:
        return _replay(cue)
    settings = read_settings()
    if not settings.url:
        return AgentRun(speaker=THEORY, settings=settings)
    cue.tell(estimate(settings, kept(cue)))
    if settings.vision_model and not settings.is_local:
        cue.tell(f"Key frames of the picture are sent to {settings.host}.")
    return AgentRun(speaker=speaker_of(settings), settings=settings)


def speaker_of(settings: AgentSettings) -> Speaker:
    """Return a speaker for an endpoint, with a budget of its own.

    Raises
    ------
    MissingDependencyError
        If the extra is not installed.
    InputError
        If the key holds signs that no key has.
    """
    from filmcomposer_core.agents.cache import Cached, cache_folder
    from filmcomposer_core.agents.endpoint import Endpoint
    from filmcomposer_core.agents.key import read_key

    key = read_key(settings)
    address = f"{settings.url} {settings.temperature:g}"
    models = {
        name: Cached(Endpoint(settings, model=name, key=key), cache_folder(), address)
        for name in settings.models_named()
    }
    return Speaker(
        model_of=lambda role: models[settings.model_of(role)],
        vision_of=lambda role: models[settings.models.get(role, settings.vision_model)],
        sees=bool(settings.vision_model),
        host=settings.host,
        budget=Budget(caps=settings.caps, prices=settings.prices),
        forms=Forms(
            wanted=settings.replies,
            retries=settings.retries,
            within_s=settings.timeout_s,
            at_once=settings.at_once,
        ),
        thinking_tokens=settings.thinking_tokens,
    )


def _replay(cue: Cue) -> AgentRun:
    if not cue.folder.exists(TRANSCRIPT_FILE):
        msg = f"{cue.place(TRANSCRIPT_FILE)} is not there, so nothing can be said again from it."
        raise InputError(msg, "Score with --agents on (or off) instead.")
    speeches = _read(cue)
    cue.tell(f"The agents speak from {TRANSCRIPT_FILE}; nothing is sent.")
    settings = AgentSettings()
    speaker = Speaker(
        model_of=replayed(speeches),
        sees=any(speech.images for speech in speeches),
        budget=Budget(caps=settings.caps),
        # A question without an answer is no sign that the next one has none.
        forms=Forms(within_s=settings.timeout_s, patient=True),
        by_autogen=False,
    )
    return AgentRun(speaker=speaker, settings=settings, replays=True)


def agents_mark(settings: Settings) -> str:
    """Return what the answers of a cue's agents depend on beside the questions, "" for theory.

    Raises
    ------
    InputError
        If ``agents.toml`` is faulty.
    """
    if settings.agents:
        return "" if settings.agents == OFF else settings.agents
    found = read_settings()
    if not found.url:
        return ""
    models = [found.model, found.vision_model, sorted(found.models.items())]
    return json.dumps([found.host, models, found.temperature])


def estimate(settings: AgentSettings, before: Sequence[Speech] = ()) -> str:
    """Say who is asked, and what a cue costs as a rule and at most.

    Parameters
    ----------
    settings : AgentSettings
    before : sequence of Speech
        A transcript of the same cue, if there is one: it tells more than the rule.
    """
    paid = [speech for speech in before if speech.tokens_in]
    calls = sum(len(speech.replies) for speech in paid) or _USUAL_CALLS
    tokens_in = sum(s.tokens_in for s in paid) or _USUAL_CALLS * _USUAL_IN
    tokens_out = sum(s.tokens_out for s in paid) or _USUAL_CALLS * _USUAL_OUT
    price, caps = settings.prices.get(settings.model), settings.caps
    cost = f"{price.of(tokens_in, tokens_out):.2f} {price.currency}" if price else "cost unknown"
    most = f", {caps.money:g} {price.currency}" if price else ""
    return (
        f"The agents ask {settings.model} at {settings.host}: about {calls} calls, "
        f"{tokens_in + tokens_out:,} tokens, {cost}; at most {caps.calls} calls, "
        f"{caps.tokens:,} tokens, {caps.seconds:g} s{most}."
    )


def tell_spent(cue: Cue) -> None:
    """Say at the end of a run what the agents have cost."""
    run = cue.agents
    if run is None or run.replays or run.speaker.budget is None:
        return
    budget = run.speaker.budget
    if budget.calls:
        cue.tell(f"The agents took {budget.said()}.")
    elif run.speaker.model_of is not None:
        cue.tell("The agents asked nothing anew.")


def record(cue: Cue, speeches: Sequence[Speech], *, begins: str = "") -> None:
    """Keep what was said in ``agents.jsonl``, and say where theory had to answer for a model.

    The lines of a conversation that is held again are replaced; from a replay nothing is written.

    Parameters
    ----------
    cue : Cue
    speeches : sequence of Speech
        Whole conversations.
    begins : str
        Conversations whose names begin so go as well: those of a stage's earlier tries.

    Raises
    ------
    DiskError
        If the file cannot be written.
    """
    _tell_faults(cue, speeches)
    if cue.agents is not None and cue.agents.replays:
        return
    old = kept(cue)
    held = {speech.conversation for speech in speeches}
    gone = [
        s for s in old if s.conversation in held or (begins and s.conversation.startswith(begins))
    ]
    if any(s.replies for s in gone) and not any(s.replies for s in speeches):
        cue.folder.keep_in_history(TRANSCRIPT_FILE)  # it was paid for
    lines = [s for s in old if s not in gone]
    text = dump_transcript([*lines, *speeches])
    write_atomic(cue.folder.file(TRANSCRIPT_FILE), text.encode())


def _tell_faults(cue: Cue, speeches: Sequence[Speech]) -> None:
    asked = [speech for speech in speeches if speech.model]
    alone = [speech for speech in asked if speech.speaker == "theory"]
    if alone:
        fault = next((s.faults[-1] for s in alone if s.faults), "no reply could be used")
        roles = ", ".join(dict.fromkeys(speech.role for speech in alone))
        cue.tell(f"Theory answered for the model as {roles}: {fault.rstrip('.')}.")


def kept(cue: Cue) -> tuple[Speech, ...]:
    """Return the transcript, () where there is none; a damaged one goes to the history."""
    if not cue.folder.exists(TRANSCRIPT_FILE):
        return ()
    try:
        return _read(cue)
    except InputError:
        kept = cue.folder.keep_in_history(TRANSCRIPT_FILE)
        cue.tell(f"{TRANSCRIPT_FILE} was damaged and is begun anew; the old file is {kept}.")
        cue.folder.file(TRANSCRIPT_FILE).unlink(missing_ok=True)
        return ()


def _read(cue: Cue) -> tuple[Speech, ...]:
    data = cue.folder.read(TRANSCRIPT_FILE)
    return read_transcript(data.decode("utf-8", "replace"), where=cue.place(TRANSCRIPT_FILE))
