"""Brief: reads what the composer asks for, also what is not said in words that theory knows."""

from __future__ import annotations

from typing import Final

from filmcomposer_core.agents.arrange.faults import unknown
from filmcomposer_core.agents.roles import Role
from filmcomposer_core.contracts.describing import BriefReply
from filmcomposer_core.contracts.labels import EMOTIONS, IDIOMS, NULL
from filmcomposer_core.description.brief import read_brief
from filmcomposer_core.description.players import Players, read_key, read_players
from filmcomposer_core.description.tables import read_table

METERS: Final = ("4/4", "3/4", "2/4", "6/8", "12/8", "5/4", "7/8", "5/8", NULL)
WITH, SOLO, ONLY, WITHOUT = WAYS = ("with", "solo", "only", "without")
_SLOWEST, _FASTEST = 30.0, 220.0
#: Half the width of the tempo range that a single figure stands for, as a share.
_WIDTH: Final = 0.06
_MOST_TEXT: Final = 3000
_MOST_KEY: Final = 20


def instruments() -> tuple[str, ...]:
    """Return the instruments that a brief can name."""
    return tuple(read_table("brief_words.toml")["instrument"])


def variables(brief: str) -> dict[str, str]:
    """Return what is told."""
    return {
        "idioms": ", ".join(IDIOMS),
        "emotions": ", ".join(EMOTIONS),
        "meters": ", ".join(METERS),
        "instruments": ", ".join(instruments()),
        "brief": brief[:_MOST_TEXT],
    }


def theory(brief: str) -> BriefReply:
    """Return what is understood by its words."""
    found, players = read_brief(brief), read_players(brief)
    low, high = found.bpm or (0.0, 0.0)
    return BriefReply(
        idiom=found.first("idiom"),
        emotion=found.first("emotion"),
        meter=found.first("meter"),
        bpm=round((low + high) / 2, 1),
        key=read_key(brief),
        players=_ways(players),
    )


def _ways(players: Players) -> dict[str, str]:
    rows = (
        (players.named, WITH),
        (players.solo, SOLO),
        (players.only, ONLY),
        (players.refused, WITHOUT),
    )
    return {name: way for names, way in rows for name in names}


def check(reply: BriefReply, brief: str) -> tuple[str, ...]:
    """Return names that do not exist and a tempo nobody plays."""
    said = theory(brief)
    faults = unknown("idiom", [reply.idiom], (*IDIOMS, NULL), "idiom")
    faults += unknown("emotion", [reply.emotion], EMOTIONS, "emotion")
    faults += unknown("meter", [reply.meter], METERS, "meter")
    if reply.bpm and not _SLOWEST <= reply.bpm <= _FASTEST:
        faults.append(f"bpm is {reply.bpm:g}, must be 0 or {_SLOWEST:g} to {_FASTEST:g}")
    if reply.key not in ("", said.key) and not read_key(f"in {reply.key}"):
        faults.append(f"key: {reply.key[:20]!r} is none; write e.g. D minor")
    names = [name for name in reply.players if name not in said.players]
    faults += unknown("players", names, instruments(), "instrument")
    for name, way in reply.players.items():
        faults += unknown(f"players.{name[:20]}", [way], WAYS, "way to use it")
    return tuple(faults)


def say(reply: BriefReply) -> str:
    """Return what is asked for in short."""
    return f"Asked for: {in_words(reply) or 'nothing in particular'}."


def in_words(reply: BriefReply) -> str:
    """Return an answer in words that theory reads: ``dread. 90-102 bpm. solo cello. no drums``."""
    words = [_called("idiom", reply.idiom), _called("emotion", reply.emotion)]
    words.append("" if reply.meter == NULL else reply.meter)
    if reply.bpm:
        words.append(f"{reply.bpm * (1 - _WIDTH):.0f}-{reply.bpm * (1 + _WIDTH):.0f} bpm")
    words.append(f"in {reply.key}" if reply.key else "")
    form = {WITH: "{}", SOLO: "solo {}", ONLY: "{} only", WITHOUT: "no {}"}
    words += [form[way].format(name) for name, way in reply.players.items()]
    return ". ".join(word for word in words if word)


def _called(topic: str, value: str) -> str:
    """Return the word for an idiom or emotion that means nothing else, if there is one."""
    if value == NULL:
        return ""
    phrases: list[str] = read_table("brief_words.toml")[topic][value]
    plain = [value, *(phrase.rstrip("*") for phrase in phrases)]
    means = {phrase: read_brief(phrase).wanted for phrase in plain}
    own = [phrase for phrase in plain if means[phrase].get(topic) == (value,)]
    return next((phrase for phrase in own if len(means[phrase]) == 1), own[0])


def beyond(reply: BriefReply, computed: BriefReply) -> BriefReply:
    """Return what an answer adds to theory's: what theory has understood stays as it is.

    Where theory was told who plays and no more, nobody is added.
    """
    limited = ONLY in computed.players.values()
    players = {
        name: way
        for name, way in reply.players.items()
        if name not in computed.players and (way == WITHOUT or not limited)
    }
    return BriefReply(
        idiom=reply.idiom if computed.idiom == NULL else NULL,
        emotion=reply.emotion if computed.emotion == NULL else NULL,
        meter=reply.meter if computed.meter == NULL else NULL,
        bpm=0.0 if computed.bpm else reply.bpm,
        key="" if computed.key else reply.key,
        players=players,
    )


BRIEF: Final[Role[str, BriefReply]] = Role(
    name="Brief",
    prompt="brief",
    kind=BriefReply,
    variables=variables,
    theory=theory,
    check=check,
    hear=lambda brief, _: brief,
    say=say,
    max_tokens=500,
    some_of=lambda _: {"players": instruments()},
    entry=lambda _: {
        "idiom": {"enum": [*IDIOMS, NULL]},
        "emotion": {"enum": list(EMOTIONS)},
        "meter": {"enum": list(METERS)},
        "key": {"maxLength": _MOST_KEY},
        "players": {"enum": list(WAYS)},
    },
)
