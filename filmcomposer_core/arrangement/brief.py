"""What the user's words say about instruments: only these, none of those, rather these."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from filmcomposer_core.catalogue import catalogue
from filmcomposer_core.contracts.description import Description

#: Words for groups of instruments; a family of the catalogue or ids.
GROUPS: dict[str, tuple[str, ...]] = {
    "string quartet": ("violin_solo", "viola_solo", "cello_solo"),
    "strings": ("@strings",), "string orchestra": ("@strings",), "brass": ("@brass",),
    "woodwinds": ("@woodwinds",), "woodwind": ("@woodwinds",), "winds": ("@woodwinds",),
    "percussion": ("@percussion",), "choir": ("choir_aah", "choir_ooh"),
    "voices": ("@voices",), "drums": ("@drums",), "drum": ("@drums",),
    "keyboards": ("@keyboards",), "guitar": ("guitar_nylon",), "organ": ("organ_church",),
    "synth": ("pad_warm", "pad_bowed_glass"), "pads": ("pad_warm", "pad_bowed_glass"),
    "cymbals": ("cymbals_clash", "cymbal_suspended", "cymbal_reverse"),
    "bells": ("tubular_bells", "church_bell"), "bass": ("basses", "bass_solo"),
    "double bass": ("basses", "bass_solo"), "violin": ("violin_solo", "violins1", "violins2"),
    "violins": ("violins1", "violins2"), "viola": ("viola_solo", "violas"),
    "cello": ("cello_solo", "cellos"), "horn": ("horn_solo", "horns_a4"),
    "horns": ("horns_a4", "horn_solo"), "trumpet": ("trumpet", "trumpets_a3"),
    "trombone": ("trombone", "trombones_a3"), "flute": ("flute", "flutes_a2"),
    "clarinet": ("clarinet_bb", "clarinets_a2"), "bassoon": ("bassoon", "bassoons_a2"),
    "pizzicato": ("strings_pizzicato",), "snare": ("snare_concert",), "saxophone": ("alto_sax",),
    "sax": ("alto_sax", "tenor_sax"), "gong": ("tam_tam",), "lute": ("guitar_nylon",),
}  # fmt: skip
#: Drums in the narrow sense: what "no drums" leaves out.
DRUMS = ("snare_concert", "bass_drum_concert", "timpani", "taiko", "toms", "tambourine")
#: One id for a word that means several: soloists instead of sections.
SOLO = {
    "violins1": "violin_solo", "violins2": "violin_solo", "violas": "viola_solo",
    "cellos": "cello_solo", "horns_a4": "horn_solo", "trumpets_a3": "trumpet",
    "trombones_a3": "trombone", "flutes_a2": "flute", "clarinets_a2": "clarinet_bb",
    "bassoons_a2": "bassoon", "basses": "bass_solo",
}  # fmt: skip
_NOT = re.compile(
    r"\b(?:no|without|avoid|except|minus|not)\b([^.;:!?]*?)(?=\b(?:but|with)\b|[.;:!?]|$)"
)
_ONLY = re.compile(r"\b(only|solo|alone|just|unaccompanied)\b")
_MORE = re.compile(r"\b(with|over|and|theme|melody|lead|then|accompanied)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Forces:
    """The players at hand.

    ``only`` is None for a free choice; ``banned`` may not play; ``wanted`` (the user's words)
    come first wherever they can take a role, ``liked`` (our own description) where the palette of
    the idiom has them.
    """

    only: frozenset[str] | None
    banned: frozenset[str]
    wanted: tuple[str, ...]
    liked: tuple[str, ...] = ()

    def allows(self, instrument: str) -> bool:
        """Whether an instrument may play."""
        return instrument not in self.banned and (self.only is None or instrument in self.only)


def read_forces(description: Description) -> Forces:
    """Read brief and music description.

    Parameters
    ----------
    description : Description
        ``brief`` is searched for "only", "solo" and "no"; the instrumentation counts as a wish,
        and is searched too where the user gave it.

    Returns
    -------
    Forces
        ``only`` without anything playable never happens: words that name no known instrument
        restrict nothing.

    Examples
    --------
    "solo piano" allows the piano alone; "no drums" bans snare, bass drum, timpani, taiko, toms.
    """
    label = description.music.instrumentation
    said = [description.brief]
    if label.source not in ("pixels", "none"):
        said.append(label.value)
    banned: set[str] = set()
    only: set[str] = set()
    wanted: list[str] = []
    for text in said:
        rest, without = _take_negations(text.lower())
        banned |= without
        for clause in re.split(r"[.;:!?\n]", rest):
            named = _mentioned(clause)
            wanted += named
            only |= _restricted(clause, named)
    liked = _mentioned(label.value.lower()) if label.source == "pixels" else []
    kept = only - banned
    return Forces(
        only=frozenset(kept) if kept else None,
        banned=frozenset(banned),
        wanted=tuple(dict.fromkeys(w for w in wanted if w not in banned)),
        liked=tuple(dict.fromkeys(w for w in liked if w not in banned)),
    )


def _take_negations(text: str) -> tuple[str, set[str]]:
    banned: set[str] = set()
    for match in _NOT.finditer(text):
        banned |= set(_mentioned(match[1]))
    return _NOT.sub(" ", text), banned


def _restricted(clause: str, named: Iterable[str]) -> set[str]:
    """Return the instruments a clause limits the cue to, empty when it limits nothing."""
    found = _ONLY.search(clause)
    named = list(named)
    if found is None or not named:
        return set()
    if found[1] != "solo":
        return set(named)
    if _MORE.search(clause):
        return set()
    return {SOLO.get(name, name) for name in named}


def _mentioned(text: str) -> list[str]:
    """Return the instruments named in a text, in its order."""
    found: list[tuple[int, tuple[str, ...]]] = []
    for word, ids in _vocabulary():
        pattern = re.compile(rf"\b{re.escape(word)}s?\b")
        for match in pattern.finditer(text):
            found.append((match.start(), ids))
        text = pattern.sub(lambda m: " " * len(m[0]), text)
    ordered = [name for _, ids in sorted(found) for name in ids]
    return list(dict.fromkeys(ordered))


@cache
def _vocabulary() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return words with the instruments they mean, the longest first."""
    words: dict[str, tuple[str, ...]] = {}
    for name in catalogue():
        plain = re.sub(r"_(bb|a\d|concert|ensemble|nylon|church)$", "", name)
        words[re.sub(r"\d", "", plain).replace("_", " ").rstrip("s")] = (name,)
    for word, ids in GROUPS.items():
        words[word] = tuple(dict.fromkeys(i for item in ids for i in _expand(item)))
    return tuple(sorted(words.items(), key=lambda pair: (-len(pair[0]), pair[0])))


def _expand(item: str) -> tuple[str, ...]:
    if item == "@drums":
        return DRUMS
    if item.startswith("@"):
        return tuple(i.id for i in catalogue().values() if i.family == item[1:])
    return (item,)
