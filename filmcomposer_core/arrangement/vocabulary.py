"""What the names of instruments and ensembles mean: ids of the catalogue."""

from __future__ import annotations

import re
from functools import cache

from filmcomposer_core.catalogue import catalogue

#: "@family" stands for a family of the catalogue.
GROUPS: dict[str, tuple[str, ...]] = {
    "string quartet": ("violin_solo", "violin2_solo", "viola_solo", "cello_solo"),
    "string trio": ("violin_solo", "viola_solo", "cello_solo"),
    "string quintet": ("violin_solo", "violin2_solo", "viola_solo", "cello_solo", "bass_solo"),
    "string orchestra": (
        "violins1", "violins2", "violas", "cellos", "basses", "strings_pizzicato",
        "strings_tremolo", "strings_sordino",
    ),
    "piano trio": ("violin_solo", "cello_solo", "piano"),
    "piano quintet": ("violin_solo", "violin2_solo", "viola_solo", "cello_solo", "piano"),
    "woodwind quintet": ("flute", "oboe", "clarinet_bb", "horn_solo", "bassoon"),
    "brass quintet": ("trumpet", "cornet", "horn_solo", "trombone", "tuba"),
    "brass band": (
        "@brass", "snare_concert", "bass_drum_concert", "cymbals_clash", "cymbal_suspended",
        "triangle",
    ),
    "small ensemble": (
        "flute", "clarinet_bb", "horn_solo", "violin_solo", "viola_solo", "cello_solo", "piano",
    ),
    "chamber orchestra": (
        "violins1", "violins2", "violas", "cellos", "basses", "violin_solo", "viola_solo",
        "cello_solo", "flute", "oboe", "clarinet_bb", "bassoon", "horn_solo", "trumpet",
        "timpani", "harp", "strings_pizzicato",
    ),
    "full orchestra": (
        "violins1", "violins2", "violas", "cellos", "basses", "strings_pizzicato",
        "strings_tremolo", "strings_sordino", "violin_solo", "cello_solo", "piccolo", "flute",
        "flutes_a2", "oboe", "cor_anglais", "clarinet_bb", "clarinets_a2", "clarinet_eb",
        "bass_clarinet", "bassoon", "bassoons_a2", "contrabassoon", "horn_solo", "horns_a4",
        "trumpet", "trumpets_a3", "trumpet_muted", "trombone", "trombones_a3", "bass_trombone",
        "tuba", "harp", "celesta", "piano", "timpani", "glockenspiel", "xylophone", "marimba",
        "vibraphone", "tubular_bells", "snare_concert", "bass_drum_concert", "cymbals_clash",
        "cymbal_suspended", "tam_tam", "triangle", "tambourine", "woodblock",
    ),
    "strings": ("@strings",), "brass": ("@brass",), "woodwind": ("@woodwinds",),
    "wind": ("@woodwinds",), "percussion": ("@percussion",), "choir": ("choir_aah", "choir_ooh"),
    "voice": ("@voices",), "soprano": ("soprano_solo",), "drum": ("@drums",),
    "keyboard": ("@keyboards",), "guitar": ("guitar_nylon",), "organ": ("organ_church",),
    "theatre organ": ("organ_theatre",), "pad": ("pad_warm", "pad_bowed_glass"),
    "cymbal": ("cymbals_clash", "cymbal_suspended", "cymbal_reverse"),
    "bell": ("tubular_bells", "church_bell"), "bass": ("basses", "bass_solo"),
    "double bass": ("basses", "bass_solo"),
    "double basse": ("basses", "bass_solo"),
    "violin": ("violin_solo", "violins1", "violins2", "violin2_solo"),
    "viola": ("viola_solo", "violas"), "cello": ("cello_solo", "cellos"),
    "horn": ("horns_a4", "horn_solo"), "muted horn": ("horn_solo", "horns_a4"),
    "trumpet": ("trumpet", "trumpets_a3"), "muted trumpet": ("trumpet_muted",),
    "trombone": ("trombone", "trombones_a3", "bass_trombone"), "flute": ("flute", "flutes_a2"),
    "clarinet": ("clarinet_bb", "clarinets_a2", "clarinet_eb"),
    "bassoon": ("bassoon", "bassoons_a2"), "pizzicato string": ("strings_pizzicato",),
    "pizzicato": ("strings_pizzicato",), "snare": ("snare_concert",),
    "snare drum": ("snare_concert",), "bass drum": ("bass_drum_concert",),
    "side drum": ("snare_concert",), "tom": ("toms",), "gong": ("tam_tam",),
    "saxophone": ("alto_sax", "tenor_sax", "soprano_sax", "baritone_sax"),
    "sax": ("alto_sax", "tenor_sax", "soprano_sax", "baritone_sax"),
    "soprano saxophone": ("soprano_sax",), "tenor saxophone": ("tenor_sax",),
    "baritone saxophone": ("baritone_sax",), "alto saxophone": ("alto_sax",),
    "piano": ("piano",), "timpani": ("timpani",), "fiddle": ("fiddle",),
    "spiccato string": ("violins2",), "tremolo string": ("strings_tremolo",),
    "muted string": ("strings_sordino",), "honky-tonk piano": ("honky_tonk_piano",),
}  # fmt: skip
#: Names that limit the players.
ENSEMBLES = frozenset(
    (
        "string quartet", "string trio", "string quintet", "string orchestra", "piano trio",
        "piano quintet", "woodwind quintet", "brass quintet", "brass band", "chamber orchestra",
        "full orchestra", "small ensemble",
    )
)  # fmt: skip
#: Instruments we do not have, and the nearest that we have.
NEAREST: dict[str, tuple[str, ...]] = {
    "electric guitar": ("guitar_nylon",), "electric bass": ("bass_solo", "basses"),
    "electric piano": ("piano",), "drum kit": ("snare_concert", "bass_drum_concert"),
    "synthesizer": ("pad_warm", "pad_bowed_glass"), "synth": ("pad_warm", "pad_bowed_glass"),
    "ukulele": ("mandolin",), "lute": ("guitar_nylon",), "sitar": ("koto",), "erhu": ("fiddle",),
    "harmonica": ("accordion",), "bongo": ("toms",),
}  # fmt: skip
#: Mallets and bells play tunes: they are no drums.
MALLETS = (
    "glockenspiel", "xylophone", "marimba", "vibraphone", "tubular_bells", "church_bell",
    "crotales", "cimbalom", "slide_whistle",
)  # fmt: skip
#: What "no drums" leaves out: the percussion role.
DRUMS = tuple(
    i.id for i in catalogue().values() if i.family == "percussion" and i.id not in MALLETS
)
#: Sections that a soloist stands for.
SOLO = {
    "violins1": "violin_solo", "violins2": "violin_solo", "violas": "viola_solo",
    "cellos": "cello_solo", "horns_a4": "horn_solo", "trumpets_a3": "trumpet",
    "trombones_a3": "trombone", "flutes_a2": "flute", "clarinets_a2": "clarinet_bb",
    "bassoons_a2": "bassoon", "basses": "bass_solo",
}  # fmt: skip


def soloists(ids: tuple[str, ...]) -> tuple[str, ...]:
    """Return the one player that a solo of a name means; all of a family's players."""
    return (SOLO.get(ids[0], ids[0]),) if len(ids) <= 4 else ids


def mentioned(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the names in a text with the instruments that they mean, in its order."""
    found: list[tuple[int, str, tuple[str, ...]]] = []
    for word, ids in _vocabulary():
        pattern = re.compile(rf"\b{re.escape(word)}(?:s|es)?\b")
        for match in pattern.finditer(text):
            found.append((match.start(), word, ids))
        text = pattern.sub(lambda m: " " * len(m[0]), text)
    return [(word, ids) for _, word, ids in sorted(found)]


@cache
def techniques() -> tuple[str, ...]:
    """Return the names of all techniques, the longest first."""
    names = {technique.name for player in catalogue().values() for technique in player.techniques}
    return tuple(sorted(names, key=lambda name: (-len(name), name)))


@cache
def _vocabulary() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return words with the instruments they mean, the longest first."""
    words: dict[str, tuple[str, ...]] = {}
    for name in catalogue():
        plain = re.sub(r"_(bb|a\d|concert|ensemble|nylon|church)$", "", name)
        words[re.sub(r"\d", "", plain).replace("_", " ").rstrip("s")] = (name,)
    for word, ids in {**GROUPS, **NEAREST}.items():
        words[word] = tuple(dict.fromkeys(i for item in ids for i in _expand(item)))
    return tuple(sorted(words.items(), key=lambda pair: (-len(pair[0]), pair[0])))


def _expand(item: str) -> tuple[str, ...]:
    if item == "@drums":
        return DRUMS
    if item.startswith("@"):
        return tuple(i.id for i in catalogue().values() if i.family == item[1:])
    return (item,)
