"""The music that a clip asks for, in words and ranges."""

from __future__ import annotations

from collections.abc import Mapping

from filmcomposer_core.contracts.description import UNKNOWN, Label, MusicDescription
from filmcomposer_core.contracts.labels import NULL
from filmcomposer_core.description.brief import Brief
from filmcomposer_core.description.choose_idiom import Choice
from filmcomposer_core.description.look import Look
from filmcomposer_core.description.players import (
    Players,
    in_shade,
    read_key,
    read_players,
    write_players,
)
from filmcomposer_core.description.tables import Idiom, idioms

BRIEF_CONFIDENCE = 0.9
#: Felt beats per minute that the words for pace mean; also how a tempo is put into words.
PACES = {
    "very slow": (40.0, 58.0),
    "slow": (52.0, 76.0),
    "moderate": (74.0, 100.0),
    "lively": (98.0, 126.0),
    "fast": (124.0, 152.0),
    "very fast": (150.0, 184.0),
}
#: Half the width of the range in which the tempo is sought, as a share of its centre.
SEARCH_SHARE = 0.13
#: Modes on the scale of ``mode_brightness``.
BRIGHTNESS_OF_MODE = {
    "lydian": 3, "ionian": 2, "mixolydian": 1, "dorian": 0, "aeolian": -1, "phrygian": -2,
    "locrian": -3,
}  # fmt: skip
#: Metres of four felt beats, and the ones that count half of them as a bar.
HALF_BARS = {"4/4": "2/4", "12/8": "6/8"}
BRIGHTNESS_STEP = {"bright": 1.0, "dark": -1.0, "somber": -1.0}


def describe_music(
    choice: Choice,
    *,
    look: Look,
    valence: float,
    arousal: float,
    emotion: str,
    brightness: Mapping[str, float],
    duration_s: float,
    brief: Brief,
    words: str,
) -> MusicDescription:
    """Put the choice of idiom into tempo, metre, mode and instruments.

    Parameters
    ----------
    choice : Choice
        The idiom and the one blended in.
    look : Look
        Measures of the clip.
    valence, arousal : float
        Means over the clip, -1 to 1 and 0 to 1.
    emotion : str
        The clip's emotion of Table 6.
    brightness : mapping of str to float
        Brightness label to its share of time.
    duration_s : float
        Length of the clip.
    brief : Brief
        What the user asks for; it rules where it says something.
    words : str
        The brief as it was written.

    Returns
    -------
    MusicDescription
        ``mode_brightness`` is twice the valence, a step up for a bright clip and down for a dark
        one (craft 1.5).
    """
    idiom = idioms()[choice.idiom]
    low, high = bpm_range(idiom, look=look, arousal=arousal, brief=brief)
    asked = brief.bpm is not None or "pace" in brief.wanted or "pace" in brief.refused
    key = read_key(words)
    step = sum(share * BRIGHTNESS_STEP.get(label, 0.0) for label, share in brightness.items())
    return MusicDescription(
        genre=Label(value=choice.idiom, source=choice.source, confidence=choice.confidence),
        second_genre=Label(value=choice.second, source=choice.source, confidence=0.3),
        instrumentation=_instrumentation(
            choice, in_shade(read_players(words), brief.first("shade"))
        ),
        mood=Label(
            value=f"{idiom.character}, {emotion}",
            source="brief" if "emotion" in brief.wanted else choice.source,
            confidence=choice.confidence,
        ),
        tempo=Label(
            value=tempo_word((low * high) ** 0.5),
            source="brief" if asked else "pixels",
            confidence=BRIEF_CONFIDENCE if asked else 0.5,
        ),
        bpm_low=low,
        bpm_high=high,
        meter=_meter(idiom, brief, beats=duration_s * (low * high) ** 0.5 / 60.0),
        mode_brightness=_brightness(2.0 * valence + step, key),
        key=Label(value=key, source="brief", confidence=BRIEF_CONFIDENCE) if key else UNKNOWN,
    )


def bpm_range(idiom: Idiom, *, look: Look, arousal: float, brief: Brief) -> tuple[float, float]:
    """Return the felt tempi to search, beats per minute, to a tenth.

    The centre lies in the idiom's range by 0.6 arousal + 0.4 speed (craft 1.5); a tempo in the
    brief rules over it.
    """
    if brief.bpm is not None:
        return round(brief.bpm[0], 1), round(brief.bpm[1], 1)
    span = idiom.bpm_high - idiom.bpm_low
    centre = idiom.bpm_low + span * (0.6 * arousal + 0.4 * look.speed)
    low = max(idiom.bpm_low, centre * (1 - SEARCH_SHARE))
    high = min(idiom.bpm_high, centre * (1 + SEARCH_SHARE))
    pace = brief.first("pace")
    if pace != NULL:
        slowest, fastest = PACES[pace]
        # The idiom's own tempi where it has some at that pace, else the pace alone.
        low, high = max(idiom.bpm_low, slowest), min(idiom.bpm_high, fastest)
        if high < low * 1.05:
            low, high = slowest, fastest
    for refused in brief.refused.get("pace", ()):
        low, high = _away_from(low, high, refused)
    return round(low, 1), round(high, 1)


def tempo_word(bpm: float) -> str:
    """Put a felt tempo into a word."""
    for word, (_, fastest) in PACES.items():
        if bpm < fastest - 1.0:
            return word
    return "very fast"


def _away_from(low: float, high: float, pace: str) -> tuple[float, float]:
    """Move a range of tempi off a pace that the brief refuses, keeping its width."""
    slowest, fastest = PACES[pace]
    if pace in ("slow", "very slow"):
        factor = max(1.0, fastest / low)
    elif pace in ("fast", "very fast", "lively"):
        factor = min(1.0, slowest / high)
    else:
        factor = 1.0
    return low * factor, high * factor


def _meter(idiom: Idiom, brief: Brief, *, beats: float) -> str:
    """Return the brief's metre or the idiom's, counted in half bars where it has too few bars."""
    asked = brief.first("meter")
    if asked != NULL:
        return asked
    refused = brief.refused.get("meter", ())
    usual = next((meter for meter in idiom.meters if meter not in refused), "4/4")
    half = HALF_BARS.get(usual)
    # A tune has its question and its answer in eight bars.
    if half is None or half in refused or beats >= 8 * 4:
        return usual
    return half


def _instrumentation(choice: Choice, players: Players) -> Label:
    """Name the players of the brief, and around them the palettes of the idioms."""
    palette = list(idioms()[choice.idiom].palette)
    if choice.second != NULL:
        palette += [name for name in idioms()[choice.second].palette[:3] if name not in palette]
    source, confidence = ("brief", BRIEF_CONFIDENCE) if players.asked else (choice.source, 0.5)
    return Label(value=write_players(players, palette), source=source, confidence=confidence)


def _brightness(guessed: float, key: str) -> float:
    """Return the mode's brightness, the brief's mode going before the guess."""
    mode = key.split(" ", 1)[-1]
    if mode == "minor":
        low, high = -2, -1
    elif mode == "major":
        low, high = 1, 3
    elif mode.endswith(" minor"):
        low = high = -1
    elif mode in BRIGHTNESS_OF_MODE:
        low = high = BRIGHTNESS_OF_MODE[mode]
    else:
        low, high = -3, 3
    return float(max(low, min(high, round(guessed))))
