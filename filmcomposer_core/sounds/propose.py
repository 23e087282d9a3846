"""Match what the user has to the instruments of the catalogue, by name.

Only what sounds by itself is proposed: a track template or effect chain, a preset of REAPER's of an
instrument, or a plug-in that opens with the sound that its name says. A player such as Kontakt
opens empty, so it is listed and no more.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from filmcomposer_core.catalogue import catalogue
from filmcomposer_core.contracts.sounds import OwnSound
from filmcomposer_core.sounds.caches import Plugin
from filmcomposer_core.sounds.resource import Found

_ORDINALS = {"1st": "1", "first": "1", "i": "1", "2nd": "2", "second": "2", "ii": "2"}
#: Of two names of the same instrument the one that says this is its usual sound.
_USUAL = ("sustain", "long", "legato", "all", "keyswitch", "ks")
#: Words that say that a name is of something else, or of one technique alone.
_OTHER = frozenset({"drum", "drums", "synth", "pad", "fx", "bus", "reverb", "template", "empty"})
_SHORTS = frozenset({"staccato", "stacc", "spiccato", "spicc", "pizzicato", "pizz", "tremolo"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """Sounds by instrument, and installed players that need a preset or a template first."""

    sounds: dict[str, OwnSound]
    players: tuple[Plugin, ...]


@dataclass(frozen=True, slots=True)
class _Words:
    aliases: tuple[tuple[tuple[str, ...], str], ...]
    sounding: tuple[tuple[tuple[str, ...], str], ...]
    players: tuple[tuple[str, ...], ...]


@cache
def _words() -> _Words:
    text = resources.files(__package__).joinpath("words.toml").read_text("utf-8")
    data = tomllib.loads(text)
    aliases = {tokens(item.name.partition("(")[0]): item.id for item in catalogue().values()}
    aliases |= {tokens(ident): ident for ident in catalogue()}
    for ident, names in data["instruments"].items():
        aliases |= {tokens(name): ident for name in names}
    sounding = [(tokens(n), ident) for ident, names in data["sounding"].items() for n in names]
    return _Words(
        aliases=tuple(sorted(aliases.items(), key=lambda pair: -len(pair[0]))),
        sounding=tuple(sounding),
        players=tuple(tokens(name) for name in data["players"]["names"]),
    )


def tokens(name: str) -> tuple[str, ...]:
    """Return a name as plain words: lower case, digits apart, ordinals as numbers.

    Examples
    --------
    >>> tokens("BBCSO - 1st Violins_Legato")
    ('bbcso', '1', 'violins', 'legato')
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Z])", " ", name)
    found = re.findall(r"[^\W_]+", spaced.casefold())
    return tuple(_ORDINALS.get(word, word) for word in found)


def instrument_of(name: str) -> str:
    """Return which instrument of the catalogue a name says; empty where it says none, or two.

    Examples
    --------
    >>> instrument_of("Strings/BBCSO 1st Violins Legato"), instrument_of("My Drums")
    ('violins1', '')
    """
    words = tokens(name.rsplit("/", 1)[-1])
    left = list(words)
    met: list[str] = []
    for alias, ident in _words().aliases:
        while (at := _place(left, alias)) is not None:
            left[at : at + len(alias)] = [""]  # what is named is not part of another name
            met.append(ident)
    found = set(met)
    return met[0] if len(found) == 1 and not _OTHER & set(words) else ""


def _place(words: Sequence[str], alias: Sequence[str]) -> int | None:
    size = len(alias)
    places = (i for i in range(len(words) - size + 1) if tuple(words[i : i + size]) == tuple(alias))
    return next(places, None)


def propose(found: Found) -> Proposals:
    """Return the best sound for every instrument that something is named after.

    Track templates come before effect chains, these before presets, these before plug-ins. Among
    several of one kind the one of the usual way to play is taken, then the shortest name.
    """
    sounds: dict[str, OwnSound] = {}
    for paths in (found.templates, found.chains):
        for ident, path in _best_paths(paths).items():
            sounds.setdefault(ident, OwnSound(template=path))
    for ident, own in _best_presets(found):
        sounds.setdefault(ident, own)
    instruments = [p for p in found.plugins if p.instrument]
    for plugin in sorted(instruments, key=_order):
        for ident in _sounding(plugin):
            sounds.setdefault(ident, OwnSound(plugin=plugin.name))
    return Proposals(sounds=sounds, players=_players(instruments))


def _best_paths(paths: Iterable[str]) -> dict[str, str]:
    """Return the best path for each instrument."""
    best: dict[str, str] = {}
    for path in paths:
        ident = instrument_of(path.rsplit(".", 1)[0])
        if ident and (ident not in best or _rank(path) < _rank(best[ident])):
            best[ident] = path
    return best


def _best_presets(found: Found) -> list[tuple[str, OwnSound]]:
    best: dict[str, tuple[tuple[int, int, str], OwnSound]] = {}
    for plugin, preset in found.presets:
        ident = instrument_of(preset)
        if not ident:
            continue
        own = OwnSound(plugin=plugin.name, preset=preset)
        ranked = (*_rank(preset)[:2], f"{_order(plugin)}{preset}")
        if ident not in best or ranked < best[ident][0]:
            best[ident] = ranked, own
    return [(ident, own) for ident, (_, own) in best.items()]


def _rank(name: str) -> tuple[int, int, str]:
    words = set(tokens(name))
    usual = 0 if words & set(_USUAL) else 2 if words & _SHORTS else 1
    return usual, len(name), name


def _order(plugin: Plugin) -> tuple[int, str]:
    """Newer kinds first: VST3, CLAP, VST, AU."""
    kinds = ("VST3", "CLAP", "VST", "AU")
    return kinds.index(plugin.kind) if plugin.kind in kinds else len(kinds), plugin.name


def _sounding(plugin: Plugin) -> list[str]:
    words = tokens(plugin.title)
    return [ident for name, ident in _words().sounding if _place(words, name) is not None]


def _players(instruments: Iterable[Plugin]) -> tuple[Plugin, ...]:
    """Return the players, each in its best kind."""
    best: dict[tuple[str, ...], Plugin] = {}
    for plugin in sorted(instruments, key=_order):
        words = tokens(f"{plugin.title} {plugin.vendor}")
        known = any(_place(words, name) is not None for name in _words().players)
        if known or "Sampler" in plugin.tags:
            best.setdefault(tokens(plugin.title), plugin)
    return tuple(sorted(best.values(), key=lambda p: p.title.casefold()))
