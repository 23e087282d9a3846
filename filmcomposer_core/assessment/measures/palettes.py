"""Which instruments an idiom wants, takes, or would not have."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from filmcomposer_core.catalogue import Instrument

#: Idiom -> (wanted, unwanted): instrument ids, or families with ``@``. All else is neutral.
_PALETTES: Final[dict[str, tuple[str, str]]] = {
    "chase": (
        "@strings horns_a4 trumpets_a3 trombones_a3 brass_ensemble bassoon piccolo xylophone"
        " timpani snare_concert taiko toms bass_drum_concert cymbals_clash",
        "music_box celesta choir_ooh soprano_solo accordion harmonium",
    ),
    "slapstick": (
        "clarinet_bb clarinet_eb bassoon trumpet_muted xylophone strings_pizzicato tuba piano"
        " trombone woodblock temple_blocks slide_whistle whip_slapstick guiro_ratchet piccolo"
        " honky_tonk_piano snare_concert flute oboe @strings banjo cornet",
        "choir_aah choir_ooh organ_church pad_warm pad_bowed_glass tam_tam",
    ),
    "march": (
        "@brass piccolo flute flutes_a2 clarinets_a2 clarinet_bb snare_concert bass_drum_concert"
        " cymbals_clash bassoon glockenspiel woodwinds_ensemble timpani",
        "choir_ooh pad_warm pad_bowed_glass music_box celesta koto",
    ),
    "dread": (
        "@strings contrabassoon bass_clarinet alto_flute horns_a4 tam_tam timpani trombones_a3"
        " bass_trombone tuba cimbasso bass_drum_concert church_bell pad_bowed_glass choir_aah",
        "xylophone slide_whistle banjo accordion honky_tonk_piano sleigh_bells cornet fiddle",
    ),
    "shock": (
        "@strings piccolo @brass bass_drum_concert piano timpani cymbal_reverse tam_tam anvil"
        " cymbals_clash xylophone",
        "music_box accordion banjo fiddle slide_whistle recorder guitar_nylon",
    ),
    "mystery": (
        "flute alto_flute clarinet_bb bass_clarinet viola_solo celesta vibraphone harp @strings"
        " horn_solo horns_a4 cor_anglais bassoon strings_sordino crotales",
        "snare_concert banjo slide_whistle honky_tonk_piano cornet whip_slapstick",
    ),
    "wonder": (
        "horns_a4 horn_solo @strings @voices harp celesta flute flutes_a2 glockenspiel vibraphone"
        " crotales bell_tree cymbal_suspended timpani trumpets_a3 trombones_a3 tubular_bells"
        " pad_warm clarinet_bb oboe",
        "banjo honky_tonk_piano slide_whistle whip_slapstick guiro_ratchet woodblock",
    ),
    "pastoral": (
        "oboe flute clarinet_bb clarinets_a2 horn_solo horns_a4 harp @strings bassoon cor_anglais"
        " triangle recorder tin_whistle piccolo flutes_a2 guitar_nylon alto_flute",
        "trumpets_a3 trombones_a3 tuba cimbasso snare_concert taiko anvil bass_drum_concert"
        " organ_theatre cymbals_clash",
    ),
    "love": (
        "@strings clarinet_bb horn_solo horns_a4 harp piano flute oboe cor_anglais celesta"
        " choir_ooh guitar_nylon bassoon",
        "snare_concert taiko anvil trumpets_a3 trombones_a3 xylophone bass_drum_concert"
        " whip_slapstick slide_whistle tuba cymbals_clash",
    ),
    "grief": (
        "@strings cor_anglais clarinet_bb bass_clarinet horns_a4 horn_solo harp oboe bassoon piano"
        " choir_ooh choir_aah soprano_solo church_bell alto_flute",
        "xylophone snare_concert glockenspiel banjo slide_whistle taiko piccolo trumpets_a3"
        " honky_tonk_piano sleigh_bells",
    ),
    "triumph": (
        "@brass @strings timpani cymbals_clash snare_concert flutes_a2 flute piccolo oboe"
        " clarinets_a2 glockenspiel tubular_bells choir_aah bass_drum_concert cymbal_suspended"
        " woodwinds_ensemble harp",
        "banjo music_box slide_whistle accordion guitar_nylon honky_tonk_piano",
    ),
    "travel": (
        "horns_a4 horn_solo @strings clarinet_bb clarinets_a2 harp timpani cymbal_suspended flute"
        " flutes_a2 piccolo oboe bassoon trumpets_a3 trombones_a3 accordion tin_whistle fiddle"
        " triangle tambourine glockenspiel",
        "pad_bowed_glass organ_church music_box slide_whistle",
    ),
    "military": (
        "horn_solo horns_a4 trumpet trumpets_a3 violas cellos basses trombones_a3 bass_trombone"
        " tuba cimbasso snare_concert timpani piano bass_drum_concert @strings bassoon taiko"
        " contrabassoon bass_clarinet",
        "music_box banjo accordion slide_whistle sleigh_bells choir_ooh celesta",
    ),
    "title": (
        "@strings @brass @woodwinds timpani cymbals_clash harp glockenspiel snare_concert"
        " cymbal_suspended bass_drum_concert",
        "slide_whistle whip_slapstick banjo koto",
    ),
    "sneak": (
        "strings_pizzicato bassoon bass_clarinet celesta trumpet_muted woodblock clarinet_bb"
        " @strings xylophone vibraphone contrabassoon temple_blocks flute oboe harp piano",
        "trumpets_a3 trombones_a3 choir_aah organ_church taiko cymbals_clash",
    ),
    "machine": (
        "piano violas cellos basses bassoon baritone_sax trombone trombones_a3 anvil xylophone"
        " marimba @strings snare_concert woodblock timpani horns_a4 clarinet_bb bass_clarinet toms",
        "choir_ooh soprano_solo music_box accordion guitar_nylon sea_wind",
    ),
    "dream": (
        "flute alto_flute celesta harp choir_ooh @strings strings_harmonics strings_sordino"
        " vibraphone bell_tree pad_warm pad_bowed_glass cymbal_reverse music_box clarinet_bb"
        " glockenspiel crotales horn_solo",
        "snare_concert trumpets_a3 trombones_a3 tuba anvil taiko xylophone bass_drum_concert"
        " whip_slapstick",
    ),
}


def affinity(player: Instrument, *, idioms: Collection[str]) -> float:
    """Return how well an instrument suits an idiom.

    Parameters
    ----------
    player : Instrument
        From the catalogue.
    idioms : collection of str
        Idiom and blend; the better of both counts.

    Returns
    -------
    float
        1 for the palette, 0.5 for neutral, 0 for an instrument that the idiom would not have.
    """
    return max(_affinity(player, idiom) for idiom in idioms)


def _affinity(player: Instrument, idiom: str) -> float:
    wanted, unwanted = (words.split() for words in _PALETTES[idiom])
    if player.id in wanted:
        return 1.0
    if player.id in unwanted:
        return 0.0
    return 1.0 if f"@{player.family}" in wanted else 0.5
